#!/usr/bin/env bash
# Run one command of zsupport as a step: annotations in the log, a table in the step's summary, and SARIF
# where a file is named. The inputs come as COMMAND, PATHS, ARGUMENTS (a line each), CONFIG, BASE and SARIF.
# They may hold anything: each becomes one argument, none is an option that is not listed here.
set -euo pipefail

# Refuse the step: what is wrong, the value (quoted, as it may be a command to the runner), what to do.
refuse() {
  local value
  value=$(LC_ALL=C printf '%q' "$2")
  printf '::error::%s %s: %s\n' "$1" "${value//%/%25}" "$3"
  exit 2
}

case $COMMAND in
  check | test | diff) ;;
  *) refuse "unknown command" "$COMMAND" "commands: check, test, diff" ;;
esac

summary=$(mktemp)
trap 'rm -f "$summary"' EXIT
command=(zsupport "$COMMAND" --format=github "--output-file=markdown=$summary")
if [ "$COMMAND" = check ]; then command+=(--no-fix); fi
if [ -n "$SARIF" ]; then command+=("--output-file=sarif=$SARIF"); fi

# A value stands behind `=`, so that none can be missing and swallow what follows.
while IFS= read -r line; do
  case "$COMMAND $line" in
    "$COMMAND ") continue ;;
    "$COMMAND --exit-zero") ;;
    check\ --select=* | check\ --ignore=* | check\ --fail-on=* | check\ --at=*) ;;
    test\ --only=* | test\ --at=* | test\ --coverage | test\ --fail-under=*) ;;
    test\ --mutate | test\ --fail-under-mutation=*) ;;
    diff\ --audience=* | diff\ --fail-on=*) ;;
    *) refuse "the input arguments does not take" "$line" "zsupport help ci lists what it takes" ;;
  esac
  command+=("$line")
done <<<"$ARGUMENTS"

# What a pull request says of its own check does not count.
if [ "$CONFIG" = none ]; then
  command+=(--config=none)
elif [ -n "$BASE" ]; then
  command+=("--config=$BASE:${CONFIG:-pyproject.toml}")
elif [ -n "$CONFIG" ]; then
  command+=("--config=$CONFIG")
fi
if [ "$COMMAND" = diff ]; then
  if [ -z "$BASE" ]; then refuse "no base to compare with:" "$BASE" "outside of pull requests, set base"; fi
  command+=("--merge-base=$BASE")
fi

command+=(--)
while IFS= read -r line; do
  if [ -n "$line" ]; then command+=("$line"); fi
done <<<"$PATHS"

code=0
"${command[@]}" || code=$?
if [ -n "${GITHUB_STEP_SUMMARY:-}" ]; then cat "$summary" >>"$GITHUB_STEP_SUMMARY"; fi
exit "$code"
