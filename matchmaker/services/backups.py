"""Back the whole service up into one file while it works, and restore it elsewhere.

The file is a gzipped tar: the database as it was at one moment, then the files that its rows name, then a manifest
with the SHA-256 of each; without a manifest that fits, nothing is restored. A file's content is in its place before
its row is committed, so whatever the copy of the database names is there, unless it was deleted since. The
index is not in it: a restored service builds its own.
"""

import hashlib
import io
import tarfile
import zlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, BinaryIO

import orjson

from matchmaker import storage
from matchmaker.config import Config
from matchmaker.errors import Conflict, Invalid
from matchmaker.ranking.manifests import sealed, unsealed
from matchmaker.storage import copying, schema

FORMAT = 1
MANIFEST, DATABASE = "manifest.json", "database"
FOLDERS = ("attachments", "uploads")
"""What lies under `home` beside the database and cannot be made again."""


@dataclass(frozen=True)
class Backup:
    """What a backup holds: the version of its tables, the head of its audit log, how many files beside the database."""

    revision: str
    head: str
    files: int


def back_up(config: Config, head: tuple[int, str], file: BinaryIO, folder: Path) -> Backup:
    """Write a backup to `file`; what has to lie somewhere meanwhile lies in `folder`.

    `head` is that of the audit log, read before: so the copy has it, and perhaps more.
    """
    with TemporaryDirectory(dir=folder, prefix=".backup-") as place, tarfile.open(fileobj=file, mode="w:gz") as archive:
        copying.copy_database(storage.connected(), Path(place) / DATABASE)
        digests = dict(_add_all(archive, [Path(place) / DATABASE], Path(place)))
        digests |= _add_all(archive, _kept(config), config.home)
        manifest = {"format": FORMAT, "revision": schema.newest_revision(), "head": "{}:{}".format(*head),
                    "database": storage.connected().dialect.name, "sha256": digests}
        block = orjson.dumps(sealed(manifest))
        entry = tarfile.TarInfo(MANIFEST)
        entry.size = len(block)
        archive.addfile(entry, io.BytesIO(block))
    return _described(manifest)


def restore(config: Config, path: Path) -> Backup:
    """Fill an empty home and database from a backup, once every byte of it was compared with its manifest.

    The database is filled last: what broke off before that is no service yet, and can be tried again in a new home.
    Raise `Invalid` when the file is damaged, none of ours, or of another version or database; `Conflict` when something
    is there already.
    """
    for name in FOLDERS:
        if any((config.home / name).glob("*")):
            raise Conflict("%(folder)s is not empty. Restore into a new MATCHMAKER_HOME.",
                           folder=str(config.home / name))
    config.home.mkdir(parents=True, exist_ok=True)
    with TemporaryDirectory(dir=config.home, prefix=".restore-") as place:
        manifest = _unpack(path, Path(place))
        copying.check_empty(storage.connected())
        for name in FOLDERS:
            if (Path(place) / name).is_dir():
                (Path(place) / name).replace(config.home / name)
        copying.put_back(storage.connected(), Path(place) / DATABASE)
    return _described(manifest)


def _kept(config: Config) -> Iterator[Path]:
    for name in FOLDERS:
        yield from sorted(path for path in (config.home / name).rglob("*") if path.is_file())


def _add_all(archive: tarfile.TarFile, paths: Iterable[Path], root: Path) -> Iterator[tuple[str, str]]:
    """Add files, and yield name and SHA-256 of each; one that was deleted meanwhile is left out."""
    for path in paths:
        try:
            file = path.open("rb")
        except FileNotFoundError:
            continue
        with file:
            entry = archive.gettarinfo(arcname=str(path.relative_to(root)), fileobj=file)
            digest = hashlib.file_digest(file, "sha256").hexdigest()
            file.seek(0)
            archive.addfile(entry, file)
        yield entry.name, digest


def _unpack(path: Path, place: Path) -> dict[str, Any]:
    """Unpack a backup into `place`, and return its manifest; raise `Invalid` unless all of it is as it was written."""
    try:
        with tarfile.open(path, "r:gz") as archive:
            archive.extractall(place, filter="data")
        manifest = unsealed(orjson.loads((place / MANIFEST).read_bytes()))
        found = {str(file.relative_to(place)): _digest(file)
                 for file in place.rglob("*") if file.is_file() and file.name != MANIFEST}
        is_whole = found == manifest["sha256"]
    except (OSError, EOFError, ValueError, KeyError, TypeError, zlib.error, tarfile.TarError) as error:
        raise Invalid("%(file)s is no backup, or is damaged: %(detail)s", file=path.name, detail=str(error)) from error
    if not is_whole:
        raise Invalid("%(file)s is damaged: what is in it is not what was written", file=path.name)
    if (manifest["format"], manifest["revision"]) != (FORMAT, schema.newest_revision()):
        raise Invalid("The backup is of another version of the program (tables %(revision)s); restore it with that "
                      "version, then upgrade.", revision=manifest["revision"])
    if manifest["database"] != storage.connected().dialect.name:
        raise Invalid("The backup is of a %(kind)s database; let MATCHMAKER_DATABASE_URL name one of that kind.",
                      kind=manifest["database"])
    return manifest


def _described(manifest: Mapping[str, Any]) -> Backup:
    return Backup(manifest["revision"], manifest["head"], len(manifest["sha256"]) - 1)


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
