"""Files that come with a need: drawings, data sheets, pictures. What they are is told by their content alone.

The content lies outside of the database and of the web root, under the attachment's id, readable by the service alone.
A file is in its place before its row is committed, and leaves after the row is gone: at worst a file remains that
nobody knows, which `orphans` finds.
"""

import contextlib
import hashlib
import os
import re
import time
import unicodedata
from collections.abc import Collection, Iterable, Iterator
from pathlib import Path
from typing import IO, NamedTuple
from uuid import UUID

from sqlalchemy import event

from matchmaker.config import Config
from matchmaker.domain import Attachment, Holder, NeedStatus
from matchmaker.domain.base import new_id
from matchmaker.errors import Conflict, Invalid
from matchmaker.storage import Session
from matchmaker.storage.queries import needs as queries

MOST = 3
MEGABYTES = 10
LARGEST = MEGABYTES * 1_000_000
LONGEST_NAME = 200
SETTLED_SECONDS = 3600
"""A file younger than this may belong to a transaction that is not committed yet."""

_HEAD = 4096
_CHUNK = 1 << 16


class Kind(NamedTuple):
    """A kind of file that is taken: its media type, the endings of its names, and how its content begins."""

    media_type: str
    endings: tuple[str, ...]
    begins: re.Pattern[bytes]


KINDS = (
    Kind("application/pdf", ("pdf",), re.compile(rb"%PDF-\d")),
    Kind("image/png", ("png",), re.compile(rb"\x89PNG\r\n\x1a\n")),
    Kind("image/jpeg", ("jpg", "jpeg"), re.compile(rb"\xff\xd8\xff")),
    Kind("image/vnd.dwg", ("dwg",), re.compile(rb"AC10\d\d\x00")),
    Kind("image/vnd.dxf", ("dxf",), re.compile(
        rb"AutoCAD Binary DXF\r\n\x1a\x00|(?:\xef\xbb\xbf)?(?:\s*999\r?\n[^\r\n]*\r?\n)*\s*0\r?\n\s*SECTION\r?\n")),
    Kind("model/step", ("step", "stp"), re.compile(rb"(?:\xef\xbb\xbf)?\s*ISO-10303-21;")),
)
"""ISO 32000-1, PNG (ISO/IEC 15948), JPEG (ISO/IEC 10918-1), DWG since AutoCAD R9, DXF, STEP (ISO 10303-21)."""


def add(session: Session, config: Config, holder: Holder, name: str, stream: IO[bytes]) -> Attachment:
    """Attach a file to a draft: its content is written first, then its row. Flushes.

    Raise `Invalid` when it is too large, empty, one too many or of a kind that is not taken, and `Conflict` when the
    need is no draft any more.
    """
    need = queries.need_by_id(session, holder, holder.need_id, locked=True)
    if need.status != NeedStatus.DRAFT:
        raise Conflict("This need has been sent, and can no longer be changed.")
    if len(queries.attachments_of(session, holder, need.id)) >= MOST:
        raise Invalid("At most %(most)s files can be attached. Remove one first.", most=MOST)
    kind = _kind(stream)
    attachment = Attachment(id=new_id(), need_id=need.id, name=clean_name(name, kind), media_type=kind.media_type)
    attachment.size, attachment.sha256 = _store(path(config, attachment), stream)
    session.add(attachment)
    session.flush()
    return attachment


def remove(session: Session, config: Config, holder: Holder, attachment_id: UUID) -> None:
    """Take a file off a draft; its content goes when the transaction is committed. Flushes.

    Raise `NotFound` when there is no such file, `Conflict` when the need is no draft any more.
    """
    need = queries.need_by_id(session, holder, holder.need_id, locked=True)
    if need.status != NeedStatus.DRAFT:
        raise Conflict("This need has been sent, and can no longer be changed.")
    attachment = queries.attachment_by_id(session, holder, need.id, attachment_id)
    session.delete(attachment)
    session.flush()
    remove_after_commit(session, config, [attachment.id])


def path(config: Config, attachment: Attachment) -> Path:
    """Return where the content of a file lies."""
    return config.attachments / str(attachment.id)


def remove_files(config: Config, ids: Iterable[UUID]) -> None:
    """Remove the contents of files whose rows are gone."""
    for attachment_id in ids:
        (config.attachments / str(attachment_id)).unlink(missing_ok=True)


def remove_after_commit(session: Session, config: Config, ids: Collection[UUID]) -> None:
    """Remove the contents of files once the session's transaction, which deletes their rows, is committed."""
    waiting = set(ids)
    event.listen(session, "after_rollback", lambda _session: waiting.clear(), once=True)
    event.listen(session, "after_commit", lambda _session: remove_files(config, waiting), once=True)


def orphans(config: Config, known_ids: Collection[UUID]) -> list[Path]:
    """Return the files that belong to none of the attachments, those left out that may just be coming in."""
    known, settled = {str(known_id) for known_id in known_ids}, time.time() - SETTLED_SECONDS
    files = config.attachments.iterdir() if config.attachments.is_dir() else ()
    return sorted(file for file in files if file.name not in known and file.stat().st_mtime < settled)


def too_large() -> Invalid:
    """Return the refusal of a file that is larger than what is taken."""
    return Invalid("The file is larger than %(megabytes)s MB. Make it smaller, or send it to the platform later.",
                   megabytes=MEGABYTES)


def clean_name(name: str, kind: Kind) -> str:
    """Return a file's name without folders and signs that deceive or do harm, its ending being that of its kind.

    >>> clean_name("C:\\\\drawings\\\\bracket\\u202efdp.exe", KINDS[0])
    'bracketfdp.exe.pdf'
    """
    last = re.split(r"[/\\]", unicodedata.normalize("NFC", name))[-1]
    printable = "".join(sign for sign in last if unicodedata.category(sign)[0] != "C")
    stem = re.sub(r'[<>:"|?*]', "_", re.sub(r"\s+", " ", printable)).strip(" .") or "file"
    bare, _dot, ending = stem.rpartition(".")
    if bare and ending.lower() in kind.endings:
        stem = bare
    else:
        ending = kind.endings[0]
    return f"{stem[:LONGEST_NAME - len(ending) - 1]}.{ending}"


def _kind(stream: IO[bytes]) -> Kind:
    head = stream.read(_HEAD)
    stream.seek(0)
    if not head:
        raise Invalid("The file is empty. Choose another one.")
    found = next((kind for kind in KINDS if kind.begins.match(head)), None)
    if found is None:
        raise Invalid("This is none of the kinds of file that are taken: PDF, PNG, JPEG, DXF, DWG, STEP.")
    return found


def _store(target: Path, stream: IO[bytes]) -> tuple[int, str]:
    """Write a file whole or not at all; return its size and SHA-256."""
    target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    draft = target.with_name(f".{target.name}")
    size, digest = 0, hashlib.sha256()
    try:
        with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            for chunk in _chunks(stream):
                size += len(chunk)
                digest.update(chunk)
                file.write(chunk)
            file.flush()
            os.fsync(file.fileno())
        draft.replace(target)
    except BaseException:
        with contextlib.suppress(OSError):
            draft.unlink()
        raise
    return size, digest.hexdigest()


def _chunks(stream: IO[bytes]) -> Iterator[bytes]:
    size = 0
    while chunk := stream.read(_CHUNK):
        size += len(chunk)
        if size > LARGEST:
            raise too_large()
        yield chunk
