"""POST /api/v1/matches above the match itself: milliseconds of this process's processor time, all taking turns.

The demo is loaded into a home of its own and filled up with synthetic offerings. Requests go to the application as a
WSGI server would hand them on, so what is measured is ours, without sockets. Beside them: the match alone, an echo of
the same request by Flask, the first stage alone behind such an echo (reading the need, analysing it, the 10 best by its
words), and the same answer turned into JSON by marshmallow, field by field, instead of orjson.
"""

import json
import os
import secrets
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

import numpy as np
import orjson
from flask import Flask, Response, request
from werkzeug.test import EnvironBuilder, run_wsgi_app

from bench.match import needs_in
from bench.publishing import fill
from matchmaker import logs, storage
from matchmaker.app import create_app
from matchmaker.config import ROOT, Config
from matchmaker.ranking.text import Text
from matchmaker.ranking.texts import TextRanker
from matchmaker.schemas.matches import MatchesAnswer
from matchmaker.schemas.needs import NeedSchema
from matchmaker.schemas.vocabulary import use_vocabulary
from matchmaker.services import matching, vocabulary

ROUNDS = 3


def measure(n: int, quick: bool) -> Iterator[dict[str, Any]]:
    """Yield one row."""
    with tempfile.TemporaryDirectory(prefix="bench") as home:
        os.environ |= {"MATCHMAKER_HOME": home, "MATCHMAKER_SECRET_KEY": secrets.token_urlsafe(48)}
        for command in (("db", "upgrade"), ("demo",)):
            _run(*command)
        config = Config.from_environ()
        if not quick:
            fill(config.database_url, n)
            _run("index", "publish")
        logs.configure(config.log_level, config.log_format)
        storage.connect(config.database_url)
        yield _measured(config, 1 if quick else ROUNDS)


def _run(*command: str) -> None:
    subprocess.run([sys.executable, "-m", "matchmaker", *command], check=True, capture_output=True)


def _measured(config: Config, rounds: int) -> dict[str, Any]:
    app, schema, index = create_app(config), MatchesAnswer(), matching.current_index(config)
    echo, first = _plain(lambda sent: sent), _plain(partial(_first_stage, index.catalogue.ranker))
    with storage.reading() as session:
        codes = vocabulary.codes(session)
    needs = [need for language in ("zh", "en") for need in needs_in(ROOT / "data" / f"needs_{language}.jsonl")]
    took: dict[str, list[float]] = {}
    with use_vocabulary(*codes):
        for turn in range(rounds + 1):
            for stated in needs:
                body, need = orjson.dumps({"need": stated}), NeedSchema().load(stated)
                document = matching.match(index, need)
                read = schema.load(json.loads(orjson.dumps(document)))
                works: dict[str, Callable[[], Any]] = {
                    "match": lambda need=need: matching.match(index, need),
                    "request": partial(_post, app, _sent(body)),
                    "echo": partial(_post, echo, _sent(body)),
                    "first_stage": partial(_post, first, _sent(body)),
                    "orjson": lambda document=document: orjson.dumps(document),
                    "marshmallow": lambda read=read: json.dumps(schema.dump(read)),
                }
                for name, work in works.items():
                    started = time.thread_time()
                    work()
                    if turn:
                        took.setdefault(name, []).append((time.thread_time() - started) * 1000)
    above = np.subtract(took["request"], took["match"])
    return {"offerings": len(index.catalogue), "requests": len(above),
            "cpu_ms": {name: round(float(np.median(each)), 3) for name, each in took.items()},
            "above_the_match_ms": round(float(np.median(above)), 2)}


def _plain(answer_to: Callable[[Any], Any]) -> Flask:
    """Return an application that answers with what a function makes of the JSON that was sent, and no more."""
    app = Flask("plain")

    @app.post("/api/v1/matches")
    def answer() -> Response:
        return Response(orjson.dumps(answer_to(request.get_json())), content_type="application/json")

    return app


def _first_stage(ranker: TextRanker, sent: dict[str, Any]) -> list[int]:
    counts = ranker.word_counts_.count(Text.of(sent["need"]["problem"])).after(ranker.word_counts_.pair_buckets)
    found: list[int] = ranker.postings_["bm25"].search(*ranker.encoders_[2].encode(counts), 10).texts.tolist()
    return found


def _sent(body: bytes) -> dict[str, Any]:
    """Return a request as a server hands it on; to make it is no work of the application's."""
    return EnvironBuilder("/api/v1/matches", method="POST", data=body, content_type="application/json").get_environ()


def _post(app: Any, sent: dict[str, Any]) -> None:
    answer, status, _headers = run_wsgi_app(app, sent, buffered=True)
    b"".join(answer)
    if not status.startswith("200"):
        raise RuntimeError(f"the service answered {status}")
