# Two commands: `make run` shows the product, `make test` passes every check and test.
PYTHON ?= python3
VENV ?= .venv
BIN := $(VENV)/bin

.PHONY: help run test bench clean
help:
	@echo "make run    set up, replay the demo and serve it (no network but the package index)"
	@echo "make test   set up, pass every check and every test"

run: $(VENV)/.run
	$(BIN)/duma-tracker demo

# Many tests wait for a process or a clock: three at a time keep two cores busy.
test: $(VENV)/.test
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-cache
	$(BIN)/pytest --numprocesses=3 --dist=worksteal

# The stamps say what is installed; they age when the requirements change.
$(VENV)/.venv:
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or newer is needed; name one: make PYTHON=python3.12 ...")'
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --upgrade pip
	@touch $@

$(VENV)/.run: $(VENV)/.venv pyproject.toml constraints.txt
	$(BIN)/python -m pip install --quiet --constraint constraints.txt --editable .
	@touch $@

$(VENV)/.test: $(VENV)/.venv pyproject.toml constraints.txt
	$(BIN)/python -m pip install --quiet --constraint constraints.txt --editable '.[dev]'
	@touch $@ $(VENV)/.run

bench: $(VENV)/.test
	$(BIN)/python bench/diff.py --quick
	$(BIN)/python bench/feeds.py

clean:
	rm -rf $(VENV) build *.egg-info .mypy_cache .ruff_cache .pytest_cache .hypothesis
