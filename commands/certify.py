"""`form4 certify`: a quarter's statement, as JSON and as a page."""

import csv
import io
import json
import zipfile
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from ..crawler import (
    Absent,
    BrokenAnswer,
    DamagedIndex,
    Dataset,
    EdgarClient,
    IndexFile,
    dataset_links,
    fetch_dataset,
    read_quarterly_index,
)
from ..edgar_calendar import Quarter, business_days_back, newest_due, today_in_new_york
from ..exits import Exit
from ..flows.steps.options import client_options
from ..flows.steps.run import shared_rate
from ..reports.account import account
from ..reports.certificate import Evidence, Held, Listed, Source, certificate
from ..reports.page import write_certificate
from ..settings import Settings, dataset_folder, load_settings
from ..storage import Lake
from .errors import CommandFailed, explained, wrong_use
from .output import print_line

SUBMISSION = "SUBMISSION.TSV"


@explained
def certify(name: str, output: Path, today: date | None) -> int:
    """Write `certificate-2024Q1.json` and `.html` into a folder; 1 if the quarter is not complete."""
    now = today or today_in_new_york()
    with wrong_use(ValueError):
        quarter = Quarter.parse(name)
    if quarter.first >= now:
        raise CommandFailed(f"{quarter} has not begun; a quarter is certified when it is over")
    settings = load_settings()
    with (
        Lake.open(settings.lake) as lake,
        EdgarClient(client_options(settings), shared=shared_rate(settings)) as client,
    ):
        index = _quarterly_index(client, quarter, settings.forms)
        found = _dataset(client, quarter, settings)
        evidence = _evidence(lake, quarter, settings.forms, index, found)
        last = min(quarter.last, newest_due(now))
        standing = account(lake.coverage(quarter.first, last, today=now), now, settings.forms, quarter.first, last)
    troubles = [str(each) for each in standing.troubles] if standing else []
    statement = certificate(evidence, troubles, datetime.now(UTC).isoformat(timespec="seconds"))
    _write(statement, output, str(quarter))
    return Exit.DONE if statement["complete"] else Exit.INCOMPLETE


def _quarterly_index(client: EdgarClient, quarter: Quarter, forms: tuple[str, ...]) -> IndexFile | None:
    try:
        return read_quarterly_index(client, quarter, forms)
    except (Absent, BrokenAnswer, DamagedIndex):
        return None


def _dataset(client: EdgarClient, quarter: Quarter, settings: Settings) -> Dataset | None:
    try:
        return fetch_dataset(client, quarter, dataset_folder(settings), dataset_links(client))
    except (Absent, BrokenAnswer):
        return None


def _evidence(
    lake: Lake, quarter: Quarter, forms: tuple[str, ...], index: IndexFile | None, found: Dataset | None
) -> Evidence:
    in_index = index.entries if index else []
    in_set = _of_set(found.path, quarter, forms) if found else {}
    entries = lake.index_entries_of(quarter.first, quarter.last, [])
    wanted = [each for each in entries if each.form_type in forms]
    live = {each.accession_number for each in wanted if each.delisted_at is None}
    held = {
        number: Held(exact, rounded, quarantined, withdrawn and number not in live, form_type, filed)
        for number, form_type, filed, exact, rounded, quarantined, withdrawn in _held(lake, quarter)
        if form_type in forms
    }
    return Evidence(
        quarter=str(quarter),
        first=quarter.first,
        last=quarter.last,
        forms=forms,
        version=lake.snapshot().version,
        daily_indexes=tuple(
            Source(row.source_path, row.content_sha256, row.state, row.index_date)
            for row in lake.index_days(quarter.first, quarter.last)
        ),
        quarterly_index=Source(index.source_path, index.content_sha256, "whole" if index.whole else "damaged")
        if index
        else Source(None, None, "absent"),
        data_set=Source(found.source_path, found.sha256, "whole") if found else Source(None, None, "absent"),
        daily={
            each.accession_number: Listed(each.form_type, each.filing_date)
            for each in wanted
            if each.delisted_at is None
        },
        quarterly={each.accession_number: Listed(each.form_type, each.filing_date) for each in in_index},
        in_set=in_set,
        held=held,
        late_day=business_days_back(quarter.next.first, 1),
    )


