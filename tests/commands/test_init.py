"""`form4 init`: the file it writes is read by every command from any folder; what it asks, and what it refuses."""

import os
import subprocess
from pathlib import Path

import pytest
import yaml

from form4lake.settings import load_settings, user_config
from form4lake.tests.builders.workspace import FORM4, Workspace, form4_here, says

TEMPLATE = Path(__file__).parents[2] / "config.yaml"
JANE = ("--name", "Jane Doe", "--email", "jane@example.com")


@pytest.fixture(autouse=True)
def _nothing_set(workspace: Workspace) -> None:
    for name in ("FORM4_LAKE", "FORM4_EDGAR__IDENTITY"):
        workspace.monkeypatch.delenv(name)


def test_what_it_writes_holds_in_any_folder(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    done = form4_here("init", *JANE, "--folder", 'my "lakes"/form 4')
    assert done.returncode == 0
    assert str(user_config()) in done.stdout
    assert done.stderr == ""
    (tmp_path / "elsewhere").mkdir()
    monkeypatch.chdir(tmp_path / "elsewhere")
    settings = load_settings()
    assert settings.edgar.identity == "Jane Doe jane@example.com"
    assert settings.lake == str(tmp_path / 'my "lakes"' / "form 4")


def test_it_is_the_shipped_file_but_for_two_lines() -> None:
    assert form4_here("init", *JANE).returncode == 0
    written, shipped = user_config().read_text(encoding="utf-8"), TEMPLATE.read_text(encoding="utf-8")
    pairs = zip(written.splitlines(), shipped.splitlines(), strict=True)
    assert [each.strip().partition(":")[0] for each, before in pairs if each != before] == ["lake", "identity"]


def test_a_bucket_stays_as_it_is_named() -> None:
    assert form4_here("init", *JANE, "--folder", "s3://bucket/lake").returncode == 0
    assert load_settings().lake == "s3://bucket/lake"


def test_a_file_that_is_there_is_replaced_with_force_only() -> None:
    user_config().parent.mkdir(parents=True)
    user_config().write_text("lake: mine\n")
    says(form4_here("init", *JANE), 2, str(user_config()), "--force")
    assert user_config().read_text() == "lake: mine\n"
    assert form4_here("init", *JANE, "--force").returncode == 0
    assert load_settings().edgar.identity == "Jane Doe jane@example.com"


@pytest.mark.parametrize("given", [(), ("--name", "Jane Doe"), ("--yes", "--email", "jane@example.com")])
def test_where_nobody_can_be_asked_it_says_what_to_give(given: tuple[str, ...]) -> None:
    says(form4_here("init", *given), 2, "--name", "--email", "form4 init")
    assert not user_config().exists()


@pytest.mark.parametrize(
    ("name", "email", "word"),
    [
        ("Jane Doe", "jane@", "'jane@' is no e-mail address"),
        ("Jane Doe", "jane@example.com, joe@example.com", "is no e-mail address"),
        ("Jané", "jane@example.com", "plain ASCII"),
        ("--", "jane@example.com", "plain ASCII"),
    ],
)
def test_what_edgar_cannot_be_told_is_refused(name: str, email: str, word: str) -> None:
    says(form4_here("init", f"--name={name}", f"--email={email}"), 2, word)
    assert not user_config().exists()


def test_it_writes_here_or_to_the_file_that_is_named() -> None:
    assert form4_here("init", "--here", *JANE).returncode == 0
    assert yaml.safe_load(Path("config.yaml").read_text())["edgar"]["identity"] == "Jane Doe jane@example.com"
    assert form4_here("--config", "other/mine.yaml", "init", *JANE).returncode == 0
    assert Path("other/mine.yaml").read_text() == Path("config.yaml").read_text()
    assert not user_config().exists()


def test_what_goes_before_the_file_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FORM4_LAKE", "another")
    done = form4_here("init", *JANE)
    assert done.returncode == 0
    assert "goes before it" in done.stderr


def test_a_folder_that_cannot_be_written_is_named() -> None:
    user_config().parent.parent.mkdir()
    user_config().parent.write_text("no folder")
    says(form4_here("init", *JANE), 2, "cannot write", str(user_config()))


def test_on_a_terminal_it_asks_until_the_answer_will_do() -> None:
    ours, theirs = os.openpty()
    with subprocess.Popen([FORM4, "init"], stdin=theirs, stdout=subprocess.PIPE, stderr=subprocess.STDOUT) as asking:
        os.write(ours, b"Jane Doe\njane\njane@example.com\n\n")
        said = asking.communicate(timeout=60)[0].decode()
    os.close(ours)
    os.close(theirs)
    assert asking.returncode == 0, said
    assert "'jane' is no e-mail address" in said
    assert load_settings().edgar.identity == "Jane Doe jane@example.com"
    assert load_settings().lake == str(Path("lake").absolute())
