#!/usr/bin/env bash
# Inside fresh namespaces: a copy of this host that forgets (an overlay over its disk, in memory), with
# examples/systemd installed as its README says, and systemd as process 1 of it. Called by systemd.sh.
#   boot.sh WORK_FOLDER EXAMPLES UNITS KEYTIDE ATLAS_SIM
set -euo pipefail
work=$1 examples=$2 units=$3 keytide=$4 atlas_sim=$5
here=$(dirname "${BASH_SOURCE[0]}")
. "$here/checks.sh"
. "$here/machine.sh"

make_copy "$work"

# What the test knows of the host. What is of examples/systemd comes by the commands of its README.
install -m 0755 "$keytide" "$root/usr/bin/keytide"
install -m 0755 "$atlas_sim" "$root/usr/bin/atlas-sim"
rm -rf "$root/etc/systemd/system" "$root/etc/keytide" "$root/srv/secrets" "$root/var/lib/keytide"
mkdir -p "$root/etc/systemd/system"
cp -r "$units"/. "$root/etc/systemd/system"
cp -r "$examples" "$root/etc/examples"
install -m 0600 "$work/client_secret" "$root/etc/examples"
install -m 0600 "$work/atlas.yaml" "$root/etc"

enter_copy
try mount -t cgroup2 cgroup2 /sys/fs/cgroup
exec < /dev/null
# Credentials are mounted by a helper, and reach the units by this.
mount --make-rshared /

groupadd --system --force billing
cd /etc/examples
readme_block 1 < README.md | bash -eux
sed -i 's|^atlas:|&\n  base_url: http://localhost:9080|' /etc/keytide/keytide.yaml
cd /
exec env -i container=keytide-test PATH=/usr/sbin:/usr/bin:/sbin:/bin LC_ALL=C.UTF-8 \
  SYSTEMD_UNIT_PATH=/etc/systemd/system SYSTEMD_GENERATOR_PATH=/none SYSTEMD_LOG_TARGET=console \
  /usr/lib/systemd/systemd --system --unit=basic.target --show-status=no
