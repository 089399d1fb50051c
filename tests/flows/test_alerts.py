"""Alerts: each match told once, what could not be told kept, and secrets nowhere but in the environment."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
import yaml

from form4lake.flows.reports.run_report import RunReport
from form4lake.flows.steps import outbox
from form4lake.flows.steps.alerts import Alerts, check_queries, over_new_trades
from form4lake.settings import AlertSettings, Settings, SettingsError, load_settings
from form4lake.storage import Lake
from form4lake.tests.builders.hook import Hook, hook
from form4lake.tests.builders.lakes import MONDAY, bought, entry, filing, index_day
from form4lake.tests.builders.workspace import Workspace, form4_here, says

NEW = "select accession_number, transaction_shares from new_trades where transaction_code = 'P'"
ALL = "select accession_number from trades where transaction_code = 'P'"


@pytest.fixture
def receiver() -> Iterator[Hook]:
    with hook() as made:
        yield made


@pytest.fixture
def lake(tmp_path: Path) -> Iterator[Lake]:
    with Lake.open(tmp_path / "lake", create=True) as opened:
        yield opened


def commit(lake: Lake, *accessions: str, writer: str = "watch") -> None:
    with lake.begin(MONDAY.isoformat()) as ingest:
        for each in accessions:
            ingest.add_filing(filing(each), MONDAY)
        ingest.add_day(index_day(state="open"), [entry(each) for each in accessions])
        lake.commit(ingest, writer=writer)


def alert(receiver: Hook, query: str = NEW, name: str = "buys") -> AlertSettings:
    return AlertSettings(name=name, query=query, address=receiver.url)


def tell(lake: Lake, *alerts: AlertSettings) -> RunReport:
    """What one run tells."""
    report = RunReport("watch")
    Alerts(lake, alerts).tell(report)
    return report


def told(receiver: Hook) -> list[str]:
    """The lines of all messages, but for each last one."""
    return [line for each in receiver.taken for line in each["message"].splitlines()[:-1]]


def test_what_each_commit_brings_is_told_once_with_its_values(lake: Lake, receiver: Hook) -> None:
    commit(lake, "a")
    tell(lake, alert(receiver))
    assert receiver.taken == [], "what was there before the alert is no news"
    commit(lake, "b")
    commit(lake, "c", "a")
    assert tell(lake, alert(receiver)).told == 2
    assert tell(lake, alert(receiver)).told == 0
    shares = ", transaction_shares: 100.0000"
    assert told(receiver) == [f"accession_number: b{shares}", f"accession_number: c{shares}"]
    assert receiver.taken[0]["title"] == "buys: 1 new"
    assert "version 2 of the lake, part 1 of 1" in receiver.taken[0]["message"]


def test_a_filing_that_is_fetched_again_and_history_are_no_news(lake: Lake, receiver: Hook) -> None:
    tell(lake, alert(receiver))
    commit(lake, "a", writer="backfill")
    with lake.begin(MONDAY.isoformat()) as ingest:
        ingest.add_filing(filing("a", non_derivative_transactions=[bought(), bought(2)]), MONDAY)
        lake.commit(ingest, writer="nightly")
    tell(lake, alert(receiver))
    assert receiver.taken == []


def test_of_a_view_each_new_row_is_told_once_and_nothing_that_was_there_before(lake: Lake, receiver: Hook) -> None:
    commit(lake, "a")
    tell(lake, alert(receiver, ALL))
    commit(lake, "b")
    tell(lake, alert(receiver, ALL))
    tell(lake, alert(receiver, ALL))
    assert told(receiver) == ["accession_number: b"]
    tell(lake, alert(receiver, f"{ALL} and true"))
    assert told(receiver) == ["accession_number: b"], "another query starts from the beginning"


def test_what_could_not_be_told_is_kept_and_told_later(
    lake: Lake, receiver: Hook, monkeypatch: pytest.MonkeyPatch
) -> None:
    tell(lake, alert(receiver))
    commit(lake, "a")
    receiver.status = 500
    report = tell(lake, alert(receiver))
    assert (report.told, receiver.refused) == (0, 1)
    assert "could not be told, and is tried again" in report.problems[0]
    receiver.status = 200
    tell(lake, alert(receiver))
    assert receiver.taken == [], "not before its time"
    monkeypatch.setattr(outbox, "FIRST_GAP", timedelta(0))
    kept = lake.notes.read("alerts")
    kept["outbox"][0]["due"] = ""
    lake.notes.write("alerts", kept)
    commit(lake, "b")
    tell(lake, alert(receiver))
    assert [line[:19] for line in told(receiver)] == ["accession_number: a", "accession_number: b"]


def test_many_rows_are_told_in_parts(lake: Lake, receiver: Hook) -> None:
    tell(lake, alert(receiver))
    commit(lake, *(f"{number:03}" for number in range(45)))
    tell(lake, alert(receiver))
    assert [len(each["message"].splitlines()) for each in receiver.taken] == [21, 21, 6]
    assert len(set(told(receiver))) == 45


def test_a_query_that_fails_hinders_nobody_and_is_asked_again(lake: Lake, receiver: Hook) -> None:
    wrong = alert(receiver, "select no_such_column from new_trades", "wrong")
    tell(lake, wrong, alert(receiver))
    commit(lake, "a")
    report = tell(lake, wrong, alert(receiver))
    assert report.told == 1
    assert "alert wrong: " in report.problems[0]
    right = alert(receiver, NEW, "wrong")
    assert tell(lake, right, alert(receiver)).told == 1, "put right, it tells what it has missed"


def test_a_secret_is_a_variable_and_shown_nowhere(
    lake: Lake, receiver: Hook, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    secret = AlertSettings(name="buys", query=NEW, address=receiver.url + "/${HOOK_TOKEN}")
    tell(lake, secret)
    commit(lake, "a")
    report = tell(lake, secret)
    assert "names the variable HOOK_TOKEN, which the environment lacks" in report.problems[0]
    monkeypatch.setenv("HOOK_TOKEN", "opensesame")
    kept = lake.notes.read("alerts")
    kept["outbox"][0]["due"] = ""
    lake.notes.write("alerts", kept)
    tell(lake, secret)
    assert [each["path"] for each in receiver.taken] == ["/opensesame"]
    assert not any(b"opensesame" in each.read_bytes() for each in (tmp_path / "lake").rglob("*.json"))


@pytest.mark.parametrize(
    ("alerts", "words"),
    [
        ([{"name": "a", "query": "x", "address": "mailto://me:secret@example.com"}], "it holds a password"),
        ([{"name": "a", "query": "x", "address": "json://x"}] * 2, "two alerts have the name a"),
        ([{"name": "a b", "query": "x", "address": "json://x"}], "is not allowed"),
    ],
)
def test_settings_that_cannot_be_are_refused(
    alerts: list[dict[str, str]], words: str, workspace: Workspace, tmp_path: Path
) -> None:
    Path("config.yaml").write_text(yaml.safe_dump({"alerts": alerts}))
    with pytest.raises(SettingsError) as refused:
        load_settings()
    assert words in str(refused.value)
    assert "secret@" not in str(refused.value)


def test_the_command_tries_an_alert(workspace: Workspace, receiver: Hook) -> None:
    alerts = [
        {"name": "buys", "query": NEW, "address": receiver.url},
        {"name": "odd", "query": NEW, "address": "nonsense"},
        {"name": "wrong", "query": "select * from no_such_view", "address": receiver.url},
    ]
    Path("config.yaml").write_text(yaml.safe_dump({"alerts": alerts}))
    with Lake.open(workspace.lake_folder, create=True) as lake:
        commit(lake, "a")
    done = form4_here("alerts", "test", "buys")
    says(done, 0, "sent")
    assert "buys: 1 rows in the 1 filings that version 1 brought first" in done.stdout
    assert told(receiver) == ["accession_number: a, transaction_shares: 100.0000"]
    receiver.status = 500
    says(form4_here("alerts", "test", "buys"), 1, "did not take the message")
    says(form4_here("alerts", "test", "odd"), 2, "apprise knows no such address")
    says(form4_here("alerts", "test", "wrong"), 2, "the query of wrong cannot be asked", "no_such_view")
    says(form4_here("alerts", "test", "none"), 2, "there is no alert 'none'", "buys, odd, wrong")


def test_the_alerts_of_the_documentation_can_be_asked(lake: Lake) -> None:
    page = (Path(__file__).parents[2] / "docs" / "watch.md").read_text(encoding="utf-8")
    settings = Settings(**yaml.safe_load(page.partition("```yaml\n")[2].partition("```")[0]))
    commit(lake, "a")
    check_queries(lake, settings.alerts)
    assert [over_new_trades(each.query) for each in settings.alerts] == [True, False]
