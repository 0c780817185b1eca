"""Packages that only some need: part of an extra, asked for where they are used."""

from importlib import import_module
from types import ModuleType

from matchmaker.errors import Unavailable


def require(package: str, extra: str) -> ModuleType:
    """Import a package; raise `Unavailable` naming the extra that brings it."""
    try:
        return import_module(package)
    except ImportError as error:
        raise Unavailable('%(package)s is not installed; run: pip install "matchmaker[%(extra)s]"',
                          package=package, extra=extra) from error
