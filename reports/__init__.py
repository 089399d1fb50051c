"""Reports: pictures and pages of what the lake holds, read through its views; they never know how it got there."""

from reports.calendar import Standing, standing
from reports.issuer import UnknownTicker
from reports.page import write_report

__all__ = ["Standing", "UnknownTicker", "standing", "write_report"]
