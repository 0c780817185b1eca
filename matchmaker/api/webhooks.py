"""Webhooks by an organisation's programs: endpoints, their secrets, what was sent to them."""

import datetime as dt
from typing import Any
from uuid import UUID

from apispec import APISpec
from flask import Response, current_app, g, url_for

from matchmaker.api.common import Blueprint, answer
from matchmaker.api.webhook_documents import (
    DeliveryDocument,
    DeliveryPage,
    SecretDocument,
    WebhookDocument,
    WebhookList,
)
from matchmaker.domain import EventType, WebhookDelivery, WebhookEndpoint, WebhookHealth
from matchmaker.schemas.referrals import PlaceSchema
from matchmaker.schemas.webhooks import WebhookSchema, event_schema
from matchmaker.services.access import KEEPS_WEBHOOKS, allows
from matchmaker.services.webhooks import delivering, endpoints
from matchmaker.storage.queries import webhooks as queries

blueprint = Blueprint("webhooks", __name__, description="Events that are sent to a program as they happen")

HEADERS = {"webhook-id": "Names the event; the same each time it is sent.",
           "webhook-timestamp": "When it is sent, in seconds since 1970.",
           "webhook-signature": "v1, and the HMAC-SHA256 of id.timestamp.body in base64; after a change of the secret "
                                "two of them, with a blank between."}
LOCATION = {"Location": {"description": "Where the webhook is.", "schema": {"type": "string"}}}


def describe_events(spec: APISpec) -> None:
    """Add to the OpenAPI document what is posted to an endpoint, kind by kind."""
    told = {}
    for kind in EventType:
        schema = event_schema(kind)
        spec.components.schema(schema.__name__, schema=schema)
        told[kind.value] = {"post": {
            "summary": schema.__doc__, "operationId": f"webhook.{kind.value}",
            "description": "Signed after Standard Webhooks, version 1. Answer 2xx within ten seconds; 410 turns the "
                           "webhook off; whatever else is tried again, redirects are not followed.",
            "parameters": [{"in": "header", "name": name, "required": True, "description": words,
                            "schema": {"type": "string"}} for name, words in HEADERS.items()],
            "requestBody": {"required": True, "content": {"application/json": {
                "schema": {"$ref": f"#/components/schemas/{schema.__name__}"}}}},
            "responses": {"2XX": {"description": "Taken. The body of the answer is not read."},
                          "410": {"description": "Send nothing more."}}}}
    spec.options["webhooks"] = told


@blueprint.route("/webhooks")
@allows(KEEPS_WEBHOOKS)
@blueprint.refuses()
@blueprint.response(200, WebhookList)
def listing() -> Response:
    """List your webhooks, the newest first."""
    return answer({"webhooks": [_document(*found) for found in queries.endpoints_of(g.session, g.actor)]})


@blueprint.route("/webhooks", methods=["POST"])
@allows(KEEPS_WEBHOOKS)
@blueprint.refuses(400, 409, 415, 422)
@blueprint.arguments(WebhookSchema)
@blueprint.response(201, SecretDocument, headers=LOCATION)
def make(sent: dict[str, Any]) -> Response:
    """Make a webhook. Its secret is in this answer and in no other."""
    made, secret = endpoints.make(g.session, current_app.config["MATCHMAKER"], g.actor, **sent)
    taken = answer(_one(made) | {"secret": secret}, 201)
    taken.headers["Location"] = url_for(".show", endpoint_id=made.id)
    return taken


@blueprint.route("/webhooks/<uuid:endpoint_id>")
@allows(KEEPS_WEBHOOKS)
@blueprint.refuses(404)
@blueprint.response(200, WebhookDocument)
def show(endpoint_id: UUID) -> Response:
    """Return a webhook and how it is."""
    return answer(_one(queries.endpoint_by_id(g.session, g.actor, endpoint_id)))


@blueprint.route("/webhooks/<uuid:endpoint_id>", methods=["PUT"])
@allows(KEEPS_WEBHOOKS)
@blueprint.refuses(400, 404, 415, 422)
@blueprint.arguments(WebhookSchema)
@blueprint.response(200, WebhookDocument)
def change(sent: dict[str, Any], endpoint_id: UUID) -> Response:
    """Change what a webhook is called, where it is and what it is told of."""
    return answer(_one(endpoints.change(g.session, current_app.config["MATCHMAKER"], g.actor, endpoint_id, **sent)))


