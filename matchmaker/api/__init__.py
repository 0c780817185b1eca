"""The JSON interface under ``/api/v1``, described at ``/api/v1/openapi.json`` (OpenAPI 3.1)."""

from flask import Blueprint, Flask
from flask_smorest import Api
from flask_smorest.spec.plugins import integerconverter2paramschema

from matchmaker import __version__
from matchmaker.api import catalogue, health, matches, metrics, referral_firms, referral_mappings, referrals, webhooks

PREFIX = "/api/v1"


def register(app: Flask) -> list[Blueprint]:
    """Add the interface and its description to `app`; return its parts, which no browser form can call."""
    app.config.update(
        API_TITLE="matchmaker", API_VERSION=__version__, OPENAPI_VERSION="3.1.0", OPENAPI_URL_PREFIX=PREFIX,
        OPENAPI_JSON_PATH="openapi.json",
    )
    api = Api(app)
    api.register_converter(app.url_map.converters["int"], integerconverter2paramschema)
    api.spec.components.security_scheme("key", {"type": "http", "scheme": "bearer"})
    parts = [matches.blueprint, catalogue.blueprint, referrals.blueprint, referral_mappings.blueprint,
             referral_firms.blueprint, webhooks.blueprint]
    for blueprint in parts:
        api.register_blueprint(blueprint, url_prefix=PREFIX)
    webhooks.describe_events(api.spec)
    app.register_blueprint(health.blueprint)
    app.register_blueprint(metrics.blueprint)
    return [*parts, health.blueprint, metrics.blueprint]
