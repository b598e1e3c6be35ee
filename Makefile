# Two commands: `make site` builds the platform on a local AWS, `make test` runs every check.
# Everything is installed into .venv by tools/bootstrap.sh; nothing else on the machine changes.

INVENTORY ?= inventories/local/hosts.yml
ARGS ?=

SHELL := /bin/bash
.DEFAULT_GOAL := help

# Plain commands below are those of .venv.
export PATH := $(CURDIR)/.venv/bin:$(PATH)
export VIRTUAL_ENV := $(CURDIR)/.venv
# Keep settings of other projects out. tools/bootstrap.sh compiles nothing in advance, so let Python write bytecode.
unexport PYTHONPATH PYTHONHOME PYTHONDONTWRITEBYTECODE ANSIBLE_COLLECTIONS_PATH ANSIBLE_CONFIG

# No colours in a log.
ifndef MAKE_TERMOUT
export NO_COLOR := 1
endif

RUNTIME := .venv/.installed-runtime
DEV := .venv/.installed-dev
DOCS := .venv/.installed-docs
MITOGEN := .venv/.installed-accelerate

# ACCELERATE=1 runs playbooks through mitogen's strategy: the same result in less time. It is optional.
ifdef ACCELERATE
PLAYBOOK_NEEDS := $(RUNTIME) $(MITOGEN)
PLAYBOOK = ANSIBLE_STRATEGY=mitogen_linear \
	ANSIBLE_STRATEGY_PLUGINS="$$(python -c 'import ansible_mitogen; print(ansible_mitogen.__path__[0])')/plugins/strategy" \
	ansible-playbook -i $(INVENTORY) $(ARGS)
else
PLAYBOOK_NEEDS := $(RUNTIME)
PLAYBOOK = ansible-playbook -i $(INVENTORY) $(ARGS)
endif

# $(call check,NAME,COMMAND) runs one check and says how long it took.
check = @printf '\n== %s\n' '$(1)'; SECONDS=0; $(2) && printf -- '-- %s: passed in %s s\n' '$(1)' "$$SECONDS"

.PHONY: help
help: ## Show this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "make %-12s %s\n", $$1, $$2}' $(MAKEFILE_LIST)
	@echo
	@echo 'INVENTORY=inventories/production/hosts.yml chooses an environment, ARGS="--check --diff" is passed to'
	@echo 'ansible-playbook, ACCELERATE=1 uses mitogen, PYTHON=python3.12 picks the interpreter of a new .venv.'

# --- Use

.PHONY: site destroy
site: $(PLAYBOOK_NEEDS) ## Build or update the platform (on the local AWS, unless INVENTORY says otherwise)
	$(PLAYBOOK) playbooks/site.yml

destroy: $(PLAYBOOK_NEEDS) ## Remove the platform and stop the local AWS
	$(PLAYBOOK) playbooks/destroy.yml

# --- Checks, quickest first and two at a time; pytest, which takes two processors by itself, comes last, so that its summary
# ends the run. `make -k test` goes on after a failure.

FILES = git ls-files --cached --others --exclude-standard

.PHONY: test checks lint
test: checks pytest ## Run every check

checks: $(DEV) $(DOCS)
	$(MAKE) --no-print-directory --jobs=2 --output-sync=target lint docs-lint sanity molecule

lint: yamllint ruff mypy shellcheck workflows readmes changelog syntax ansible-lint ## Check style, types, shell, roles and playbooks

.PHONY: yamllint ruff mypy shellcheck workflows readmes changelog syntax ansible-lint
yamllint: $(DEV)
	$(call check,yamllint,yamllint --strict .)

ruff: $(DEV)
	$(call check,ruff check,ruff check)
	$(call check,ruff format,ruff format --check)

mypy: $(DEV)
	$(call check,mypy,mypy)

shellcheck: $(DEV)
	$(call check,shellcheck,$(FILES) '*.sh' .ci/run | xargs shellcheck)

