#!/usr/bin/env bash
# Runs the unit tests and the tests from outside of a build; the last line is "N passed, N failed".
# run_tests.sh [NAME]: only what has NAME in its name. HEARTH_PRESET says which build (release).
set -uo pipefail
cd "$(dirname "$0")/.."
. tools/setup.sh

preset=${HEARTH_PRESET:-release}
name=${1:-}
passed=0
failed=0
failures=()
log=$(mktemp)
trap 'rm -f "$log"' EXIT

number() { grep -oE "$1" "$log" | tail -1 | grep -oE '[0-9]+' | head -1; }
# count PASSED FAILED CODE WHAT: a program that failed without saying how often counts once.
count() {
  passed=$((passed + ${1:-0}))
  failed=$((failed + ${2:-0}))
  [ "$3" -eq 0 ] && return
  [ "${2:-0}" -gt 0 ] || failed=$((failed + 1))
  failures+=("$4")
}

export ASAN_OPTIONS=${ASAN_OPTIONS:-detect_stack_use_after_return=1:quarantine_size_mb=32} TSAN_OPTIONS=${TSAN_OPTIONS:-halt_on_error=1 suppressions=$PWD/tools/tsan.supp}

say "unit tests"
for program in "build/$preset"/tests/*"$name"*_test; do
  [ -x "$program" ] || continue
  "$program" --gtest_brief=1 >"$log" 2>&1
  code=$?
  count "$(number '\[  PASSED  \] [0-9]+ tests?')" "$(number '[0-9]+ FAILED TESTS?')" "$code" "$(basename "$program")"
  if [ "$code" -eq 0 ]; then
    printf '%-42s %s passed\n' "$(basename "$program")" "$(number '\[  PASSED  \] [0-9]+ tests?')"
  else
    printf '%-42s FAILED\n' "$(basename "$program")"
    tail -60 "$log"
  fi
done

say "tests from outside"
whole=--every-scenario
[ -n "$name" ] && whole=
HEARTH_BIN=$PWD/build/$preset/bin /usr/bin/python3 -m pytest -q -n 3 --dist loadfile --durations=8 $whole ${name:+-k "$name"} tests >"$log" 2>&1
code=$?
# 5: nothing has that name
if [ -n "$name" ] && [ "$code" -eq 5 ]; then code=0; fi
tail -80 "$log"
bad=$(($(number '[0-9]+ failed' || echo 0) + $(number '[0-9]+ errors?' || echo 0)))
count "$(number '[0-9]+ passed')" "$bad" "$code" "tests from outside"

[ ${#failures[@]} -eq 0 ] || printf 'failed: %s\n' "${failures[@]}"
echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ]
