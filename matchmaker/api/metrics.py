"""Figures for Prometheus under ``/metrics``: requests of all processes, and how the service stands as a whole.

Requests are counted in files that the web processes share (prometheus_client's multiprocess mode, which
``gunicorn.conf.py`` sets up); everything else is read from the database when it is asked for.
"""

import hmac
import os
from collections.abc import Iterator

from flask import Blueprint, Response, abort, current_app, g, request
from prometheus_client import CollectorRegistry, Counter, Histogram, generate_latest
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.exposition import CONTENT_TYPE_LATEST
from prometheus_client.multiprocess import MultiProcessCollector
from prometheus_client.registry import Collector

from matchmaker.services import figures
from matchmaker.services.access import ANYBODY, allows

blueprint = Blueprint("metrics", __name__)
LOOPBACK = frozenset({"127.0.0.1", "::1"})
METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
"""A method is a caller's word: others are counted together, so that nobody can make figures without end."""
SECONDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)

own = CollectorRegistry()
requests = Counter("matchmaker_requests", "Requests answered", ("method", "rule", "status"), registry=own)
seconds = Histogram("matchmaker_request_seconds", "Seconds to an answer", ("rule",), registry=own, buckets=SECONDS)


def count(rule: str, status: int, elapsed: float) -> None:
    """Count a request that was answered; `rule` is the pattern of its address, never the address."""
    requests.labels(request.method if request.method in METHODS else "other", rule, str(status)).inc()
    seconds.labels(rule).observe(elapsed)


class Standing(Collector):
    """Reads how the service stands."""

    def collect(self) -> Iterator[Metric]:
        """Yield the figures of this moment."""
        for figure in figures.figures(g.session, current_app.config["MATCHMAKER"]):
            family = GaugeMetricFamily(f"matchmaker_{figure.name}", figure.meaning, labels=figure.labels)
            for labels, value in figure.values.items():
                family.add_metric(labels, value)
            yield family


@blueprint.get("/metrics")
@allows(ANYBODY)
def metrics() -> Response:
    """Answer with the figures to this machine or whoever knows MATCHMAKER_METRICS_TOKEN; for others, be missing."""
    token = current_app.config["MATCHMAKER"].metrics_token
    said = request.headers.get("Authorization", "").removeprefix("Bearer ")
    is_known = hmac.compare_digest(said.encode(), token.encode()) if token else request.remote_addr in LOOPBACK
    if not is_known:
        abort(404)
    registry = CollectorRegistry()
    registry.register(Standing())
    if "PROMETHEUS_MULTIPROC_DIR" in os.environ:
        MultiProcessCollector(registry)
        return Response(generate_latest(registry), content_type=CONTENT_TYPE_LATEST)
    return Response(generate_latest(registry) + generate_latest(own), content_type=CONTENT_TYPE_LATEST)
