"""Is the process alive, and can it answer: for load balancers, `make run` and people who look for a fault."""

from flask import Blueprint, Response, current_app, g
from sqlalchemy.exc import SQLAlchemyError

from matchmaker import __version__
from matchmaker.api.common import answer
from matchmaker.errors import MatchmakerError
from matchmaker.services import matching
from matchmaker.services.access import ANYBODY, allows
from matchmaker.storage import schema

blueprint = Blueprint("health", __name__)


@blueprint.get("/healthz")
@allows(ANYBODY)
def healthz() -> Response:
    """Say that the process is alive, whatever it can reach."""
    return answer({"status": "ok", "version": __version__})


@blueprint.get("/readyz")
@allows(ANYBODY)
def readyz() -> Response:
    """Say whether needs can be matched: 200, or 503 with what is missing and the command that mends it.

    Where the newest index is damaged and an older one serves, that is 200 with a warning.
    """
    missing = [*_database_faults(), *_index_faults()]
    if missing:
        unready = answer({"status": "not ready", "missing": missing}, 503)
        unready.headers["Retry-After"] = "2"
        return unready
    refused = matching.fault(current_app.config["MATCHMAKER"])
    warnings = [f"An older index serves; run: matchmaker index publish. {refused}"] if refused else []
    return answer({"status": "ready", "version": __version__, **({"warnings": warnings} if warnings else {})})


def _database_faults() -> list[str]:
    try:
        if schema.is_current(g.session.connection()):
            return []
        return ["The database lacks tables of this version; run: matchmaker db upgrade"]
    except SQLAlchemyError as error:
        return [f"The database cannot be reached ({type(error).__name__}); check MATCHMAKER_DATABASE_URL"]


def _index_faults() -> list[str]:
    try:
        matching.current_index(current_app.config["MATCHMAKER"])
    except MatchmakerError as error:
        return [str(error)]
    return []
