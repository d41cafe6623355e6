#!/usr/bin/env bash
# Installs what tests and checks need beside Rust, Node.js and Python.
# Usage: tools.sh [python|cli_tests|stac|schemathesis|dataset|chromium|pictures|deny|s3|nginx|garage|postgres|faketime|mmdebstrap|jpeg|cxx|reference|openapi]…
set -euo pipefail
source "$(dirname "$0")/lib.sh"

# A virtual environment of this name in the cache, empty.
new_venv() {
    rm -rf "${cache:?}/$1"
    step "making a virtual environment in $cache/$1" python3 -m venv "$cache/$1"
}

# What it is to have, out of a file of requirements, by version and hash.
install_into() {
    step "installing $3" "$cache/$1/bin/pip" install --only-binary :all: --require-hashes -r "$root/$2"
}

# A virtual environment with what a file of requirements lists, unless it is there.
install_venv() {
    need_python
    local stamp=$cache/$1/.flaneur-stamp hash
    hash=$(sha256sum "$root/$2" | cut -d' ' -f1)
    fresh "$stamp" "$hash" && return
    new_venv "$1"
    install_into "$1" "$2" "$3"
    echo "$hash" >"$stamp"
}

install_python() {
    install_venv venv e2e/requirements.txt "panoramax_cli, a mail server, shellcheck and PyYAML"
}

