#!/usr/bin/env bash
# Everything that a change has to pass, on a bare Debian 12 too. It closes with ctest's summary.
#   tests/run.sh          installs what is missing, builds, tests
#   tests/run.sh -deps    installs what is missing, and stops
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
. tests/support/packages.sh

case "${1:-}" in
  ""|-deps|--deps) ;;
  *) echo "usage: tests/run.sh [-deps]" >&2; exit 2 ;;
esac
install_packages "${build_packages[@]}" "${test_packages[@]}"
[ -z "${1:-}" ] || exit 0

step() { printf '\n== %s\n' "$*"; }
jobs=$(nproc)

mkdir -p build

step "release build, the small share of the benches, the kills and the year, and the simulation"
cmake --preset release > build/release.log 2>&1 || { cat build/release.log; exit 1; }
cmake --build --preset release --parallel "$jobs" \
  --target keytide atlas-sim keytide-bench keytide_fsync_counter keytide-simulation \
  keytide-kill keytide-service keytide-year -- --quiet
ctest --preset release --label-regex bench --output-on-failure
ctest --preset release --label-regex 'kill|year' --output-on-failure --parallel "$jobs"
ctest --preset release --label-regex simulation --output-on-failure --parallel "$jobs"

step "the examples: under a systemd of its own, as a pod, and before linters"
ctest --preset release --label-regex 'systemd|examples' --output-on-failure

step "debug build with the address and undefined-behaviour sanitizers, and all tests"
cmake --preset dev > build/dev.log 2>&1 || { cat build/dev.log; exit 1; }
cmake --build --preset dev --parallel "$jobs" -- --quiet
ctest --preset dev --label-exclude 'bench|kill|year|systemd|examples' --output-on-failure --parallel "$jobs" --progress
