# Everything a person types. `make` alone lists it.

VENV := .venv
PY := $(VENV)/bin/python

# The first Python that is new enough and can make an environment; or name one: make app PYTHON=/usr/bin/python3.12
SUITABLE := import ensurepip, sys, venv; sys.exit(sys.version_info < (3, 11))
PYTHON ?= $(shell for python in python3 python3.13 python3.12 python3.11; do \
	$$python -c '$(SUITABLE)' >/dev/null 2>&1 && echo $$python && break; done)

# One thread per process: on a small machine the default number makes tests ten times slower.
# Two processes share the tests; tests/conftest.py deals them out.
TEST := OMP_NUM_THREADS=1 $(PY) -m pytest -n 2 --dist loadgroup

.DEFAULT_GOAL := help
.PHONY: help app test check words examples pictures benchmarks clean

help:  ## list these commands
	@sed -n 's/^\([a-z]*\): .*## /make \1 | /p' Makefile | awk -F'|' '{printf "%-18s%s\n", $$1, $$2}'

app: $(VENV)/.app  ## start the dashboard and print its address
	@OMP_NUM_THREADS=1 $(PY) -m streamlit run app.py --server.address 127.0.0.1 --server.headless true

test: $(VENV)/.dev  ## run the whole suite, the browser journey included
	@sh tests/install_browser.sh $(PY)
	@$(TEST)

check: $(VENV)/.dev  ## lint, format, types and import rules, then the suite
	$(PY) -m ruff check .
	$(PY) -m ruff format --check .
	$(PY) -m mypy
	$(VENV)/bin/lint-imports
	@$(MAKE) --no-print-directory test

words: $(VENV)/.app  ## bring the translation catalogues up to date with the code
	$(PY) -m tlcore.words_extract

examples: $(VENV)/.app  ## train the finished examples that ship with the repository
	PYTHONPATH=. $(PY) examples/make.py

pictures: $(VENV)/.dev  ## take the README's pictures of the running dashboard
	@sh tests/install_browser.sh $(PY)
	PYTHONPATH=. $(PY) docs/pictures/make.py

benchmarks: $(VENV)/.dev  ## measure what docs/performance.md reports
	@for script in loop measures start compare_digits pages; do \
		echo "== benchmarks/$$script.py"; $(PY) -m benchmarks.$$script || exit 1; done

clean:  ## remove the environment and every cache; experiments under .transferlab stay
	rm -rf $(VENV) .pytest_cache .mypy_cache .ruff_cache .import_linter_cache
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

# Installed once, and again when the requirements change.
$(VENV)/.app: requirements.txt | $(VENV)/bin/pip
	@echo "Installing requirements.txt into $(VENV) (once; PyTorch is large, this takes some minutes)."
	@$(PY) -m pip install --quiet --disable-pip-version-check -r requirements.txt
	@touch $@

$(VENV)/.dev: requirements-dev.txt $(VENV)/.app
	@echo "Installing requirements-dev.txt into $(VENV)."
	@$(PY) -m pip install --quiet --disable-pip-version-check -r requirements-dev.txt
	@touch $@

$(VENV)/bin/pip:
	@test -n "$(PYTHON)" || { echo "TransferLab needs Python 3.11 or newer with its venv module, and none was found." \
		"Install one (on Debian: apt install python3 python3-venv)" \
		"or name one: make app PYTHON=/path/to/python3.11"; exit 1; }
	@$(PYTHON) -c '$(SUITABLE)' || { echo "'$(PYTHON)' is no Python 3.11 or newer with its venv module;" \
		"name another: make app PYTHON=/path/to/python3.11"; exit 1; }
	@$(PYTHON) -m venv $(VENV)