def _held(lake: Lake, quarter: Quarter) -> list[tuple[Any, ...]]:
    """Of each filing made in the quarter: number, form, date; whether exact, of a data set, in quarantine, delisted."""
    sql = """
        WITH known AS (
            SELECT accession_number, form_type, filing_date, source_format <> 'dataset' AS exact,
                source_format = 'dataset' AS rounded, false AS quarantined
            FROM filings WHERE filing_date BETWEEN $1 AND $2
            UNION ALL
            SELECT accession_number, form_type, filing_date, false, false, true
            FROM quarantine WHERE filing_date BETWEEN $1 AND $2
        )
        SELECT k.accession_number, any_value(k.form_type), any_value(k.filing_date), coalesce(bool_or(k.exact), false),
            coalesce(bool_or(k.rounded), false), bool_or(k.quarantined), coalesce(bool_or(e.delisted), false)
        FROM known k
        LEFT JOIN (SELECT accession_number, bool_and(delisted_at IS NOT NULL) AS delisted
                   FROM index_entries GROUP BY accession_number) e USING (accession_number)
        GROUP BY k.accession_number
    """
    connection = lake.connect()
    try:
        return connection.execute(sql, [quarter.first, quarter.last]).fetchall()
    finally:
        connection.close()


def _of_set(path: Path, quarter: Quarter, forms: tuple[str, ...]) -> dict[str, Listed]:
    """The filings that a set's SUBMISSION has of these forms, made in the quarter: it also has late ones before it."""
    with zipfile.ZipFile(path) as zipped:
        name = next((each for each in zipped.namelist() if Path(each).name.upper() == SUBMISSION), None)
        if name is None:
            raise CommandFailed(f"{path} has no SUBMISSION.tsv: it is not one of the SEC's data sets")
        with zipped.open(name) as packed:
            lines = io.TextIOWrapper(packed, "utf-8", errors="replace", newline="\n")
            try:
                rows = [_row(row) for row in csv.DictReader(lines, delimiter="\t", quoting=csv.QUOTE_NONE)]
            except (KeyError, TypeError, ValueError, csv.Error) as wrong:
                raise CommandFailed(f"{path}: its SUBMISSION.tsv cannot be read ({wrong})") from wrong
    return {
        number: listed
        for number, listed in rows
        if listed.form_type in forms and quarter.first <= listed.filing_date <= quarter.last
    }


def _row(row: dict[str, str]) -> tuple[str, Listed]:
    filed = datetime.strptime(row["FILING_DATE"], "%d-%b-%Y").date()  # noqa: DTZ007 a date
    return row["ACCESSION_NUMBER"], Listed(row["DOCUMENT_TYPE"], filed)


def _write(statement: dict[str, Any], folder: Path, name: str) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
        as_json, page = folder / f"certificate-{name}.json", folder / f"certificate-{name}.html"
        as_json.write_text(json.dumps(statement, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
        write_certificate(statement, page)
    except OSError as failed:
        raise CommandFailed(f"cannot write to {folder}: {failed.strerror}; name another with --output") from failed
    counts = statement["lake"]
    print_line(
        f"{name}: {'complete' if statement['complete'] else 'not complete'}; "
        f"{statement['listed']['by_any_index']:,} filings listed, {counts['exact']:,} held exactly, "
        f"{counts['from_data_set_only']:,} from the data set only, {counts['quarantined']:,} in quarantine, "
        f"{counts['withdrawn']:,} withdrawn; {len(statement['differences']):,} differences"
    )
    for trouble in statement["days_not_complete"]:
        print_line(trouble)
    print_line(f"{as_json} and {page}; SHA-256 {statement['sha256']}")
