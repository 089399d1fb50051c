"""The tests of the lake make some hundred catalogs, which would be most of their time."""

import pytest


@pytest.fixture(autouse=True)
def _few_catalogs(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Publish none where a test is not about it: a reader makes its own."""
    if "real_catalog" not in request.fixturenames:
        monkeypatch.setattr("form4lake.storage.write.commit.publish_catalog", lambda *_: None)
        monkeypatch.setattr("form4lake.storage.check.verification.catalog_fault", lambda *_: None)
