import hashlib
import io
import os
import re
import stat
import time

import pytest

from matchmaker.domain import Holder
from matchmaker.domain.base import new_id
from matchmaker.errors import Conflict, Invalid, NotFound
from matchmaker.services import attachments, drafts
from matchmaker.storage.queries.needs import attachments_of
from tests.making import add_need

CONTENTS = {
    "application/pdf": b"%PDF-1.7\nmore",
    "image/png": b"\x89PNG\r\n\x1a\nmore",
    "image/jpeg": b"\xff\xd8\xff\xe0more",
    "image/vnd.dwg": b"AC1032\x00\x00more",
    "image/vnd.dxf": b"  0\r\nSECTION\r\n  2\r\nHEADER\r\n",
    "model/step": b"ISO-10303-21;\nHEADER;\n",
}
OTHERS = {
    "text": b"dear all", "program": b"MZ\x90\x00", "page": b"<html>%PDF-1.4</html>", "zip": b"PK\x03\x04",
    "svg": b'<svg xmlns="http://www.w3.org/2000/svg">', "late": b" %PDF-1.7", "word": b"AC1032, the drawing",
}


@pytest.fixture
def holder(session, config):
    return Holder(drafts.create(session, config, "k" * 32, {"problem": ["Vibration"]}).id)


@pytest.fixture
def add(session, config, holder):
    """A function that attaches a file."""
    def add(content=CONTENTS["application/pdf"], name="drawing.pdf"):
        return attachments.add(session, config, holder, name, io.BytesIO(content))

    return add


def stored(config):
    return sorted(path.name for path in config.attachments.iterdir()) if config.attachments.exists() else []


@pytest.mark.parametrize("media_type", CONTENTS)
def test_a_file_is_known_by_its_content_and_kept_privately(add, config, session, holder, media_type):
    added = add(CONTENTS[media_type], "x.exe")
    path = attachments.path(config, added)
    assert (added.media_type, added.size) == (media_type, len(CONTENTS[media_type]))
    assert path.read_bytes() == CONTENTS[media_type]
    assert added.sha256 == hashlib.sha256(CONTENTS[media_type]).hexdigest()
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(config.attachments.stat().st_mode) == 0o700
    assert stored(config) == [str(added.id)]
    assert attachments_of(session, holder, holder.need_id) == [added]


@pytest.mark.parametrize("content", [
    b"999\r\nwritten by CAD\r\n0\r\nSECTION\r\n", b"\xef\xbb\xbf  0\nSECTION\n", b"AutoCAD Binary DXF\r\n\x1a\x00..."])
def test_drawings_begin_in_several_ways(add, content):
    assert add(content).media_type == "image/vnd.dxf"


@pytest.mark.parametrize("name", OTHERS)
def test_other_contents_are_refused_whatever_they_are_called(add, config, name):
    with pytest.raises(Invalid, match="kinds of file"):
        add(OTHERS[name], "drawing.pdf")
    assert stored(config) == []


def test_an_empty_file_is_refused(add):
    with pytest.raises(Invalid, match="empty"):
        add(b"")


def test_a_file_that_is_too_large_leaves_nothing_behind(add, config, monkeypatch):
    monkeypatch.setattr(attachments, "LARGEST", 1000)
    add(b"%PDF-1.7" + b"x" * 992)
    with pytest.raises(Invalid, match="larger than 10 MB"):
        add(b"%PDF-1.7" + b"x" * 993)
    assert len(stored(config)) == 1


def test_a_disk_that_is_full_leaves_nothing_behind(add, config, monkeypatch):
    def full(*args):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="No space"):
        add()
    assert stored(config) == []


def test_no_more_than_three(add):
    for _number in range(attachments.MOST):
        add()
    with pytest.raises(Invalid, match="At most 3 files"):
        add()


@pytest.mark.parametrize(("name", "kept"), [
    ("drawing.pdf", "drawing.pdf"), ("支架 图纸.PDF", "支架 图纸.PDF"), ("../../etc/passwd", "passwd.pdf"),
    ("C:\\drawings\\bracket.pdf", "bracket.pdf"), ("a\x00b\nc\u202efdp.exe", "abcfdp.exe.pdf"), ("", "file.pdf"),
    (".pdf", "pdf.pdf"), ("...", "file.pdf"), ('a<b>"c"?.pdf', "a_b__c__.pdf"), ("e\u0301.pdf", "é.pdf"),
])
def test_names_are_made_harmless(add, name, kept):
    assert add(name=name).name == kept


def test_long_names_keep_their_ending(add):
    name = add(name="名" * 300 + ".pdf").name
    assert len(name) == attachments.LONGEST_NAME
    assert re.fullmatch("名+\\.pdf", name)


def test_nothing_is_attached_to_what_was_sent(session, config):
    need = add_need(session)
    with pytest.raises(Conflict):
        attachments.add(session, config, Holder(need.id), "a.pdf", io.BytesIO(CONTENTS["application/pdf"]))
    with pytest.raises(Conflict):
        attachments.remove(session, config, Holder(need.id), new_id())


def test_a_removed_file_goes_with_the_commit(add, session, config, holder):
    added = add()
    attachments.remove(session, config, holder, added.id)
    assert stored(config) == [str(added.id)]
    session.commit()
    assert stored(config) == []
    with pytest.raises(NotFound):
        attachments.remove(session, config, holder, added.id)


def test_a_file_whose_removal_is_undone_stays(add, session, config, holder):
    added = add()
    session.commit()
    attachments.remove(session, config, holder, added.id)
    session.rollback()
    session.commit()
    assert stored(config) == [str(added.id)]


def test_somebody_elses_file_is_not_found(add, session, config):
    added = add()
    other = Holder(drafts.create(session, config, "o" * 32, {"problem": ["Other"]}).id)
    with pytest.raises(NotFound):
        attachments.remove(session, config, other, added.id)


def test_orphans_are_files_of_nobody_that_have_settled(add, config):
    known, orphan, young = add(), add(), add()
    old = time.time() - attachments.SETTLED_SECONDS - 1
    for attachment in (known, orphan):
        os.utime(attachments.path(config, attachment), (old, old))
    assert attachments.orphans(config, {known.id}) == [attachments.path(config, orphan)]
    attachments.remove_files(config, [orphan.id, new_id()])
    assert attachments.path(config, young).exists()
    assert attachments.orphans(config, set()) == [attachments.path(config, known)]


def test_without_a_folder_there_are_no_orphans(config):
    assert attachments.orphans(config, set()) == []
