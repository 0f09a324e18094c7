#!/usr/bin/env bash
# examples/monitoring over a real `keytide run` and a real atlas-sim: every query has an answer, and
# alerts fire when something breaks and resolve when it is mended. Their `for:` is taken away.
#   real_run.sh METRICS_SAMPLE KEYTIDE ATLAS_SIM
set -euo pipefail
sample=$(realpath "$1") keytide=$(realpath "$2") atlas_sim=$(realpath "$3")
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
rules=$(cd "$here/../../../examples/monitoring" && pwd)/keytide.rules.yaml
work=$(mktemp -d)
pids=()
trap 'kill "${pids[@]}" 2> /dev/null || true; wait; rm -rf "$work"' EXIT
umask 077
cd "$work"

passed=0 failed=0
# Waits for what another process does, a minute at most.
expect() {  # expect NAME COMMAND…
  local name=$1 tries=0; shift
  until "$@" > reply 2>&1; do
    tries=$((tries + 1))
    [ "$tries" -lt 300 ] || { echo "FAIL $name:"; cat reply; tail -n 20 keytide.log; failed=$((failed + 1)); return 0; }
    sleep 0.2
  done
  echo "ok   $name"; passed=$((passed + 1))
}

one=32b6e34b3d91647abb20e7b8 two=32b6e34b3d91647abb20e7b9
account() { echo "mdb_sa_id_$(printf '%024d' "$1")"; }
secret=mdb_sa_sk_$(printf '%040d' 7)
printf %s "$secret" > client_secret
owner() { echo "{clientId: $(account "$1"), name: keytide, roles: [ORG_OWNER], secrets: [{secret: $secret, expiresAt: +3650d}]}"; }
consumer() { echo "{clientId: $(account "$1"), name: $2, roles: [ORG_READ_ONLY]}"; }
cat > seed.yaml << END
settings: {rate_limits: false}
orgs:
  - {id: $one, name: one, serviceAccounts: [$(owner 1), $(consumer 2 billing), $(consumer 3 backup)]}
  - {id: $two, name: two, serviceAccounts: [$(owner 5), $(consumer 4 other)]}
END
entry() { echo "  $1: {org: $2, client_id: $(account "$3"), lifetime: 90d, owner: team-a, deliver: [{file: {path: $work/out/$1}}]}"; }
good() { echo "keytide: 1"; echo "secrets:"; entry billing $one 2; entry backup $one 3; entry other $two 4; }
mkdir out
good > manifest.yaml

"$atlas_sim" -listen=127.0.0.1:0 -seed=seed.yaml -clock=manual > sim.out & pids+=($!)
until grep -q http sim.out; do kill -0 "${pids[0]}"; sleep 0.02; done
atlas=$(grep -oE 'http://[0-9.:]+' sim.out)
port=$(node -e 'const s = require("net").createServer().listen(0, "127.0.0.1", () => { console.log(s.address().port); s.close(); })')
service=127.0.0.1:$port
cat > keytide.yaml << END
version: 1
sources: [{path: manifest.yaml}]
atlas:
  base_url: $atlas
  credentials:
    $one: {client_id: $(account 1), client_secret: {file: client_secret}}
    $two: {client_id: $(account 5), client_secret: {file: client_secret}}
listen: {metrics: "$service"}
safety: {max_clock_skew: unlimited}
END
start() { "$keytide" run 2>> keytide.log & run=$!; pids+=("$run"); }
start
expect "the service delivers" test -s out/billing -a -s out/backup -a -s out/other
ALLOW_EMPTY=1 expect "what examples/monitoring asks is answered by a real run" "$here/monitoring.sh" "$sample" "http://$service"

sed -E 's/^( *for:).*/\1 0s/' "$rules" > rules.yaml
prometheus_port=$(node -e 'const s = require("net").createServer().listen(0, "127.0.0.1", () => { console.log(s.address().port); s.close(); })')
cat > prometheus.yaml << END
global: {scrape_interval: 1s, evaluation_interval: 1s}
rule_files: [rules.yaml]
scrape_configs: [{job_name: keytide, static_configs: [{targets: ["$service"]}]}]
END
prometheus --config.file=prometheus.yaml --storage.tsdb.path=data --web.listen-address="127.0.0.1:$prometheus_port" \
  --log.level=warn > prometheus.log 2>&1 & pids+=($!)
