import datetime as dt
from uuid import UUID, uuid4

import orjson
import pytest

from matchmaker.domain import OfferingStatus
from matchmaker.errors import Invalid, NotFound
from matchmaker.services import catalogue
from matchmaker.services.catalogue import OfferingFilter

TODAY = dt.date(2026, 11, 20)


def found(session, **wanted):
    return {item["external_id"] for item in catalogue.offerings(session, OfferingFilter(**wanted), today=TODAY).items}


@pytest.mark.parametrize(("fields", "is_listed"), [
    ({}, True),
    ({"status": OfferingStatus.DRAFT}, False),
    ({"status": OfferingStatus.SUSPENDED}, False),
    ({"valid_through": TODAY}, True),
    ({"valid_through": TODAY - dt.timedelta(1)}, False),
    ({"valid_from": TODAY}, True),
    ({"valid_from": TODAY + dt.timedelta(1)}, False),
])
def test_only_open_offerings_are_listed_and_shown(session, make_offering, fields, is_listed):
    offering = make_offering(session, external_id="one", **fields)
    assert found(session) == ({"one"} if is_listed else set())
    if is_listed:
        assert catalogue.offering(session, offering.id, today=TODAY)["external_id"] == "one"
    else:
        with pytest.raises(NotFound):
            catalogue.offering(session, offering.id, today=TODAY)


def test_an_unknown_offering_is_not_found(session):
    with pytest.raises(NotFound):
        catalogue.offering(session, uuid4())


def test_filters_narrow_by_kind_platform_and_delivery(session, make_offering):
    make_offering(session, external_id="lab", kind_code="laboratory", delivery=["mail_in", "on_site"])
    make_offering(session, external_id="gpu", kind_code="compute", platform="tianquan", delivery=["remote"])
    assert found(session, kind="compute") == {"gpu"}
    assert found(session, platform="jianghai") == {"lab"}
    assert found(session, delivery="on_site") == {"lab"}
    assert found(session, kind="compute", platform="jianghai") == set()


@pytest.mark.parametrize(("region", "wanted"), [
    ("320000", {"nantong", "suzhou", "jiangsu", "china"}),
    ("320500", {"suzhou", "jiangsu", "china"}),
    ("320505", {"jiangsu", "china"}),
    ("330100", {"china"}),
])
def test_a_region_finds_what_serves_it(session, make_offering, region, wanted):
    for name, regions in {"nantong": ["320600"], "suzhou": ["310000", "320500"], "jiangsu": ["320000"],
                          "china": ["000000"], "nowhere": []}.items():
        make_offering(session, external_id=name, regions=regions)
    assert found(session, region=region) == wanted


@pytest.mark.parametrize(("text", "is_found"), [
    ("振动", True), ("RANDOM vib", True), ("vibration 电动", True), ("shaker", True), ("jh-001", True),
    ("climate", False), ("vibration climate", False), ("zh", False), ("%", False), ("_", False), ('"', False),
])
def test_a_text_is_searched_in_titles_summaries_and_keywords(session, make_offering, text, is_found):
    make_offering(session, external_id="jh-001")
    assert bool(found(session, text=text)) is is_found


def test_wildcards_are_found_where_they_are_written(session, make_offering):
    make_offering(session, external_id="literal", title={"en": "Yield of 99.9% in A_B"})
    make_offering(session, external_id="other", title={"en": "Yield of 99 in AxB"})
    assert found(session, text="9%") == {"literal"}
    assert found(session, text="A_B") == {"literal"}


def test_pages_follow_each_other_without_gap_or_repeat(session, make_offering):
    made = [make_offering(session).external_id for _ in range(7)]
    listed, cursor = [], None
    for size in (3, 3, 1):
        page = catalogue.offerings(session, limit=3, cursor=cursor, today=TODAY)
        assert (len(page.items), page.total) == (size, 7)
        listed += [item["external_id"] for item in page.items]
        cursor = page.next_cursor
    assert cursor is None
    assert listed == made[::-1]


def test_what_is_added_meanwhile_does_not_shift_the_next_page(session, make_offering):
    made = [make_offering(session).external_id for _ in range(4)]
    first = catalogue.offerings(session, limit=2, today=TODAY)
    make_offering(session)
    second = catalogue.offerings(session, limit=2, cursor=first.next_cursor, today=TODAY)
    assert [item["external_id"] for item in second.items] == made[1::-1]


@pytest.mark.parametrize("cursor", ["x", "\x00", "0" * 31, "１" * 32 + "g"])
def test_a_made_up_cursor_is_refused(session, cursor):
    with pytest.raises(Invalid):
        catalogue.offerings(session, cursor=cursor)


def test_facets_count_under_the_other_filters(session, make_offering):
    make_offering(session, regions=["320500", "320600"], delivery=["on_site", "mail_in"])
    make_offering(session, regions=["320600"], kind_code="instrument")
    make_offering(session, platform="tianquan", kind_code="compute", regions=["000000"], delivery=["remote"])
    make_offering(session, platform="tianquan", kind_code="compute", status=OfferingStatus.DRAFT)
    facets = catalogue.facets(session, OfferingFilter(platform="jianghai"), today=TODAY)
    assert facets == {
        "kind": [{"code": "instrument", "count": 1}, {"code": "laboratory", "count": 1}],
        "region": [{"code": "320000", "count": 2}],
        "platform": [{"code": "jianghai", "count": 2, "name": {"en": "Jianghai"}},
                     {"code": "tianquan", "count": 1, "name": {"en": "Tianquan"}}],
        "delivery": [{"code": "mail_in", "count": 2}, {"code": "on_site", "count": 1}],
    }


def test_facets_of_an_empty_catalogue_are_empty(session):
    assert catalogue.facets(session) == {"kind": [], "region": [], "platform": [], "delivery": []}


def test_the_public_form_is_whole_and_without_contact(session, make_offering):
    offering = make_offering(session, contact="liaison@jianghai.example", price_min=320000, currency="CNY",
                             price_max=None, valid_through=dt.date(2027, 12, 31))
    public = catalogue.to_public(offering)
    assert "liaison" not in orjson.dumps(public).decode()
    assert UUID(public["id"]) == offering.id
    assert public["platform"] == {"id": str(offering.platform_id), "slug": "jianghai", "name": {"en": "Jianghai"}}
    assert public["price_min"] == {"amount": 320000, "currency": "CNY"}
    assert (public["price_max"], public["valid_through"], public["verified_at"]) == (None, "2027-12-31", None)
    assert set(public) == {
        "id", "external_id", "platform", "kind", "title", "summary", "description", "keywords", "capabilities",
        "standards", "accreditations", "industries", "themes", "trl_min", "trl_max", "eligibility",
        "required_documents", "access_mode", "delivery", "pricing_model", "price_min", "price_max", "sme_discount",
        "voucher_schemes", "capacity", "lead_time_days", "response_days", "regions", "languages", "terms_url",
        "ip_terms", "valid_from", "valid_through", "verified_at",
    }