# The command-line client's own tests: they come with its source only.
install_cli_tests() {
    local stamp=$cache/panoramax_cli/.flaneur-stamp hash
    install_python
    hash=$(sha256sum "$root/e2e/panoramax_cli/requirements.txt" | cut -d' ' -f1)
    fresh "$stamp" "$hash" && return
    rm -rf "$cache/panoramax_cli"
    mkdir -p "$cache/panoramax_cli"
    step "fetching the tests of panoramax_cli" "$cache/venv/bin/pip" download --no-deps --no-build-isolation \
        --no-binary :all: --require-hashes -r "$root/e2e/panoramax_cli/requirements.txt" -d "$cache/panoramax_cli"
    step "unpacking the tests of panoramax_cli" tar -xzf "$cache"/panoramax_cli/*.tar.gz --strip-components 1 \
        -C "$cache/panoramax_cli"
    echo "$hash" >"$stamp"
}

# Generic STAC tools, in a virtual environment of their own: they bring half a hundred packages.
install_stac() {
    install_venv stac-venv e2e/stac/requirements.txt "the validator of STAC APIs and pystac-client"
}

# A program that tries whether the API does what its OpenAPI document says.
install_schemathesis() {
    install_venv schemathesis-venv e2e/schemathesis/requirements.txt schemathesis
}

# What data scientists read GeoParquet files with. DuckDB's extensions come as packages, so that it fetches nothing itself.
install_dataset() {
    install_venv dataset-venv e2e/dataset/requirements.txt "DuckDB, GeoPandas and readers of STAC in GeoParquet"
}

# A Chromium: one that is there, or the system's package.
install_chromium() {
    local each
    for each in "${FLANEUR_CHROMIUM:-}" chromium chromium-browser google-chrome google-chrome-stable; do
        [[ -n $each ]] && command -v "$each" >/dev/null 2>&1 && return
    done
    if [[ $(id -u) == 0 ]] && command -v apt-get >/dev/null 2>&1; then
        step "reading the lists of system packages" apt-get update
        step "installing Chromium" env DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends chromium
    else
        die "the browser tests need Chromium: install it (on Debian: apt install chromium) or name one in FLANEUR_CHROMIUM"
    fi
}

# Pictures with a face and with a plate, and one of them in the formats of phones.
install_pictures() {
    local stamp=$cache/test-pictures/formats/.flaneur-stamp hash
    need_python
    [[ -f $cache/test-pictures/astronaut.png && -f $cache/test-pictures/car.png ]] ||
        step "making pictures to test with" python3 "$root/scripts/models/test_pictures.py" --cache "$cache"
    hash=$(cat "$root"/scripts/formats/* | sha256sum | cut -d' ' -f1)
    fresh "$stamp" "$hash" && return
    new_venv formats-venv
    install_into formats-venv scripts/formats/requirements.txt pillow-heif
    step "making HEIC, PNG and WebP files to test with" "$cache/formats-venv/bin/python" \
        "$root/scripts/formats/pictures.py" "$cache/test-pictures"
    echo "$hash" >"$stamp"
}

# cargo-deny, unless there is one.
install_deny() {
    need_rust
    command -v cargo-deny >/dev/null 2>&1 && return
    local version=0.20.2
    [[ -x $cache/cargo/bin/cargo-deny && $("$cache/cargo/bin/cargo-deny" --version) == *"$version" ]] && return
    step "building cargo-deny (some minutes, once)" env -u CARGO_TARGET_DIR CARGO_PROFILE_DEV_DEBUG=0 \
        cargo install cargo-deny --locked --debug --version "$version" --no-default-features --root "$cache/cargo"
}

# What generates a client from the API's description. The client is in the repository: only who changes the API needs it.
install_openapi() {
    need_rust
    local version=0.23.0
    [[ -x $cache/cargo/bin/openapi-to-rust && $("$cache/cargo/bin/openapi-to-rust" --version) == *"$version" ]] && return
    step "building openapi-to-rust (some minutes, once)" env -u CARGO_TARGET_DIR CARGO_PROFILE_DEV_DEBUG=0 \
        cargo install openapi-to-rust --locked --debug --version "$version" --root "$cache/cargo"
}

# An S3 server that is built in two minutes and starts at once: for every test run.
install_s3() {
    need_rust
    local version=0.14.1
    [[ -x $cache/cargo/bin/s3s-fs && $("$cache/cargo/bin/s3s-fs" --version) == *"$version" ]] && return
    step "building s3s-fs, an S3 server (some minutes, once)" env -u CARGO_TARGET_DIR CARGO_PROFILE_DEV_DEBUG=0 \
        cargo install s3s-fs --locked --debug --version "$version" --features binary --root "$cache/cargo"
}

# A distributed S3 server, for `make test-s3`. What was built of it is kept until it is done: it takes long.
install_garage() {
    need_rust
    local version=2.5.0
    [[ -x $cache/cargo/bin/garage && $("$cache/cargo/bin/garage" --version) == *"$version"* ]] && return
    step "building Garage (20 minutes, once)" nice -n 19 env CARGO_TARGET_DIR="$cache/garage-build" \
        cargo install garage --locked --version "$version" --root "$cache/cargo"
    rm -rf "$cache/garage-build"
}

# nginx, for a CDN to test with. Unpacked, not installed: an installed one would start, and take port 80.
install_nginx() {
    local package packages
    [[ -x $cache/nginx/usr/sbin/nginx ]] && return
    if ! command -v apt-get >/dev/null 2>&1 || ! command -v dpkg-deb >/dev/null 2>&1; then
        die "the tests of the CDN take nginx from Debian's packages: run them on Debian or Ubuntu"
    fi
    [[ $(id -u) != 0 ]] || step "reading the lists of system packages" apt-get update
    packages=$(mktemp -d "$cache/nginx-packages.XXXXXX")
    step "fetching nginx" env -C "$packages" apt-get -o APT::Sandbox::User=root download nginx
    rm -rf "$cache/nginx"
    for package in "$packages"/*.deb; do
        step "unpacking $(basename "$package")" dpkg-deb --extract "$package" "$cache/nginx"
    done
    rm -rf "$packages"
    step "trying nginx" "$cache/nginx/usr/sbin/nginx" -v
}

# A PostgreSQL server, which tests start for themselves (scripts/postgres.sh). None is set up for the system.
install_postgres() {
    local each
    for each in /usr/lib/postgresql/*/bin/pg_ctl; do
        [[ -x $each ]] && return
    done
    command -v pg_ctl >/dev/null 2>&1 && return
    if [[ $(id -u) == 0 ]] && command -v apt-get >/dev/null 2>&1; then
        step "reading the lists of system packages" apt-get update
        if [[ ! -e /etc/postgresql-common/createcluster.conf ]]; then
            mkdir -p /etc/postgresql-common
            echo "create_main_cluster = false" >/etc/postgresql-common/createcluster.conf
        fi
        step "installing PostgreSQL" env DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends \
            -o Dpkg::Options::=--force-confold postgresql
    else
        die "the tests of the catalog need PostgreSQL 15 or newer: install it (on Debian: apt install postgresql)"
    fi
}

