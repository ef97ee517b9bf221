# Two words do everything: `make demo` and `make test`. Each installs what it needs.
.DEFAULT_GOAL := help
SHELL := /bin/sh
PYTHON ?= $(shell for name in python3 python3.13 python3.12 python3.11; do \
	$$name -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $$name && break; done)
VENV := .venv
RUN := $(VENV)/bin/python
INSTALLED := $(VENV)/.installed
KILLS ?= 500
PYTEST_ARGUMENTS ?= --numprocesses=2 --dist=loadgroup
# Settings are read without a database and without the .env of a demo.
STATIC_CHECK := IGNORE_DOTENV=1 DEMO=1 PROCESS=staff

.PHONY: help demo test bench chaos check screenshots format messages upgrade sbom audit chromium

help: ## show what there is
	@grep -E '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed 's/:.*## /\t/' | expand -t 14

demo: $(INSTALLED) ## set up the demo clinic and serve it (PORT, DATA_DIR)
	@$(RUN) manage.py demo

test: $(INSTALLED) chromium ## run every test, browser tests included
	@$(RUN) -m pytest $(PYTEST_ARGUMENTS)

bench: $(INSTALLED) ## measure page weight, queries, throughput, search and sync
	@IGNORE_DOTENV=1 DEMO=1 $(RUN) manage.py bench

chaos: $(INSTALLED) ## kill processes at random while forms are sent (KILLS)
	@$(RUN) -m tests.chaos --kills $(KILLS)

# Templates are linted, not formatted: the formatter parts words that belong together.
check: $(INSTALLED) ## lint, format, types, migrations, deployment checks
	$(VENV)/bin/ruff check .
	$(VENV)/bin/ruff format --check .
	$(VENV)/bin/djlint --lint --quiet templates
	$(STATIC_CHECK) $(VENV)/bin/mypy clinic education trials manage.py
	$(STATIC_CHECK) $(RUN) -W ignore::RuntimeWarning manage.py makemigrations --check --dry-run
	$(RUN) -m clinic.deployment_check

screenshots: $(INSTALLED) chromium ## take pictures of the demo into docs/screenshots
	@IGNORE_DOTENV=1 DEMO=1 $(RUN) manage.py screenshots

messages: $(INSTALLED) ## bring the Spanish texts up to date and compile them
	IGNORE_DOTENV=1 DEMO=1 $(RUN) manage.py messages

upgrade: ## put this release in the place of the running one (UPGRADE_ARGUMENTS), as root
	@$(PYTHON) -m clinic.upgrade --release "$(CURDIR)" $(UPGRADE_ARGUMENTS)

sbom: $(INSTALLED) ## print what this release is made of, as CycloneDX
	@$(RUN) -m clinic.bill_of_materials

# An environment of its own: the scanner's dependencies are no business of the site's.
audit: ## look for known vulnerabilities of the pinned packages, in the internet
	@test -x $(VENV)-audit/bin/pip-audit || { $(PYTHON) -m venv $(VENV)-audit && \
		$(VENV)-audit/bin/python -m pip install --quiet --disable-pip-version-check 'pip-audit==2.10.*'; }
	@$(VENV)-audit/bin/pip-audit --strict --disable-pip --no-deps --requirement requirements.txt

format: $(INSTALLED) ## format Python and templates
	$(VENV)/bin/ruff format .
	$(VENV)/bin/ruff check --fix .

$(INSTALLED): requirements.txt
	@test -n "$(PYTHON)" || { echo "Python 3.11 or newer is missing: apt-get install python3 python3-venv"; exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || \
		{ echo "Python's venv module is missing: apt-get install python3-venv"; exit 1; }
	@echo "Installing the dependencies into $(VENV)"
	@$(PYTHON) -m venv $(VENV)
	@$(RUN) -m pip install --quiet --disable-pip-version-check --requirement requirements.txt
	@touch $@

chromium:
	@for name in chromium google-chrome; do command -v $$name >/dev/null && exit 0; done; \
	if [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; then \
		echo "Installing Chromium"; \
		apt-get update -qq && DEBIAN_FRONTEND=noninteractive \
			apt-get install --yes --quiet=2 --no-install-recommends chromium >/dev/null && exit 0; \
	fi; \
	echo "The browser tests need Chromium and it could not be installed: apt-get install chromium"; \
	exit 1
