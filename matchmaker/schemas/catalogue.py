"""What may be asked of the public catalogue, by address line or by API."""

from matchmaker.domain import Delivery
from matchmaker.schemas.base import Strict
from matchmaker.schemas.codes import KindCode, RegionCode
from matchmaker.schemas.fields import Choice, Line, WholeNumber


class CatalogueQuerySchema(Strict):
    """Filters and the place in the list; a filter left out or empty asks nothing."""

    kind = KindCode(load_default=None, metadata={"description": "A kind of resource; see /api/v1/kinds."})
    region = RegionCode(load_default=None, metadata={
        "description": "Where the firm is (GB/T 2260): finds what is offered there and nationwide."})
    platform = Line(64, load_default=None, metadata={"description": "The short name of a platform."})
    delivery = Choice(Delivery, load_default=None, metadata={"description": "How the work is done."})
    text = Line(200, data_key="q", load_default=None, metadata={
        "description": "Words that must all occur in title, summary or keywords."})
    limit = WholeNumber(1, 100, load_default=20, metadata={"description": "How many at once."})
    cursor = Line(64, load_default=None, metadata={"description": "The `next_cursor` of the page before."})
