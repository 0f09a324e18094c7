#!/usr/bin/env bash
# keytide from nothing to three delivered secrets, against Atlas on this machine (atlas-sim).
# Works on a bare Debian 12: it installs what is missing, builds, and leaves nothing running.
set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
here=$root/examples/quickstart
. "$root/tests/support/packages.sh"
install_packages "${build_packages[@]}" "${example_packages[@]}"

say() { printf '\n\033[1m%s\033[0m\n' "$*"; }
show() { printf '\033[1m$ %s\033[0m\n' "$*"; "$@"; }

build=${KEYTIDE_BUILD:-$root/build/release}
if [ -z "${KEYTIDE_BUILD:-}" ]; then
  say "Building keytide and atlas-sim"
  mkdir -p "$root/build"
  (cd "$root" && cmake --preset release -DKEYTIDE_BUILD_TESTS=OFF > build/configure.log 2>&1) ||
    { cat "$root/build/configure.log"; exit 1; }
  cmake --build "$build" --parallel "$(nproc)" --target keytide atlas-sim -- --quiet
fi
export PATH=$build/cmd/keytide:$build/cmd/atlas-sim:$PATH

work=$(mktemp -d)
sim_pid=
cleanup() { [ -z "$sim_pid" ] || kill "$sim_pid" 2> /dev/null || true; rm -rf "$work"; }
trap cleanup EXIT

# Files of the example, with this run's folder, address and secret filled in.
fill() { sed -e "s|\${DELIVERED}|$work/delivered|g; s|\${ATLAS_URL}|${url:-}|g; s|\${KEYTIDE_SECRET}|$keytide_secret|g" "$1"; }
keytide_secret=mdb_sa_sk_$(head -c 30 /dev/urandom | base64 | tr '+/' '-_')
mkdir -p "$work/secrets" "$work/delivered"

say "Atlas on this machine: one organization, three service accounts without a secret"
(umask 077; fill "$here/atlas.yaml" > "$work/atlas.yaml")
atlas-sim -listen=127.0.0.1:0 -seed="$work/atlas.yaml" > "$work/atlas.log" &
sim_pid=$!
for _ in $(seq 100); do grep -q listening "$work/atlas.log" && break; sleep 0.05; done
url=$(sed -n 's/.*listening on //p' "$work/atlas.log")
[ -n "$url" ] || { echo "error: atlas-sim did not start" >&2; exit 1; }
echo "$url"

fill "$here/keytide.yaml" > "$work/keytide.yaml"
fill "$here/secrets/team-data.yaml" > "$work/secrets/team-data.yaml"
(umask 077; printf %s "$keytide_secret" > "$work/keytide_client_secret")
cd "$work"

say "What is wanted (secrets/team-data.yaml)"
cat secrets/team-data.yaml
say "What would be done"
show keytide plan
say "Doing it: create, prove, deliver, record"
show keytide apply -auto-approve
say "How it is now"
show keytide status
say "What the consumer gets (the value is cut here; nothing else ever shows it)"
sed -E 's/(mdb_sa_sk_.{4}).*/\1…/' delivered/billing.env
say "The delivered secret signs in"
. delivered/billing.env
printf 'user = "%s:%s"\n' "$MONGODB_ATLAS_CLIENT_ID" "$MONGODB_ATLAS_CLIENT_SECRET" |
  curl -sS -K - -d grant_type=client_credentials "$url/api/oauth/token" |
  sed -E 's/("access_token": ?"[^"]{8})[^"]*/\1…/'
echo
say "Once more: nothing is left to do"
show keytide plan
