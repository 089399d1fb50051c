"""Reports: pictures and pages of what the lake holds, read through its views; they never know how it got there."""

from .calendar import Standing, standing
from .issuer import UnknownTicker
from .page import write_report

__all__ = ["Standing", "UnknownTicker", "standing", "write_report"]
