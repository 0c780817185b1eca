"""The command as ``python -m matchmaker``."""

from matchmaker.cli import main

main(prog_name="matchmaker")
