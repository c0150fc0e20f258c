#!/usr/bin/env bash
# What CI runs on every change: the tests of the rubrics, then the gates. Nothing is sent.
# Options go to the gate: ./ci.sh --missing warn
set -u
cd "$(dirname "$0")" || exit 2

python -m pytest
tests=$?

ticketbench gate configs/support.yaml --format github --format markdown=out/gate.md \
  --format junit=out/gate.xml --format json=out/gate.json "$@"
gate=$?

echo "pytest: $tests"
echo "gate: $gate"
if [ "$gate" -ne 0 ]; then
  exit "$gate"
fi
exit "$tests"
