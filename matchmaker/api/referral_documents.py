"""What the API answers about referrals, described for its OpenAPI document. Answers are not dumped through these."""

from marshmallow import Schema, fields

from matchmaker.domain import Allocation, LeadState, Outcome, Standing
from matchmaker.services.referrals.results import ENDED, ERASED


class BatchReceipt(Schema):
    """A batch that was taken; the same answer comes again for the same key and body."""

    id = fields.UUID(required=True)
    reference = fields.String(required=True)
    created_at = fields.DateTime(required=True)
    live = fields.Boolean(required=True, metadata={"description": "Whether rows become needs: not so in a dry run, nor "
                                                                  "with a key of the sandbox."})
    dry_run = fields.Boolean(required=True)
    send_to = fields.String(required=True, allow_none=True)
    allocation = fields.String(required=True, metadata={"enum": [way.value for way in Allocation]})
    retry_of = fields.UUID(required=True, allow_none=True)
    mapping = fields.String(required=True, allow_none=True, metadata={
        "description": "The mapping by which the columns are read, as it was when the batch was sent."})


class IgnoredColumn(Schema):
    """A column that nobody reads, and the one that it may have been meant to be."""

    column = fields.String(required=True)
    nearest = fields.String(required=True, allow_none=True)


class ScarceDocument(Schema):
    """An offering with fewer places than rows it would do for."""

    offering = fields.UUID(required=True)
    name = fields.String(required=True)
    places = fields.Integer(required=True, metadata={"description": "What is free, less the requests waiting there."})
    fits = fields.Integer(required=True, metadata={"description": "The rows that it would do for."})
    best_of = fields.Integer(required=True, metadata={"description": "The rows that it fits best."})
    given = fields.Integer(required=True)


class AllotmentDocument(Schema):
    """What became of scarce places by `fair_capacity`, beside the best match of each row."""

    rows = fields.Integer(required=True, metadata={"description": "The rows that something fits."})
    placed = fields.Integer(required=True)
    without_place = fields.Integer(required=True)
    displaced = fields.Integer(required=True, metadata={"description": "The rows placed elsewhere than at their best."})
    beyond_capacity = fields.Integer(required=True, metadata={
        "description": "The rows that `best_each` would have sent where no place is left."})
    fit = fields.Float(required=True, metadata={"description": "The fits of all rows that were placed, together."})
    fit_best_each = fields.Float(required=True, metadata={"description": "The best fits of all rows, together."})
    loss = fields.Float(required=True, metadata={"description": "What is given up of it."})
    scarce = fields.List(fields.Nested(ScarceDocument), required=True)


class BatchDocument(BatchReceipt):
    """A batch and how far it is."""

    state = fields.String(required=True, metadata={"enum": ["queued", "running", *ENDED]})
    finished_at = fields.DateTime(required=True, allow_none=True)
    rows = fields.Dict(keys=fields.String(metadata={"enum": [outcome.value for outcome in Outcome]}),
                       values=fields.Integer(), required=True)
    standings = fields.Dict(keys=fields.String(), values=fields.Integer(), required=True)
    done = fields.Integer(required=True)
    total = fields.Integer(required=True, allow_none=True)
    rows_per_second = fields.Float(required=True, allow_none=True)
    seconds_left = fields.Integer(required=True, allow_none=True)
    error = fields.String(required=True, allow_none=True)
    ignored_columns = fields.List(fields.Nested(IgnoredColumn), required=True)
    weighed = fields.Integer(required=True, allow_none=True, metadata={
        "description": "How many rows are weighed, while the places of `fair_capacity` are being allotted."})
    allotment = fields.Nested(AllotmentDocument, required=True, allow_none=True)


class BatchPage(Schema):
    """A page of batches."""

    batches = fields.List(fields.Nested(BatchDocument), required=True)
    next_cursor = fields.String(required=True, allow_none=True)


class RemarkDocument(Schema):
    """What is wrong with a row, or worth knowing: its column, a code for machines, words for people."""

    column = fields.String(required=True)
    code = fields.String(required=True)
    words = fields.String(required=True)


class MatchDocument(Schema):
    """An offering that goes with a row's need."""

    offering = fields.UUID(required=True)
    external_id = fields.String(required=True)
    platform = fields.String(required=True, allow_none=True)
    title = fields.Dict(keys=fields.String(), values=fields.String(), required=True)
    fit = fields.Float(required=True, metadata={"minimum": 0, "maximum": 1})
    fits = fields.Boolean(required=True, metadata={"description": "Whether the fit is at or above the threshold."})
    words = fields.List(fields.String(), required=True)


class LeadDocument(Schema):
    """A lead that came of a row, and how it stands."""

    reference = fields.String(required=True)
    offering = fields.UUID(required=True)
    platform = fields.String(required=True, allow_none=True)
    state = fields.String(required=True, metadata={"enum": [state.value for state in LeadState]})
    due_at = fields.DateTime(required=True)
    changed_at = fields.DateTime(required=True)
    decline_reason = fields.String(required=True, allow_none=True)


class ResultDocument(Schema):
    """How one row ended, and what came of it."""

    row = fields.Integer(required=True)
    version = fields.Integer(required=True, metadata={"description": "Rises with each correction, from 1."})
    external_id = fields.String(required=True, allow_none=True)
    outcome = fields.String(required=True, metadata={"enum": [outcome.value for outcome in Outcome]})
    standing = fields.String(required=True, allow_none=True, metadata={
        "enum": [*(standing.value for standing in Standing), ERASED, None]})
    remarks = fields.List(fields.Nested(RemarkDocument), required=True)
    matches = fields.List(fields.Nested(MatchDocument), required=True)
    leads = fields.List(fields.Nested(LeadDocument), required=True)


class RevisionDocument(Schema):
    """How a row stood before it was corrected."""

    version = fields.Integer(required=True)
    outcome = fields.String(required=True, metadata={"enum": [outcome.value for outcome in Outcome]})
    standing = fields.String(required=True, allow_none=True, metadata={
        "enum": [*(standing.value for standing in Standing), None]})
    remarks = fields.List(fields.Nested(RemarkDocument), required=True)
    ended_at = fields.DateTime(required=True)
    by = fields.String(required=True, metadata={"enum": ["person", "program"], "description": "Who corrected it."})


class RowDocument(ResultDocument):
    """One row with its history, the last correction first."""

    history = fields.List(fields.Nested(RevisionDocument), required=True)


class ResultPage(Schema):
    """A page of results."""

    results = fields.List(fields.Nested(ResultDocument), required=True)
    next_cursor = fields.Integer(required=True, allow_none=True)
