# Every verb of the project; each sets up what it needs first.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready
CLIP ?=
NODE_TOOLS := client/tests/readers fake_backend/tests/openapi_tools fake_backend/tests/browser_tools
# Each has a conftest.py of its own, so mypy takes them one at a time.
TESTED := $(patsubst %/tests/,%,$(wildcard */tests/))

.PHONY: help setup demo serve test test-all kills check types format coverage screenshots bench lock clean

help: ## list the verbs
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 12

setup: $(READY) ## make .venv with pinned packages

$(READY): pyproject.toml constraints.txt $(addsuffix /package-lock.json,$(NODE_TOOLS))
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	  { echo "nemofake needs Python 3.11 or newer; say which: make PYTHON=/path/to/python3.11 …" >&2; exit 1; }
	@echo "Setting up $(VENV) (once)…"
	@$(PYTHON) -m venv $(VENV)
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --constraint constraints.txt --editable '.[dev]'
	@if command -v npm >/dev/null; then for tools in $(NODE_TOOLS); do \
	  npm ci --prefix $$tools --silent --no-audit --no-fund || \
	  echo "npm could not install $$tools: its tests will be skipped" >&2; done; fi
	@touch $@

demo: $(READY) ## the whole journey on real media; CLIP=my.mp4 uses your own
	@$(BIN)/nemofake demo $(if $(CLIP),--clip "$(CLIP)")

serve: $(READY) ## start the fake and print what to export
	@$(BIN)/nemofake serve

test: $(READY) ## the whole suite
	@$(BIN)/python -m pytest -n auto

test-all: $(READY) ## the whole suite, with a PostgreSQL that the tests start themselves
	@NEMOFAKE_POSTGRESQL=1 $(BIN)/python -m pytest -n auto

kills: $(READY) ## 500 times kill -9 under load on a database: is anything acknowledged lost?
	@NEMOFAKE_KILLS=500 $(BIN)/python -m pytest -n auto -rP fake_backend/tests/test_storage_kills.py

check: $(READY) ## lint, format, types, layers, words
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/python scripts/retired_words.py
	@$(BIN)/codespell
	@$(MAKE) --no-print-directory types
	@$(BIN)/lint-imports

types: $(READY)
	@$(BIN)/mypy
	@for folder in $(TESTED); do $(BIN)/mypy $$folder/tests || exit 1; done

format: $(READY) ## put the code in order
	@$(BIN)/ruff check --fix-only .
	@$(BIN)/ruff format .

coverage: $(READY) ## the suite with branch coverage
	@$(BIN)/python -m pytest -n auto --cov --cov-report=term --cov-report=html

screenshots: $(READY) ## remake the pictures of the README (needs Chromium and Node)
	@$(BIN)/python scripts/screenshots.py

bench: $(READY) ## speed, as ratios within one run
	@$(BIN)/python -m benchmarks

REPORTS := contract-reports
EXAMPLES ?= 1000
.PHONY: contract
contract: $(READY) ## the whole contract suite on the fake and both clients, with reports
	@mkdir -p $(REPORTS)
	@$(BIN)/nemofake verify --profile all --examples $(EXAMPLES) --save-failures $(REPORTS)/found --html $(REPORTS)/client.html --junit $(REPORTS)/client.xml
	@$(BIN)/nemofake verify --server --profile all --examples $(EXAMPLES) --html $(REPORTS)/server.html --junit $(REPORTS)/server.xml
	@PYTHONPATH=contract_tests/tests $(BIN)/nemofake verify --client honest:Honest --html $(REPORTS)/honest.html --junit $(REPORTS)/honest.xml

.PHONY: mutants
mutants: $(READY) ## bugs put in on purpose: does the contract suite notice each?
	@$(BIN)/python -m mutants

SAMPLE ?=
.PHONY: mutation-score
mutation-score: $(READY) ## a mutation tool on the client's flow code; SAMPLE=20 draws as many of each module
	@$(BIN)/python -m mutants.score $(if $(SAMPLE),--sample $(SAMPLE))

lock: ## refresh constraints.txt (needs uv)
	@uv pip compile --quiet --universal --upgrade --python-version 3.11 --extra dev --no-emit-package nemofake --no-header -o constraints.txt pyproject.toml

LOWEST := .venv-lowest
.PHONY: test-lowest
test-lowest: ## the tests with the lowest versions that pyproject.toml allows (needs uv)
	@uv venv --quiet --clear --python $(PYTHON) $(LOWEST)
	@uv pip install --quiet --resolution lowest-direct --python $(LOWEST)/bin/python --editable '.[dev]'
	@$(LOWEST)/bin/python -m pytest -n auto $(TESTS)

clean: ## remove what the verbs made
	@rm -rf $(VENV) .venv-adk .venv-docs build .venv-lowest .mypy_cache .ruff_cache .pytest_cache .hypothesis htmlcov demo-out $(REPORTS)

ADK := .venv-adk
.PHONY: parity
parity: $(READY) $(ADK)/.ready ## our adk dialect against google-adk itself
	@$(BIN)/python -m pytest parity/tests

$(ADK)/.ready: parity/requirements.txt
	@echo "Setting up $(ADK) (once)…"
	@$(BIN)/python -m venv $(ADK)
	@$(ADK)/bin/python -m pip install --quiet --disable-pip-version-check --no-compile --no-deps --requirement $<
	@touch $@

SITE := .venv-docs
.PHONY: docs
docs: $(READY) $(SITE)/.ready ## the documentation as a site in build/site; a broken link fails
	@$(BIN)/python -m scripts.stage_docs
	@$(SITE)/bin/zensical build --strict --clean

$(SITE)/.ready: docs/requirements.txt
	@echo "Setting up $(SITE) (once)…"
	@$(BIN)/python -m venv $(SITE)
	@$(SITE)/bin/python -m pip install --quiet --disable-pip-version-check --requirement $<
	@touch $@
