# Two words: `make demo` shows what rdbscope does, `make test` checks everything. `make` lists the rest.
SHELL := /bin/bash
PYTHON ?= python3
VENV ?= .venv
BIN := $(VENV)/bin
CARGO ?= cargo
CRATE := --manifest-path parsers/Cargo.toml

.DEFAULT_GOAL := help
.PHONY: help demo test build lint types rust pytest bench docs format clean prerequisites

help: ## list the targets
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "  make %-14s %s\n", $$1, $$2}'

prerequisites:
	@command -v $(PYTHON) >/dev/null || { echo "make: python3 is missing: install Python 3.10 or newer" >&2; exit 1; }
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 10))' \
		|| { echo "make: $(PYTHON) is too old: rdbscope needs Python 3.10 or newer (set PYTHON=…)" >&2; exit 1; }
	@$(PYTHON) -c 'import ensurepip' 2>/dev/null \
		|| { echo "make: $(PYTHON) has no venv module: install python3-venv" >&2; exit 1; }
	@command -v $(CARGO) >/dev/null || { echo "make: cargo is missing: install Rust (https://rustup.rs)" >&2; exit 1; }

$(BIN)/python: | prerequisites
	@$(PYTHON) -m venv $(VENV)
	@$(BIN)/python -m pip install --quiet --upgrade 'pip>=25.1'

demo: $(BIN)/python ## install into .venv, load a dump, print the summary and one query
	@echo '$$ pip install .'
	@$(BIN)/python -m pip install --quiet .
	@rm -f $(VENV)/demo.duckdb
	@echo '$$ rdbscope load fixtures/demo/shop.rdb.gz'
	@cd $(VENV) && RDBSCOPE_DB=demo.duckdb bin/rdbscope load ../fixtures/demo/shop.rdb.gz
	@echo '$$ rdbscope query "SELECT type, count(*) AS keys, human_bytes(sum(memory_bytes)) AS memory FROM keys GROUP BY type ORDER BY keys DESC"'
	@cd $(VENV) && RDBSCOPE_DB=demo.duckdb bin/rdbscope query \
		"SELECT type, count(*) AS keys, human_bytes(sum(memory_bytes)) AS memory FROM keys GROUP BY type ORDER BY keys DESC"

build: $(BIN)/python ## build the native module in place, with the tools of development
	@$(BIN)/python -m pip install --quiet --group dev
	@PATH="$(abspath $(BIN)):$$PATH" $(BIN)/python -m pip install --quiet --no-build-isolation --editable .

test: build lint types rust pytest ## everything: build, lint, types, Rust and Python tests

lint: ## ruff: lint and format
	$(BIN)/ruff check
	$(BIN)/ruff format --check

types: ## mypy strict, and the stub against the binary
	$(BIN)/mypy
	$(BIN)/python -m mypy.stubtest rdbscope._native

rust: ## rustfmt, clippy with warnings as errors, cargo test
	$(CARGO) fmt $(CRATE) --check
	$(CARGO) clippy $(CRATE) --all-targets --locked --quiet -- -D warnings
	$(CARGO) test $(CRATE) --locked --quiet

pytest: ## the Python tests
	$(BIN)/python -m pytest -n auto

bench: build ## measure rdbscope beside every peer on PATH (options: BENCH="--scale 0.1")
	$(BIN)/python -m benchmarks.run --rdbscope $(BIN)/rdbscope $(BENCH)

docs: ## write the generated pages of docs/reference
	$(BIN)/python -m docs.generate

format: ## format Python and Rust
	$(BIN)/ruff format
	$(BIN)/ruff check --fix
	$(CARGO) fmt $(CRATE)

clean: ## remove what was built
	rm -rf $(VENV) parsers/target rdbscope/*.so
