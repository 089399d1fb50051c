"""Settings: the file, the environment, and what a person reads when one of them is wrong."""

import os
from dataclasses import fields
from pathlib import Path

import pytest
import yaml

from form4lake.settings import Settings, SettingsError, load_settings
from form4lake.tables import OWNERSHIP_FORMS

CONFIG = Path(__file__).parents[1] / "config.yaml"


@pytest.fixture(autouse=True)
def _no_settings(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in [name for name in os.environ if name.startswith("FORM4_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "settings"))
    monkeypatch.chdir(tmp_path)


def write(text: str) -> Path:
    path = Path("config.yaml")
    path.write_text(text, encoding="utf-8")
    return path


def complaint() -> str:
    with pytest.raises(SettingsError) as raised:
        load_settings()
    return str(raised.value)


def test_the_shipped_file_names_every_setting_with_its_default() -> None:
    document = yaml.safe_load(CONFIG.read_text(encoding="utf-8"))
    assert Settings(**document) == Settings()
    assert document.keys() == Settings.model_fields.keys()
    assert document["edgar"].keys() == {each.name for each in fields(Settings().edgar)}
    assert document["nightly"].keys() == type(Settings().nightly).model_fields.keys()


def test_without_a_file_the_defaults_hold() -> None:
    settings = load_settings()
    assert settings.forms == OWNERSHIP_FORMS
    assert settings.edgar.requests_per_second == 8
    assert settings.edgar.identity == ""


def test_the_user_s_file_is_read_from_any_folder_that_has_none() -> None:
    own = Path("settings", "form4lake", "config.yaml")
    own.parent.mkdir(parents=True)
    own.write_text("lake: mine\n")
    assert load_settings().lake == "mine"
    write("lake: here\n")
    assert load_settings().lake == "here"


def test_the_environment_wins_over_the_file(monkeypatch: pytest.MonkeyPatch) -> None:
    write("lake: from-file\nedgar: {identity: File file@example.com, attempts: 2}\n")
    monkeypatch.setenv("FORM4_LAKE", "from-environment")
    monkeypatch.setenv("FORM4_EDGAR__IDENTITY", "Env env@example.com")
    monkeypatch.setenv("FORM4_FORMS", "4/A,4")
    settings = load_settings()
    assert settings.lake == "from-environment"
    assert settings.edgar.identity == "Env env@example.com"
    assert settings.edgar.attempts == 2
    assert settings.forms == ("4", "4/A")


def test_an_empty_variable_is_no_setting(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FORM4_EDGAR__IDENTITY", "")
    assert load_settings().edgar.identity == ""


def test_an_unknown_key_is_named_with_its_line_and_the_nearest_known_one() -> None:
    write("lake: x\nedgar:\n  request_per_second: 3\n")
    message = complaint()
    assert "line 3" in message
    assert "edgar.request_per_second" in message
    assert "did you mean requests_per_second" in message


@pytest.mark.parametrize(
    ("text", "key", "allowed"),
    [
        ("edgar: {requests_per_second: 0}", "edgar.requests_per_second", "greater than 0"),
        ("edgar: {base_url: www.sec.gov}", "edgar.base_url", "http"),
        ("forms: [4, 6]", "forms", "3/A"),
        ("nightly: {since: tomorrow}", "nightly.since", "date"),
        ("raw_archive: perhaps", "raw_archive", "boolean"),
    ],
)
def test_a_bad_value_is_named_with_what_is_allowed(text: str, key: str, allowed: str) -> None:
    write(text)
    message = complaint()
    assert key in message
    assert allowed in message


def test_a_section_that_holds_no_keys_is_refused_though_a_variable_sets_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FORM4_EDGAR__IDENTITY", "Jane Doe jane@example.com")
    write("lake: x\nedgar: 5\n")
    assert complaint() == "config.yaml, line 2: edgar: 5 is not allowed: keys and values belong below it"


def test_a_wrong_variable_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FORM4_EDGAR__IDENTIY", "x")
    assert "did you mean FORM4_EDGAR__IDENTITY" in complaint()
    monkeypatch.delenv("FORM4_EDGAR__IDENTIY")
    monkeypatch.setenv("FORM4_EDGAR__ATTEMPTS", "none")
    assert "FORM4_EDGAR__ATTEMPTS" in complaint()
    monkeypatch.setenv("FORM4_EDGAR", "Jane Doe jane@example.com")
    assert "variable FORM4_EDGAR: no such setting" in complaint()


def test_several_mistakes_are_all_said_at_once() -> None:
    write("lak: x\nedgar: {attempts: 0}\n")
    assert len(complaint().splitlines()) == 2


@pytest.mark.parametrize("text", ["lake: [unclosed", "- a\n- list", "just text"])
def test_a_file_that_is_no_mapping_is_refused(text: str) -> None:
    write(text)
    assert "config.yaml" in complaint()


def test_a_named_file_must_exist(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FORM4_CONFIG", "nowhere.yaml")
    assert "nowhere.yaml" in complaint()


@pytest.mark.parametrize("given", ["variable", "file"])
def test_the_older_name_of_the_rate_limiter_s_folder_still_works(monkeypatch: pytest.MonkeyPatch, given: str) -> None:
    if given == "variable":
        monkeypatch.setenv("FORM4_EDGAR__GATE_FOLDER", "/var/lib/limiter")
    else:
        Path("config.yaml").write_text("edgar: {gate_folder: /var/lib/limiter}\n", encoding="utf-8")
    assert load_settings().edgar.rate_limiter_folder == Path("/var/lib/limiter")


@pytest.mark.parametrize(
    "name",
    [
        "FORM4_PORT",
        "FORM4_SERVICE_HOST",
        "FORM4_SERVICE_PORT_HTTP",
        "FORM4_SERVE_PORT",
        "FORM4_SERVE_PORT_4200_TCP_ADDR",
        "FORM4_LAKE_UI_SERVICE_PORT",
    ],
)
def test_what_kubernetes_sets_for_a_service_is_no_setting(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    monkeypatch.setenv(name, "tcp://10.0.0.1:4200")
    assert load_settings().serve.port == 4200


def test_a_mistyped_setting_that_ends_like_one_of_kubernetes_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FORM4_SERV__PORT", "4201")
    with pytest.raises(SettingsError, match="FORM4_SERVE__PORT"):
        load_settings()


def test_a_wrong_secret_is_not_printed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FORM4_SERVE__NOTIFY_URL", "hooks.example.com/T0/s3cr3t")
    with pytest.raises(SettingsError, match="FORM4_SERVE__NOTIFY_URL") as refused:
        load_settings()
    assert "s3cr3t" not in str(refused.value)


def test_an_address_with_a_password_in_it_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FORM4_EDGAR__BASE_URL", "https://jane:s3cr3t@proxy.example.com")
    with pytest.raises(SettingsError) as refused:
        load_settings()
    assert "s3cr3t" not in str(refused.value)
