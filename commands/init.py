"""`form4 init`: asks who you are and where the lake is to be, and writes a configuration file with every setting."""

import os
import sys
from importlib import resources
from pathlib import Path

import typer
import yaml

from ..crawler.options import EMAIL
from ..exits import Exit
from ..settings import CONFIG_VARIABLE, load_settings, user_config
from .errors import CommandFailed, explained
from .files import put
from .output import complain, print_line

DEFAULT_FOLDER = "lake"
QUOTED = '"'


@explained
def run_init(name: str | None, email: str | None, folder: str | None, *, here: bool, ask: bool, overwrite: bool) -> int:
    """Write the configuration file; what is not given is asked for, where a person is there to answer."""
    path = _place(here=here)
    if path.exists() and not overwrite:
        raise CommandFailed(f"there is a configuration file {path}: edit it, or replace it with --force")
    ask = ask and sys.stdin.isatty()
    if not ask and not (name and email):
        raise CommandFailed('give --name and --email: form4 init --name "Jane Doe" --email jane@example.com')
    try:
        # What was given is checked as what is typed, but not asked for again.
        name = check_name(name) if name else str(typer.prompt("Your name", value_proc=check_name))
        email = check_email(email) if email else str(typer.prompt("Your e-mail address", value_proc=check_email))
        if folder is None:
            folder = str(typer.prompt("Folder of the lake", default=DEFAULT_FOLDER)) if ask else DEFAULT_FOLDER
    except typer.Abort:
        return Exit.INTERRUPTED
    lake = folder if "://" in folder else str(Path(folder).expanduser().absolute())
    _write(path, lake, f"{name} {email}")
    print_line(f"wrote {path}, with every setting and its default")
    settings = load_settings()
    if (settings.lake, settings.edgar.identity) != (lake, f"{name} {email}"):
        complain("in this folder another config.yaml, or a variable FORM4_…, goes before it")
    print_line("Next: form4 backfill 2024-01-10 2024-01-10 reads a day; form4 nightly the last five business days.")
    return Exit.DONE


def check_name(text: str) -> str:
    """The name as EDGAR is told it; BadParameter where it cannot be sent."""
    name = " ".join(text.split())
    if not (name.isascii() and name.isprintable() and any(letter.isalnum() for letter in name)):
        raise typer.BadParameter(f"{text!r} cannot be sent: write your name in plain ASCII letters, as Jane Doe.")
    return name


def check_email(text: str) -> str:
    """The address as EDGAR is told it; BadParameter where it has no address's shape."""
    email = text.strip()
    if not (email.isascii() and email.isprintable() and EMAIL.fullmatch(email)):
        raise typer.BadParameter(f"{text!r} is no e-mail address: write it as jane@example.com.")
    return email


def _place(*, here: bool) -> Path:
    if here:
        return Path("config.yaml")
    named = os.environ.get(CONFIG_VARIABLE)
    return Path(named) if named else user_config()


def _write(path: Path, lake: str, identity: str) -> None:
    text = resources.files("form4lake").joinpath("config.yaml").read_text(encoding="utf-8")
    values = {"lake": lake, "  identity": identity}
    lines = text.splitlines(keepends=True)
    for place, line in enumerate(lines):
        if (key := line.partition(":")[0]) in values:
            lines[place] = f"{key}: {yaml.safe_dump(values[key], default_style=QUOTED, width=sys.maxsize)}"
    try:
        put(path, lambda part: part.write_text("".join(lines), encoding="utf-8"))
    except OSError as failed:
        raise CommandFailed(
            f"cannot write {path}: {failed.strerror}; name another file: form4 --config FILE init"
        ) from None
