"""Marks on views that the application reads."""

from collections.abc import Callable
from typing import Any, TypeVar

View = TypeVar("View", bound=Callable[..., Any])


def reads_only(view: View) -> View:
    """Mark a POST view that stores nothing: its transaction takes no write lock."""
    view.reads_only = True  # type: ignore[attr-defined]
    return view