@blueprint.route("/webhooks/<uuid:endpoint_id>", methods=["DELETE"])
@allows(KEEPS_WEBHOOKS)
@blueprint.refuses(404)
@blueprint.response(204)
def remove(endpoint_id: UUID) -> Response:
    """Remove a webhook with the log of what was sent to it."""
    endpoints.remove(g.session, g.actor, endpoint_id)
    return Response(status=204)


@blueprint.route("/webhooks/<uuid:endpoint_id>/<any(on,off):switch>", methods=["POST"])
@allows(KEEPS_WEBHOOKS)
@blueprint.refuses(404)
@blueprint.response(200, WebhookDocument)
def turn(endpoint_id: UUID, switch: str) -> Response:
    """Turn a webhook off, or on again. What waited when it was turned off is given up, and can be sent again."""
    return answer(_one(endpoints.turn(g.session, g.actor, endpoint_id, on=switch == "on")))


@blueprint.route("/webhooks/<uuid:endpoint_id>/secret", methods=["POST"])
@allows(KEEPS_WEBHOOKS)
@blueprint.refuses(404)
@blueprint.response(200, SecretDocument)
def rotate(endpoint_id: UUID) -> Response:
    """Give a webhook another secret. For a day deliveries carry signatures of both."""
    found, secret = endpoints.rotate(g.session, current_app.config["MATCHMAKER"], g.actor, endpoint_id)
    return answer(_one(found) | {"secret": secret})


@blueprint.route("/webhooks/<uuid:endpoint_id>/test", methods=["POST"])
@allows(KEEPS_WEBHOOKS)
@blueprint.refuses(404, 409)
@blueprint.response(202, DeliveryDocument)
def test(endpoint_id: UUID) -> Response:
    """Send a test event."""
    return answer(_delivery(endpoints.test(g.session, g.actor, endpoint_id)), 202)


@blueprint.route("/webhooks/<uuid:endpoint_id>/deliveries")
@allows(KEEPS_WEBHOOKS)
@blueprint.refuses(404, 422)
@blueprint.arguments(PlaceSchema, location="query")
@blueprint.response(200, DeliveryPage)
def deliveries(wanted: dict[str, Any], endpoint_id: UUID) -> Response:
    """Return what was sent to a webhook with every attempt, the newest first."""
    found, following = endpoints.deliveries(g.session, g.actor, endpoint_id, **wanted)
    return answer({"deliveries": [_delivery(delivery) for delivery in found], "next_cursor": following})


@blueprint.route("/webhooks/<uuid:endpoint_id>/deliveries/<uuid:delivery_id>/again", methods=["POST"])
@allows(KEEPS_WEBHOOKS)
@blueprint.refuses(404, 409)
@blueprint.response(202, DeliveryDocument)
def again(endpoint_id: UUID, delivery_id: UUID) -> Response:
    """Send an event again at once, with the same webhook-id."""
    return answer(_delivery(endpoints.send_again(g.session, g.actor, endpoint_id, delivery_id)), 202)


def _one(endpoint: WebhookEndpoint) -> dict[str, Any]:
    return _document(endpoint, queries.health_of(g.session, endpoint.id))


def _document(endpoint: WebhookEndpoint, health: WebhookHealth) -> dict[str, Any]:
    return {"id": endpoint.id, "name": endpoint.name, "url": endpoint.url, "events": endpoint.events,
            "created_at": endpoint.created_at, "on": endpoint.is_on, "off_at": endpoint.off_at,
            "off_why": endpoint.off_why, "former_secret_until": endpoint.former_until,
            "rests_until": health.rests_until, "succeeded_at": health.succeeded_at}


def _delivery(delivery: WebhookDelivery) -> dict[str, Any]:
    happened = delivery.event
    attempts: list[dict[str, dt.datetime | int | str | None]] = [
        {"at": one.at, "milliseconds": one.milliseconds, "status": one.status, "fault": one.fault}
        for one in delivery.log]
    return {"id": delivery.id, "message_id": delivering.message_id(happened), "type": happened.type,
            "happened_at": happened.at, "data": happened.data, "state": delivery.state, "next_at": delivery.next_at,
            "attempts": attempts}
