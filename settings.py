"""`config.yaml` and the environment, made into typed settings.

Order of precedence: environment (`FORM4_LAKE`, nested with two underscores: `FORM4_EDGAR__IDENTITY`), then the YAML
file, then the defaults below. The file is the one named by `--config` or `FORM4_CONFIG`, else `config.yaml` in the
working folder, else `form4lake/config.yaml` in the user's folder for settings, else none.
"""

import difflib
import os
import re
from collections.abc import Iterator, Mapping
from datetime import date
from pathlib import Path
from typing import Annotated, Any, Literal, Self

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator, model_validator
from pydantic.dataclasses import dataclass
from pydantic.fields import FieldInfo
from pydantic_core import ErrorDetails
from pydantic_settings import BaseSettings, NoDecode, PydanticBaseSettingsSource, SettingsConfigDict

from .edgar_options import EdgarOptions
from .tables import OWNERSHIP_FORMS

CONFIG_VARIABLE = "FORM4_CONFIG"
LOG_FORMAT_VARIABLE = "FORM4_LOG_FORMAT"
QUIET_VARIABLE = "FORM4_QUIET"
PREFIX = "FORM4_"
_OF_KUBERNETES = re.compile(
    r"FORM4_(?!\w*__)(?:\w+_)?"
    r"(?:SERVICE_HOST|SERVICE_PORT(?:_\w+)?|PORT(?:_\d+_(?:TCP|UDP|SCTP)(?:_(?:PROTO|PORT|ADDR))?)?)"
)
"""What Kubernetes sets in each pod for a service whose name begins with `form4`: no settings."""
SECRETS = frozenset({"notify_url", "address"})
"""Keys whose values are never printed."""
_PLAIN_PASSWORD = re.compile(r"://[^/@:]*:(?!\$\{)[^/@]+@")
_WITH_PASSWORD = re.compile(r"://[^/]*@")
OLDER_NAMES = {"gate_folder": "rate_limiter_folder", "body_timeout_seconds": "request_timeout_seconds"}
"""Keys below `edgar` that were renamed; the older name still works."""


_ADDRESS = re.compile(r"https?://[^/@]+/?")


class SettingsError(Exception):
    """A setting that is unknown or not allowed, or a configuration file that cannot be read; the message names it."""


@dataclass(frozen=True, config=ConfigDict(extra="forbid"))
class EdgarSettings(EdgarOptions):
    """How EDGAR is asked, by the client's options and by how many at once."""

    threads: Annotated[int, Field(ge=1, le=64)] = 8
    """How many requests may be under way at once; the rate is not theirs to set."""

    @model_validator(mode="before")
    @classmethod
    def _older_names(cls, values: object) -> object:
        if isinstance(values, dict):
            return {OLDER_NAMES.get(key, key): value for key, value in values.items() if value is not None}
        return values

    @field_validator("base_url")
    @classmethod
    def _address(cls, value: str) -> str:
        if not _ADDRESS.fullmatch(value):
            raise ValueError("it should be an address such as https://www.sec.gov, without name and password")
        return value.rstrip("/")


class NightlySettings(BaseModel):
    """What the nightly run reads."""

    model_config = ConfigDict(extra="forbid")

    lookback_days: int = Field(default=5, ge=0)
    """How many of the last business days are read again, because an index can change after its day."""
    since: date | None = None
    """First day the nightly run answers for; null: the day after the newest day or data set, else the lookback."""


class FeedSettings(BaseModel):
    """How the current feed is read by `form4 watch`."""

    model_config = ConfigDict(extra="forbid")

    interval_seconds: float = Field(default=30, gt=0)
    """From one look at the feed to the next."""
    share_of_rate: float = Field(default=0.25, ge=0, le=1)
    """The share of edgar.requests_per_second with which watch goes before other runs that wait."""


class AlertSettings(BaseModel):
    """A query of which each new row is told."""

    model_config = ConfigDict(extra="forbid")

    name: str = Field(pattern=r"^[\w.-]{1,60}$")
    query: str
    """SQL over `new_trades`, the transactions that a commit brings first, or over any view."""
    address: str
    """Where to, as apprise writes it; `${NAME}` stands for a variable of the environment, where secrets are."""

    @field_validator("address")
    @classmethod
    def _no_secret(cls, value: str) -> str:
        if _PLAIN_PASSWORD.search(value):
            raise ValueError("it holds a password: put it into a variable of the environment and write ${NAME} instead")
        return value


class ServeSettings(BaseModel):
    """What `form4 serve` serves."""

    model_config = ConfigDict(extra="forbid")

    port: int = Field(default=4200, ge=1, le=65535)
    """Where Prefect's server and UI are, on loopback."""
    nightly_cron: str = "30 22 * * 1-5"
    """When the nightly run starts, in New York's time: minute, hour, day, month, weekday."""
    notify_url: str | None = Field(default=None, pattern=r"^https?://[^/]+")
    """Where `{"text": …}` is sent when a run failed or left filings in quarantine, missing or late; null: nowhere."""


