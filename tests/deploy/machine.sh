# shellcheck shell=bash
# A copy of this host that forgets: namespaces of its own, and an overlay in memory over its disk.
# Sourced; where the kernel or the container does not permit it, the test is skipped (exit 77).

skip() { printf 'SKIPPED: %s\n' "$@"; exit 77; }

# need_namespaces FLAGS-OF-UNSHARE
need_namespaces() {
  [ "$(id -u)" -eq 0 ] || skip "only root may make the namespaces that this test runs in."
  command -v ip > /dev/null || skip "ip is missing: the package iproute2 has it."
  unshare "$1" true || skip "this kernel or container permits no namespaces (see above)."
}

# The rest is called inside of the namespaces.
try() { "$@" || { echo "not permitted: $*"; exit 77; }; }

# make_copy WORK: sets `root`, where files may be put before enter_copy.
make_copy() {
  root=$1/memory/root
  try mount --make-rprivate /
  try ip link set lo up
  mkdir "$1/memory"
  try mount -t tmpfs -o size=1g tmpfs "$1/memory"
  mkdir "$1/memory/upper" "$1/memory/work" "$root"
  try mount -t overlay overlay -o "lowerdir=/,upperdir=$1/memory/upper,workdir=$1/memory/work" "$root"
}

# enter_copy: the copy is the root from here on, with /dev, /proc, /sys, an empty /run and /tmp.
enter_copy() {
  try mount --rbind /dev "$root/dev"
  try mount -t proc proc "$root/proc"
  try mount -t sysfs sysfs "$root/sys"
  mount -t tmpfs -o mode=0755 tmpfs "$root/run"
  mount -t tmpfs -o mode=1777 tmpfs "$root/tmp"
  mkdir "$root/run/old"
  cd "$root" || exit 1
  try pivot_root . run/old
  umount -l /run/old
  rmdir /run/old
  cd /
}
