import hashlib
import random
import shutil

import numpy as np
import orjson
import pytest
import skops.io
from hypothesis import given
from hypothesis import strategies as st
from sklearn.linear_model import LogisticRegression

from matchmaker.config import ROOT
from matchmaker.errors import Invalid
from matchmaker.ranking import model
from matchmaker.ranking.kinds import KindClassifier
from matchmaker.ranking.manifests import sealed
from tests.ranking.making import DATA, demo_model

SECRET = "Zhangsanfeng 13812345678"


def small(scores=(0, 1, 2, 3), good=(False, False, True, True)):
    kinds = KindClassifier(buckets=64).fit([f"vibration {SECRET}", "GPU hours"], [["laboratory"], ["compute"]])
    return model.Model(kinds, model.calibrate(scores, good), "2026.01", 0.4)


@pytest.fixture
def saved(tmp_path):
    model.save(small(), tmp_path / "2026.01", "# Card", {"auc": 0.9}, "digest")
    return tmp_path / "2026.01"


def test_a_model_comes_back_as_it_was(saved):
    loaded = model.load(saved)
    assert (loaded.version, loaded.threshold) == ("2026.01", 0.4)
    for score in np.linspace(-1, 4, 50):
        assert loaded.fit_of(score) == small().fit_of(score)
    assert loaded.kinds_of("vibration") == small().kinds_of("vibration")
    assert (saved / "card.md").read_text() == "# Card"
    assert orjson.loads((saved / "manifest.json").read_bytes())["metrics"] == {"auc": 0.9}


@given(st.lists(st.tuples(st.floats(-5, 5), st.booleans()), min_size=2, max_size=30),
       st.lists(st.floats(-10, 10), min_size=2, max_size=20))
def test_fit_never_falls_as_the_score_rises_and_stays_in_bounds(pairs, asked):
    scores, good = zip(*pairs, strict=True)
    fitted = small(scores, good)
    fits = [fitted.fit_of(score) for score in sorted(asked)]
    assert fits == sorted(fits)
    assert all(model.LOWEST <= fit <= model.HIGHEST for fit in fits)


def test_fit_is_scikit_learns_isotonic_regression():
    fitted = demo_model()
    scores = np.linspace(-2, 8, 400)
    assert [fitted.fit_of(score) for score in scores] == pytest.approx(fitted.fit.predict(scores).tolist(), abs=1e-4)


def test_kinds_stand_likeliest_first():
    shares = demo_model().kinds_of("按卡时租用A100显卡")
    assert list(shares.values()) == sorted(shares.values(), reverse=True)
    assert next(iter(shares)) == "compute"


@pytest.mark.parametrize("times", [40, pytest.param(400, marks=pytest.mark.faults)])
def test_every_flipped_bit_is_refused(saved, times):
    draw = random.Random(times)
    for _ in range(times):
        path = saved / draw.choice([model.FILE, "manifest.json"])
        whole = path.read_bytes()
        damaged = bytearray(whole)
        damaged[draw.randrange(len(whole))] ^= 1 << draw.randrange(8)
        path.write_bytes(bytes(damaged))
        with pytest.raises(Invalid):
            model.load(saved)
        path.write_bytes(whole)
    model.load(saved)


@pytest.mark.parametrize("name", [model.FILE, "manifest.json"])
def test_a_missing_file_is_refused(saved, name):
    (saved / name).unlink()
    with pytest.raises(Invalid, match="cannot be read"):
        model.load(saved)


def test_a_file_with_foreign_classes_is_refused_though_its_digest_is_right(saved):

    block = skops.io.dumps({"kinds": LogisticRegression(), "fit": random.Random(1)})
    manifest = orjson.loads((saved / "manifest.json").read_bytes()) | {"sha256": hashlib.sha256(block).hexdigest()}
    manifest.pop("seal")
    (saved / model.FILE).write_bytes(block)
    (saved / "manifest.json").write_bytes(orjson.dumps(sealed(manifest)))
    with pytest.raises(Invalid):
        model.load(saved)


def test_no_word_that_the_kinds_learnt_from_is_in_the_file(saved, tmp_path):
    shutil.unpack_archive(saved / model.FILE, tmp_path / "unpacked", "zip")
    content = b"".join(path.read_bytes() for path in (tmp_path / "unpacked").iterdir())
    assert b"LogisticRegression" not in content
    for word in (*SECRET.lower().split(), "vibrat"):
        assert word.encode() not in content.lower()


def test_no_word_of_the_training_needs_is_in_the_model_we_ship(tmp_path):
    shutil.unpack_archive(model.newest(ROOT / "models") / model.FILE, tmp_path, "zip")
    content = b"".join(path.read_bytes() for path in tmp_path.iterdir() if path.suffix != ".npy")
    from matchmaker.ranking.text import words
    texts = [orjson.loads(line)["text"] for line in (DATA / "training_needs_zh.jsonl").read_bytes().splitlines()]
    learnt = {word for text in texts for word in words(text) if len(word) > 1 and not word.isascii()}
    assert len(learnt) > 500
    assert [word for word in learnt if word.encode() in content] == []


def test_the_model_we_ship_was_learnt_from_the_data_we_ship():
    from matchmaker.services import training
    manifest = orjson.loads((model.newest(ROOT / "models") / "manifest.json").read_bytes())
    assert manifest["data_sha256"] == training.digest(DATA)


def test_the_newest_model_serves(tmp_path):
    with pytest.raises(Invalid, match="models train"):
        model.newest(tmp_path)
    for version in ("2026.09", "2026.11", "2026.10"):
        model.save(small(), tmp_path / version, "", {}, "")
    (tmp_path / "2027.01").mkdir()
    assert model.newest(tmp_path).name == "2026.11"