class Settings(BaseSettings):
    """All settings; unknown keys are refused."""

    model_config = SettingsConfigDict(
        env_prefix=PREFIX, env_nested_delimiter="__", env_ignore_empty=True, extra="forbid"
    )

    lake: str = "lake"
    """The folder of the lake, relative to the working folder, or `s3://bucket/prefix`."""
    raw_archive: bool = True
    """Whether submissions are kept as fetched, so that nothing is asked for twice."""
    forms: Annotated[tuple[str, ...], NoDecode] = OWNERSHIP_FORMS
    """The form types that are taken."""
    dataset_folder: Path | None = None
    """Where the zips of the SEC's data sets are kept; null: the cache folder of the user, for all lakes together."""
    edgar: EdgarSettings = EdgarSettings()
    nightly: NightlySettings = NightlySettings()
    serve: ServeSettings = ServeSettings()
    watch: bool = False
    """Whether `form4 serve` reads the current feed too while EDGAR accepts filings."""
    feed: FeedSettings = FeedSettings()
    alerts: tuple[AlertSettings, ...] = ()
    """What is told of, and where to."""
    prefect: Literal["auto", "always", "never"] = "auto"
    """Whether Prefect records the runs of commands: where it is there; always, if need be by a server for the run."""
    state_folder: Path | None = None
    """What `form4 serve` keeps: its secret, Prefect's database; null: form4lake in the user's state folder."""
    interop: Literal["none", "delta"] = "none"
    """What other engines read the lake by: Delta logs that follow each commit of a run."""
    task_runner: Literal["threads", "processes", "dask"] = "processes"
    """What parses where much is parsed at once: threads or a process a core of this machine, or a dask cluster."""
    dask_address: str | None = None
    """Where the cluster's scheduler is, as `tcp://10.0.0.1:8786`; for `task_runner: dask`."""

    @field_validator("forms", mode="before")
    @classmethod
    def _split(cls, value: object) -> object:
        parts = value if isinstance(value, list | tuple) else str(value).split(",")
        return [str(part).strip() for part in parts]  # YAML reads an unquoted 4 as a number

    @field_validator("forms")
    @classmethod
    def _ownership_forms(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        return check_forms(value)

    @field_validator("alerts")
    @classmethod
    def _names_differ(cls, value: tuple[AlertSettings, ...]) -> tuple[AlertSettings, ...]:
        names = [each.name for each in value]
        if twice := sorted({name for name in names if names.count(name) > 1}):
            raise ValueError(f"two alerts have the name {twice[0]}")
        return value

    @model_validator(mode="after")
    def _dask_has_an_address(self) -> Self:
        if self.task_runner == "dask" and not self.dask_address:
            raise ValueError("task_runner: dask needs dask_address, the cluster's scheduler, as tcp://10.0.0.1:8786")
        return self

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],  # noqa: ARG003 the signature is pydantic-settings'
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,  # noqa: ARG003
        file_secret_settings: PydanticBaseSettingsSource,  # noqa: ARG003
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """The environment before the file, whose values are given as arguments."""
        return env_settings, init_settings


def dataset_folder(settings: Settings) -> Path:
    """Where the zips of the SEC's data sets are kept."""
    if settings.dataset_folder:
        return settings.dataset_folder.expanduser()
    cache = Path(os.environ.get("XDG_CACHE_HOME") or "~/.cache").expanduser()
    return cache / "form4lake" / "datasets"


def check_forms(forms: tuple[str, ...]) -> tuple[str, ...]:
    """The form types in EDGAR's order; ValueError names one that is not an ownership form."""
    if not forms:
        raise ValueError(f"name at least one of {', '.join(OWNERSHIP_FORMS)}")
    for form in forms:
        if form not in OWNERSHIP_FORMS:
            raise ValueError(f"{form!r} is not an ownership form; allowed are {', '.join(OWNERSHIP_FORMS)}")
    return tuple(form for form in OWNERSHIP_FORMS if form in forms)


def load_settings(config: Path | None = None) -> Settings:
    """The settings of this process; SettingsError where the file or a variable is wrong."""
    path = _config_path(config)
    document = _read_yaml(path) if path else {}
    for name in _sections(Settings).keys() & document.keys():
        # A variable of the section would take the place of what the file says.
        if not isinstance(document[name], dict):
            raise SettingsError(
                f"{_place(path, [name])}: {document[name]!r} is not allowed: keys and values belong below it"
            )
    _refuse_unknown_variables(os.environ)
    try:
        return Settings(**document)
    except ValidationError as failed:
        mistakes = [_explain(error, path) for error in failed.errors()]
    # Raised here, so that it does not refer to pydantic's error, which hides its causes from the search for garbage.
    raise SettingsError("\n".join(mistakes))


