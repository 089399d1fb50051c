"""What every test can use: the real EDGAR files, which live beside the project and are never copied into it."""

import warnings
from pathlib import Path

import pytest

REAL_EDGAR = Path(__file__).parents[2] / "shared" / "real-edgar"


@pytest.fixture(scope="session")
def real_edgar() -> Path:
    """The folder of real EDGAR files; tests that need it are skipped, with a warning, where it is absent."""
    if not (REAL_EDGAR / "MANIFEST.tsv").is_file():
        reason = f"no real EDGAR files at {REAL_EDGAR}: the tests that read them did not run"
        warnings.warn(reason, stacklevel=1)
        pytest.skip(reason)
    return REAL_EDGAR
