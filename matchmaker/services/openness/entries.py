"""What stands on a list, in the form in which the catalogue shows an offering."""

from collections.abc import Mapping
from typing import Any

from matchmaker.domain import Organisation
from matchmaker.services.catalogue import AS_THEY_STAND

MONEY = ("price_min", "price_max")
DAYS = ("valid_from", "valid_through", "verified_at")


def to_public(content: Mapping[str, Any], platform: Organisation) -> dict[str, Any]:
    """Return the content of an entry as `services.catalogue.to_public` has an offering, without its id."""
    currency = content.get("currency") or "CNY"
    return {
        "platform": {"id": str(platform.id), "slug": platform.slug, "name": platform.name},
        "kind": content["kind_code"],
        **{name: content.get(name) for name in (*AS_THEY_STAND, *DAYS)},
        **{name: None if content.get(name) is None else {"amount": content[name], "currency": currency}
           for name in MONEY},
    }
