"""The crawler's options from the settings: a module of its own, as `form4 status` needs no run."""

from dataclasses import fields

from ...crawler import ClientOptions
from ...edgar_options import EdgarOptions
from ...settings import Settings


def client_options(settings: Settings) -> ClientOptions:
    """The crawler's options from the settings."""
    return ClientOptions(**{each.name: getattr(settings.edgar, each.name) for each in fields(EdgarOptions)})
