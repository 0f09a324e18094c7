#!/usr/bin/env bash
# https: a certificate of a CA that `ca_file` names is taken, any other is refused with the way out,
# and http to another host than loopback is refused before anything is sent.
#   tls.sh ATLAS_SIM KEYTIDE
set -euo pipefail
atlas_sim=$1 keytide=$2
support=$(cd "$(dirname "${BASH_SOURCE[0]}")/../support" && pwd)
work=$(mktemp -d)
pids=()
trap 'kill "${pids[@]}" 2> /dev/null || true; rm -rf "$work"' EXIT
umask 077
cd "$work"

"$support/make_certificates.sh" "$work"

secret=mdb_sa_sk_$(printf '%040d' 7)
printf %s "$secret" > secret
cat > seed.yaml << EOF
orgs:
  - id: 32b6e34b3d91647abb20e7b8
    name: acme
    serviceAccounts:
      - {clientId: mdb_sa_id_aaaaaaaaaaaaaaaaaaaaaaaa, name: keytide, roles: [ORG_OWNER], secrets: [{secret: $secret, expiresAfterHours: 8760}]}
      - {clientId: mdb_sa_id_bbbbbbbbbbbbbbbbbbbbbbbb, name: wanted, roles: [ORG_READ_ONLY]}
EOF
address_in() {  # waits for the line in which a server says where it listens
  until grep -qE 'https?://' "$1"; do kill -0 "$2"; sleep 0.02; done
  grep -oE 'https?://[0-9.:]+' "$1"
}
"$atlas_sim" -listen=127.0.0.1:0 -seed=seed.yaml > sim.out & pids+=($!)
plain=$(address_in sim.out $!)
node "$support/tls_front.mjs" "$plain" "$work" > front.out & pids+=($!)
front=$(address_in front.out $!)

cat > manifest.yaml << EOF
keytide: 1
secrets:
  wanted:
    org: 32b6e34b3d91647abb20e7b8
    client_id: mdb_sa_id_bbbbbbbbbbbbbbbbbbbbbbbb
    lifetime: 90d
    deliver: [{file: {path: $work/delivered}}]
EOF
config() {
  cat << EOF
version: 1
sources: [{path: manifest.yaml}]
atlas:
  base_url: $1
  ${2:-}
  credentials: {default: {client_id: mdb_sa_id_aaaaaaaaaaaaaaaaaaaaaaaa, client_secret: {file: secret}}}
EOF
}
passed=0 failed=0
expect() {  # expect NAME EXIT PATTERN COMMAND…
  local name=$1 code=$2 pattern=$3 got=0; shift 3
  "$@" > reply 2>&1 || got=$?
  if [ "$got" -eq "$code" ] && grep -qE "$pattern" reply; then
    echo "ok   $name"; passed=$((passed + 1))
  else
    echo "FAIL $name: exit $got, and no $pattern in"; cat reply; failed=$((failed + 1))
  fi
}
config "$front" > keytide.yaml
expect "a certificate of an unknown CA is refused, and ca_file named" 1 'certificate.*ca_file' "$keytide" plan
config "$front" "ca_file: $work/own-ca.pem" > keytide.yaml
expect "a certificate of the CA in ca_file is taken" 0 'Apply complete! Secrets: 1 added' "$keytide" apply -auto-approve
expect "and nothing is left to do" 0 'No changes\.' "$keytide" plan
config "http://192.0.2.1:8080" > keytide.yaml
expect "http to another host is refused" 1 'in the clear' "$keytide" plan
echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ]
