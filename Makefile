# Every target works from a fresh clone: what it needs is installed into .venv first.

PYTHON ?= python3
MODEL ?= meta/meta-llama-3.1-70b-instruct
BIN := .venv/bin
TORCH := $(shell sed -n 's/^torch==//p' requirements/constraints-cpu.txt)
PIP := $(BIN)/python -m pip --disable-pip-version-check -qq
LOCK := $(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes \
	--no-emit-index-url --no-emit-find-links --no-annotate --custom-compile-command 'make lock' \
	--constraint requirements/constraints-cpu.txt --no-emit-package torch

.DEFAULT_GOAL := help
.PHONY: help bootstrap up run worker fmt quick check test e2e docs bench gpu-check demo-models lock clean

help: ## Print the targets
	@sed -n 's/^\([a-z0-9-]*\):.*## /\1\t/p' $(MAKEFILE_LIST) | awk -F '\t' '{ printf "  make %-12s %s\n", $$1, $$2 }'

bootstrap: .venv/.dev ## Install everything a developer needs

up: .venv/.base ## Start everything on this machine, and ask for a first prediction
	@$(BIN)/hearth up

run: up ## The same as up

worker: .venv/.base ## Run one worker beside a running installation: make worker MODEL=owner/name
	@$(BIN)/hearth worker $(MODEL)

fmt: .venv/.dev ## Format the code
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

quick: .venv/.dev ## Check format, lint, imports and types
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/lint-imports --no-logo
	$(BIN)/mypy

check: test ## The same as test

test: quick ## Check everything and run the tests
	$(BIN)/pytest --cov --cov-report=term:skip-covered

e2e: .venv/.dev ## Run only the tests that need the whole service
	$(BIN)/pytest -m e2e

gpu-check: .venv/.dev ## Run every family of models on this machine's GPU
	HEARTH_TEST_REQUIRE=gpu $(BIN)/pytest -m gpu tests/gpu

docs: .venv/.dev ## Write the generated pages of docs/reference
	$(BIN)/python docs/generate.py

bench: .venv/.dev ## Measure against bare Celery; writes bench/results.json
	$(BIN)/python -m bench

demo-models: .venv/.dev ## Make and teach the demo models anew
	for model in llama sdxl whisper blip2 embeddings; do \
		$(BIN)/python -m predictors.demo $$model predictors/$$model/weights-demo --taught --check || exit 1; \
	done

lock: .venv/.dev ## Write the lock files anew
	$(PIP) install uv
	$(LOCK) pyproject.toml requirements/build.in --extra client --extra postgres --extra s3 --extra models --output-file requirements/base.txt
	$(LOCK) --group dev --constraint requirements/base.txt --output-file requirements/dev.txt

clean: ## Remove what was built, but neither the environment nor any data
	rm -rf .coverage .coverage.* .mypy_cache .pytest_cache .ruff_cache .import_linter_cache .hypothesis htmlcov dist build
	find . -name __pycache__ -not -path './.venv/*' -prune -exec rm -rf {} +

.venv/.base: requirements/base.txt requirements/constraints-cpu.txt pyproject.toml
	@echo 'Installing what Hearth needs into .venv; the first time takes about a minute.'
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Hearth needs Python 3.11 or later: make PYTHON=python3.12")'
	@test -x $(BIN)/pip || $(PYTHON) -m venv .venv
	@$(PIP) install --no-compile --no-deps --require-hashes -r requirements/base.txt
	@$(install_torch)
	@$(PIP) install --no-deps --no-build-isolation --editable .
	@touch $@

.venv/.dev: .venv/.base requirements/dev.txt
	@$(PIP) install --no-compile --no-deps --require-hashes -r requirements/dev.txt
	@touch $@

# The build of torch that fits this machine: CUDA's where there is an NVIDIA driver, on Linux without
# one the CPU's, from the index pip is set up with or else from PyTorch's own.
define install_torch
if command -v nvidia-smi > /dev/null || [ "$$(uname)" != Linux ]; then \
	$(PIP) install 'torch==$(TORCH)'; \
else \
	$(PIP) install --no-compile --no-deps 'torch==$(TORCH)+cpu' 2> /dev/null || \
	$(PIP) install --no-compile --no-deps 'torch==$(TORCH)+cpu' --index-url https://download.pytorch.org/whl/cpu; \
fi
endef
