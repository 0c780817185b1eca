"""The model that an operator names: from the setting to the answers, and beside the requests when offerings change."""

import sys
from dataclasses import replace

import pytest

from matchmaker import storage
from matchmaker.config import Config
from matchmaker.domain import Offering
from matchmaker.errors import Invalid
from matchmaker.jobs.worker import run_one
from matchmaker.services import keeping, live, matching, publishing
from matchmaker.tasks import make_tasks
from tests.sentences import forget_library, write_library, write_model

NEED = {"problem": "Our glue lets go every winter"}


@pytest.fixture
def semantic_config(config, tmp_path, monkeypatch):
    """Settings that name a model."""
    write_library(tmp_path)
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.setattr(live, "PAUSE", 0)
    yield replace(config, semantic_model=write_model(tmp_path / "model"))
    forget_library()


def publish(config):
    with storage.writing() as session:
        job = publishing.queue_publish(session)
    run_one(make_tasks(config), job.id)


def keep(config):
    with storage.writing() as session:
        keeping.ensure(session)
    run_one(make_tasks(config), keeping.ID)


def best(config):
    """Return the English title of the best match."""
    return matching.match(matching.current_index(config), NEED)["matches"][0]["offering"]["title"]["en"]


def test_changes_are_placed_beside_the_requests(database, semantic_config, make_offering):
    with storage.writing() as session:
        make_offering(session, title={"en": "Vibration test"}, summary={"en": "Every sine."}, keywords=[])
        id = make_offering(session, title={"en": "Milling"}, summary={"en": "Our best."}, keywords=[]).id
    publish(semantic_config)
    with storage.writing() as session:
        changed = session.get(Offering, id)
        changed.title, changed.version = {"en": "Adhesive bond strength in cold"}, changed.version + 1
    read = len(sys.modules["sentence_transformers"].READ)
    index = matching.current_index(semantic_config)
    assert index.catalogue.version.endswith("~1")
    assert len(sys.modules["sentence_transformers"].READ) == read
    keep(semantic_config)
    assert best(semantic_config) == "Adhesive bond strength in cold"
    assert "~" not in matching.current_index(semantic_config).catalogue.version


def test_another_model_is_reason_to_publish(database, semantic_config, config, make_offering):
    with storage.writing() as session:
        make_offering(session)
    publish(config)
    with storage.reading() as session:
        assert not keeping.is_due(session, config)
        assert keeping.is_due(session, semantic_config)


def test_a_setting_that_cannot_be_used_is_named(tmp_path, monkeypatch):
    with pytest.raises(Invalid, match=r"modules\.json in it; .*nowhere is none"):
        Config.from_environ({"MATCHMAKER_SEMANTIC_MODEL": str(tmp_path / "nowhere")})
    model = write_model(tmp_path / "model")
    monkeypatch.setattr("matchmaker.config.find_spec", lambda name: None)
    with pytest.raises(Invalid, match=r"matchmaker\[semantic\]"):
        Config.from_environ({"MATCHMAKER_SEMANTIC_MODEL": str(model)})
