#!/bin/bash
# A file of the project that is a link to a secret (git carries links): no message shows what stands in it.
. "$(dirname "$0")/../lib.sh"
mkdir -p "$WORK/p/datasets" "$WORK/p/configs" && cd "$WORK/p"
export CASE_SECRET_TOKEN=zq-canary-5f1d7c20b3; key=$CASE_SECRET_TOKEN
cp "$CASES/rubrics.yaml" configs/; tickets 8 datasets/t.csv; printf 'CASE_SECRET_TOKEN=%s\nOTHER=zq-canary-5f1d7c20b3-2\n' "$key" >.env
config() { printf 'version: 1\nendpoint: {url: "local://lexical/v1/classify"}\ndataset: {path: %s}\nrubric_sets: {v1: %s}\ncache: ../c.sqlite\nreport: {figures: false}\n%s\n' "$1" "$2" "${3:-}" >configs/c.yaml; }
ln -s /proc/self/environ datasets/environ.csv; ln -s /proc/self/environ datasets/environ.jsonl; ln -s ../.env datasets/env.csv
ln -s ../.env configs/env.yaml; ln -s /proc/self/environ configs/environ.yaml; ln -s ../.env datasets/env.json
shows() { # shows NAME COMMAND...
  local name=$1; shift
  timeout 60 "$@" >"$WORK/said" 2>&1
  if grep -aq "zq-canary" "$WORK/said"; then echo "SHORT $name: shows the secret ($(wc -c <"$WORK/said") bytes)"; bad=$((bad + 1)); else echo "ok    $name"; fi; n=$((n + 1))
}
for f in environ.csv environ.jsonl env.csv env.json; do
  shows "validate datasets/$f" "$TB" validate datasets/$f
  shows "score datasets/$f" "$TB" score datasets/$f
  config ../datasets/$f rubrics.yaml; shows "run, dataset $f" "$TB" run configs/c.yaml
done
for f in env.yaml environ.yaml; do
  shows "validate configs/$f" "$TB" validate configs/$f
  config ../datasets/t.csv $f; shows "run, rubric set $f" "$TB" run configs/c.yaml
done
config ../datasets/t.csv rubrics.yaml 'recording: ../datasets/env.csv'; shows "run, recording .env" "$TB" run configs/c.yaml
config ../datasets/t.csv rubrics.yaml 'baseline: ../datasets/env.csv
gates: [{metric: accuracy, on: v1, not_worse_than: baseline}]'; shows "gate, baseline .env" "$TB" gate configs/c.yaml
finish
