#!/usr/bin/env bash
# Run a command of zsupport as a step of a workflow. The step has annotations in the log, a table in its
# summary and, if requested, a SARIF file. The inputs are COMMAND, PATHS, ARGUMENTS, CONFIG, BASE and SARIF.
# PATHS and ARGUMENTS have a value on each line. The inputs are not trusted: each value becomes a single
# argument, and only the options below are allowed.
set -euo pipefail

# Fail the step with a message, the value (quoted, because it can contain a workflow command) and a hint.
fail() {
  local value
  value=$(LC_ALL=C printf '%q' "$2")
  printf '::error::%s %s: %s\n' "$1" "${value//%/%25}" "$3"
  exit 2
}

case $COMMAND in
  check | test | diff) ;;
  *) fail "unknown command" "$COMMAND" "commands: check, test, diff" ;;
esac

summary=$(mktemp)
trap 'rm -f "$summary"' EXIT
command=(zsupport "$COMMAND" --format=github "--output-file=markdown=$summary")
if [ "$COMMAND" = check ]; then command+=(--no-fix); fi
if [ -n "$SARIF" ]; then command+=("--output-file=sarif=$SARIF"); fi

# The value of an option follows `=`, so that an option without a value cannot consume the next argument.
while IFS= read -r line; do
  case "$COMMAND $line" in
    "$COMMAND ") continue ;;
    "$COMMAND --exit-zero") ;;
    check\ --select=* | check\ --ignore=* | check\ --fail-on=* | check\ --at=*) ;;
    test\ --only=* | test\ --at=* | test\ --coverage | test\ --fail-under=*) ;;
    test\ --mutate | test\ --fail-under-mutation=*) ;;
    diff\ --audience=* | diff\ --fail-on=*) ;;
    *) fail "unknown option in the input arguments" "$line" "see zsupport help ci for the options" ;;
  esac
  command+=("$line")
done <<<"$ARGUMENTS"

# Do not use the configuration of a pull request for its own check.
if [ "$CONFIG" = none ]; then
  command+=(--config=none)
elif [ -n "$BASE" ]; then
  command+=("--config=$BASE:${CONFIG:-pyproject.toml}")
elif [ -n "$CONFIG" ]; then
  command+=("--config=$CONFIG")
fi
if [ "$COMMAND" = diff ]; then
  if [ -z "$BASE" ]; then fail "no base to compare with:" "$BASE" "outside of pull requests, set base"; fi
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
