"""`form4` with a parser of a newer version, so that `reparse` has all there is to read again."""

import flows.reparse
from cli import app
from tests.house.newer_parsers import RAISED

if __name__ == "__main__":
    flows.reparse.CURRENT = RAISED
    app()
