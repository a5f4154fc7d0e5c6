#!/usr/bin/env bash
# Run one command of zsupport as a step: annotations in the log, a table in the step's summary, and SARIF
# where a file is named. The inputs come as COMMAND, PATHS, ARGUMENTS (a line each), BASE and SARIF.
set -euo pipefail

lines() {
  local line
  while IFS= read -r line; do
    if [ -n "$line" ]; then command+=("$line"); fi
  done <<<"$1"
}

command=(zsupport "$COMMAND")
lines "$PATHS"
lines "$ARGUMENTS"
if [ "$COMMAND" = diff ]; then
  [ -n "$BASE" ] || { echo "::error::zsupport diff needs the input base outside of pull requests"; exit 2; }
  command+=("--merge-base=$BASE")
fi

if [ -n "${GITHUB_STEP_SUMMARY:-}" ]; then
  "${command[@]}" --exit-zero --format markdown >>"$GITHUB_STEP_SUMMARY" || true
fi
if [ -n "$SARIF" ]; then
  "${command[@]}" --exit-zero --format sarif >"$SARIF" || true
fi
"${command[@]}" --format github
