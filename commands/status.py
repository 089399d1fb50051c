"""`form4 status`: what the lake covers, what is missing, and what is in quarantine and why."""

from collections import Counter, defaultdict
from datetime import date, datetime

from rich.markup import escape
from rich.table import Table

from commands.output import complain, console
from crawler import BadOptions, read_gate
from flows.run import client_options
from settings import SettingsError, load_settings
from storage import DayCoverage, Lake, LakeError, LakeMissing
from tables import QuarantinedFiling

DONE, INCOMPLETE, WRONG_USE, LAKE = 0, 1, 2, 4
SHOWN = 20


def show_status() -> int:
    """Print it; 1 if something is missing or in quarantine."""
    try:
        settings = load_settings()
        lake = Lake.open(settings.lake)
        coverage, quarantine = lake.coverage(), lake.all_quarantined()
        gate = read_gate(client_options(settings))
    except (SettingsError, BadOptions) as wrong:
        complain(wrong)
        return WRONG_USE
    except LakeMissing as missing:
        complain(missing)
        return WRONG_USE
    except LakeError as damaged:
        complain(damaged)
        return LAKE
    if gate.closed_until:
        console.print(_pause(gate.closed_until, gate.reason))
    if not coverage:
        console.print("The lake is empty; `form4 nightly` fills it.")
        return DONE
    console.print(_months(coverage))
    unread = [day for day in coverage if day.missing or day.state == "damaged"]
    for day in unread[:SHOWN]:
        console.print(f"{day.index_date}: {day.missing} missing, index {day.state}; the next nightly reads it again")
    if quarantine:
        console.print(_reasons(quarantine))
    return INCOMPLETE if unread or quarantine else DONE


def _months(coverage: list[DayCoverage]) -> Table:
    table = Table(
        "month", "days", "expected", "stored", "quarantined", "missing", title="Coverage", title_justify="left"
    )
    months: dict[str, list[DayCoverage]] = defaultdict(list)
    for day in coverage:
        months[f"{day.index_date:%Y-%m}"].append(day)
    for month, days in sorted(months.items()):
        numbers = (
            sum(day.expected for day in days),
            sum(day.stored for day in days),
            sum(day.quarantined for day in days),
            sum(day.missing for day in days),
        )
        read = sum(day.state in ("whole", "damaged") for day in days)
        table.add_row(month, str(read), *(f"{number:,}" for number in numbers))
    return table


def _reasons(quarantine: list[tuple[date, QuarantinedFiling]]) -> Table:
    table = Table("stage", "reason", "filings", "such as", title="Quarantine", title_justify="left")
    counted = Counter((row.stage, row.reason) for _, row in quarantine)
    example = {(row.stage, row.reason): row.accession_number for _, row in quarantine}
    for (stage, reason), count in counted.most_common(SHOWN):
        table.add_row(stage, reason, f"{count:,}", example[stage, reason])
    return table


def _pause(until: datetime, reason: str | None) -> str:
    why = escape(f": {reason}") if reason else ""
    return f"Paused: no request to EDGAR before {until.astimezone():%Y-%m-%d %H:%M:%S %Z}{why}"
