# Everything a newcomer and the machine that tests every change call. Needs Python 3.11 or newer, make and git.
PYTHON ?= python3
BIN := .venv/bin
RUN := $(BIN)/python -m
JOBS ?= 2
# where the labelled pages are, which are not part of this repository
GOLD ?= ../shared/gold

.PHONY: help demo test test-fast serve check format bench quality clean
.DEFAULT_GOAL := help

help:  ## what there is to make
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## /\1\t/' | expand -t 12

.venv/.ready: requirements.lock pyproject.toml
	@command -v $(PYTHON) >/dev/null || { echo "detente needs Python 3.11 or newer: install it, or name one: make PYTHON=/path/to/python3.12 …"; exit 1; }
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "detente needs Python 3.11 or newer, and $(PYTHON) is $$($(PYTHON) -V): name another one: make PYTHON=python3.12 …"; exit 1; }
	@$(PYTHON) -c 'import venv, ensurepip' 2>/dev/null || { echo "this Python cannot make virtual environments: install its venv package (Debian, Ubuntu: apt install python3-venv)"; exit 1; }
	@echo "setting up .venv (about 150 packages; once) …"
	@test -x $(BIN)/python || $(PYTHON) -m venv .venv
	@$(RUN) pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	@$(RUN) pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	@touch $@

.venv/duckdb-1.5/.ready: .venv/.ready requirements-duckdb-1.5.lock
	@echo "setting up DuckDB 1.5 beside the current one …"
	@$(RUN) pip install --quiet --disable-pip-version-check --no-deps --upgrade --target .venv/duckdb-1.5 --require-hashes -r requirements-duckdb-1.5.lock
	@touch $@

demo: .venv/.ready  ## four invented competitors over six weeks, with a Prefect server; ends by itself
	@$(BIN)/detente demo

test: .venv/.ready .venv/duckdb-1.5/.ready  ## every test; the warehouse's on DuckDB 2.0 and on 1.5
	@echo "all tests …"
	@$(RUN) pytest -n $(JOBS) --dist loadfile
	@echo "the warehouse's tests on DuckDB 1.5 …"
	@PYTHONPATH=.venv/duckdb-1.5 $(RUN) pytest -n $(JOBS) --dist loadfile -m "not slow" tests/warehouse

test-fast: .venv/.ready  ## the inner loop: no test that takes longer than a second
	@$(RUN) pytest -n $(JOBS) -m "not slow"

serve: .venv/.ready  ## keep the schedules of the workspace named by WORKSPACE
	@$(BIN)/detente serve --workspace $(or $(WORKSPACE),.)

check: .venv/.ready  ## format, lint, types, import contracts, docs
	@$(RUN) ruff format --check .
	@$(RUN) ruff check .
	@$(RUN) mypy
	@$(BIN)/lint-imports
	@$(RUN) pytest tests/docs

format: .venv/.ready  ## put the code into its format
	@$(RUN) ruff format .
	@$(RUN) ruff check --fix .

bench: .venv/.ready  ## speed, memory and false alarms beside the peers; about 15 minutes
	@$(RUN) bench.run

quality: .venv/.ready  ## how right the readers are, written to docs/quality.md; needs the labelled pages in GOLD
	@$(RUN) bench.quality "$(GOLD)"

clean:  ## remove what was made, the environment included
	@rm -rf .venv demo-workspace bench/work .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis
