#!/usr/bin/env bash
# The vendor's published curl samples for createOrgServiceAccountSecret, as they are but for the host,
# against atlas-sim; then envelope, pretty, and the five errors that its page documents.
#   published_samples.sh ATLAS_SIM
set -euo pipefail
atlas_sim=$1
work=$(mktemp -d)
pid=
trap '[ -z "$pid" ] || kill "$pid" 2> /dev/null; rm -rf "$work"' EXIT
umask 077

orgId=32b6e34b3d91647abb20e7b8
owner=mdb_sa_id_aaaaaaaaaaaaaaaaaaaaaaaa reader=mdb_sa_id_bbbbbbbbbbbbbbbbbbbbbbbb
secret() { printf 'mdb_sa_sk_%040d' "$1"; }
seed() {
  cat << EOF
settings: {rate_limits: false}
orgs:
  - id: $orgId
    name: acme
    accessList: $1
    apiKeys: [{publicKey: abcdefgh, privateKey: 3c0a3c52-5a3f-4a0e-9f5e-2f6d3a1b4c5d, roles: [ORG_OWNER]}]
    serviceAccounts:
      - {clientId: $owner, name: owner, roles: [ORG_OWNER], secrets: [{secret: $(secret 1), expiresAfterHours: 8760}]}
      - {clientId: $reader, name: reader, roles: [ORG_READ_ONLY], secrets: [{secret: $(secret 2), expiresAfterHours: 8760}]}
      - {clientId: mdb_sa_id_111111111111111111111111, name: bearer, roles: [ORG_READ_ONLY]}
      - {clientId: mdb_sa_id_222222222222222222222222, name: digest, roles: [ORG_READ_ONLY]}
      - {clientId: mdb_sa_id_333333333333333333333333, name: shapes, roles: [ORG_READ_ONLY]}
EOF
}
start() {
  seed "$1" > "$work/seed.yaml"
  : > "$work/out"  # the line of the one before would be taken for this one's
  "$atlas_sim" -listen=127.0.0.1:0 -seed="$work/seed.yaml" > "$work/out" &
  pid=$!
  until grep -q listening "$work/out"; do kill -0 "$pid"; sleep 0.02; done
  host=$(sed -n 's/.*listening on //p' "$work/out")
}
stop() { kill "$pid"; wait "$pid" || true; pid=; }
token_of() {
  curl -sS -u "$1:$2" -d grant_type=client_credentials "$host/api/oauth/token" | sed -E 's/.*"access_token": ?"([^"]*)".*/\1/'
}

passed=0 failed=0
check() {  # check NAME PATTERN…: every pattern is in $work/reply
  local name=$1 pattern; shift
  for pattern in "$@"; do
    grep -qE "$pattern" "$work/reply" && continue
    echo "FAIL $name: no $pattern in"; sed -E 's/mdb_sa_sk_[^".]*/…/' "$work/reply"
    failed=$((failed + 1)); return 0
  done
  echo "ok   $name"; passed=$((passed + 1))
}

start '[]'
ACCESS_TOKEN=$(token_of "$owner" "$(secret 1)")
clientId=mdb_sa_id_111111111111111111111111
curl -sS --include --header "Authorization: Bearer ${ACCESS_TOKEN}" \
  --header "Accept: application/vnd.atlas.2025-03-12+json" \
  --header "Content-Type: application/json" \
  -X POST "$host/api/atlas/v2/orgs/${orgId}/serviceAccounts/${clientId}/secrets" \
  -d '{ "secretExpiresAfterHours": 8 }' > "$work/reply"
check "the Bearer sample makes a secret" 'HTTP/1.1 201' '"secret":"mdb_sa_sk_' '"expiresAt"' 'application/vnd.atlas.2024-08-05\+json'

PUBLIC_KEY=abcdefgh PRIVATE_KEY=3c0a3c52-5a3f-4a0e-9f5e-2f6d3a1b4c5d clientId=mdb_sa_id_222222222222222222222222
curl -sS --user "${PUBLIC_KEY}:${PRIVATE_KEY}" \
  --digest --include \
  --header "Accept: application/vnd.atlas.2025-03-12+json" \
  --header "Content-Type: application/json" \
  -X POST "$host/api/atlas/v2/orgs/${orgId}/serviceAccounts/${clientId}/secrets" \
  -d '{ "secretExpiresAfterHours": 8 }' > "$work/reply"
check "the digest sample makes a secret" 'HTTP/1.1 201' '"secret":"mdb_sa_sk_'

call() {  # call TOKEN METHOD PATH BODY [CURL ARGUMENTS]
  local token=$1 method=$2 path=$3 body=$4; shift 4
  curl -sS --include --header "Authorization: Bearer $token" --header "Accept: application/vnd.atlas.2025-03-12+json" \
    --header "Content-Type: application/json" -X "$method" "$host/api/atlas/v2$path" -d "$body" "$@" > "$work/reply"
}
at=/orgs/$orgId/serviceAccounts/mdb_sa_id_333333333333333333333333/secrets
hours='{"secretExpiresAfterHours": 8}'
call "$ACCESS_TOKEN" POST "$at?envelope=true" "$hours"
check "envelope=true wraps the reply" 'HTTP/1.1 20[01]' '"status": ?201' '"content": ?\{'
call "$ACCESS_TOKEN" POST "$at?pretty=true" "$hours"
check "pretty=true breaks lines" 'HTTP/1.1 201' '^ +"id" ?: ?"'
call "$ACCESS_TOKEN" POST "$at" "$hours"
check "400: a third secret" 'HTTP/1.1 400' '"error": ?400' '"errorCode"' '^X-Error-Code:'
call "$ACCESS_TOKEN" POST "$at" '{"secretExpiresAfterHours": 9000}'
check "400: a life out of range" 'HTTP/1.1 400' 'VALIDATION_ERROR'
call nonsense POST "$at" "$hours"
check "401: a bad token" 'HTTP/1.1 401'
call "$(token_of "$reader" "$(secret 2)")" POST "$at" "$hours"
check "401: a missing role" 'HTTP/1.1 401' 'USER_UNAUTHORIZED'
call "$ACCESS_TOKEN" POST "/orgs/$orgId/serviceAccounts/mdb_sa_id_999999999999999999999999/secrets" "$hours"
check "404: no such service account" 'HTTP/1.1 404' 'RESOURCE_NOT_FOUND'
curl -sS "$host/_sim/faults" -d '[{"method": "POST", "path": "/secrets", "times": 1, "status": 500, "body": "{\"error\":500,\"errorCode\":\"UNEXPECTED_ERROR\"}"}]' > /dev/null
call "$ACCESS_TOKEN" POST "$at" "$hours"
check "500: an ordered fault" 'HTTP/1.1 500' 'UNEXPECTED_ERROR'
stop
start '[192.0.2.1]'
call "$(token_of "$owner" "$(secret 1)")" POST "$at" "$hours"
check "403: not on the access list" 'HTTP/1.1 403' 'IP_ADDRESS_NOT_ON_ACCESS_LIST' 'is not allowed to access this resource'
stop
echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ]
