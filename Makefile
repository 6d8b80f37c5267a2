# Everything a person or a machine does with this repository. `make` alone lists it.

VENV := .venv
PY := $(VENV)/bin/python
READY := $(VENV)/.ready
WORKERS ?= 2

# The first interpreter that is new enough; `make setup PYTHON=/path/to/python3.12` names another.
PYTHON ?= $(shell for p in python3 python3.14 python3.13 python3.12 python3.11; do \
	$$p -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $$p && break; done)

DEMO_OPTIONS = $(if $(PORT),--port $(PORT)) $(if $(STORY),--story $(STORY)) $(if $(filter 0 no,$(SERVE)),--no-serve)

# Compiled code is kept beside the sources, also where the environment says otherwise: the tests start hundreds of
# processes, and each would compile everything anew, which takes as long again as the rest of its start.
export PYTHONDONTWRITEBYTECODE :=

.DEFAULT_GOAL := help
.PHONY: help setup demo test test-long mutate check format pictures bench lock clean

help: ## list these targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-10s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

setup: $(READY) ## install everything into .venv (the other targets do it by themselves)

demo: $(READY) ## play cases and serve them to be tried (PORT=8001, SERVE=0 to stop after playing, STORY=breach, supervision, parents, mixed-group)
	@$(PY) -m mediation demo $(DEMO_OPTIONS)

test: $(READY) ## run the tests (WORKERS=2 at a time)
	@$(PY) -m pytest -m "not long" -n $(WORKERS) --dist worksteal

test-long: $(READY) ## run whole what takes minutes
	@$(PY) -m pytest -m "long or part" --whole

mutate: $(READY) ## change a copy of workflow and engine bit by bit: what does no test notice? (MODULE=path, MOST=100 changes)
	@copy=$$(mktemp -d) && trap 'rm -rf "$$copy"' EXIT \
	&& tar -cf - --exclude ./.git --exclude ./$(VENV) --exclude ./var . | tar -xf - -C "$$copy" \
	&& cd "$$copy" && $(CURDIR)/$(PY) -m tests.mutations $(MODULE) $(if $(MOST),--most $(MOST))

check: $(READY) ## look at form, types and migrations without changing anything
	$(PY) -m ruff format --check .
	$(PY) -m ruff check .
	$(PY) -m mypy
	$(PY) -m mediation migrations check

format: $(READY) ## put the code in form
	$(PY) -m ruff check --fix-only .
	$(PY) -m ruff format .

pictures: $(READY) ## take a picture of every page into var/pictures (IN=sv for another language than Finnish, STORY=supervision, DARK=1, README=1)
	@$(PY) -W ignore -m tests.pictures var/pictures $(if $(IN),--language $(IN)) $(if $(STORY),--story $(STORY)) $(if $(DARK),--dark) $(if $(README),--readme)

bench: $(READY) ## measure
	@$(PY) -m bench

# Pins stay as they are unless pyproject.toml asks otherwise; UPGRADE=1 takes the newest of everything.
lock: | $(VENV)/pyvenv.cfg ## make requirements.lock anew from pyproject.toml (UPGRADE=1 for newer versions)
	@command -v uv >/dev/null || test -x $(VENV)/bin/uv || $(PY) -m pip install --quiet uv
	PATH="$$PATH:$(CURDIR)/$(VENV)/bin" uv pip compile --quiet --universal --python-version 3.11 \
		--group dev --generate-hashes --no-emit-index-url --custom-compile-command "make lock" \
		$(if $(UPGRADE),--upgrade) --output-file requirements.lock pyproject.toml

clean: ## remove all that make can make again; var/ stays, for it may hold cases and keys
	rm -rf $(VENV) dist .hypothesis .mypy_cache .pytest_cache .ruff_cache
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

# A venv from Python itself; where Debian has taken ensurepip out, from uv or with the pip that is there.
$(VENV)/pyvenv.cfg:
	@test -n "$(PYTHON)" || { echo "This needs Python 3.11 or newer: make setup PYTHON=/path/to/python3.11" >&2; exit 1; }
	@$(PYTHON) -m venv $(VENV) >/dev/null 2>&1 \
	|| uv venv --quiet --clear --python $(PYTHON) $(VENV) 2>/dev/null \
	|| { $(PYTHON) -m venv --clear --without-pip $(VENV) && $(PYTHON) -m pip --python $(PY) install --quiet pip; } \
	|| { rm -rf $(VENV); echo "No virtual environment could be made: install pip and venv (on Debian:" \
		"apt-get install python3-venv python3-pip)" >&2; exit 1; }

# With uv from the PATH, else with uv from pip, else with pip alone: the same lock and the same hashes every time.
$(READY): pyproject.toml requirements.lock | $(VENV)/pyvenv.cfg
	@echo "Setting up $(VENV): some ten seconds with uv, a minute with pip alone"
	@command -v uv >/dev/null || test -x $(VENV)/bin/uv || $(PY) -m pip install --quiet uv || true
	@export PATH="$$PATH:$(CURDIR)/$(VENV)/bin" VIRTUAL_ENV="$(CURDIR)/$(VENV)"; \
	{ uv pip sync --quiet --require-hashes requirements.lock \
		&& uv pip install --quiet --no-deps --no-build-isolation --editable .; } \
	|| { echo "uv did not manage; now with pip" >&2; \
		$(PY) -m pip install --quiet --require-hashes --requirement requirements.lock \
		&& $(PY) -m pip install --quiet --no-deps --no-build-isolation --editable .; }
	@touch $@
