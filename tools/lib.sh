# What the scripts of this folder share. Sourced, never run: it goes to the project's folder.
cd "$(dirname "${BASH_SOURCE[0]}")/.."

build_packages=(g++ cmake ninja-build pkg-config libpcap-dev libtins-dev libfmt-dev libcli11-dev libssl-dev
    libcap-ng-dev libseccomp-dev libfccp-dev catch2
    iproute2)
# For tools/lab, tools/soak and tests/live.
live_packages=(python3 iproute2 nftables tcpdump tcpreplay strace util-linux)

say() {
    printf '%s: %s\n' "${0##*/}" "$*" >&2
}

fail() {
    say "$*"
    exit 1
}

is_installed() {
    [ "$(dpkg-query --show --showformat='${db:Status-Status}' "$1" 2>/dev/null)" = installed ]
}

# install_packages NAME...: those that are missing, with apt-get.
install_packages() {
    local package missing=() as_root=()
    if ! command -v dpkg-query >/dev/null; then
        say "not a Debian system: looking for nothing; these packages are needed: $*"
        return
    fi
    for package; do
        is_installed "$package" || missing+=("$package")
    done
    [ "${#missing[@]}" -gt 0 ] || return 0

    if [ "$(id -u)" -ne 0 ]; then
        command -v sudo >/dev/null ||
            fail "these packages are missing, and neither root nor sudo is there to install them: ${missing[*]}"
        as_root=(sudo)
    fi
    say "installing ${missing[*]}"
    "${as_root[@]}" apt-get update -qq </dev/null ||
        fail "apt-get update failed; these packages are missing: ${missing[*]}"
    "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive \
        apt-get install -qq --yes --no-install-recommends "${missing[@]}" </dev/null >/dev/null ||
        fail "apt-get could not install: ${missing[*]}"
}

# build PRESET [cmake --build option...]
build() {
    local preset=$1
    shift
    cmake --preset "$preset" >/dev/null || fail "cmake --preset $preset failed"
    cmake --build --preset "$preset" "$@"
}
