#!/usr/bin/env bash
# The contract test: installs its npm packages beside the build and runs it.
#   run.sh BUILD_FOLDER ATLAS_SIM KEYTIDE
# The public description is KEYTIDE_CONTRACT, or the file below beside the checkout. Without it the
# test is skipped, and says so (exit 77).
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
build=$1 atlas_sim=$2 keytide=$3
description=${KEYTIDE_CONTRACT:-$here/../../../shared/atlas/service-accounts.openapi.json}
if [ ! -f "$description" ]; then
  echo "SKIPPED: the contract test needs the public description of the Atlas Admin API."
  echo "SKIPPED: set KEYTIDE_CONTRACT to its file (service accounts, OpenAPI 3, JSON)."
  exit 77
fi
mkdir -p "$build"
cp "$here"/*.mjs "$here"/package.json "$here"/package-lock.json "$build"
if [ ! -d "$build/node_modules/express-openapi-validator" ]; then
  (cd "$build" && npm ci --no-audit --no-fund --loglevel=error)
fi
exec node "$build/contract_test.mjs" "$description" "$atlas_sim" "$keytide"
