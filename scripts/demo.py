"""`make demo`: the real nightly run against a replica of EDGAR on loopback, and what came out of it.

The lake stays in ./lake-demo; running the demo again finds it complete and asks for no filing twice.
"""

import json
import os
import subprocess
import sys
import tempfile
import urllib.request
from pathlib import Path

FORM4 = Path(sys.executable).with_name("form4")
LAKE = "lake-demo"
FIRST, TODAY = "2024-01-10", "2024-01-19"
"""A week and a half with Martin Luther King Jr. Day, when EDGAR is closed, in it."""

LARGEST_PURCHASES = """
    select ticker, owner_names[1] as owner, owner_role as role, transaction_date as date,
           transaction_shares as shares, transaction_price_per_share as price, round(value, 0) as value
    from insider_buys order by value desc nulls last limit 5
"""
TOTALS = """
    select sum(stored)::bigint as stored, sum(quarantined)::bigint as quarantined, sum(missing)::bigint as missing,
           (select count(*) from trades) as trades
    from coverage
"""


def main() -> int:
    """Run the demo; its exit code is the nightly run's."""
    with tempfile.TemporaryDirectory() as rate_limiter_folder:
        return demo(rate_limiter_folder)


def demo(rate_limiter_folder: str) -> int:
    """The demo, with a rate limiter of its own: the replica's address is another each time."""
    environment = os.environ | {
        "FORM4_LAKE": LAKE,
        "FORM4_EDGAR__IDENTITY": "form4lake demo demo@example.com",
        "FORM4_EDGAR__REQUESTS_PER_SECOND": "400",
        "FORM4_EDGAR__RATE_LIMITER_FOLDER": rate_limiter_folder,
        "FORM4_NIGHTLY__SINCE": FIRST,
        "FORM4_PREFECT": "always",  # so that the run is seen with its states and its report
    }

    def form4(*arguments: str) -> str:
        done = subprocess.run([FORM4, *arguments], env=environment, stdout=subprocess.PIPE, text=True, check=True)
        return done.stdout

    with subprocess.Popen([FORM4, "replica", "--first", FIRST], stdout=subprocess.PIPE, text=True) as replica:
        try:
            assert replica.stdout is not None
            url = replica.stdout.readline().strip()
            environment["FORM4_EDGAR__BASE_URL"] = url
            print(f"An EDGAR of synthetic filings is at {url}; the nightly run begins.", flush=True)
            nightly = subprocess.run([FORM4, "nightly", "--as-of", TODAY], env=environment, check=False)
            with urllib.request.urlopen(f"{url}/replica/stats") as answer:  # noqa: S310 our own loopback server
                requests = json.load(answer)["by_kind"]
        finally:
            replica.terminate()

    print("\nCoverage of each index date:")
    print(form4("sql", f"from coverage where index_date <= date '{TODAY}' order by index_date"))
    print("The five largest open-market purchases:")
    print(form4("sql", LARGEST_PURCHASES))
    asked = ", ".join(f"{count:,} {kind}" for kind, count in sorted(requests.items()))
    print(f"Requests to EDGAR: {asked}")
    print(f"A page with pictures of it: {form4('report', '--output', f'{LAKE}-report.html').strip()}")
    print(f'The lake stays in ./{LAKE}. Ask it: FORM4_LAKE={LAKE} .venv/bin/form4 sql "select * from trades limit 10"')
    (totals,) = json.loads(form4("sql", "--format", "json", TOTALS))
    print(
        "demo: {stored} filings stored, {quarantined} quarantined, {missing} missing, {trades} trades".format(**totals)
    )
    return nightly.returncode


if __name__ == "__main__":
    sys.exit(main())
