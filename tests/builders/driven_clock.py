"""A clock that only sleeping moves on, for runs that look again and again."""

from datetime import datetime, timedelta

from form4lake.flows.steps.polling import Clock


class DrivenClock(Clock):
    """Stands at a moment until a run sleeps."""

    def __init__(self, moment: datetime) -> None:
        self.moment = moment

    def now(self) -> datetime:
        return self.moment

    def sleep(self, seconds: float) -> None:
        self.moment += timedelta(seconds=max(0.0, seconds))
