#!/usr/bin/env bash
# Installs what tests and checks need beside Rust, Node.js and Python. Usage: tools.sh [python|chromium|pictures|deny|mmdebstrap]…
set -euo pipefail
source "$(dirname "$0")/lib.sh"

# panoramax_cli, shellcheck and PyYAML, by version and hash, in a virtual environment.
install_python() {
    need_python
    local stamp=$cache/venv/.flaneur-stamp hash
    hash=$(sha256sum "$root/e2e/requirements.txt" | cut -d' ' -f1)
    fresh "$stamp" "$hash" && return
    rm -rf "$cache/venv"
    step "making a virtual environment in $cache/venv" python3 -m venv "$cache/venv"
    step "installing panoramax_cli, shellcheck and PyYAML" "$cache/venv/bin/pip" install --only-binary :all: \
        --require-hashes -r "$root/e2e/requirements.txt"
    echo "$hash" >"$stamp"
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

# Pictures with a face and with a plate.
install_pictures() {
    need_python
    [[ -f $cache/test-pictures/astronaut.png && -f $cache/test-pictures/car.png ]] ||
        step "making pictures to test with" python3 "$root/scripts/models/test_pictures.py" --cache "$cache"
}

# cargo-deny, unless there is one.
install_deny() {
    need_rust
    command -v cargo-deny >/dev/null 2>&1 && return
    local version=0.20.2
    [[ -x $cache/cargo/bin/cargo-deny && $("$cache/cargo/bin/cargo-deny" --version) == *"$version" ]] && return
    step "building cargo-deny (some minutes, once)" env -u CARGO_TARGET_DIR cargo install cargo-deny --locked \
        --version "$version" --no-default-features --root "$cache/cargo"
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

for tool in "$@"; do
    "install_$tool"
done
