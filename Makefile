# Every target makes what it needs, on a machine that has only Python 3.11 or newer, make and git.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready
PIP := -m pip --disable-pip-version-check --no-input install --quiet

.PHONY: demo test check bench fixtures fuzz faults delivery-faults insight docs screenshots lock clean
.DELETE_ON_ERROR:

demo: $(READY)
	$(BIN)/unifi-scanner demo

test: $(READY)
	$(BIN)/python -m pytest --numprocesses auto --maxprocesses 4 --dist worksteal

check: $(READY)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

# Figures against their targets; WRITE=1 keeps them as docs/benchmarks.md.
bench: $(READY)
	$(BIN)/python -m benchmarks $(if $(WRITE),--write docs/benchmarks.md)

# Recorded payloads (../shared, where it is) against what becomes of them; fails where a record was lost.
fixtures: $(READY)
	$(BIN)/python -m tests.fixture_table

# A few seconds for each parser; longer with: make fuzz FUZZ_SECONDS=600
FUZZ_SECONDS ?= 5
fuzz: $(READY)
	@$(BIN)/python -c 'import atheris' 2>/dev/null || $(BIN)/python $(PIP) 'atheris>=3.0' || true
	$(BIN)/python -m fuzz --seconds $(FUZZ_SECONDS)

# Every fault many times, and the table of what it cost; SHORT=1 plays each once, ONLY="kill mail-down" some of them.
faults: $(READY)
	$(BIN)/python -m faults $(if $(SHORT),--short,--write docs/faults.md) $(if $(ONLY),--only $(ONLY))

# Every labelled scenario with many seeds, and how much of it the reports tell; ONLY="radar internet-down" some of them.
SEEDS ?= 20
insight: $(READY)
	$(BIN)/python -m insight --seeds $(SEEDS) $(if $(ONLY),--only $(ONLY),--write docs/insight.md)

# Every way a message can fail to arrive, with real servers; SHORT=1 plays each once.
delivery-faults: $(READY)
	$(BIN)/python -m faults.delivery $(if $(SHORT),--short,--write docs/delivery-faults.md)

# docs/configuration.md is made from the settings; a test fails when it is out of date. The site goes to build/handbook/site.
docs: $(READY)
	$(BIN)/python -m unifi_scanner.config.describe > docs/configuration.md
	$(BIN)/python -m handbook

# The report as people see it, on a phone, a desktop, in the dark and on paper; needs Chromium.
screenshots: $(READY)
	$(BIN)/python -m screenshots

$(READY): requirements.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit("Python 3.11 or newer is needed; try: make PYTHON=python3.12" if sys.version_info < (3, 11) else 0)'
	@echo "Setting up $(VENV) (once; about a minute)"
	@$(PYTHON) -m venv $(VENV)
	@$(BIN)/python $(PIP) --require-hashes --requirement requirements.lock
	@$(BIN)/python $(PIP) --no-deps --no-build-isolation --editable .
	@touch $@

# Every dependency, of running, developing and building (and of running alone, for the image), pinned with hashes for Python 3.11 and up on any
# platform. It names no index: each machine's own is used.
lock:
	$(PYTHON) -m venv build/lock
	build/lock/bin/python $(PIP) uv
	printf 'hatchling\neditables\n' | build/lock/bin/uv pip compile --universal --python-version 3.11 \
		--generate-hashes --upgrade --no-emit-index-url --no-annotate --no-header --quiet \
		--extra dev pyproject.toml - --output-file requirements.lock
	build/lock/bin/uv pip compile --universal --python-version 3.11 \
		--generate-hashes --upgrade --no-emit-index-url --no-annotate --no-header --quiet \
		--extra chat --extra mqtt --extra cloudflare --extra images pyproject.toml --output-file requirements-run.lock

clean:
	rm -rf $(VENV) build dist .mypy_cache .pytest_cache .ruff_cache .import_linter_cache .hypothesis
