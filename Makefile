# `make quickstart` runs the main job, `make test` the tests, `make check` the linters. Each sets up what it needs.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed

.PHONY: quickstart test check format bench bench-files bench-models bench-peers clean

$(STAMP): pyproject.toml
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable '.[plot,test,check]'
	touch $(STAMP)

quickstart: $(STAMP)
	$(BIN)/oribi quickstart

test: $(STAMP)
	$(BIN)/python -m pytest --numprocesses auto --dist worksteal

check: $(STAMP)
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy

format: $(STAMP)
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

bench-peers:
	$(PYTHON) bench/peers.py .peers

bench: $(STAMP)
	$(BIN)/python bench/quickstart.py --peers .peers

bench-models: $(STAMP)
	$(BIN)/python bench/models.py --peers .peers

bench-files: $(STAMP)
	$(BIN)/python bench/files.py --peers .peers

clean:
	rm -rf $(VENV) .peers build dist
