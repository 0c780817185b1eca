"""Factors about the conditions of an offering: where, for how much, when, in which language, how fresh."""

import datetime as dt
import math
from collections.abc import Mapping
from typing import Any

from matchmaker.ranking.areas import NATIONWIDE, Places, is_within
from matchmaker.ranking.eligibility import lowest_price
from matchmaker.ranking.factors.base import Finding, met, missing, unknown
from matchmaker.ranking.messages import Amount, Labels
from matchmaker.ranking.needs import Need

NEAR_KM = 400.0
"""At this distance nearness has fallen to 1/e."""
FRESH = dt.timedelta(days=183)
CALENDAR_DAYS_PER_WORKING_DAY = 7 / 5


def judge_region(need: Need, offering: Mapping[str, Any], places: Places) -> Finding:
    """Judge how far away the resource is; distance does not count for what comes remotely or by mail."""
    ways = set(offering.get("delivery") or ()) & {"remote", "mail_in"}
    accepted = ways & need.delivery if need.delivery else ways
    if accepted:
        return met(0.5, "%(ways)s: distance does not matter", ways=Labels.of("delivery", sorted(accepted)))
    regions = offering.get("regions") or ()
    if NATIONWIDE in regions:
        return met(0.5, "Nationwide")
    if not regions or need.region is None:
        return unknown("Where you are, or where it is, is not stated")
    if any(is_within(need.region, area) or is_within(area, need.region) for area in regions):
        return met(1.0, "In your region: %(regions)s", regions=Labels.of("region", regions[:3]))
    distances = [km for area in regions if (km := places.distance_km(need.region, area)) is not None]
    if not distances:
        return unknown("The distance is not known")
    nearness, km = 2 * math.exp(-min(distances) / NEAR_KM) - 1, round(min(distances))
    return met(nearness, "%(km)s km away", km=km) if nearness >= 0 else missing(nearness, "%(km)s km away", km=km)


def judge_price(need: Need, offering: Mapping[str, Any], places: Places) -> Finding:
    """Judge the price against the budget; vouchers that both sides know count as met."""
    vouchers = need.vouchers & set(offering.get("voucher_schemes") or ())
    if vouchers:
        return met(1.0, "Takes your voucher: %(vouchers)s", vouchers=", ".join(sorted(vouchers)))
    lowest, highest = lowest_price(offering), offering.get("price_max")
    if lowest is None:
        return unknown("Price on request")
    if lowest.amount == 0 and not (highest and highest["amount"]):
        return met(1.0, "Free of charge")
    budget = need.budget
    if budget is None or budget.currency != lowest.currency:
        return unknown("From %(lowest)s; no budget stated to compare", lowest=lowest)
    if lowest.amount > budget.amount:
        return missing(-1.0, "From %(lowest)s, above %(budget)s", lowest=lowest, budget=budget)
    if not highest:
        return met(1.0, "From %(lowest)s, within %(budget)s", lowest=lowest, budget=budget)
    most = Amount(highest["amount"], highest["currency"])
    if most.amount <= budget.amount:
        return met(1.0, "At most %(price)s, within %(budget)s", price=most, budget=budget)
    return met(0.5, "From %(lowest)s up to %(price)s; your budget is %(budget)s", lowest=lowest, price=most,
               budget=budget)


def judge_lead_time(need: Need, offering: Mapping[str, Any], places: Places) -> Finding:
    """Judge whether it can be had in time, counting working days from today."""
    days = offering.get("lead_time_days")
    if days is None:
        return unknown("The platform does not state its lead time")
    if need.needed_by is None:
        return unknown("%(days)s working days; no date stated to compare", days=days)
    ready = need.today + dt.timedelta(days=math.ceil(days * CALENDAR_DAYS_PER_WORKING_DAY))
    if ready <= need.needed_by:
        return met(1.0, "%(days)s working days, in time for %(day)s", days=days, day=need.needed_by)
    return missing(-1.0, "%(days)s working days, too late for %(day)s", days=days, day=need.needed_by)


def judge_language(need: Need, offering: Mapping[str, Any], places: Places) -> Finding:
    """Judge whether the platform serves in the language that the need is written in."""
    languages = offering.get("languages") or ()
    if not languages:
        return unknown("Languages of service not stated")
    labels = Labels.of("language", languages)
    if need.language in {tag.partition("-")[0] for tag in languages}:
        return met(1.0, "Served in %(languages)s", languages=labels)
    return missing(-1.0, "Served only in %(languages)s", languages=labels)


def judge_verified(need: Need, offering: Mapping[str, Any], places: Places) -> Finding:
    """Judge how long ago somebody checked the entry."""
    verified = offering.get("verified_at")
    if not verified:
        return unknown("Not yet verified")
    day = dt.date.fromisoformat(verified)
    if need.today - day <= FRESH:
        return met(1.0, "Verified on %(day)s", day=day)
    return missing(-0.5, "Last verified on %(day)s", day=day)
