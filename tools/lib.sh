# What the scripts of this folder share. Sourced, never run: it goes to the project's folder.
cd "$(dirname "${BASH_SOURCE[0]}")/.."

# For the program; the compiler is the one that CXX names, else g++.
build_packages=(cmake ninja-build pkg-config libpcap-dev libtins-dev libfmt-dev libcli11-dev libssl-dev
    libcap-ng-dev libseccomp-dev libfccp-dev zlib1g-dev libzstd-dev liblz4-dev liblzma-dev libbz2-dev
    libsqlite3-dev libxlsxwriter-dev scdoc)
case ${CXX:-g++} in
g++*) build_packages+=("${CXX:-g++}") ;;
clang++*) build_packages+=("clang${CXX#clang++}" "libclang-rt${CXX#clang++}-dev") ;;
esac
# For the tests, tools/lab and tools/soak.
test_packages=(catch2 dpkg-dev python3 python3-jsonschema tshark man-db iproute2 nftables tcpdump tcpreplay strace
    util-linux jq sqlite3 openssh-client perl)
# For those of tools/cluster, with libraries. Only unpacked: installed, some would run here as services from now on.
cluster_packages=(parallel)
server_packages=(openssh-server libwrap0 munge libmunge2 slurmctld slurmd slurm-client slurm-wlm-basic-plugins libhwloc15 libjson-c5 libnuma1)

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

# is_offered NAME: this release of the distribution has the package.
is_offered() {
    apt-cache show "$1" >/dev/null 2>&1
}

# install_packages NAME...: those that are missing, with apt-get.
install_packages() {
    local package missing=() as_root=() install
    if ! command -v dpkg-query >/dev/null; then
        say "not a Debian system: looking for nothing; these packages are needed: $*"
        return
    fi
    for package; do
        is_installed "$package" || missing+=("$package")
    done
    [ "${#missing[@]}" -gt 0 ] || return 0

    install="apt-get install --no-install-recommends ${missing[*]}"
    if [ "$(id -u)" -ne 0 ]; then
        command -v sudo >/dev/null ||
            fail "packages are missing, and neither root nor sudo is there to install them. As root: $install"
        as_root=(sudo)
    fi
    say "installing what is missing: $install"
    "${as_root[@]}" apt-get update -qq </dev/null || fail "apt-get update failed. Then, as root: $install"
    "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get -qq --yes ${install#apt-get } </dev/null >/dev/null ||
        fail "this failed: $install"
}

# unpack_packages FOLDER NAME...: files of those that are offered below that folder, and nothing installed.
unpack_packages() {
    local folder=$1 package file
    shift
    for package; do
        [ ! -e "$folder/$package.unpacked" ] || continue
        if ! is_offered "$package"; then
            say "not unpacking $package, which is not offered here"
            continue
        fi
        mkdir -p "$folder"
        say "unpacking $package into $folder"
        (cd "$folder" && apt-get -qq download "$package") || fail "apt-get download $package failed"
        for file in "$folder/${package}"_*.deb; do
            dpkg-deb --extract "$file" "$folder" && rm "$file" || fail "$file cannot be unpacked"
        done
        touch "$folder/$package.unpacked"
    done
}

# build PRESET [cmake --build option...]: with the compiler that CXX names, also where another one built before.
build() {
    local preset=$1 fresh=() cache=build/$1/CMakeCache.txt
    shift
    if [ -n "${CXX:-}" ] && [ -e "$cache" ] &&
        ! grep -qx "CMAKE_CXX_COMPILER:[A-Z]*=$(command -v "$CXX")" "$cache"; then
        fresh=(--fresh)
    fi
    cmake --preset "$preset" "${fresh[@]}" >/dev/null || fail "cmake --preset $preset failed"
    cmake --build --preset "$preset" "$@"
}
