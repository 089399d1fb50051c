"""The lake as of a moment: after `SET VARIABLE as_of = TIMESTAMPTZ …` every view shows what was public then.

A filing is public from its acceptance on; where that is not known, from the end of its filing date in New York. DuckDB
folds the conditions away while the variable is not set: they cost nothing then.
"""

from __future__ import annotations

from ...tables import Kind, Table

_MOMENT = "getvariable('as_of')::TIMESTAMPTZ"
_UNSET = "getvariable('as_of') IS NULL"
_DAY = f"({_MOMENT} AT TIME ZONE 'America/New_York')::DATE"
_LEEWAY = 10
"""The most days by which a filing date follows the acceptance: filed at night, before holidays."""
_PUBLIC_AT = "coalesce(accepted_at, (filing_date + 1)::TIMESTAMP AT TIME ZONE 'America/New_York')"

PUBLIC = f"{_UNSET} OR (filing_date <= {_DAY} + {_LEEWAY} AND {_PUBLIC_AT} <= {_MOMENT})"
"""The condition of a filing, or of a row that carries its acceptance, that was public then."""

_LATER = "lake_files.later_filings"
LATER_FILINGS = (
    f"CREATE OR REPLACE VIEW {_LATER} AS SELECT accession_number, filing_date FROM lake_files.filings "
    f"WHERE filing_date <= {_DAY} + {_LEEWAY} AND {_PUBLIC_AT} > {_MOMENT};\n"
)
"""The filings that were not public then, of those with a filing date that they might have been; none while unset."""

_INDEX_OUT = "(index_date + INTERVAL 22 HOUR) AT TIME ZONE 'America/New_York'"
"""When EDGAR has published a day's index, by then."""


def as_of(table: Table, source: str) -> str:
    """What follows FROM, to read a table as of the moment that is set, with the rest of the query's conditions."""
    within = f"({_UNSET} OR filing_date <= {_DAY} + {_LEEWAY})"
    if table.name == "filings":
        return f"{source} WHERE {PUBLIC}"
    if table.of_filing or table.name == "amendments":
        return f"{source} ANTI JOIN {_LATER} USING (accession_number, filing_date) WHERE {within}"
    if table.name == "superseded":
        later = f"(SELECT accession_number AS superseded_by FROM {_LATER})"
        soon = within.replace("filing_date", "coalesce(superseded_on, filing_date)")
        return f"{source} ANTI JOIN {later} USING (superseded_by) WHERE {soon}"
    if table.name == "index_entries":
        listed = f"CASE WHEN {_UNSET} OR delisted_at <= {_MOMENT} THEN delisted_at END AS delisted_at"
        return f"(SELECT * REPLACE ({listed}) FROM {source}) WHERE {_UNSET} OR {_INDEX_OUT} <= {_MOMENT}"
    if table.kind is Kind.INDEX:
        return f"{source} WHERE {_UNSET} OR {_INDEX_OUT} <= {_MOMENT}"
    if table.name == "quarantine":
        return f"{source} WHERE {_UNSET} OR filing_date <= {_DAY}"
    return source
