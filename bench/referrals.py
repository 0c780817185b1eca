"""Rows per second of referral batches: real needs and the demo's, with valid firms, codes and consents made for them.

    python -m bench.referrals [--rows 1000] [--form xlsx|csv|ndjson|json] [--shared FOLDER] [--write FILE] [--seed 1]
    python -m bench.referrals --at http://127.0.0.1:8000 --pid PID [--rows 10000] [--form …] [--upload 100]

The real needs are those of three public collections, which are read where the folder of shared data lies.

Without ``--write`` a batch is sent to the application in this process, over the database and the index of
MATCHMAKER_HOME, and its job is done by this process: take a copy of a demo, for needs, leads and mail are stored.
With it the file alone is written, to be sent to a server. ``--at`` sends the batches to a running service instead,
whose demo is that of MATCHMAKER_HOME, reads every answer, and tells what the processes under the one with this id held
and computed meanwhile (``matchmaker run`` has web and worker under it); with ``--upload`` it is so many megabytes.
"""

import argparse
import csv
import io
import json
import random
import resource
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import UUID

import xlsxwriter
from stdnum.cn import uscc

from bench import referral_service
from bench.referral_service import FORMS, PATH
from matchmaker import storage
from matchmaker.app import create_app
from matchmaker.cli.common import configured
from matchmaker.domain import Member, Role, Scope, Service
from matchmaker.domain.base import new_id
from matchmaker.jobs.worker import run_one
from matchmaker.services.leads import consents
from matchmaker.services.referrals import keys
from matchmaker.storage.queries import organisations
from matchmaker.storage.queries import referrals as queries
from matchmaker.tasks import make_tasks

REGIONS = ("110108", "310115", "320594", "330106", "440305", "510107")
SIGNS = "0123456789ABCDEFGHJKLMNPQRTUWXY"
SHARED = Path(__file__).resolve().parent.parent.parent / "shared" / "data"
COLLECTIONS = ("sbir_topics_af151_en", "eu_funding_topics_2026_en", "uk_innovation_challenges_en")
LONGEST = 4_000
"""Characters that are taken of a real need."""


def demo_needs(data: Path) -> list[dict[str, Any]]:
    """Return the needs of the demo in both languages."""
    files = (data / "needs_zh.jsonl", data / "needs_en.jsonl")
    return [json.loads(line)["need"] for file in files for line in file.read_text(encoding="utf-8").splitlines()]


def real_needs(shared: Path) -> list[dict[str, Any]]:
    """Return the needs of the public collections that are there, in flat fields."""
    found = []
    for name in COLLECTIONS:
        if not (path := shared / name / "items.csv").exists():
            continue
        with path.open(encoding="utf-8", newline="") as file:
            for row in csv.DictReader(file):
                words = " ".join(filter(None, (row["title"], row.get("objective"), row["description"])))
                found.append({"title": row["title"][:150], "problem": words[:LONGEST]})
    return found


def credit_code(draw: random.Random) -> str:
    """Return a unified social credit code of a firm that does not exist; its check character fits (GB 32100)."""
    body = "91" + draw.choice(REGIONS) + "".join(draw.choice(SIGNS) for _ in range(9))
    return body + uscc.calc_check_digit(body)


def rows(needs: list[dict[str, Any]], platforms: list[str], count: int, seed: int) -> Iterator[dict[str, Any]]:
    """Yield so many rows: each need by turns with a firm of its own; half bring the evidence of consent.

    One in fifty says nothing of its need, one in fifty has a wrong code, one in twenty is of a firm that came before.
    """
    draw, codes = random.Random(seed), [credit_code(random.Random(seed))]
    for number in range(count):
        need = needs[number % len(needs)]
        firm = need.get("organisation") or {}
        if draw.random() > 0.05:
            codes.append(credit_code(draw))
        row = {
            "external_id": f"R-{number + 1:06}", "title": need.get("title"),
            "problem": f"{need['problem']} ({number // len(needs) + 1}, {draw.choice(REGIONS)})",
            "kinds": "; ".join(need.get("kinds", ())), "region": need.get("region"),
            "needed_by": need.get("needed_by"), "delivery": "; ".join(need.get("delivery", ())),
            "organisation_name": firm.get("name") or f"Firm {number}", "organisation_region": firm.get("region"),
            "organisation_size_class": firm.get("size_class"),
            "organisation_unified_social_credit_code": codes[-1], "contact_name": f"Contact {number}",
            "contact_email": f"contact{number}@firms.example", "send_to": "best",
        }
        if number % 2:
            row |= {"consent_version": consents.current_version(), "consent_at": "2026-11-03T08:00:00Z",
                    "consent_channel": "paper", "consent_recipients": "; ".join(platforms)}
        if number % 50 == 7:
            row |= {"problem": "", "title": ""}
        if number % 50 == 9:
            row["organisation_unified_social_credit_code"] = codes[-1][:-1] + "I"
        yield row


