# The Debian packages that keytide needs, in one place. Sourced by tests/run.sh and by the examples.

# To build and run it.
build_packages=(
  g++ cmake ninja-build pkg-config ca-certificates
  libyaml-cpp-dev libcurl4-openssl-dev nlohmann-json3-dev libsqlitecpp-dev libsqlite3-dev
  libexpected-dev libfmt-dev libhowardhinnant-date-dev libcli11-dev libmicrohttpd-dev libsodium-dev
  prometheus-cpp-dev
)
# To test it.
test_packages=(libgtest-dev libgmock-dev clang-format git openssh-client curl openssl nodejs npm prometheus
  systemd iproute2)
# To look at an example.
example_packages=(curl)

# install_packages NAME...: installs those that are missing, and says first which.
install_packages() {
  local missing=() name
  for name in "$@"; do
    # nodejs may come from elsewhere and bring npm along.
    case $name in nodejs) command -v node > /dev/null && continue ;; npm) command -v npm > /dev/null && continue ;; esac
    [ "$(dpkg-query -W -f '${db:Status-Status}' "$name" 2> /dev/null)" = installed ] || missing+=("$name")
  done
  [ ${#missing[@]} -eq 0 ] && return 0
  echo "Installing the Debian packages that are missing: ${missing[*]}"
  local as_root=()
  if [ "$(id -u)" -ne 0 ]; then
    command -v sudo > /dev/null || { echo "error: run this as root, or install sudo, or install those packages" >&2; return 1; }
    as_root=(sudo)
  fi
  local log; log=$(mktemp)
  if ! { "${as_root[@]}" apt-get update -qq &&
         "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${missing[@]}"; } > "$log" 2>&1; then
    tail -n 20 "$log" >&2
    echo "error: apt-get could not install them (see above)" >&2
    rm -f "$log"
    return 1
  fi
  rm -f "$log"
}
