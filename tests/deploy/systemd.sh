#!/usr/bin/env bash
# examples/systemd, proven: the units keep to the sandbox that they promise, and a real systemd, as
# process 1 of its own namespaces, runs them with the real keytide before an atlas-sim.
#   systemd.sh KEYTIDE ATLAS_SIM
# Where the kernel does not permit that, the test is skipped, and says so (exit 77).
set -euo pipefail
keytide=$(realpath "$1") atlas_sim=$(realpath "$2")
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
examples=$(cd "$here/../../examples/systemd" && pwd)
. "$here/checks.sh"
. "$here/machine.sh"

for program in systemctl systemd-analyze systemd-sysusers; do
  command -v "$program" > /dev/null || skip "$program is missing: the package systemd has it."
done

# The units as files.
for unit in keytide.service keytide-once.service; do
  check "$unit is exposed to 1.5 of 10 at most" \
    systemd-analyze security --no-pager --offline=true --threshold=15 "$examples/$unit"
done
sandbox_of() { sed -n '/^# The sandbox/,/^SystemCallErrorNumber/p' "$examples/$1"; }
same_sandbox() { [ -n "$(sandbox_of keytide.service)" ] && diff <(sandbox_of keytide.service) <(sandbox_of keytide-once.service); }
check "both services have the same sandbox" same_sandbox
[ "$failed" -eq 0 ] || finish

need_namespaces -mpfiunC
cgroups=$(findmnt -t cgroup2 -n -o TARGET | head -n 1)
group=$cgroups/keytide-test-$$
[ -n "$cgroups" ] && mkdir "$group" 2> /dev/null || skip "no cgroup can be made: cgroup2 is not mounted, or read-only."

work=$(mktemp -d)
machine=
cleanup() {
  # With process 1 of the namespace all of them die, and their mounts go.
  [ -z "$machine" ] || { kill -KILL "$machine"; wait "$machine"; } 2> /dev/null || true
  within 5 remove_groups || echo "warning: $group could not be removed" >&2
  rm -rf --one-file-system "$work"
}
remove_groups() { find "$group" -depth -type d -exec rmdir {} + 2> /dev/null; [ ! -d "$group" ]; }
trap cleanup EXIT

secret=mdb_sa_sk_$(printf '%040d' 7)
(umask 077; printf %s "$secret" > "$work/client_secret"; sed "s|\${SECRET}|$secret|" "$here/atlas.yaml" > "$work/atlas.yaml")
(
  echo "$BASHPID" > "$group/cgroup.procs"
  exec unshare -mpfiunC --kill-child "$here/boot.sh" "$work" "$examples" "$here/units" "$keytide" "$atlas_sim" \
    > "$work/boot.log" 2>&1
) &
machine=$!

inside() {
  local init; init=$(< "/proc/$machine/task/$machine/children")
  nsenter -t "${init% }" -m -u -i -n -p -C -- timeout 60 "$@"
}
boots() { ! kill -0 "$machine" 2> /dev/null || [ "$(inside systemctl is-system-running 2> /dev/null)" = running ]; }
within 20 boots || true
if ! kill -0 "$machine" 2> /dev/null; then
  code=0; wait "$machine" || code=$?; machine=
  cat "$work/boot.log"
  [ "$code" -ne 77 ] || skip "this kernel or container permits no systemd of its own (see above)."
fi

show() { inside systemctl show -P "$2" "$1"; }
is() { [ "$(show "$1" "$2")" = "$3" ]; }
status_says() { inside systemctl status keytide.service | grep -E "Status: .*$1"; }
delivered() { [ "$(inside stat -c '%U:%G %a' "/srv/secrets/billing/$1")" = "keytide:billing 640" ]; }
reloads() { [ "$(inside sh -c 'wc -l < /run/billing-reloads')" = "$1" ]; }
readme() { readme_block "$1" < "$examples/README.md" | inside bash -eux; }
config() { inside sed -i "$1" /etc/keytide/keytide.yaml; }
as_keytide() { inside runuser -u keytide -- keytide "$@" -config=/etc/keytide/keytide.yaml; }
explain() { cat "$work/boot.log"; inside systemctl status --no-pager keytide.service keytide-once.service; inside tail -n 8 /tmp/keytide.log; }
manifest() {  # manifest NAME ID: one more entry, in a file of its own
  sed "s/billing:/$1:/; s/mdb_sa_id_b*/mdb_sa_id_$2/; s/atlas.env/$1.env/" "$examples/secrets/billing.yaml" |
    inside tee "/etc/keytide/secrets/$1.yaml" > /dev/null
}

