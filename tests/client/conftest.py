import threading
from dataclasses import dataclass, replace

import pytest
from werkzeug.serving import make_server

from matchmaker import storage
from matchmaker.app import create_app
from matchmaker.config import Config
from matchmaker.jobs.worker import run_one, work
from matchmaker.services import publishing
from matchmaker.tasks import make_tasks
from tests.conftest import add_offering
from tests.referring import incubator


@dataclass
class Service:
    """A service that listens, with a worker, and the key of a program."""

    at: str
    key: str
    config: Config


@pytest.fixture
def service(database, config):
    """A service on a database of its own, in this process."""
    config = replace(config, database_url=database.url.render_as_string(hide_password=False))
    with storage.writing() as session:
        add_offering(session, external_id="vibration", standards=["GB/T 2423.10"])
        job = publishing.queue_publish(session)
    run_one(make_tasks(config), job.id)
    app = create_app(config)
    with storage.writing() as session:
        key = incubator(app.test_client(), session, config).key
    server = make_server("127.0.0.1", 0, app, threaded=True)
    stop = threading.Event()
    threads = [threading.Thread(target=server.serve_forever),
               threading.Thread(target=work, args=(make_tasks(config), stop), kwargs={"pause": 0.05})]
    for thread in threads:
        thread.start()
    yield Service(f"http://127.0.0.1:{server.port}", key, config)
    stop.set()
    server.shutdown()
    for thread in threads:
        thread.join()
    server.server_close()
