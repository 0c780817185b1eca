import random
import shutil

import numpy as np
import orjson
import pytest

from matchmaker.errors import Invalid
from matchmaker.ranking import matcher, postings, store
from matchmaker.ranking.catalogue import Catalogue
from matchmaker.ranking.manifests import sealed
from tests.ranking.making import Places, demo_catalogue, demo_model, demo_needs, demo_offerings, make_need


@pytest.fixture(scope="session")
def saved(tmp_path_factory):
    """A small index on disk; tests copy it."""
    folder = tmp_path_factory.mktemp("saved") / "000001"
    labels = {"kind": {"data": {"zh": "数据", "en": "data"}}}
    store.save(Catalogue.build(demo_offerings()[:12], "000001-abc", labels), folder)
    return folder


@pytest.fixture
def copy(saved, tmp_path):
    return shutil.copytree(saved, tmp_path / "000001")


def test_a_loaded_index_answers_like_the_one_that_was_saved(tmp_path):
    store.save(demo_catalogue(), tmp_path / "1")
    loaded = store.load(tmp_path / "1")
    assert loaded.version == demo_catalogue().version
    for stated in demo_needs()[::4]:
        need = make_need(**stated)
        before, after = (matcher.match(need, catalogue, demo_model(), Places()) for catalogue in
                         (demo_catalogue(), loaded))
        assert after == before
        assert loaded.eligible(need).tolist() == demo_catalogue().eligible(need).tolist()
    for filters in ((["data"], []), ([], ["320000"])):
        assert loaded.chosen(*filters).tolist() == demo_catalogue().chosen(*filters).tolist()


def test_the_manifest_tells_what_is_in_the_index(saved):
    manifest = store.verify(saved)
    assert (manifest["version"], manifest["offerings"], manifest["texts"]) == ("000001-abc", 12, 24)
    assert set(manifest["sha256"]) == {path.name for path in saved.iterdir()} - {store.MANIFEST}
    assert store.load(saved).labels["kind"]["data"] == {"zh": "数据", "en": "data"}


def test_an_empty_catalogue_is_saved_and_loaded(tmp_path):
    store.save(Catalogue.build([], "000001-nil"), tmp_path / "1")
    found = matcher.match(make_need(), store.load(tmp_path / "1"), demo_model(), Places())
    assert (found.matches, found.nothing_fits) == ([], True)


@pytest.mark.parametrize("part", store.PARTS)
def test_the_arrays_are_mapped_and_what_is_written_to_them_never_reaches_the_disk(saved, part):
    array = getattr(store.load(saved).ranker.forward_["characters"], part)
    array[0] += 1
    store.verify(saved)
    while isinstance(array.base, np.ndarray):
        array = array.base
    assert isinstance(array, np.memmap)


def test_what_was_warmed_needs_no_compiling_for_the_first_need(saved):
    compiled = pytest.importorskip("matchmaker.ranking.postings.compiled")
    catalogue = store.load(saved)
    postings.warm()
    warmed = compiled.search.signatures, compiled.score.signatures
    for stated in demo_needs()[:3]:
        matcher.match(make_need(**stated), catalogue, demo_model(), Places())
    assert (compiled.search.signatures, compiled.score.signatures) == warmed


def flipped(folder, draw):
    """Flip one bit somewhere in the index, every file being as likely as another."""
    path = draw.choice(sorted(folder.iterdir()))
    block = bytearray(path.read_bytes())
    place = draw.randrange(len(block))
    block[place] ^= 1 << draw.randrange(8)
    return path, bytes(block)


@pytest.mark.parametrize("times", [40, pytest.param(400, marks=pytest.mark.faults)])
def test_every_flipped_bit_is_refused(copy, times):
    draw = random.Random(times)
    refused = 0
    for _ in range(times):
        path, damaged = flipped(copy, draw)
        whole = path.read_bytes()
        path.write_bytes(damaged)
        with pytest.raises(Invalid):
            store.load(copy)
        refused += 1
        path.write_bytes(whole)
    assert refused == times
    store.load(copy)


def test_every_bit_of_the_manifest_counts(copy):
    manifest = copy / store.MANIFEST
    whole = manifest.read_bytes()
    for place in range(0, len(whole), 9):
        damaged = bytearray(whole)
        damaged[place] ^= 1 << (place % 8)
        manifest.write_bytes(bytes(damaged))
        with pytest.raises(Invalid):
            store.read_manifest(copy)


@pytest.mark.parametrize("name", [store.MANIFEST, "tables.json", "owners.npy", "offerings.npy"])
def test_a_missing_or_a_cut_file_is_refused_and_named(copy, name):
    block = (copy / name).read_bytes()
    for damage in (lambda path: path.unlink(), lambda path: path.write_bytes(block[:-1]), lambda path: path.touch()):
        (copy / name).write_bytes(block)
        damage(copy / name)
        if (copy / name).exists() and (copy / name).read_bytes() == block:
            continue
        with pytest.raises(Invalid) as caught:
            store.load(copy)
        assert name in str(caught.value) or "manifest" in str(caught.value)


def test_files_that_the_manifest_does_not_name_are_not_read(copy):
    (copy / "rules_region.npy").rename(copy / "elsewhere.npy")
    with pytest.raises(Invalid):
        store.load(copy)
    (copy / "elsewhere.npy").rename(copy / "rules_region.npy")
    (copy / "stranger.npy").write_bytes(b"not an array")
    store.load(copy)


def test_another_format_is_refused_with_what_to_do(copy):
    manifest = store.read_manifest(copy) | {"format": store.FORMAT + 1}
    (copy / store.MANIFEST).write_bytes(orjson.dumps(sealed(manifest)))
    with pytest.raises(Invalid, match="publish anew"):
        store.load(copy)


def test_nothing_is_written_over(saved):
    with pytest.raises(FileExistsError):
        store.save(demo_catalogue(), saved)
