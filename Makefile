# Two environments: .venv holds what using Leadline needs, .venv-dev what its tests, checks and docs need besides.
# A fresh machine needs python3 (3.11 or later), pip and make.

PYTHON ?= python3
WORKERS ?= 2

DEV := .venv-dev/bin
UV = .venv-dev/bin/uv
COMPILE = $(UV) pip compile --system-certs --quiet --universal --python-version 3.11 \
	--generate-hashes --no-header --no-annotate $(LOCKFLAGS)

.DEFAULT_GOAL := help
.PHONY: help demo test spark check docs generated lock clean
.DELETE_ON_ERROR:

help: ## print this list
	@awk -F ':.*## ' '/^[a-z]+:.*## / {printf "make %-10s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

demo: .venv/.stamp ## the shipped cases to a report, and where it lies
	.venv/bin/leadline demo

test: .venv-dev/.stamp ## the tests
	$(DEV)/python -m pytest -n $(WORKERS)

spark: .venv-dev/.stamp ## Spark beside the tests, which then run every measure on it; 476 MB, and Java 17 is needed
	$(UV) pip install --system-certs --quiet --require-hashes --python $(DEV)/python -r requirements/spark.txt

check: .venv-dev/.stamp ## format, lint, types, the order of the steps, dependencies, security, documentation
	$(DEV)/ruff format --check --quiet .
	$(DEV)/ruff check --quiet .
	$(DEV)/mypy
	$(DEV)/lint-imports --no-logo
	$(DEV)/deptry leadline
	$(DEV)/bandit --quiet --recursive --configfile pyproject.toml leadline
	$(DEV)/python tools/generated_docs.py --check
	NO_MKDOCS_2_WARNING=1 $(DEV)/mkdocs build --strict --quiet

docs: .venv-dev/.stamp generated ## the documentation, into site/
	NO_MKDOCS_2_WARNING=1 $(DEV)/mkdocs build --strict --quiet
	@echo site/index.html

generated: .venv-dev/.stamp ## write again the pages that are made from the code
	$(DEV)/python tools/generated_docs.py

lock: .venv-dev/.stamp ## choose the versions again; LOCKFLAGS=--upgrade takes the newest
	$(COMPILE) requirements/bootstrap.in -o requirements/bootstrap.txt
	$(COMPILE) pyproject.toml -o requirements/demo.txt
	$(COMPILE) pyproject.toml --extra engines --extra cluster --group dev --group docs \
		--constraint requirements/demo.txt -o requirements/dev.txt
	$(COMPILE) requirements/spark.in --constraint requirements/dev.txt -o requirements/spark.txt

clean: ## remove the environments, the caches and what was built
	rm -rf .venv .venv-dev build dist site .coverage .hypothesis .import_linter_cache .mypy_cache .pytest_cache .ruff_cache
	find leadline tests tools -name __pycache__ -prune -exec rm -rf {} +

# An environment: uv by hash, then what the lock file names and nothing else, then Leadline from this folder.
# --system-certs: a hospital's network often has a certificate of its own.
define environment
@$(PYTHON) -c 'import sys; sys.version_info >= (3, 11) or sys.exit("Leadline needs Python 3.11 or later: make PYTHON=python3.12 ...")'
$(PYTHON) -m venv --without-pip $(@D)
$(PYTHON) -m pip --python $(@D)/bin/python install --quiet --disable-pip-version-check --require-hashes -r requirements/bootstrap.txt
$(@D)/bin/uv pip sync --system-certs --quiet --require-hashes --python $(@D)/bin/python $(1) requirements/bootstrap.txt
$(@D)/bin/uv pip install --quiet --python $(@D)/bin/python --no-deps --no-build-isolation --editable .
@touch $@
endef

.venv/.stamp: requirements/bootstrap.txt requirements/demo.txt pyproject.toml
	$(call environment,requirements/demo.txt)

.venv-dev/.stamp: requirements/bootstrap.txt requirements/dev.txt pyproject.toml
	$(call environment,requirements/dev.txt)
