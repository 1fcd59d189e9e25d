# The commands of the project; `make help` lists them. Python 3.11 or newer and make are all that must be there:
# what else is needed is fetched from the locks into .venv, and .stamps/ remembers what has been done.

PY := .venv/bin/python
UV := .venv/bin/uv
ARGS ?=

PROJECTS := core/pyproject.toml $(wildcard plugins/*/pyproject.toml)
CATALOGUES := $(wildcard locales/*/LC_MESSAGES/samverk.po)
LOCALES := $(patsubst locales/%/LC_MESSAGES/samverk.po,%,$(CATALOGUES))

# A stamp must not outlive what it stands for.
ifeq ($(wildcard $(PY)),)
$(shell rm -rf .stamps)
endif
ifeq ($(wildcard core/samverk/static/vendor/manifest.json),)
$(shell rm -f .stamps/assets)
endif

.PHONY: help demo test check bench nightly lock i18n install
.DEFAULT_GOAL := help

help: ## List these commands
	@sed -n 's/^\([a-z0-9]*\):[^#]*## \(.*\)$$/  make \1	\2/p' Makefile | expand -t 16

demo: .stamps/assets ## Prepare the demonstration and serve it (ARGS="--port 9000 --reset" are passed on)
	@echo "Starting the demonstration …"
	@.venv/bin/samverk demo $(ARGS)

test: .stamps/assets ## Run every test: SQLite, PostgreSQL, browser (ARGS="-k rounds" are passed on)
	@echo "Looking for a Chromium for the browser tests …"
	@if chromium=$$(scripts/chromium); then \
	    echo "Running every test with $$chromium …"; \
	    SAMVERK_CHROMIUM="$$chromium" $(PY) -m pytest -n 2 $(ARGS); \
	elif [ "$$CI" = true ]; then \
	    echo "No Chromium: the browser tests cannot run, so this run has failed." >&2; exit 1; \
	else \
	    echo "No Chromium: running every test but the browser tests …" >&2; \
	    $(PY) -m pytest -n 2 -m "not browser" $(ARGS); \
	fi

check: .stamps/assets ## Format, lint, types and the fast tests (before every commit)
	@echo "Format …" && $(PY) -m ruff format --check .
	@echo "Lint …" && $(PY) -m ruff check .
	@echo "Types …" && $(PY) -m mypy
	@echo "Fast tests …" && $(PY) -m pytest -n 2 -q -m "not slow and not browser and not postgres" $(ARGS)

bench: .stamps/assets ## Measure speed against the bare server on this machine (ARGS are passed on)
	@$(PY) -m bench $(ARGS)

nightly: .stamps/assets ## Prove every figure (FULL=1: at its size for the night), then all tests, then the benchmark
	@$(PY) -m scripts.nightly $(ARGS)
	@$(MAKE) --no-print-directory test bench ARGS=

install: .stamps/assets ## Only install what the other commands need

lock: .stamps/dependencies ## Resolve the dependencies anew into requirements.lock and scripts/bootstrap.lock
	@echo "Resolving the dependencies …"
	@$(UV) lock --quiet --upgrade
	@$(UV) export --quiet --frozen --all-groups --no-emit-workspace --no-header --no-annotate \
	    --format requirements-txt --output-file requirements.lock >/dev/null
	@echo uv | $(UV) pip compile --quiet --upgrade --generate-hashes --universal --python-version 3.11 --no-header \
	    --no-annotate --no-emit-index-url --output-file scripts/bootstrap.lock - >/dev/null
	@if [ -f core/assets/package-lock.json ]; then \
	    echo "The npm packages have exact versions in core/assets/package.json: change them there."; fi

i18n: .stamps/dependencies ## Extract the strings of core and update the catalogues of all languages
	@mkdir -p locales
	@PYTHONPATH=. .venv/bin/pybabel -q extract --mapping scripts/babel.cfg --keyword pgettext:1c,2 --keyword npgettext:1c,2,3 \
	    --add-location file --sort-by-file --no-wrap --add-comments "Translators:" \
	    --project Samverk --version core --copyright-holder "the Samverk contributors" \
	    --msgid-bugs-address "the Samverk contributors" --last-translator "the Samverk contributors" \
	    --header-comment "# The strings of Samverk as the source files hold them; written by make i18n." \
	    --output locales/samverk.new core/samverk
	@# Without its dates the template changes only when a string does.
	@grep -v -e '^"POT-Creation-Date' -e '^"PO-Revision-Date' -e '^"Language-Team' locales/samverk.new >locales/samverk.pot
	@rm locales/samverk.new
	@for locale in $(LOCALES); do \
	    .venv/bin/pybabel -q update --domain samverk --input-file locales/samverk.pot --output-dir locales \
	        --locale $$locale --init-missing --no-fuzzy-matching --ignore-obsolete --no-wrap --ignore-pot-creation-date; \
	done
	@for locale in $(LOCALES); do \
	    echo "$$locale: $$($(PY) scripts/untranslated.py locales/$$locale/LC_MESSAGES/samverk.po)"; done

.stamps/venv: scripts/bootstrap.lock scripts/make-venv
	@scripts/make-venv
	@mkdir -p .stamps && touch $@

.stamps/dependencies: requirements.lock scripts/install .stamps/venv
	@echo "Installing the locked dependencies (the first time this takes a minute) …"
	@scripts/install --require-hashes -r requirements.lock
	@touch $@

.stamps/members: $(PROJECTS) .stamps/dependencies
	@echo "Fetching style sheets, scripts and fonts, compiling the catalogues …"
	@$(PY) core/hatch_build.py
	@echo "Installing core and the region plugins as they stand in this folder …"
	@scripts/install --no-deps --no-build-isolation $(patsubst %/pyproject.toml,-e ./%,$(PROJECTS))
	@touch $@

.stamps/assets: core/hatch_build.py core/assets/package-lock.json locales $(CATALOGUES) .stamps/members
	@$(PY) core/hatch_build.py
	@touch $@
