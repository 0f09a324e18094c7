# shellcheck shell=bash
# Named checks of a shell test. Sourced.
passed=0 failed=0
trap 'echo "error: line $LINENO of $0 failed: $BASH_COMMAND" >&2' ERR

# check NAME COMMAND…: what it printed is shown where it fails, and what `explain` has to add.
check() {
  local name=$1 said; shift
  if said=$("$@" 2>&1); then
    echo "ok   $name"; passed=$((passed + 1))
  else
    printf 'FAIL %s: %s\n%s\n' "$name" "$*" "$said"; failed=$((failed + 1))
    if [ "$(type -t explain)" = function ]; then explain 2>&1 | sed 's/^/     /' || true; fi
  fi
}
fails() { ! "$@"; }
silent() { local said; said=$("$@" 2>&1) && [ -z "$said" ] || { echo "$said"; return 1; }; }
# within SECONDS COMMAND…: until it succeeds.
within() {
  local end=$((SECONDS + $1)); shift
  until "$@" > /dev/null 2>&1; do
    [ "$SECONDS" -lt "$end" ] || { "$@"; return; }
    sleep 0.1
  done
}
# readme_block N: the commands of the Nth block of a README on stdin.
readme_block() { awk -v n="$1" '/^```sh$/ {at++; next} /^```/ {if (at == n) exit; next} at == n'; }
finish() { echo "$passed passed, $failed failed"; [ "$failed" -eq 0 ]; exit; }
