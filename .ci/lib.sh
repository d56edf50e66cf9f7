# Shared by the scripts of this folder: a temporary folder, sections with times, and runs of tests that count.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
export npm_config_update_notifier=false

work=$(mktemp -d)
# Where the summaries of all test runs are kept; .ci/run passes one file to all scripts.
export CI_TEST_LOG=${CI_TEST_LOG:-$work/tests.log}
clean_up() { rm -rf "$work"; }
trap 'clean_up' EXIT

section() { printf '\n=== %s (%s s)\n' "$*" "$SECONDS"; }

# total WORD: how many tests ended that way in all runs so far.
total() { { grep -E "^ℹ $1 [0-9]+" "$CI_TEST_LOG" 2>/dev/null || true; } | awk '{ sum += $3 } END { print sum + 0 }'; }

# run_tests COMMAND...: fails where a test fails, and where one is skipped.
run_tests() {
  local code=0
  "$@" 2>&1 | tee "$work/output" || code=$?
  grep -E '^ℹ (pass|fail|cancelled|skipped|todo) [0-9]+' "$work/output" >>"$CI_TEST_LOG" || code=1
  grep -qE '^ℹ (skipped|todo) [1-9]' "$work/output" && { echo 'a skipped test is a failure here'; code=1; }
  return "$code"
}

# count_as_test COMMAND...: its end is that of one test.
count_as_test() {
  local code=0
  "$@" || code=$?
  if [ "$code" = 0 ]; then echo 'ℹ pass 1'; else echo 'ℹ fail 1'; fi >>"$CI_TEST_LOG"
  return "$code"
}

# need_tools: curl and Python's venv, which minimal images lack.
need_tools() {
  if command -v curl >/dev/null && python3 -c 'import ensurepip, venv' 2>/dev/null; then return; fi
  section 'tools'
  apt-get update -qq
  DEBIAN_FRONTEND=noninteractive apt-get install -yqq --no-install-recommends curl python3-venv >/dev/null
}
