#!/usr/bin/env bash
# examples/kubernetes, played: what a kubelet does for the Deployment (volumes and their modes, subPaths, a
# root that is read-only, the user, no capability, the init container, probes from outside, the swap of a
# ConfigMap, SIGTERM) is done here by hand, with the real keytide before an atlas-sim.
#   pod.sh BUILD_FOLDER KEYTIDE ATLAS_SIM      BUILD_FOLDER: where lint.sh installed its npm packages
# Where the kernel does not permit that, the test is skipped, and says so (exit 77).
set -euo pipefail
build=$1 keytide=$(realpath "$2") atlas_sim=$(realpath "$3")
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
. "$here/checks.sh"
. "$here/machine.sh"

if [ "${4:-}" != inside ]; then
  need_namespaces -mpfiun
  work=$(mktemp -d)
  trap 'rm -rf --one-file-system "$work"' EXIT
  cp "$here/lint/pod.mjs" "$build"
  mkdir "$work/pod"
  node "$build/pod.mjs" "$here/../../examples/kubernetes" "$work/pod"
  code=0; unshare -mpfiun --kill-child "$0" "$build" "$keytide" "$atlas_sim" inside "$work" || code=$?
  [ "$code" -ne 77 ] || skip "this kernel or container permits no root of one's own (see above)."
  exit "$code"
fi
work=$5
make_copy "$work"
install -m 0755 "$keytide" "$root/usr/bin/keytide"
install -m 0755 "$atlas_sim" "$root/usr/bin/atlas-sim"
rm -rf "$root/etc/keytide" "$root/var/lib/keytide"
cp -r "$work/pod" "$here/atlas.yaml" "$root/mnt/"
plan=/mnt/pod
enter_copy
mount -t tmpfs tmpfs /media
# Mount points, as a container runtime makes them in the image before its root is read-only.
cat $plan/*.mounts | while read -r _ path sub _; do
  case $path in *.yaml) mkdir -p "${path%/*}"; touch "$path" ;; *) mkdir -p "$path" ;; esac
done
ip address add 192.0.2.10/32 dev lo

# Atlas.
secret=mdb_sa_sk_$(printf '%040d' 7)
(umask 077; sed "s|\${SECRET}|$secret|" /mnt/atlas.yaml > /run/atlas.yaml)
export ASAN_OPTIONS=detect_leaks=0
atlas-sim -listen=127.0.0.1:9080 -seed=/run/atlas.yaml > /run/atlas.log 2>&1 &
within 10 grep -q listening /run/atlas.log
sed -i 's|^atlas:|&\n  base_url: http://localhost:9080|' $plan/maps/keytide/keytide.yaml

# The volumes, as a kubelet makes them for fsGroup 65532.
put_map() {  # put_map VOLUME FOLDER MODE: a new set of files, and the link swapped to it
  local at=/media/$1 set; set=..$(date +%s%N)
  mkdir "$at/$set"
  cp "$2"/* "$at/$set"; chgrp 65532 "$at/$set"/*; chmod "$3" "$at/$set"/*
  ln -s "$set" "$at/..data_tmp"; mv -T "$at/..data_tmp" "$at/..data"
  for name in "$2"/*; do name=${name##*/}; [ -L "$at/$name" ] || ln -s "..data/$name" "$at/$name"; done
}
mkdir $plan/secret; printf %s "$secret" > $plan/secret/client_secret; printf %032d 1 > $plan/secret/metrics_token
while read -r name kind object mode; do
  mkdir "/media/$name"
  case $kind in
    map) put_map "$name" "$plan/maps/$object" "$mode" ;;
    secret) put_map "$name" $plan/secret "$mode" ;;
    disk) chgrp 65532 "/media/$name"; chmod 2775 "/media/$name" ;;
    empty) chgrp 65532 "/media/$name"; chmod 2777 "/media/$name" ;;
    *) echo "error: a volume of a kind that this test does not know: $name" >&2; exit 1 ;;
  esac
done < $plan/volumes

mount_all() {  # mount_all CONTAINER
  while read -r volume path sub access; do
    [ "$sub" = - ] && sub=
    mount --bind "/media/$volume/$sub" "$path"
    [ "$access" = rw ] || mount -o remount,bind,ro "$path"
  done < "$plan/$1.mounts"
}
as_pod=(setpriv --reuid 65532 --regid 65532 --groups 65532 --inh-caps=-all --bounding-set=-all --no-new-privs)
confined() { "${as_pod[@]}" "$@"; }
arguments() { arguments=(); while read -r one; do arguments+=("$(base64 -d <<< "$one")"); done < "$plan/$1.command"; }
start() {
  arguments keytide
  "${as_pod[@]}" "${arguments[@]}" >> /run/keytide.log 2>&1 &
  main=$!
}
explain() { tail -n 8 /run/keytide.log; }
get() { curl -sS -o /run/page -w '%{http_code}' "$@"; }
answers() { [ "$(get "http://192.0.2.10:9464$2" "${@:3}")" = "$1" ]; }
delivered() { [ "$(stat -c '%u:%g %a' "/deliver/billing/$1")" = "65532:65532 640" ]; }
stop() { kill -TERM "$main"; stopped_at=$SECONDS; code=0; wait "$main" || code=$?; took=$((SECONDS - stopped_at)); }

mount_all folders
mount -o remount,bind,ro /
arguments folders
check "the init container makes the folders" confined "${arguments[@]}"
mount_all keytide
check "the root is read-only" fails touch /etc/x
start
check "the kubelet's liveness probe is answered, without a token" within 20 answers 200 /livez
check "… and the readiness probe" within 20 answers 200 /readyz
check "metrics ask for the token" answers 401 /metrics
check "… and come with it" answers 200 /metrics -H "Authorization: Bearer $(cat /run/secrets/keytide/metrics_token)"
check "the secret is delivered" within 20 delivered atlas.env
check "kubectl exec … keytide status" confined keytide status
check "… names the entry" test "$(confined keytide status | grep -c '^billing .* active')" -eq 1

mkdir /run/next
cp $plan/maps/keytide-secrets/billing.yaml /run/next
sed 's/billing:/reports:/; s/mdb_sa_id_b*/mdb_sa_id_cccccccccccccccccccccccc/; s/atlas.env/reports.env/' /run/next/billing.yaml > /run/next/reports.yaml
put_map manifests /run/next 644
check "a ConfigMap that the kubelet swapped is read without a restart" confined keytide reload
check "… and served" within 20 delivered reports.env
stop
check "SIGTERM ends it with 0, within 20 s" test "$code" -eq 0 -a "$took" -le 20

arguments folders
check "the next pod's init container leaves what is there" confined "${arguments[@]}"
start
check "… and keytide goes on with the same state" within 20 answers 200 /readyz
check "… and has nothing to do" test "$(confined keytide plan | grep -c '^No changes\.')" -eq 1
stop
check "… and ends, too" test "$code" -eq 0
finish
