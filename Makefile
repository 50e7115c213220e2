# Two commands are the contract: `make demo` and `make test`. Both set themselves up with pip.
PYTHON ?= python3
VENV ?= .venv
BIN := $(VENV)/bin
# Test processes: one a core and one more, since many tests wait for servers; at most four.
TESTERS ?= $(shell $(PYTHON) -c "import os; \
	mine = getattr(os, 'sched_getaffinity', lambda _: range(os.cpu_count() or 1))(0); \
	print(min(4, len(mine) + 1))")

FAST := tests/test_house.py tests/test_config.py tests/test_docs_named.py tests/test_docs_reference.py \
	tests/check tests/digest tests/labels tests/people tests/records tests/stats tests/stories tests/text

.PHONY: demo check test tests lint browser emulator kernels floors proof reference screenshots clean

demo: $(VENV)/.runtime
	$(BIN)/monitor demo $(if $(ONCE),--once)

test: lint tests

# What most changes break, in two minutes: no browser, no server, no database but SQLite.
check: lint
	$(BIN)/python -m pytest -n $(TESTERS) --dist loadfile -q -m 'not browser and not postgres' $(FAST)

# Many tests start a program: where bytecode is not kept, each compiles all it imports anew.
tests: export PYTHONDONTWRITEBYTECODE =
tests: $(VENV)/.dev browser
	$(BIN)/python -m pytest -n $(TESTERS) --dist loadfile --no-loadscope-reorder

lint: $(VENV)/.dev
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy

# Every measured figure beside its floor, in two minutes of a processor; what is better is written.
floors: $(VENV)/.dev
	$(BIN)/python tests/support/floors.py --raise

# What is too long for every change, into models/proof.md: half an hour without the emulator.
proof: browser
	$(BIN)/python tests/support/proof.py

# A real Chromium for the page tests: the system's, else Debian's package, else Playwright's own.
browser: $(VENV)/.dev
	sh tests/support/bring_chromium.sh $(BIN)/python

# The pages of commands, settings and routes, written anew from the program.
reference: $(VENV)/.dev
	$(BIN)/python docs/make_reference.py

# The pictures of README, taken anew.
screenshots: browser
	$(BIN)/python tests/support/screenshots.py

# An emulator of other processors, for `make kernels`.
emulator:
	sh tests/support/bring_qemu.sh

# The tests that hang on scores once more, on emulated processors: about two hours.
kernels: $(VENV)/.dev emulator
	$(BIN)/python tests/support/kernels.py

$(VENV)/bin/python:
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --upgrade pip

$(VENV)/.runtime: pyproject.toml | $(VENV)/bin/python
	$(BIN)/python -m pip install --quiet --editable .
	touch $@

# Not compiled: the tests import a part of it, and Python compiles that part when it does.
$(VENV)/.dev: pyproject.toml | $(VENV)/bin/python
	$(BIN)/python -m pip install --quiet --no-compile --editable '.[dev]'
	touch $@ $(VENV)/.runtime

clean:
	rm -rf $(VENV) dist build .mypy_cache .ruff_cache .pytest_cache .hypothesis
