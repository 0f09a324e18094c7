#!/usr/bin/env bash
# examples/kubernetes and examples/docker: the schemas and linters of others, and whether the image has
# the libraries that keytide is linked with. Installs its npm packages beside the build.
#   lint.sh BUILD_FOLDER KEYTIDE
set -euo pipefail
build=$1 keytide=$2
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
examples=$(cd "$here/../../examples" && pwd)
. "$here/checks.sh"

mkdir -p "$build"
cp "$here"/lint/* "$build"
if ! cmp -s "$build/package-lock.json" "$build/node_modules/.installed"; then
  (cd "$build" && npm ci --no-audit --no-fund --loglevel=error && cp package-lock.json node_modules/.installed)
fi
node "$build/lint.mjs" "$examples"

# The packages of the Dockerfile's last stage, one a line.
packages() { awk '/^FROM/ {at++} at == 2' "$examples/docker/Dockerfile" | grep -oE '^ {6}[a-z0-9.+-]+' | tr -d ' '; }
# The packages of the libraries that keytide is linked with, but for libc and a test build's sanitizers.
needed() {
  readelf -d "$keytide" | sed -nE 's/.*NEEDED.*\[(.*)\]/\1/p' | while read -r library; do
    case $library in libc.so.*|libm.so.*|libasan.*|libubsan.*|libtsan.*|ld-linux*) continue ;; esac
    dpkg -S "*/$library" | sed -n '1s/:.*//p'
  done | sort -u
}
same_libraries() { diff <(needed) <(packages | grep -E '^lib'); }
check "the image has the libraries that keytide is linked with, and no other" same_libraries
check "it has what keytide runs" test "$(packages | grep -cxE 'ca-certificates|git|openssh-client')" -eq 3
finish
