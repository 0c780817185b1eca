import json

from bench.search.report import draw, rows_of, table

FIGURES = {"median_us": 1200, "p99_us": 9, "ratio": 0.5}
ROW = {"offerings": 10_000, "words": 60, "top": 10, "peers": {"ours": FIGURES, "tantivy": {**FIGURES, "ratio": 3.178}}}


def test_a_table_has_a_line_for_each_peer_and_a_dash_for_who_sat_out():
    other = {**ROW, "offerings": 100_000, "peers": {"ours": FIGURES}}
    lines = table([ROW, other], ("median_us", "ratio")).splitlines()
    assert lines[0] == "| | 10,000, 60 words, top 10 | 100,000, 60 words, top 10 |"
    assert lines[2:] == ["| ours | 1,200 (0.50) | 1,200 (0.50) |", "| tantivy | 1,200 (3.18) | – |"]


def test_rows_are_those_of_the_runs_of_a_name(tmp_path):
    files = []
    for name, row in (("single", ROW), ("bulk", {"offerings": 1}), ("single", {**ROW, "offerings": 7})):
        files.append(tmp_path / f"{len(files)}.json")
        files[-1].write_text(json.dumps({"name": name, "machine": {}, "rows": [row]}))
    assert [row["offerings"] for row in rows_of(files, "single")] == [10_000, 7]


def test_what_was_measured_is_drawn(tmp_path):
    draw([ROW, {**ROW, "offerings": 100_000}], tmp_path / "search.png")
    assert (tmp_path / "search.png").read_bytes().startswith(b"\x89PNG")
