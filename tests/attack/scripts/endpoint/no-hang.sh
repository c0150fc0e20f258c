#!/bin/bash
# A run ends and says how many answers failed, whatever number of answers is too large or too slow.
. "$(dirname "$0")/../lib.sh"
fault_server; cp "$CASES/rubrics.yaml" "$WORK/"; tickets 60 "$WORK/t.csv"; cd "$WORK"
for case in oversized:100:2 oversized:100:8 oversized:15:4 bomb:100:4 slow-body:40:4 slow-head:40:4; do
  IFS=: read -r behaviour share concurrency <<<"$case"
  cat >c.yaml <<Y
version: 1
endpoint: {url: "$BASE/$behaviour/$share/classify", rate: none, timeout_s: 1, concurrency: $concurrency}
dataset: {path: t.csv}
rubric_sets: {v1: rubrics.yaml}
cache: cache-$behaviour-$share-$concurrency.sqlite
report: {figures: false}
Y
  { timeout -k 2 40 "$TB" run c.yaml --out "r-$behaviour-$share-$concurrency" >out 2>err; } 2>/dev/null; code=$?
  # 3: some answers failed; 4: ten failures in a row, the breaker stops asking. Never 124 (stopped by timeout).
  check "$behaviour, $share % of the answers, concurrency $concurrency: ends by itself (exit $code)" [ $code = 3 -o $code = 4 ]
done
# The first Ctrl-C ends a run that waits: within timeout_s + 1 seconds (and a second for the machine).
sed -i 's#^endpoint:.*#endpoint: {url: "'"$BASE"'/slow-body/100/classify", rate: none, timeout_s: 3, concurrency: 4}#; s/^cache: .*/cache: cache-int.sqlite/' c.yaml
# A script's background job ignores SIGINT unless it is given its handler back.
"$PY" -c 'import os, signal, sys; signal.signal(signal.SIGINT, signal.default_int_handler); os.execvp(sys.argv[1], sys.argv[1:])' \
  "$TB" run c.yaml --out r-int >out 2>err & run=$!
sleep 8; kill -INT $run 2>/dev/null; before=$SECONDS
for _ in $(seq 30); do kill -0 $run 2>/dev/null || break; sleep 0.5; done
took=$((SECONDS - before)); kill -9 $run 2>/dev/null; wait $run 2>/dev/null
check "one SIGINT ends a waiting run in at most 5 s (took $took s)" [ $took -le 5 ]
finish
