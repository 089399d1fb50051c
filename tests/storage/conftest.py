"""The tests of the lake make some hundred catalogs, which would be most of their time."""

import pytest


@pytest.fixture
def real_catalog() -> None:
    """Asked for by tests that are about the published catalog: they get it whole."""


@pytest.fixture(autouse=True)
def _few_catalogs(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Elsewhere publish none (a reader makes its own) and leave the comments out."""
    if "real_catalog" not in request.fixturenames:
        monkeypatch.setattr("storage.catalog._column_comments", str)
        monkeypatch.setattr("storage.commit.publish_catalog", lambda *_: None)
        monkeypatch.setattr("storage.verification.catalog_fault", lambda *_: None)
