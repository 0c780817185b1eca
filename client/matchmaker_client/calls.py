"""The calls, each safe to make again: what broke off is tried again, and a batch is never made twice."""

import hashlib
import os
import random
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Self

import httpx

from matchmaker_client.documents import Batch, Result
from matchmaker_client.errors import ConnectionLostError, RefusedError

PATH = "/api/v1/referral-batches"
FORMS = {
    ".json": "application/json", ".ndjson": "application/x-ndjson", ".jsonl": "application/x-ndjson",
    ".csv": "text/csv", ".xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
"""The kinds of file that are taken, by their endings."""
RESULTS = (".csv", ".ndjson", ".xlsx")
PASSING = frozenset({429, 500, 502, 503, 504})
"""Answers after which the same call may succeed a little later."""
TRIES, LONGEST_PAUSE = 8, 30.0
BLOCK = 1 << 16
PAGE = 500


class Referrals:
    """An incubator's referrals at one service.

    Parameters
    ----------
    at : str
        Address of the service, such as ``https://matchmaker.example``.
    key : str
        A key of the API, ``mm_live_…`` or ``mm_test_…``.
    language : str
        Of the words in answers: ``en`` or ``zh``.
    tries : int
        How often a call is made before `ConnectionLostError` is raised.
    """

    def __init__(self, at: str, key: str, *, language: str = "en", tries: int = TRIES,
                 transport: httpx.BaseTransport | None = None, sleep: Callable[[float], None] = time.sleep) -> None:
        self._http = httpx.Client(base_url=at, transport=transport, timeout=httpx.Timeout(60, connect=10),
                                  headers={"Authorization": f"Bearer {key}", "Accept-Language": language})
        self._tries = tries
        self._sleep = sleep

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_error: object) -> None:
        self.close()

    def close(self) -> None:
        """Let go of the connections."""
        self._http.close()

    def send(self, file: str | Path, *, name: str | None = None, **options: str) -> Batch:
        """Send a file, and return its batch.

        `options` are those of the service: ``send_to``, ``dry_run``, ``allocation``, ``retry_of``. The batch is named
        after what the file holds and the options, so that the same file is one batch however often it is sent; give
        another `name` to send it as a new one. Raise `RefusedError` when the service does not take it.
        """
        path = Path(file)
        form = FORMS.get(path.suffix.lower())
        if form is None:
            raise ValueError(f"{path.name}: none of {', '.join(FORMS)}")
        headers = {"Idempotency-Key": name or name_of(path, options), "Content-Type": form,
                   "Content-Length": str(path.stat().st_size)}
        answer = self._call("POST", PATH, headers=headers, params=options, content=lambda: _pieces(path))
        return Batch.of(answer.json())

    def batch(self, batch_id: str) -> Batch:
        """Return a batch and how far it is."""
        return Batch.of(self._call("GET", f"{PATH}/{batch_id}").json())

    def batches(self) -> Iterator[Batch]:
        """Yield your batches, the newest first."""
        cursor: str | None = None
        while True:
            page = self._call("GET", PATH, params={"limit": "100"} | ({"cursor": cursor} if cursor else {})).json()
            yield from map(Batch.of, page["batches"])
            cursor = page["next_cursor"]
            if cursor is None:
                return

    def watch(self, batch_id: str, pause: float = 2.0) -> Iterator[Batch]:
        """Yield a batch every `pause` seconds until it has ended; connections that break are made anew."""
        while True:
            batch = self.batch(batch_id)
            yield batch
            if batch.has_ended:
                return
            self._sleep(pause)

    def results(self, batch_id: str, *, outcome: str | None = None) -> Iterator[Result]:
        """Yield how the rows of a batch ended, in their order; `outcome` takes those alone that ended so."""
        cursor: int | None = 0
        while cursor is not None:
            wanted = {"limit": str(PAGE), "cursor": str(cursor)} | ({"outcome": outcome} if outcome else {})
            page = self._call("GET", f"{PATH}/{batch_id}/results", params=wanted).json()
            yield from map(Result.of, page["results"])
            cursor = page["next_cursor"]

    def save_results(self, batch_id: str, file: str | Path) -> Path:
        """Write all results to a file, by its ending as CSV, NDJSON or XLSX; it is there whole or not at all."""
        path = Path(file)
        part = path.with_name(f".{path.name}.part")
        if path.suffix.lower() not in RESULTS:
            raise ValueError(f"{path.name}: none of {', '.join(RESULTS)}")
        self._call("GET", f"{PATH}/{batch_id}/results{path.suffix.lower()}", into=part)
        os.replace(part, path)
        return path

    def cancel(self, batch_id: str) -> Batch:
        """Stop a batch before its next rows."""
        return Batch.of(self._call("POST", f"{PATH}/{batch_id}/cancel").json())

    def withdraw(self, batch_id: str, row: int) -> None:
        """Take a row back with its leads and consents."""
        self._call("POST", f"{PATH}/{batch_id}/rows/{row}/withdraw")

    def _call(self, method: str, path: str, *, content: Callable[[], Iterator[bytes]] | None = None,
              into: Path | None = None, **options: Any) -> httpx.Response:
        """Call, again and again while that may help; raise `RefusedError` or `ConnectionLostError`."""
        reason = ""
        for number in range(self._tries):
            try:
                with self._http.stream(method, path, content=content() if content else None, **options) as answer:
                    _read(answer, into)
            except httpx.TransportError as error:
                reason, wait = f"{type(error).__name__}: {error}", None
            else:
                if answer.is_success:
                    return answer
                if answer.status_code not in PASSING:
                    raise RefusedError(answer.status_code, _problem(answer))
                reason, wait = f"answer {answer.status_code}", answer.headers.get("Retry-After")
            if number + 1 < self._tries:
                self._sleep(_pause(number, wait))
        raise ConnectionLostError(f"no answer after {self._tries} tries ({reason})")


def name_of(path: Path, options: dict[str, str]) -> str:
    """Return the name of the batch that a file makes with these options: a digest of both."""
    digest = hashlib.sha256(repr(sorted(options.items())).encode())
    for piece in _pieces(path):
        digest.update(piece)
    return f"file-{digest.hexdigest()}"


def _pieces(path: Path) -> Iterator[bytes]:
    with path.open("rb") as file:
        while piece := file.read(BLOCK):
            yield piece


def _read(answer: httpx.Response, into: Path | None) -> None:
    """Read an answer: into memory, or, when it is a good one, into a file."""
    if into is None or not answer.is_success:
        answer.read()
        return
    with into.open("wb") as file:
        file.writelines(answer.iter_bytes(BLOCK))


def _problem(answer: httpx.Response) -> dict[str, Any]:
    try:
        found = answer.json()
    except ValueError:
        return {"title": answer.reason_phrase}
    return found if isinstance(found, dict) else {}


def _pause(number: int, asked: str | None) -> float:
    """Return for how long to wait before the next try: as long as was asked for, else twice as long each time."""
    if asked and asked.isdecimal():
        return float(asked)
    return float(min(LONGEST_PAUSE, 2 ** number / 2)) * random.uniform(0.5, 1)  # noqa: S311 - spreads callers, guards nothing
