"""What is sent to make or change a webhook, and the events as they are told, for the OpenAPI document."""

from marshmallow import Schema, fields

from matchmaker.domain import EventType, LeadState, Standing
from matchmaker.domain.webhooks import LONGEST_URL, SUBSCRIBABLE
from matchmaker.schemas.base import Strict
from matchmaker.schemas.fields import Choice, Fault, Items, Line, WebAddress


class EventName(Choice):
    """One of the events that can be asked for."""

    def __init__(self) -> None:
        super().__init__(EventType)
        self.choices = {kind.value: kind for kind in SUBSCRIBABLE}
        self.metadata = {**self.metadata, "enum": list(self.choices)}


class WebhookSchema(Strict):
    """An endpoint: what it is called, where it is, what it is told of."""

    name = Line(100, required=True, metadata={"description": "For people, so that they know it again."})
    url = WebAddress(LONGEST_URL, required=True, metadata={
        "description": "Where events are posted: a public https address.", "format": "uri"})
    events = Items(EventName(), len(SUBSCRIBABLE), required=True, error_messages={
        "required": Fault("no_event", "Tick at least one event; a webhook without any is of no use.")})


class BatchPlace(Schema):
    """The batch that something belongs to."""

    id = fields.UUID(required=True)


class BatchSaid(BatchPlace):
    """A batch and how it stands."""

    reference = fields.String(required=True)
    state = fields.String(required=True, metadata={"enum": ["queued", "done", "cancelled", "failed"]})
    live = fields.Boolean(required=True)


class BatchEventData(Schema):
    """What is told of a batch."""

    batch = fields.Nested(BatchSaid, required=True)


class RowEventData(Schema):
    """What is told of a row: it stands elsewhere now."""

    batch = fields.Nested(BatchPlace, required=True)
    row = fields.Integer(required=True)
    standing = fields.String(required=True, allow_none=True, metadata={
        "enum": [*(standing.value for standing in Standing), None]})


class LeadSaid(Schema):
    """A lead and how it stands."""

    id = fields.UUID(required=True)
    reference = fields.String(required=True)
    offering = fields.UUID(required=True)
    platform = fields.UUID(required=True)
    state = fields.String(required=True, metadata={"enum": [state.value for state in LeadState]})
    previous_state = fields.String(required=True, allow_none=True, metadata={
        "enum": [*(state.value for state in LeadState), None]})


class LeadEventData(RowEventData):
    """What is told of a lead: it has come of a row, or has moved."""

    class Meta:
        """A lead's event does not say how its row stands."""

        exclude = ("standing",)

    lead = fields.Nested(LeadSaid, required=True)


class TestEventData(Schema):
    """What a test tells: which webhook was tried."""

    endpoint = fields.UUID(required=True)


TOLD: dict[EventType, type[Schema]] = {
    EventType.BATCH_CREATED: BatchEventData, EventType.BATCH_COMPLETED: BatchEventData,
    EventType.BATCH_CANCELLED: BatchEventData, EventType.BATCH_FAILED: BatchEventData,
    EventType.ROW_CHANGED: RowEventData, EventType.LEAD_CREATED: LeadEventData, EventType.LEAD_CHANGED: LeadEventData,
    EventType.TEST: TestEventData,
}
"""What the `data` of each kind of event looks like."""


def event_schema(kind: EventType) -> type[Schema]:
    """Return the schema of a whole event of one kind."""
    name = "".join(part.title() for part in kind.value.replace(".", "_").split("_"))
    return type(f"{name}Event", (Schema,), {
        "__doc__": TOLD[kind].__doc__,
        "type": fields.String(required=True, metadata={"enum": [kind.value]}),
        "timestamp": fields.DateTime(required=True, metadata={"description": "When it happened."}),
        "data": fields.Nested(TOLD[kind], required=True)})
