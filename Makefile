# Compoundry. `make` lists what there is; every target sets up what it needs.
.DEFAULT_GOAL := help
.PHONY: help setup demo serve test check promise chaos long bench bench-service bench-workers bench-consolidation bench-belief bench-patterns bench-gain bench-scale bench-million docs release-check lock
PYTHON ?= python3
BIN := .venv/bin
export COMPOUNDRY_TEST_POSTGRES ?= postgresql://postgres@127.0.0.1:5432/postgres

help: ## List the targets
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "  make %-20s %s\n", $$1, $$2}'

setup: .venv/ready ## Make .venv with everything, from locked versions

.venv/ready: requirements.lock pyproject.toml
	@test -x $(BIN)/python || $(PYTHON) -m venv .venv
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	@touch $@

demo: setup ## Run the five jobs on a sample, or on DATA=file.jsonl, with a server and an SQLite file of its own
	@$(BIN)/compoundry demo $(if $(DATA),$(DATA))

serve: setup ## Serve on port 8787 with a worker inside
	@$(BIN)/compoundry serve

test: setup ## Run the tests (PostgreSQL too, where COMPOUNDRY_TEST_POSTGRES or 127.0.0.1:5432 answers)
	@$(BIN)/pytest --ignore=tests/chaos

check: setup ## Lint, type-check, and check that imports point down
	@$(BIN)/ruff check . && $(BIN)/ruff format --check . && $(BIN)/mypy && $(BIN)/lint-imports
	@$(BIN)/hadolint Dockerfile && $(BIN)/check-jsonschema --builtin-schema vendor.compose-spec compose.yaml

docs: setup ## Build the documentation into site/
	@$(BIN)/python -m tools.reference && $(BIN)/zensical build --clean

release-check: setup ## Build sdist and wheel, install the wheel in a clean environment, and run the demo there
	@rm -rf dist build && $(BIN)/python -m build --no-isolation --outdir dist . >/dev/null && ls -l dist
	@$(PYTHON) -m venv build/clean && build/clean/bin/python -m pip install --quiet --disable-pip-version-check dist/*.whl
	@cd build && clean/bin/compoundry --version && clean/bin/compoundry demo

promise: setup ## Keep what the API promises now; the tests fail when a later change takes it away
	@COMPOUNDRY_PROMISE=1 $(BIN)/pytest -n0 tests/api/test_description.py

chaos: setup ## Kill, freeze and starve workers; with SHORT=1 for some minutes, as CI does
	@$(if $(SHORT),$(BIN)/pytest tests/chaos,COMPOUNDRY_RELIABILITY=docs/reliability.md $(BIN)/pytest -n0 --timeout 7200 -m slow tests/chaos)

long: setup ## Run the other long suites: fuzz, twins, backups, deliveries, cuts
	@$(BIN)/pytest -n 2 --timeout 7200 -m slow --ignore=tests/chaos tests

bench: setup bench-service ## Measure the service; with DATA=folder also what the jobs decide

bench-service: setup
	@$(BIN)/python -m benchmarks.service $(if $(SHORT),--short)

bench-workers: setup ## Measure what a second worker brings, how soon runs start, what waiting costs (PostgreSQL)
	@$(BIN)/python -m benchmarks.workers $(if $(SHORT),--short)

bench-consolidation: setup .venv/bench ## Measure consolidation beside its peers, on DATA=folder
	@$(BIN)/python -m benchmarks.consolidation $(DATA) $(if $(SHORT),--short)

bench-belief: setup .venv/bench ## Measure belief on dated histories, from DATA=folder
	@$(BIN)/python -m benchmarks.belief $(DATA) $(if $(SHORT),--short)

bench-patterns: setup .venv/bench ## Measure what pattern detection and synthesis find, on DATA=folder
	@$(BIN)/python -m benchmarks.patterns $(DATA) $(if $(SHORT),--short)

bench-gain: setup .venv/bench ## Measure whether the compounded workspace serves better than the raw one, on DATA=folder
	@$(BIN)/python -m benchmarks.gain $(DATA) $(if $(SHORT),--short)

bench-scale: setup .venv/bench ## Measure how consolidation grows with a workspace, beside SemHash; MILLION=1 for a million insights too
	@$(BIN)/python -m benchmarks.scale $(if $(SHORT),--short) $(if $(MILLION),--million)

bench-million: setup ## Sweep and measure a million insights, on SQLite and PostgreSQL
	@$(BIN)/python -m benchmarks.million $(if $(SHORT),--short)

.venv/bench: requirements-bench.lock
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-bench.lock
	@touch $@

lock: ## Lock the versions anew
	@$(PYTHON) -m pip install --quiet uv && $(PYTHON) -m uv pip compile pyproject.toml --all-extras --group dev --universal --generate-hashes --quiet --no-header -o requirements.lock
	@$(PYTHON) -m uv pip compile pyproject.toml --group bench -c requirements.lock --universal --generate-hashes --quiet --no-header -o requirements-bench.lock
