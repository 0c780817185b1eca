import pytest

PAGE = "/api/v1/offerings"


def test_the_catalogue_is_read_page_by_page(client, session, make_offering):
    made = [make_offering(session).external_id for _ in range(5)]
    listed, query = [], {"limit": 2}
    while True:
        page = client.get(PAGE, query_string=query).get_json()
        listed += [offering["external_id"] for offering in page["offerings"]]
        if page["next_cursor"] is None:
            break
        query["cursor"] = page["next_cursor"]
    assert listed == made[::-1]


def test_filters_are_taken_from_the_query(client, session, make_offering):
    make_offering(session, external_id="lab", contact="liaison@jianghai.example")
    make_offering(session, external_id="gpu", platform="tianquan", kind_code="compute", regions=["520100"],
                  title={"zh": "算力"}, summary={}, keywords=[], delivery=["remote"])
    for query in ({"kind": "compute"}, {"platform": "tianquan"}, {"region": "520000"}, {"q": "算力"},
                  {"delivery": "remote"}):
        page = client.get(PAGE, query_string=query).get_json()
        assert ([offering["external_id"] for offering in page["offerings"]], page["total"]) == (["gpu"], 1)
    assert "liaison" not in client.get(PAGE).text


@pytest.mark.parametrize(("query", "field"), [
    ("limit=-1", "limit"), ("limit=0", "limit"), ("limit=101", "limit"), ("limit=x", "limit"),
    ("limit=1180591620717411303424", "limit"), ("kind=telescope", "kind"), ("region=99", "region"),
    ("delivery=pigeon", "delivery"), ("q=a%00b", "q"), ("q=" + "x" * 300, "q"), ("knid=data", "knid"),
    ("kind=data&kind=compute", "kind"), ("cursor=" + "0" * 99, "cursor"),
])
def test_a_query_that_cannot_be_used_names_the_field(client, query, field):
    answer = client.get(f"{PAGE}?{query}")
    assert answer.status_code == 422
    assert answer.content_type == "application/problem+json"
    assert [fault["field"] for fault in answer.get_json()["errors"]] == [field]


def test_a_made_up_cursor_is_refused(client):
    assert client.get(f"{PAGE}?cursor=nonsense").status_code == 422


def test_one_offering_is_shown_by_its_id(client, session, make_offering):
    offering = make_offering(session)
    assert client.get(f"{PAGE}/{offering.id}").get_json()["id"] == str(offering.id)


@pytest.mark.parametrize("name", ["00000000-0000-7000-8000-000000000000", "1", "x", "%00", "9" * 4_000])
def test_an_id_that_is_none_is_not_found(client, name):
    answer = client.get(f"{PAGE}/{name}")
    assert answer.status_code == 404
    assert answer.content_type == "application/problem+json"


@pytest.mark.parametrize(("path", "count"), [("kinds", 17), ("themes", 10)])
def test_the_vocabulary_is_listed_in_both_languages(client, path, count):
    entries = client.get(f"/api/v1/{path}").get_json()[path]
    assert len(entries) == count
    assert all(entry["code"] and entry["label"]["zh"] and entry["label"]["en"] for entry in entries)