def written(made: list[dict[str, Any]], form: str) -> bytes:
    """Return the rows as a file."""
    names = list(dict.fromkeys(name for row in made for name in row))
    if form == "json":
        return json.dumps(made, ensure_ascii=False).encode()
    if form == "ndjson":
        return b"".join(json.dumps(row, ensure_ascii=False).encode() + b"\n" for row in made)
    if form == "csv":
        out = io.StringIO()
        writer = csv.DictWriter(out, names)
        writer.writeheader()
        writer.writerows(made)
        return out.getvalue().encode()
    book = io.BytesIO()
    with xlsxwriter.Workbook(book, {"strings_to_formulas": False, "strings_to_urls": False}) as workbook:
        sheet = workbook.add_worksheet()
        sheet.write_row(0, 0, names)
        for number, row in enumerate(made, 1):
            sheet.write_row(number, 0, [row.get(name) or "" for name in names])
    return book.getvalue()


def program(config: Any) -> str:
    """Return a new key of the demo's incubator."""
    with storage.writing() as session:
        place = organisations.organisation_by_slug(session, "incubator")
        person = organisations.person_by_email(session, "incubator@incubator.example")
        if place is None or person is None:
            raise SystemExit("There is no demo here; run: matchmaker demo")
        member = Member(person.id, {place.id: frozenset({Role.REFERRER})})
        return keys.make(session, config, member, "Bench", list(Scope), is_live=True)[1]


def measure(config: Any, body: bytes, form: str, count: int) -> dict[str, Any]:
    """Send the body, do its job, and return what came of it and how long it took."""
    client, key = create_app(config).test_client(), program(config)
    headers = {"Authorization": f"Bearer {key}", "Idempotency-Key": new_id().hex}
    began = time.perf_counter()
    answer = client.post(PATH, data=body, content_type=FORMS[form], headers=headers)
    taken = time.perf_counter() - began
    if answer.status_code != 202:
        raise SystemExit(answer.text)
    batch_id = answer.get_json()["id"]
    with storage.reading() as session:
        job_id = queries.batch_by_id(session, Service(), UUID(batch_id)).job_id
    began, cpu = time.perf_counter(), time.process_time()
    run_one(make_tasks(config), job_id)
    seconds, cpu = time.perf_counter() - began, time.process_time() - cpu
    batch = client.get(f"{PATH}/{batch_id}", headers=headers).get_json()
    assert batch["state"] == "done", batch
    assert batch["done"] == count == sum(batch["rows"].values())
    return {
        "form": form, "rows": count, "bytes": len(body), "accept_seconds": round(taken, 2),
        "rows_per_second": round(count / seconds, 1), "cpu_milliseconds_a_row": round(1000 * cpu / count, 1),
        "outcomes": batch["rows"], "standings": {name: found for name, found in batch["standings"].items() if found},
        "memory_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss >> 10,
        "child_memory_mb": resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss >> 10,
    }


def main() -> None:
    """Write the rows, or measure them."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", type=int, default=1_000)
    parser.add_argument("--form", choices=FORMS, action="append")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--write", type=Path)
    parser.add_argument("--shared", type=Path, default=SHARED)
    parser.add_argument("--upload", type=int, help="megabytes to send to a server")
    parser.add_argument("--at")
    parser.add_argument("--pid", type=int)
    given = parser.parse_args()
    config = configured()
    if given.upload:
        print(json.dumps(referral_service.upload(given.at, program(config), given.pid, given.upload)))
        return
    platforms = [json.loads(line)["slug"] for line in (config.data / "platforms.jsonl").read_text().splitlines()]
    for number, form in enumerate(given.form or ["csv"]):
        needs = [*demo_needs(config.data), *real_needs(given.shared)]
        made = list(rows(needs, platforms, given.rows, given.seed + number))
        body = written(made, form)
        if given.write:
            given.write.write_bytes(body)
            print(Counter("with consent" if "consent_at" in row else "without" for row in made))
        elif given.at:
            print(json.dumps(referral_service.send(given.at, program(config), given.pid, body, form)))
        else:
            print(json.dumps(measure(config, body, form, given.rows)))


if __name__ == "__main__":
    main()
