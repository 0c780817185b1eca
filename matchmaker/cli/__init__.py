"""The ``matchmaker`` command: one module a group of sub-commands."""

import os
from importlib import import_module
from typing import Any

import click
from sqlalchemy.exc import OperationalError

from matchmaker import __version__, i18n
from matchmaker.errors import MatchmakerError

COMMANDS = {
    "audit": "audit", "backup": "backup", "db": "database", "demo": "demo", "evaluate": "evaluation", "index": "index",
    "learn": "learning", "lexicon": "lexicon", "match": "matching", "models": "matching", "offerings": "offerings",
    "replay": "replaying", "restore": "backup", "run": "running", "serve": "serving", "worker": "working",
}
"""The module of each sub-command; it is imported when it is asked for, so that none waits for the others' libraries."""


class Commands(click.Group):
    """A group that tells our own errors in words, without a traceback, and exits with 1."""

    def list_commands(self, context: click.Context) -> list[str]:
        """Return the names of all sub-commands."""
        return sorted(COMMANDS)

    def get_command(self, context: click.Context, name: str) -> click.Command | None:
        """Import a sub-command."""
        if name not in COMMANDS:
            return None
        command: click.Command = getattr(import_module(f"matchmaker.cli.{COMMANDS[name]}"), name)
        return command

    def invoke(self, context: click.Context) -> Any:
        """Run the sub-command in the language of the terminal."""
        with i18n.use_language(terminal_language()):
            try:
                return super().invoke(context)
            except MatchmakerError as error:
                raise click.ClickException(i18n.gettext(error.message, **error.values)) from error
            except OperationalError as error:
                words = i18n.gettext("The database cannot be used: %(detail)s", detail=str(error.orig).strip())
                raise click.ClickException(words) from error


def terminal_language() -> str:
    """Return the language that the locale of the terminal asks for."""
    locale = os.environ.get("LC_ALL") or os.environ.get("LC_MESSAGES") or os.environ.get("LANG") or "en"
    return i18n.negotiate(locale.partition(".")[0].replace("_", "-"))


@click.group(cls=Commands)
@click.version_option(__version__, prog_name="matchmaker")
def main() -> None:
    """Match the needs of small firms with the resources that large platforms open.

    Settings come from the environment (MATCHMAKER_HOME, MATCHMAKER_DATABASE_URL, ...); docs/settings.md lists them.
    """
