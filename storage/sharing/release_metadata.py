"""What a release says of itself for machines: a Frictionless data package, a citation."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

from ...tables import TABLES, Column
from ..versions.snapshot import Snapshot

TITLE = "Insider trades: every Form 3, 4 and 5 on EDGAR"
_TYPES = {
    "VARCHAR": "string",
    "VARCHAR[]": "array",
    "BIGINT[]": "array",
    "DECIMAL(20,4)": "number",
    "DATE": "date",
    "TIMESTAMPTZ": "datetime",
    "BOOLEAN": "boolean",
    "BIGINT": "integer",
    "INTEGER": "integer",
    "SMALLINT": "integer",
}
"""Our types as the Table Schema of Frictionless Data names them."""


def data_package(snapshot: Snapshot, program: str) -> str:
    """The content of `datapackage.json`: a resource for each table that has files."""
    package = {
        "profile": "data-package",
        "name": "form4lake",
        "title": TITLE,
        "description": "The lake of form4lake at one version, read from the filings that the SEC publishes on EDGAR.",
        "version": str(snapshot.version),
        "created": datetime.now(UTC).isoformat(timespec="seconds"),
        "sources": [{"title": "SEC EDGAR", "path": "https://www.sec.gov/edgar"}],
        "contributors": [{"title": f"form4lake {program}", "role": "wrangler"}],
        "resources": [_resource(snapshot, name) for name in TABLES if snapshot.entries(name)],
    }
    return json.dumps(package, indent=1, ensure_ascii=False) + "\n"


def citation(version: int, program: str) -> str:
    """The content of `CITATION.cff`."""
    lines = {
        "cff-version": "1.2.0",
        "message": json.dumps("If you use this data set, please cite it as below."),
        "type": "dataset",
        "title": json.dumps(f"{TITLE} (form4lake, version {version} of the lake)"),
        "version": json.dumps(str(version)),
        "date-released": f"{datetime.now(UTC):%Y-%m-%d}",
        "abstract": json.dumps(f"Made by form4lake {program} from the filings that the SEC publishes on EDGAR."),
    }
    authors = 'authors:\n  - name: "the form4lake contributors"\n'
    return "".join(f"{key}: {value}\n" for key, value in lines.items()) + authors


def _resource(snapshot: Snapshot, name: str) -> dict[str, Any]:
    table, files = TABLES[name], snapshot.entries(name)
    return {
        "profile": "tabular-data-resource",
        "name": name.replace("_", "-"),
        "title": name,
        "description": table.doc,
        "format": "parquet",
        "mediatype": "application/vnd.apache.parquet",
        "path": [f"data/{each.path}" for each in files],
        "bytes": sum(each.bytes for each in files),
        "schema": {"fields": [_field(each) for each in table.stored], "primaryKey": list(table.key)},
    }


def _field(column: Column) -> dict[str, Any]:
    field = {"name": column.name, "type": _TYPES[column.sql_type], "description": column.doc}
    return field if column.nullable else field | {"constraints": {"required": True}}
