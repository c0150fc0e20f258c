#!/bin/bash
# The install step of action.yml as written, with every locked package and both extras from the
# index of this machine, in a hostile checkout: nothing of it runs, and what was installed works.
. "$(dirname "$0")/../lib.sh"
root=$(cd "$(dirname "$0")/../../../.." && pwd)
export RUNNER_TEMP="$WORK/the runner" ACTION_PATH=$root EXTRAS=minilm,parquet KEY_HOST=SHOP_KEY=router.shop.example
export SCALEDOWN_API_KEY=sk-witness-0001 SHOP_KEY=sk-witness-0002 WITNESS=$WORK/witness
mkdir -p "$RUNNER_TEMP" && cp -r "$root/tests/sample_repository" "$WORK/checkout"
PYTHONPATH="$root/tests" "$PY" -c "
import sys; from pathlib import Path; from hostile_checkout import made_hostile
made_hostile(Path(sys.argv[1]), Path(sys.argv[2]), with_package=True)" "$WORK/checkout" "$WITNESS"
"$PY" - "$root/action.yml" >"$WORK/step.sh" <<'P'
import sys
from ruamel.yaml import YAML
steps = YAML(typ="safe").load(open(sys.argv[1]))["runs"]["steps"]
print(next(step["run"] for step in steps if step.get("name") == "Install ticketbench"))
P
export PATH="$(dirname "$PY"):$PATH" PYTHONPATH="$WORK/checkout"
cd "$RUNNER_TEMP" && timeout 900 bash --noprofile --norc -eo pipefail "$WORK/step.sh" >"$WORK/out" 2>&1; code=$?
check "the step ends with 0 (exit $code: $(tail -1 "$WORK/out" | cut -c1-100))" [ $code = 0 ]
tool="$RUNNER_TEMP/ticketbench-venv/bin/python"
check "the gate judges" "$tool" -I -m ticketbench gate "$WORK/checkout/configs/support.yaml"
check "the weights and both extras are there" "$tool" -I -c "
import pyarrow; from ticketbench.edge.engines.minilm import minilm; minilm()"
check "nothing of the checkout ran ($(tr '\n' ';' <"$WITNESS" 2>/dev/null))" [ ! -e "$WITNESS" ]
finish