def user_config() -> Path:
    """The user's own configuration file, read from any folder that has none; it need not exist."""
    folder = Path(os.environ.get("XDG_CONFIG_HOME") or "~/.config").expanduser()
    return folder / "form4lake" / "config.yaml"


def _config_path(config: Path | None) -> Path | None:
    named = config or (Path(os.environ[CONFIG_VARIABLE]) if os.environ.get(CONFIG_VARIABLE) else None)
    if named is None:
        return next((each for each in (Path("config.yaml"), user_config()) if each.exists()), None)
    if not named.is_file():
        raise SettingsError(f"there is no configuration file {named}; name one with --config or {CONFIG_VARIABLE}")
    return named


def _read_yaml(path: Path) -> dict[str, Any]:
    try:
        document = yaml.safe_load(path.read_text(encoding="utf-8"))
    except OSError as failed:
        raise SettingsError(f"{path} cannot be read: {failed.strerror}") from None
    except UnicodeDecodeError:
        raise SettingsError(f"{path} is not UTF-8 text") from None
    except yaml.YAMLError as failed:
        raise SettingsError(f"{path} is not YAML: {' '.join(str(failed).split())}") from None
    if document is None:
        return {}
    if not isinstance(document, dict):
        raise SettingsError(f"{path} must hold keys and values, as in `lake: ./lake`")
    return {str(key): value for key, value in document.items() if value is not None or key not in Settings.model_fields}


def _keys(section: Any) -> dict[str, FieldInfo]:
    """The keys of a section of the settings, a model or a data class."""
    found: dict[str, FieldInfo] = section.__pydantic_fields__
    return found


def _sections(section: Any) -> dict[str, type]:
    """The settings that have settings below them."""
    types = {name: info.annotation for name, info in _keys(section).items()}
    return {
        name: kind for name, kind in types.items() if isinstance(kind, type) and hasattr(kind, "__pydantic_fields__")
    }


def _variables(section: Any = Settings, prefix: str = PREFIX) -> Iterator[str]:
    sections = _sections(section)
    yield from (f"{prefix}{name.upper()}" for name in _keys(section) if name not in sections)
    for name, below in sections.items():
        yield from _variables(below, f"{prefix}{name.upper()}__")


def _refuse_unknown_variables(environment: Mapping[str, str]) -> None:
    older = (f"{PREFIX}EDGAR__{name.upper()}" for name in OLDER_NAMES)
    known = {*_variables(), *older, CONFIG_VARIABLE, LOG_FORMAT_VARIABLE, QUIET_VARIABLE}
    for name in sorted(environment):
        ours = name.upper().startswith(PREFIX) and not _OF_KUBERNETES.fullmatch(name.upper())
        if ours and name.upper() not in known:
            raise SettingsError(f"environment variable {name}: no such setting{_nearest(name.upper(), known)}")


def _nearest(name: str, known: set[str]) -> str:
    close = difflib.get_close_matches(name, sorted(known), n=1)
    return f"; did you mean {close[0]}?" if close else f"; there are {', '.join(sorted(known))}"


def _explain(error: ErrorDetails, path: Path | None) -> str:
    parts = [str(part) for part in error["loc"] if isinstance(part, str)]
    variable = PREFIX + "__".join(part.upper() for part in parts)
    if variable in {name.upper() for name in os.environ}:
        place = f"environment variable {variable}"
    else:
        place = _place(path, parts)
    if error["type"] in ("extra_forbidden", "unexpected_keyword_argument"):
        return f"{place}: no such setting{_nearest(parts[-1], set(_known_keys(parts[:-1])))}"
    message = error["msg"].removeprefix("Value error, ").replace("Input should", "it should")
    if not parts:
        return message  # about several settings; it names them
    secret = parts[-1] in SECRETS or _WITH_PASSWORD.search(str(error["input"]))
    value = "this value" if secret else repr(error["input"])
    return f"{place}: {value} is not allowed: {message}"


def _place(path: Path | None, keys: list[str]) -> str:
    line = _line_of(path, keys) if path else None
    return f"{path}{f', line {line}' if line else ''}: {'.'.join(keys)}"


def _known_keys(parents: list[str]) -> Iterator[str]:
    section: Any = Settings
    for parent in parents:
        section = _keys(section)[parent].annotation
    yield from _keys(section)


def _line_of(path: Path, keys: list[str]) -> int | None:
    node = yaml.compose(path.read_text(encoding="utf-8"))
    line = None
    for key in keys:
        if not isinstance(node, yaml.MappingNode):
            break
        for key_node, value_node in node.value:
            if key_node.value == key:
                line, node = key_node.start_mark.line + 1, value_node
                break
    return line
