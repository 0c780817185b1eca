"""`matchmaker-refer`: send a file of needs, watch it being worked through, fetch its results. Safe to run again."""

import argparse
import os
import sys
from collections.abc import Sequence
from pathlib import Path

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table

from matchmaker_client.calls import Referrals
from matchmaker_client.documents import Batch
from matchmaker_client.errors import ConnectionLostError, RefusedError

ACCEPTED, SOME_REFUSED, NOT_TAKEN, NO_CONNECTION = range(4)
"""How the command ends: 0 every row accepted, 1 some refused, 2 the file was not taken or failed, 3 no connection."""
REFUSED_SHOWN = 20


def parser() -> argparse.ArgumentParser:
    """Return the reader of the command's arguments."""
    made = argparse.ArgumentParser(
        prog="matchmaker-refer", description=__doc__,
        epilog="The key of the API is read from the variable MATCHMAKER_KEY, or from the file that --key-file names.")
    made.add_argument("file", type=Path, help="needs as XLSX, CSV, JSON or NDJSON")
    made.add_argument("--at", default=os.environ.get("MATCHMAKER_AT", "http://127.0.0.1:8000"),
                      help="address of the service (or the variable MATCHMAKER_AT)")
    made.add_argument("--key-file", type=Path, help="file that holds the key of the API and nothing else")
    made.add_argument("--watch", action="store_true", help="stay until every row has its answer")
    made.add_argument("--results", type=Path, metavar="FILE", help="write the results there (.csv, .ndjson or .xlsx)")
    made.add_argument("--dry-run", action="store_true", help="check and match every row, make and send nothing")
    made.add_argument("--send-to", metavar="WHOM", help="whom to ask for rows that do not say it: best, or offerings")
    made.add_argument("--allocation", choices=("best_each", "fair_capacity"), help="how scarce places are given")
    made.add_argument("--retry-of", metavar="BATCH", help="batch whose refused rows this file mends")
    made.add_argument("--name", help="name of the batch; sent again under another name, the file is another batch")
    made.add_argument("--language", choices=("en", "zh"), default="en")
    return made


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; return how it ended."""
    given = parser().parse_args(arguments)
    told, faults = Console(), Console(stderr=True)
    try:
        key = given.key_file.read_text().strip() if given.key_file else os.environ.get("MATCHMAKER_KEY", "")
        if not key:
            faults.print("No key: set MATCHMAKER_KEY, or name a file by --key-file.", markup=False)
            return NOT_TAKEN
        with Referrals(given.at, key, language=given.language) as referrals:
            return _run(referrals, given, told)
    except (RefusedError, ValueError, OSError) as error:
        faults.print(str(error), markup=False)
        return NOT_TAKEN
    except ConnectionLostError as error:
        faults.print(f"{error}. Run the same command again: it goes on from there.", markup=False)
        return NO_CONNECTION
    except KeyboardInterrupt:
        faults.print("Left. The batch goes on; run the same command again to watch it.", markup=False)
        return NO_CONNECTION


def _run(referrals: Referrals, given: argparse.Namespace, told: Console) -> int:
    options = {"dry_run": "true" if given.dry_run else None, "send_to": given.send_to,
               "allocation": given.allocation, "retry_of": given.retry_of}
    batch = referrals.send(given.file, name=given.name, **{name: said for name, said in options.items() if said})
    told.print(f"Batch {batch.reference} ({batch.id})", markup=False, highlight=False)
    if not given.watch and not given.results:
        return ACCEPTED
    batch = _watched(referrals, batch, told)
    _summary(referrals, batch, told)
    if given.results:
        told.print(f"Results: {referrals.save_results(batch.id, given.results)}", markup=False, highlight=False)
    if batch.state != "done":
        return NOT_TAKEN
    return SOME_REFUSED if batch.rows.get("refused") else ACCEPTED


def _watched(referrals: Referrals, batch: Batch, told: Console) -> Batch:
    """Show a bar until the batch has ended; return the batch."""
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TextColumn("{task.fields[left]}"),
               TimeElapsedColumn())
    with Progress(*columns, console=told) as bar:
        task = bar.add_task("Waiting", total=None, left="")
        for now in referrals.watch(batch.id):
            batch = now
            left = "" if batch.seconds_left is None or batch.has_ended else f"{batch.seconds_left} s left"
            doing = "Weighing" if batch.weighed is not None else batch.state.capitalize()
            bar.update(task, description=doing, completed=batch.done if batch.weighed is None else batch.weighed,
                       total=batch.total, left=left)
    return batch


def _summary(referrals: Referrals, batch: Batch, told: Console) -> None:
    """Print how the rows ended, and of the first refused ones why."""
    counts = ", ".join(f"{count} {name.replace('_', ' ')}" for name, count in batch.rows.items() if count)
    told.print(f"{batch.state}: {batch.done} rows{': ' if counts else ''}{counts}", markup=False, highlight=False)
    if batch.error:
        told.print(batch.error, markup=False)
    if not batch.rows.get("refused"):
        return
    table = Table("Row", "Reference", "Column", "What is wrong")
    for number, result in enumerate(referrals.results(batch.id, outcome="refused")):
        if number == REFUSED_SHOWN:
            break
        for remark in result.remarks:
            table.add_row(str(result.row), result.external_id or "", remark.column, remark.words)
    told.print(table)


if __name__ == "__main__":
    sys.exit(main())
