"""How gunicorn serves the application; ``matchmaker serve`` starts it with this file."""

import gc
import threading
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

# Loaded once, before the processes fork: they share it in memory, and one that replaces another has it at once. Nothing
# here connects or starts anything, which a fork would tear apart. Looking for garbage would take a sixth of the time,
# and looking through what stays would later copy it into every process.
gc.disable()
import_module("matchmaker.app")
gc.freeze()
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


def post_worker_init(worker: Any) -> None:
    """Map the index and match once before the first request comes, so that nobody waits for tables to be read."""
    from matchmaker.services import matching

    try:
        index = matching.current_index(settings)
        matching.match(index, {"problem": "随机振动试验 random vibration test"})
        # The index stays; looking through it again and again would cost requests time.
        gc.collect()
        gc.freeze()
        # Reading units takes a third of a second the first time; no request shall wait for it, nor the start.
        threading.Thread(target=matching.understand, args=(index.model, {"problem": "10 kN, 5-2000 Hz"})).start()
    except MatchmakerError as error:
        log.warning("not ready to match yet", reason=str(error))
    except Exception:
        # Whatever it is, the pages that need no index can still be served, and /readyz tells.
        log.exception("the index could not be loaded")
