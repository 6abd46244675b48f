# Two commands on a fresh machine with Python 3.11 or later: `make run` and `make test`.

PYTHON ?= python3
BIN := .venv/bin

.PHONY: run test check docs clean

run: .venv/installed
	$(BIN)/capacity run scenarios/base.yaml

test: .venv/tested check
	$(BIN)/pytest

check: .venv/tested
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

# After a change of the example scenarios, the language or the report.
docs: .venv/tested
	$(BIN)/python docs/make_reference.py
	$(BIN)/python docs/make_pages.py
	$(BIN)/python docs/make_picture.py

.venv/installed: pyproject.toml
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --editable .
	touch $@

.venv/tested: pyproject.toml
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --editable ".[test]"
	touch $@ .venv/installed

clean:
	rm -rf .venv build dist *.egg-info
