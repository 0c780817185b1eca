"""What sub-commands show and write: a progress bar, and files that are there whole or not at all."""

from pathlib import Path
from typing import BinaryIO

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

from matchmaker.errors import Invalid

WIDE = 160
"""Width of what is written to a file or a pipe, which has none of its own."""


def make_console() -> Console:
    """Return where tables are printed."""
    console = Console()
    if not console.is_terminal:
        console.width = WIDE
    return console


def make_progress() -> Progress:
    """Return a progress bar on standard error that vanishes when it is done."""
    return Progress(SpinnerColumn(), TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(),
                    TimeElapsedColumn(), console=Console(stderr=True), transient=True)


class Replacing:
    """Write a file under another name and put it in place when all is written: never half a file."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.partial = path.with_name(f"{path.name}.partial")

    def __enter__(self) -> BinaryIO:
        try:
            self.file: BinaryIO = self.partial.open("wb")
        except OSError as error:
            raise Invalid("%(file)s cannot be written: %(detail)s", file=str(self.path),
                          detail=error.strerror) from error
        return self.file

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        self.file.close()
        if kind is None:
            self.partial.replace(self.path)
        else:
            self.partial.unlink(missing_ok=True)