workflows: $(DEV)
	$(call check,form of workflows,check-jsonschema --builtin-schema vendor.github-workflows .github/workflows/*.yml)
	$(call check,safety of workflows,zizmor --offline --pedantic --no-progress --quiet .github/workflows)

readmes: $(DEV)
	$(call check,variables of the roles,python tools/role_variables.py --check)
	$(call check,role READMEs,python tools/role_readmes.py --check)
	$(call check,variables in docs/variables.md,python tools/variables_table.py --check docs/variables.md)
	$(call check,options in docs/options.md,python tools/options_page.py --check)

changelog: $(DEV)
	$(call check,changelog,antsibull-changelog lint)

syntax: $(DEV)
	$(call check,syntax by path,ansible-playbook --syntax-check $(wildcard playbooks/*.yml playbooks/runbooks/*.yml))
	$(call check,syntax by name,ansible-playbook --syntax-check meetops.jitsi.site)

ansible-lint: $(DEV)
	$(call check,ansible-lint,ansible-lint)

.PHONY: docs-lint sanity molecule
# antsibull-docs copies the collections that ours depends on. Inside a repository it copies only tracked files, and .venv has
# none; the ceiling hides our repository from it. We skip rstcheck, which looks at one page at a time: Sphinx builds the site
# from the same reStructuredText and checks all references.
docs-lint: $(DEV) $(DOCS) ## Check the documentation of the collection and its plugins, and build the site
	$(call check,antsibull-docs,GIT_CEILING_DIRECTORIES=$(VIRTUAL_ENV) antsibull-docs lint-collection-docs --plugin-docs --skip-rstcheck .)
	$(call check,site,python tools/docs_site)

sanity: $(DEV) ## Build the collection and run ansible-test sanity on the result
	$(call check,ansible-test sanity,python tools/sanity.py)
	$(call check,galaxy-importer,python tools/galaxy_importer.py --quick)

molecule: $(DEV) ## Create, converge, repeat, verify and destroy on a local AWS of its own
	$(call check,molecule,molecule test)

# Keep the order of the files: by number of tests, the longest ones would come last.
.PHONY: pytest unit integration
pytest: $(DEV)
	@printf '\n== pytest\n'
	pytest -n 2 --dist loadfile --no-loadscope-reorder

unit: $(DEV) ## Run the tests of pure logic
	pytest tests/unit

integration: $(DEV) ## Run the tests against a local AWS
	pytest -n 2 --dist loadfile tests/integration

.PHONY: bench
bench: $(DEV) $(MITOGEN) ## Measure against the same resources made by stock modules
	python benchmarks/run.py $(ARGS)

.PHONY: proof-recordings
proof-recordings: $(DEV) ## A thousand recordings through faults and kills: none may be lost or corrupt (10 to 20 minutes)
	python tests/proofs/recordings $(ARGS)

.PHONY: proof-rotation
proof-rotation: $(DEV) ## Every death, fault and order of rotations, and logins to a real prosody
	python tests/proofs/rotation $(ARGS)

.PHONY: proof-crash
proof-crash: $(DEV) ## Every death of site.yml and of runbooks, and every call denied, throttled, failed or lost (a quarter of an hour)
	python tests/proofs/crash $(ARGS)

.PHONY: proof-destroy
proof-destroy: $(DEV) ## Every death of destroy.yml, what it keeps and how it comes back, and two platforms side by side (40 minutes)
	python tests/proofs/destroy $(ARGS)

.PHONY: proof-drift
proof-drift: $(DEV) ## Every managed field changed by hand, planned and repaired; plans of site.yml against its runs (minutes)
	python tests/proofs/drift $(ARGS)

.PHONY: proof-policies
proof-policies: $(DEV) ## Every playbook and function: docs/policies allow exactly what they ask IAM for (20 minutes)
	python tests/proofs/policies $(ARGS)

.PHONY: proof-properties
proof-properties: $(DEV) ## The laws of the pure logic, with three thousand examples each (minutes)
	PROPERTY_EXAMPLES=3000 pytest -n 2 -q tests/unit/test_properties.py $(ARGS)

.PHONY: proof-lifecycle
proof-lifecycle: $(DEV) ## Every order of wakes, sleep, events, deaths and visitors: no call cut, no wake lost (minutes)
	python tests/proofs/lifecycle $(ARGS)

# --- Upkeep

.PHONY: dev docs pictures format clean
dev: $(DEV) ## Install everything that the checks need

docs: $(DOCS) ## Write the pages that are made from code, and build the documentation site into build/site
	python tools/role_variables.py
	python tools/role_readmes.py
	python tools/variables_table.py --write docs/variables.md
	python tools/options_page.py
	python tools/docs_site

.PHONY: importer ee release
importer: $(DEV) ## Check the artifact as Galaxy does on upload
	python tools/galaxy_importer.py

ee: $(DEV) ## Write the build context of the execution environment to build/ee/context
	rm -rf build/ee
	ansible-galaxy collection build --output-path build/ee
	mv build/ee/meetops-jitsi-*.tar.gz build/ee/meetops-jitsi.tar.gz
	ansible-builder create --context build/ee/context --output-filename Containerfile

release: $(DEV) ## Make the files of a release in build/release, for TAG=v1.2.3
	python tools/release.py $(TAG)

pictures: $(DEV) ## Draw the dashboards into docs/images
	python tools/dashboard_pictures.py

format: $(DEV) ## Format the Python files
	ruff check --fix
	ruff format

clean: ## Remove .venv and everything generated (stop the local AWS with `make destroy` first)
	rm -rf .venv .cache .ansible .hypothesis build

$(RUNTIME): requirements.txt tools/bootstrap.sh
	tools/bootstrap.sh requirements.txt
	@touch $@

$(DEV): requirements-dev.txt $(RUNTIME)
	tools/bootstrap.sh requirements-dev.txt
	@touch $@

$(DOCS): requirements-docs.txt $(RUNTIME)
	tools/bootstrap.sh requirements-docs.txt
	@touch $@

$(MITOGEN): requirements-accelerate.txt $(RUNTIME)
	tools/bootstrap.sh requirements-accelerate.txt
	@touch $@
