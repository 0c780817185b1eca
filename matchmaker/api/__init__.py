"""The JSON interface under ``/api/v1``, described at ``/api/v1/openapi.json`` (OpenAPI 3.1)."""

from flask import Blueprint, Flask
from flask_smorest import Api

from matchmaker import __version__
from matchmaker.api import catalogue, health, matches

PREFIX = "/api/v1"


def register(app: Flask) -> list[Blueprint]:
    """Add the interface and its description to `app`; return its parts, which no browser form can call."""
    app.config.update(
        API_TITLE="matchmaker", API_VERSION=__version__, OPENAPI_VERSION="3.1.0", OPENAPI_URL_PREFIX=PREFIX,
        OPENAPI_JSON_PATH="openapi.json",
    )
    api = Api(app)
    parts = [matches.blueprint, catalogue.blueprint]
    for blueprint in parts:
        api.register_blueprint(blueprint, url_prefix=PREFIX)
    app.register_blueprint(health.blueprint)
    return [*parts, health.blueprint]
