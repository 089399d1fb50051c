"""The flow `watch`: the newest filings, minutes after EDGAR has accepted them; the day's index proves them later."""

from datetime import datetime

from ..edgar_calendar import NEW_YORK
from .reports.watch_report import WatchReport
from .steps.alerts import Alerts
from .steps.batches import batches, bring
from .steps.flow import flow
from .steps.newest import Newest
from .steps.polling import clock, polls
from .steps.run import Run, run


@flow("watch", run_name=lambda _: f"watch {clock().now().astimezone(NEW_YORK):%Y-%m-%d %H:%M}")
def watch(once: bool = False) -> WatchReport:
    """Look at the current feed every half minute until the next quarter of an hour, while EDGAR accepts filings.

    once: look once, whatever the hour.
    """
    report = WatchReport("watch")
    with run("watch", report=report) as this:
        newest, alerts = Newest(this, report), Alerts(this.lake, this.settings.alerts)
        try:
            for moment in polls(this.settings.feed.interval_seconds, once=once):
                look(this, report, newest, alerts, moment)
        finally:
            for day in {each.index_date for each in report.batches}:
                this.lake.raw.compact_period(day)
            newest.keep()
    return report


def look(this: Run, report: WatchReport, newest: Newest, alerts: Alerts, moment: datetime) -> None:
    """Look at the feed once: store the filings that it newly lists, and send the alerts."""
    report.polls += 1
    wanted = newest.wanted(moment)
    try:
        for day, filings in batches(wanted):
            if not bring(this, report, newest, day, filings):
                break
            alerts.tell(report)
    finally:
        newest.put_off(wanted, clock().now())
        newest.keep()
    alerts.tell(report)