api() { curl -fsS "http://127.0.0.1:$prometheus_port/api/v1/$1"; }
is_up() { api 'query?query=up' | grep -q '"1"\]'; }
alerts() { api alerts | grep -oE '"alertname":"[A-Za-z]+"[^}]*' | sed -E 's/"alertname":"([A-Za-z]+)"/\1/'; }
fires() { alerts > firing || true; cat firing; grep -qE "^$1\b.*${2:-}" firing; }
is_silent() { is_up && alerts > firing || true; cat firing; is_up && ! grep -vE "^(${1:-none})\b" firing; }
expect "Prometheus reads the service" is_up
expect "nothing fires while all is well" is_silent

# Somebody else's secrets take both slots, and the entry's own is gone.
token() { curl -fsS -u "$(account 1):$secret" -d grant_type=client_credentials "$atlas/api/oauth/token" | grep -oE '"access_token": *"[^"]+' | sed 's/.*"//'; }
call() { curl -fsS -X "$1" -H "Authorization: Bearer $(token)" -H "Accept: application/vnd.atlas.2024-08-05+json" -H "Content-Type: application/json" "${@:3}" "$atlas/api/atlas/v2/orgs/$one/serviceAccounts/$2"; }
ids_of_billing() { call GET "$(account 2)" | grep -oE '"id": *"[0-9a-f]{24}"' | grep -oE '[0-9a-f]{24}'; }
for id in $(ids_of_billing); do call DELETE "$(account 2)/secrets/$id"; done
for _ in 1 2; do call POST "$(account 2)/secrets" -d '{"secretExpiresAfterHours": 8000}' > /dev/null; done
kill -HUP "$run"
expect "an entry that is blocked is told of, with its owner" fires KeytideEntryNotReady '"owner":"team-a"'
for id in $(ids_of_billing); do call DELETE "$(account 2)/secrets/$id"; done
kill -HUP "$run"
expect "and no more once its slots are free" is_silent

# An organization that can't be read, while the other is.
curl -fsS -d '[{"method": "GET", "path": "/orgs/'$two'", "times": 100000, "status": 403, "body": "{}"}]' "$atlas/_sim/faults" > /dev/null
failures() { curl -fsS "http://$service/metrics" | grep "^keytide_scope_failed_scans.*$two" | grep -oE '[0-9]+$'; }
look_again() {  # a pause after failures is of Atlas's clock
  curl -fsS -d '{"advance": "11m"}' "$atlas/_sim/clock" > /dev/null
  kill -HUP "$run"
  sleep 0.5
  [ "$(failures)" -gt 2 ]
}
expect "the looks at an organization fail" look_again
expect "that is told of, with its id" fires KeytideScopeUnread "\"org\":\"$two\""
curl -fsS -X DELETE "$atlas/_sim/faults" > /dev/null
is_read() { curl -fsS -d '{"advance": "11m"}' "$atlas/_sim/clock" > /dev/null; kill -HUP "$run"; sleep 0.5; [ "$(failures)" -eq 0 ]; }
expect "it is read again" is_read
# The clock of this Atlas was moved, and what it refused is told of for a quarter of an hour.
stays='KeytideClockSkew|KeytideCredentialRefused'
expect "and no more is told of it" is_silent "$stays"

echo "  billing: {client_id: nonsense}" >> manifest.yaml
"$keytide" reload > /dev/null 2>&1 || true
expect "manifests that are rejected are told of" fires KeytideSourceRejected manifest.yaml
good > manifest.yaml
"$keytide" reload > /dev/null
expect "and no more once they are mended" is_silent "$stays"

kill -KILL "$run"
wait "$run" 2> /dev/null || true
expect "a service that died is told of" fires KeytideDown
start
expect "and no more once it runs again" is_silent "$stays"
echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ]
