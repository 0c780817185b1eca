"""What the API answers about webhooks, described for its OpenAPI document. Answers are not dumped through these."""

from marshmallow import Schema, fields

from matchmaker.domain import DeliveryState, EventType, OffReason
from matchmaker.domain.webhooks import SUBSCRIBABLE

FAULTS = ("address", "name", "timeout", "connection", "tls", "protocol", "redirect", "status")


class WebhookDocument(Schema):
    """An endpoint and how it is."""

    id = fields.UUID(required=True)
    name = fields.String(required=True)
    url = fields.String(required=True)
    events = fields.List(fields.String(metadata={"enum": [kind.value for kind in SUBSCRIBABLE]}), required=True)
    created_at = fields.DateTime(required=True)
    on = fields.Boolean(required=True)
    off_at = fields.DateTime(required=True, allow_none=True)
    off_why = fields.String(required=True, allow_none=True, metadata={
        "enum": [*(why.value for why in OffReason), None]})
    former_secret_until = fields.DateTime(required=True, allow_none=True, metadata={
        "description": "Until then each delivery is signed with the secret before, too."})
    rests_until = fields.DateTime(required=True, allow_none=True, metadata={
        "description": "It does not answer; until then nothing is sent to it."})
    succeeded_at = fields.DateTime(required=True, allow_none=True)


class SecretDocument(WebhookDocument):
    """An endpoint with its secret, which is shown this once."""

    secret = fields.String(required=True)


class WebhookList(Schema):
    """All endpoints."""

    webhooks = fields.List(fields.Nested(WebhookDocument), required=True)


class AttemptDocument(Schema):
    """One attempt at a delivery."""

    at = fields.DateTime(required=True)
    milliseconds = fields.Integer(required=True)
    status = fields.Integer(required=True, allow_none=True)
    fault = fields.String(required=True, allow_none=True, metadata={"enum": [*FAULTS, None]})


class DeliveryDocument(Schema):
    """One event on its way to one endpoint."""

    id = fields.UUID(required=True)
    message_id = fields.String(required=True, metadata={"description": "The header webhook-id."})
    type = fields.String(required=True, metadata={"enum": [kind.value for kind in EventType]})
    happened_at = fields.DateTime(required=True)
    data = fields.Dict(keys=fields.String(), required=True)
    state = fields.String(required=True, metadata={"enum": [state.value for state in DeliveryState]})
    next_at = fields.DateTime(required=True, allow_none=True)
    attempts = fields.List(fields.Nested(AttemptDocument), required=True)


class DeliveryPage(Schema):
    """A page of deliveries."""

    deliveries = fields.List(fields.Nested(DeliveryDocument), required=True)
    next_cursor = fields.String(required=True, allow_none=True)