check "systemd boots" is basic.target ActiveState active
check "systemd finds nothing wrong with the units" silent inside env -u SYSTEMD_UNIT_PATH systemd-analyze verify \
  keytide.service keytide-once.service keytide.timer billing.path billing-reload.service
inside systemctl start kept.target atlas-sim.service billing.service

check "the README's commands start the service" readme 2
check "it is enabled" inside systemctl is-enabled keytide.service billing.path
check "its status names the next renewal" within 20 status_says 'next renewal: billing at '
check "it is ready" within 5 inside curl -fsS http://127.0.0.1:9464/readyz
check "the secret is delivered, to keytide and the group, mode 0640" delivered atlas.env
check "the consumer is reloaded by systemd" within 10 reloads 1
main=$(show keytide.service MainPID)
check "the process runs without a capability" inside grep -qE '^CapBnd:\s+0+$' "/proc/$main/status"
check "… and leaves no core" inside grep -qE '^Max core file size +0 +0 ' "/proc/$main/limits"
check "… and without a way to another folder" fails inside nsenter -t "$main" -m sh -c 'touch /etc/keytide/x || touch /srv/x || touch /usr/x'
check "the credential is readable for keytide" inside runuser -u keytide -- test -r /run/credentials/keytide.service/client_secret
check "… and for nobody else" fails inside runuser -u nobody -- test -r /run/credentials/keytide.service/client_secret

check "a person's command goes through the service" as_keytide rotate billing -auto-approve
check "… and the file that was replaced reloads the consumer again" within 10 reloads 2

manifest reports cccccccccccccccccccccccc
check "a reload takes new manifests" inside systemctl reload keytide.service
check "… and they are served" within 20 delivered reports.env
inside sh -c 'echo "  wrong: 1" >> /etc/keytide/secrets/reports.yaml'
check "a reload of manifests that are rejected fails" fails inside systemctl reload keytide.service
check "… and the status says so" within 5 status_says 'the newest manifests are rejected'
check "… and the service goes on" is keytide.service SubState running
inside sed -i '$d' /etc/keytide/secrets/reports.yaml
check "a reload takes what was repaired" inside systemctl reload keytide.service

fed=$(show keytide.service WatchdogTimestampMonotonic)
check "the watchdog is fed" within 10 fails is keytide.service WatchdogTimestampMonotonic "$fed"
check "… and has restarted nothing" is keytide.service MainPID "$main"
inside kill -STOP "$main"
check "a process that is stuck is killed by the watchdog and started again" within 20 is keytide.service NRestarts 1
check "… and runs" within 20 is keytide.service SubState running
check "… and knows when to renew" within 20 status_says '2 entries, 2 ready; next renewal'

check "systemctl stop" inside systemctl stop keytide.service
check "… ends with success" is keytide.service Result success
check "… exit code 0" is keytide.service ExecMainStatus 0
check "… and nothing left" is keytide.service ActiveState inactive

manifest weekly eeeeeeeeeeeeeeeeeeeeeeee
check "the README's commands start the timer instead" readme 3
check "the timer starts a round" within 20 fails is keytide-once.service ExecMainExitTimestampMonotonic 0
check "… that ends" within 20 is keytide-once.service ActiveState inactive
check "… with success" is keytide-once.service Result success
check "… and delivers what is due" delivered weekly.env
inside systemctl stop keytide.timer

config '1i nonsense: true'
check "with a configuration that it refuses, the start fails" fails inside systemctl start keytide.service
check "… and the service is not shown as active" fails is keytide.service ActiveState active
config 1d
check "… and once that is right, it comes up by itself" within 10 is keytide.service SubState running


# In the middle of a create that Atlas does not answer.
inside curl -fsS -X POST http://127.0.0.1:9080/_sim/faults -o /dev/null \
  -d '[{"method": "POST", "path": "/secrets", "times": 1, "delay": "60s"}]'
manifest slow dddddddddddddddddddddddd
inside systemctl reload keytide.service
creating() { as_keytide events slow -json | grep attempt_opened; }
check "a create is under way" within 10 creating
began=$SECONDS
check "a stop in the middle of a create" inside systemctl stop keytide.service
check "… takes 20 s at most (it took $((SECONDS - began)) s)" test $((SECONDS - began)) -le 20
check "… and ends with success" is keytide.service Result success
finish
