# The commands of README.md. Needs: Python 3.9+ with venv, Rust (cargo), a C++ compiler. Everything else comes from PyPI and crates.io.
PYTHON ?= python3
VENV ?= .venv
TEST_VENV ?= target/test-venv
DIST := target/dist
PIP_FLAGS := --quiet --disable-pip-version-check --no-input
# cargo's build scripts run zig, wasm2c and Node out of this Python.
export EDGE_PYTHON := $(abspath $(VENV))/bin/python
# A wheel's dates: 2020-01-01.
export SOURCE_DATE_EPOCH ?= 1577836800

.PHONY: run format wheel install test-venv lint test-rust test-python test node-suite check bench clean

run: install ## build, install into .venv and run a program
	$(VENV)/bin/edge run examples/hello.js

$(VENV)/ready: build_backend/requirements.txt
	$(PYTHON) -m venv $(VENV)
	$(VENV)/bin/python -m pip install $(PIP_FLAGS) -r build_backend/requirements.txt
	touch $@

wheel: $(VENV)/ready ## build the wheel into target/dist
	$(if $(TARGET),$(error make wheel builds for the machine that it runs on; cross-compiling for $(TARGET) is not there yet))
	rm -rf $(DIST)
	$(VENV)/bin/python -m pip wheel $(PIP_FLAGS) . --no-build-isolation --no-deps -w $(DIST)

install: wheel
	$(VENV)/bin/python -m pip install $(PIP_FLAGS) $(DIST)/*.whl
	$(VENV)/bin/python -m pip install $(PIP_FLAGS) --force-reinstall --no-deps $(DIST)/*.whl

test-venv: wheel ## a fresh environment with the wheel and the test tools
	$(PYTHON) -m venv --clear $(TEST_VENV)
	$(TEST_VENV)/bin/python -m pip install $(PIP_FLAGS) "$$(echo $(DIST)/*.whl)[dev]"

format: test-venv ## rewrite what the format checks would refuse
	cargo fmt --all
	$(TEST_VENV)/bin/ruff format .
	$(TEST_VENV)/bin/ruff check --fix .

lint: test-venv ## formats, lints, types, stubs
	cargo fmt --all --check
	cargo clippy --locked --workspace --all-targets -- -D clippy::correctness -D clippy::suspicious -D clippy::perf -A clippy::macro_metavars_in_unsafe
	$(TEST_VENV)/bin/ruff format --check .
	$(TEST_VENV)/bin/ruff check .
	$(TEST_VENV)/bin/mypy
	cd $(TEST_VENV) && bin/python -m mypy.stubtest edgejs._native

test-rust: $(VENV)/ready
	cargo test --locked --workspace

test-python: test-venv
	EDGE_REQUIRE_BUILD=1 PATH="$(abspath $(TEST_VENV))/bin:$$PATH" $(TEST_VENV)/bin/python -m pytest

test: test-rust test-python ## the tests of both halves

node-suite: test-venv ## Node's own tests against the strict list: make node-suite SUITE=path/to/node/test
	PATH="$(abspath $(TEST_VENV))/bin:$$PATH" $(TEST_VENV)/bin/python -m tests.node_suite --suite "$(SUITE)" --strict --json target/node-suite.json

check: lint test ## everything that CI runs

bench: test-venv ## compare with Node 24
	PATH="$(abspath $(TEST_VENV))/bin:$$PATH" $(TEST_VENV)/bin/python -m benchmarks

clean:
	rm -rf target $(VENV)
