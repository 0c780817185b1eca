"""What an incubator's people send from their pages: keys of the API, and files with needs."""

from matchmaker.domain import Allocation, Scope
from matchmaker.schemas.asking import Id
from matchmaker.schemas.base import Strict
from matchmaker.schemas.fields import Choice, Fault, Flag, Items, Line, WholeNumber


class KeySchema(Strict):
    """A key that is to be made."""

    name = Line(100, required=True)
    scopes = Items(Choice(Scope), len(Scope), required=True, error_messages={
        "required": Fault("no_scope", "Tick what the key may do; one that may do nothing is of no use.")})
    is_live = Flag(required=True)
    days = WholeNumber(1, 1_095, load_default=None)


class VersionSchema(Strict):
    """Which version of a row was read."""

    version = WholeNumber(1, 10**6, required=True)


class UploadSchema(Strict):
    """How a file is to be taken."""

    token = Line(64, required=True)
    dry_run = Flag(load_default=False)
    send_to = Line(1_000, load_default=None)
    allocation = Choice(Allocation, load_default=Allocation.BEST_EACH)
    retry_of = Id(load_default=None)
    mapping = Line(60, load_default=None)
