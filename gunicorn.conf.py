"""How gunicorn serves the application; ``matchmaker serve`` starts it with this file."""

import gc
import os
import shutil
import socket
from importlib import import_module
from typing import Any

import structlog
from gunicorn.glogging import Logger

from matchmaker import logs
from matchmaker.config import ROOT, Config
from matchmaker.errors import MatchmakerError

settings = Config.from_environ()
logs.configure(settings.log_level, settings.log_format)
log = structlog.get_logger("matchmaker")

# Requests are counted in files that all processes share; prometheus_client looks for them when it is loaded. Another
# service over the same home, on another host or port, has its own.
counts = settings.home / "metrics" / f"{socket.gethostname()}-{settings.port}"
shutil.rmtree(counts, ignore_errors=True)
counts.mkdir(parents=True)
os.environ["PROMETHEUS_MULTIPROC_DIR"] = str(counts)

# Loaded once, before the processes fork, libraries, index and the tables that a match reads: they share them in memory,
# and one that replaces another has them at once. Nothing here connects or starts anything, which a fork would tear
# apart. Looking for garbage would take a sixth of the time, and looking through what stays would later copy it into
# every process.
gc.disable()
import_module("matchmaker.app")
try:
    import_module("matchmaker.services.matching").prepare(settings)
except MatchmakerError:
    pass  # Each process tries again, and says what is wrong.
except Exception:
    log.exception("nothing could be matched before the processes fork")
gc.freeze()
# A match makes thousands of small objects, hardly any of them garbage that has to be looked for. To look at every 700,
# as is usual, takes three hundredths of its time.
gc.set_threshold(20_000, 20, 20)
gc.enable()


class StructuredLogger(Logger):
    """Hands gunicorn's messages to our logs; requests are logged by the application itself."""

    def setup(self, cfg: Any) -> None:
        """Leave all formatting to the root logger."""
        self.error_log.propagate = True
        self.error_log.setLevel(settings.log_level)
        self.access_log.disabled = True


bind = [f"{settings.host}:{settings.port}"]
pythonpath = str(ROOT)
worker_class = "gthread"
workers = settings.web_processes
threads = settings.web_threads
preload_app = False
control_socket_disable = True
logger_class = StructuredLogger
timeout = 60
graceful_timeout = 30
keepalive = 5
limit_request_line = 8_190
limit_request_fields = 60
limit_request_field_size = 8_190


def child_exit(server: Any, worker: Any) -> None:
    """Keep what a process counted that has ended, and forget what it showed as present."""
    from prometheus_client.multiprocess import mark_process_dead

    mark_process_dead(worker.pid)


def post_worker_init(worker: Any) -> None:
    """Take in what changed since the index, and match once, before the first request comes."""
    from matchmaker.services import matching

    try:
        index = matching.current_index(settings)
        matching.match(index, {"problem": "随机振动试验 random vibration test"})
        log.info("web process ready", version=index.catalogue.version)
        # The index stays; looking through it again and again would cost requests time.
        gc.collect()
        gc.freeze()
    except MatchmakerError as error:
        log.warning("not ready to match yet", reason=str(error))
    except Exception:
        # Whatever it is, the pages that need no index can still be served, and /readyz tells.
        log.exception("the index could not be loaded")
