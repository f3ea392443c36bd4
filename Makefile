# Everything a checkout needs. Plain pip; nothing is installed twice while the lock stands.
PYTHON := $(shell for p in python3.13 python3.12 python3.11 python3; do \
	$$p -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $$p && break; done)
BIN := .venv/bin
INSTALL := $(BIN)/python -m pip install --quiet --disable-pip-version-check

.PHONY: demo test test-all check bench docs assets lock clean

demo: .venv/run.stamp  ## simulate an election, scan it, write the report
	$(BIN)/tocsin demo

test: .venv/dev.stamp  ## the checks of every change, some minutes
	$(BIN)/python -m pytest -n 2

test-all: .venv/dev.stamp  ## with the heavy ones
	TOCSIN_NEW_EXAMPLES=1 $(BIN)/python -m pytest -n 2 -m "slow or not slow"

check: .venv/dev.stamp  ## style, types, one-way imports, docs
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/python -m pytest tests/docs tests/test_repository.py

bench: .venv/dev.stamp  ## measure: CPU-seconds and peak memory
	set -e; for file in bench/*.py; do $(BIN)/python $$file; done

docs: .venv/dev.stamp  ## build the documentation into site/
	$(BIN)/python docs/reference.py
	$(BIN)/zensical build --clean --strict

assets:  ## scripts of the workbench's pages, which are complete without them; needs npm
	npm ci --prefix assets --ignore-scripts --no-audit --no-fund --silent
	npm run --prefix assets --silent vendor

lock:  ## resolve again, for Python 3.11 to 3.13 on every system; needs uv
	uv pip compile $(LOCK) --group build --extra meaning -o requirements/run.txt
	uv pip compile $(LOCK) --group build --group dev --extra credentials --extra leaks --extra meaning --extra spark \
		-c requirements/run.txt -o requirements/dev.txt

LOCK := pyproject.toml --quiet --upgrade --universal --python-version 3.11 --generate-hashes \
	--no-emit-index-url --no-header --no-annotate

clean:  ## remove what was made, except .venv
	rm -rf build dist site demo .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .hypothesis
	find src tests bench -name __pycache__ -prune -exec rm -rf {} +

.venv/bin/pip:
	@test -n "$(PYTHON)" || { echo "Tocsin needs Python 3.11 or newer; none was found." >&2; exit 1; }
	$(PYTHON) -m venv .venv

.venv/%.stamp: requirements/%.txt pyproject.toml | .venv/bin/pip
	$(INSTALL) --require-hashes -r $<
	$(INSTALL) --no-deps --no-build-isolation -e .
	touch $@
