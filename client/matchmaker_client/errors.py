"""What can go wrong."""

from typing import Any


class RefusedError(Exception):
    """The service refused a call: its status, and what it says of it (RFC 9457)."""

    def __init__(self, status: int, problem: dict[str, Any]) -> None:
        self.status = status
        self.problem = problem
        words = problem.get("detail") or problem.get("title") or "refused"
        faults = [f"{fault.get('field', '')}: {fault.get('words', '')}" for fault in problem.get("errors") or ()]
        super().__init__("\n".join([f"{words} ({status})", *faults]))


class ConnectionLostError(Exception):
    """The service could not be reached, although it was tried again and again. Running it again goes on from there."""
