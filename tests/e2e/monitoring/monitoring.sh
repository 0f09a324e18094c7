#!/usr/bin/env bash
# examples/monitoring against promtool and a real Prometheus, which scrapes a made-up fleet, or
# what it is told to.
#   monitoring.sh METRICS_SAMPLE [URL]    URL: of a service that runs, such as http://127.0.0.1:9464
set -euo pipefail
sample=$1 url=${2:-}
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
examples=$(cd "$here/../../../examples/monitoring" && pwd)
rules=$examples/keytide.rules.yaml dashboard=$examples/keytide.dashboard.json
work=$(mktemp -d)
pids=()
trap 'kill "${pids[@]}" 2> /dev/null || true; wait; rm -rf "$work"' EXIT
cd "$work"

passed=0 failed=0
expect() {  # expect NAME COMMAND…
  local name=$1; shift
  if "$@" > reply 2>&1; then
    echo "ok   $name"; passed=$((passed + 1))
  else
    echo "FAIL $name:"; cat reply; failed=$((failed + 1))
  fi
}
is_silent() { promtool check metrics < "$1" > lint 2>&1 && [ ! -s lint ] || { cat lint; return 1; }; }

if [ -z "$url" ]; then
  mkfifo input
  "$sample" serve < input > sample.out & pids+=($!)
  exec 3> input
  until grep -q http sample.out; do kill -0 "${pids[0]}"; sleep 0.02; done
  url=$(grep -oE 'http://[0-9.:]+' sample.out)
else
  export ALLOW_EMPTY=1
fi

"$sample" print > shown
curl -fsS "$url/metrics" > scraped
expect "the rules are sound" promtool check rules "$rules"
expect "the configuration is sound" promtool check config "$examples/prometheus.yaml"
expect "the alerts fire when they should, and not before" promtool test rules "$examples/keytide.rules.test.yaml"
expect "promtool finds nothing to say of what is shown" is_silent shown
expect "nor of what is scraped" is_silent scraped
expect "every metric that is asked for is shown" node "$here/queries.mjs" names shown "$rules" "$dashboard"

port=$(node -e 'const s = require("net").createServer().listen(0, "127.0.0.1", () => { console.log(s.address().port); s.close(); })')
cat > prometheus.yaml << END
global: {scrape_interval: 1s, evaluation_interval: 1s}
rule_files: [$rules]
scrape_configs: [{job_name: keytide, static_configs: [{targets: ["${url#http://}"]}]}]
END
prometheus --config.file=prometheus.yaml --storage.tsdb.path=data --web.listen-address="127.0.0.1:$port" \
  --log.level=warn > prometheus.log 2>&1 & prometheus=$!; pids+=("$prometheus")
scrapes() { curl -fsS "http://127.0.0.1:$port/api/v1/query" --data-urlencode 'query=count_over_time(up{job="keytide"}[1m])' 2> /dev/null | grep -oE '"[0-9]+"\]' | tr -dc 0-9; }
until [ "$(scrapes || true)" -ge 4 ] 2> /dev/null; do
  kill -0 "$prometheus" || { cat prometheus.log; exit 1; }
  sleep 0.2
done
expect "every query of the rules and the dashboard has a result in Prometheus" \
  node "$here/queries.mjs" run "http://127.0.0.1:$port" "$rules" "$dashboard"
cat reply | tail -1
echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ]
