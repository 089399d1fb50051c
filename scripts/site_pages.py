"""What the site has beside docs/: pages and files of the repository's root, and links to them as they are on the site.

mkdocs calls the functions by their names (`hooks` in mkdocs.yml).
"""

import re
from pathlib import Path

from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.files import File, Files
from mkdocs.structure.pages import Page

ROOT = Path(__file__).parents[1]
PAGES = ("README.md", "CONTRIBUTING.md", "CHANGELOG.md")
FILES = (
    "LICENSE",
    "prefect.yaml",
    "deploy/Containerfile",
    "deploy/form4lake.service",
    "examples/insider_buys.ipynb",
)


def on_files(files: Files, config: MkDocsConfig) -> Files:
    """Add what is linked and stands outside docs/."""
    for name in (*PAGES, *FILES):
        files.append(File.generated(config, name, abs_src_path=str(ROOT / name)))
    return files


def on_page_markdown(markdown: str, page: Page, config: MkDocsConfig, files: Files) -> str:  # noqa: ARG001
    """The text of a page, with docs/ and the repository's root as one folder."""
    return re.sub(r"(\]\()(?:docs/|\.\./)", r"\1", markdown)
