"""`form4` with a parser of a newer version, so that `reparse` has all there is to read again."""

import form4lake.flows.reparse
from form4lake.cli import app
from form4lake.tests.builders.newer_parsers import RAISED

if __name__ == "__main__":
    form4lake.flows.reparse.CURRENT = RAISED
    app()