# The reference server, geovisio, by version and hash, in a virtual environment, and PostGIS, without which it does not run.
install_reference() {
    need_python
    install_postgres
    local stamp=$cache/reference-venv/.flaneur-stamp hash version
    version=$("$root/scripts/postgres.sh" bin | sed -n 's|.*/postgresql/\([0-9]*\)/bin|\1|p')
    if ! compgen -G "/usr/share/postgresql/$version/extension/postgis.control" >/dev/null; then
        if [[ -n $version && $(id -u) == 0 ]] && command -v apt-get >/dev/null 2>&1; then
            step "reading the lists of system packages" apt-get update
            step "installing PostGIS" env DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends \
                --no-upgrade "postgresql-$version-postgis-3"
        else
            die "the reference server needs PostGIS: install it (on Debian: apt install postgresql-${version:-VERSION}-postgis-3)"
        fi
    fi
    hash=$(cat "$root"/bench/reference/*.txt | sha256sum | cut -d' ' -f1)
    fresh "$stamp" "$hash" && return
    new_venv reference-venv
    install_into reference-venv bench/reference/build.txt setuptools
    # Two of its packages have no wheel; they are pure Python.
    step "installing the reference server" "$cache/reference-venv/bin/pip" install --only-binary :all: \
        --no-binary flasgger,rfeed --no-build-isolation --require-hashes -r "$root/bench/reference/requirements.txt"
    echo "$hash" >"$stamp"
}

# A library that shows another time to one process.
install_faketime() {
    local each
    for each in "${FLANEUR_FAKETIME:-}" /usr/lib/*/faketime/libfaketimeMT.so.1; do
        [[ -f $each ]] && return
    done
    if [[ $(id -u) == 0 ]] && command -v apt-get >/dev/null 2>&1; then
        step "reading the lists of system packages" apt-get update
        step "installing faketime" env DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends faketime
    else
        die "the tests of wrong clocks need faketime: install it (on Debian: apt install faketime)"
    fi
}

# mmdebstrap, which makes a bare Debian to install in.
install_mmdebstrap() {
    command -v mmdebstrap >/dev/null 2>&1 && return
    if [[ $(id -u) == 0 ]] && command -v apt-get >/dev/null 2>&1; then
        step "reading the lists of system packages" apt-get update
        step "installing mmdebstrap" env DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends \
            mmdebstrap debian-archive-keyring
    else
        die "installing in a bare Debian needs mmdebstrap: install it (on Debian: apt install mmdebstrap)"
    fi
}

# libjpeg with its headers and programs, which judge what crates/jpeg does to files.
install_jpeg() {
    command -v jpegtran >/dev/null 2>&1 && command -v cjpeg >/dev/null 2>&1 && [[ -e /usr/include/jpeglib.h ]] && return
    if [[ $(id -u) == 0 ]] && command -v apt-get >/dev/null 2>&1; then
        step "reading the lists of system packages" apt-get update
        step "installing libjpeg" env DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends \
            gcc libc6-dev libjpeg62-turbo-dev libjpeg-turbo-progs
    else
        die "the tests of JPEG surgery need libjpeg and its programs: install them (on Debian: apt install libjpeg62-turbo-dev libjpeg-turbo-progs)"
    fi
}

# A C++ compiler, for libFuzzer.
install_cxx() {
    command -v c++ >/dev/null 2>&1 && return
    if [[ $(id -u) == 0 ]] && command -v apt-get >/dev/null 2>&1; then
        step "reading the lists of system packages" apt-get update
        step "installing a C++ compiler" env DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends g++
    else
        die "fuzzing needs a C++ compiler, for libFuzzer: install one (on Debian: apt install g++)"
    fi
}

for tool in "$@"; do
    "install_$tool"
done
