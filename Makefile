# Two commands matter: `make up` serves the product, `make test` runs everything that CI runs.
# Both need Python >= 3.11 and nothing else. PORT=, CDP_HOME=, DEMO= and CDP_DATABASE_URL= are passed on.

PYTHON ?= python3
VENV ?= .venv
WORKERS ?= auto
BIN := $(VENV)/bin

# The names that the program reads; an unset or empty one stays unset, so that its default holds.
ifneq ($(strip $(PORT)),)
export CDP_PORT := $(PORT)
endif
ifneq ($(strip $(CDP_HOME)),)
export CDP_HOME
endif

.PHONY: help up test check fuzz schema screenshots lock lock-node lock-peers peers clean
.DEFAULT_GOAL := help

help: ## say what can be made
	@sed -n 's/^\([a-z]*\):.*## /  make \1	/p' $(MAKEFILE_LIST)

up: export CDP_DEMO := $(or $(strip $(DEMO)),1)
up: $(VENV)/.runtime ## serve the product, with the demo unless DEMO=0
	@exec $(BIN)/cdp up

test: check ## run everything that CI runs
	scripts/browser
	$(BIN)/python -m pytest -n $(WORKERS) --dist loadscope
	@if $(BIN)/python -m cdp.embedded.postgres_binaries installed; then \
		CDP_TEST_POSTGRES=installed $(BIN)/python -m pytest -n $(WORKERS) --dist loadscope -m postgres; fi
	@if [ -e benchmarks/__main__.py ]; then $(BIN)/python -m benchmarks --quick; fi

check: $(VENV)/.dev ## run the fast part: format, lint, types, import contracts, the rules of the house, the law
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/python -m pytest -q tests/house tests/spec

fuzz: $(VENV)/.dev ## try examples that nobody tried yet; what is found becomes a test (TESTS= names some)
	CDP_TEST_EXAMPLES=fuzz $(BIN)/python -m pytest -n $(WORKERS) --dist loadscope -m "hypothesis or chance" $(or $(TESTS),tests)

schema: $(VENV)/.dev ## write migrations/schema.sql anew, from the migrations
	$(BIN)/cdp schema --write

# A lock is installed again only when it changed; the stamp is newer than what it installed.
$(VENV)/.dev: requirements.txt requirements-dev.txt pyproject.toml
	PYTHON=$(PYTHON) scripts/install $(VENV) requirements-dev.txt
	@touch $(VENV)/.runtime $@

$(VENV)/.runtime: requirements.txt pyproject.toml
	PYTHON=$(PYTHON) scripts/install $(VENV) requirements.txt
	@touch $@

LOCK = $(BIN)/pip-compile --quiet --generate-hashes --reuse-hashes --allow-unsafe --all-build-deps --strip-extras \
	--no-emit-index-url --no-emit-trusted-host --no-emit-find-links --no-emit-options --no-header --no-config \
	--annotation-style line

PEERS := benchmarks/identity/requirements-peers.txt

screenshots: $(VENV)/.dev ## draw every page of the portal into screenshots/ (ONLY= names some)
	$(BIN)/python -m tests.portal.screenshots $(ONLY)

lock: $(VENV)/.dev ## pin every package anew, with the hashes of all platforms (UPGRADE=1 takes newer ones)
	$(LOCK) $(if $(UPGRADE),--upgrade) -o requirements.txt pyproject.toml
	$(LOCK) $(if $(UPGRADE),--upgrade) -c requirements.txt --extra dev -o requirements-dev.txt pyproject.toml

lock-peers: $(VENV)/.dev ## pin the peers of benchmarks/identity anew
	$(LOCK) $(if $(UPGRADE),--upgrade) -o $(PEERS) benchmarks/identity/peers.in

peers: ## install what benchmarks/identity is compared with, into an environment of its own
	$(PYTHON) -m venv .venv-peers
	.venv-peers/bin/pip install --quiet --require-hashes -r $(PEERS)

lock-node: $(VENV)/.dev ## pin what tests take from npm anew, each lock in tests/ (a new one begins as {})
	$(BIN)/python -m tests.node

clean: ## remove what was made here; CDP_HOME, with its data and keys, stays
	rm -rf $(VENV) build dist *.egg-info .hypothesis .import_linter_cache .mypy_cache .pytest_cache .ruff_cache
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
