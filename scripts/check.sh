#!/usr/bin/env bash
# Everything that can be found wrong without running the product.
set -euo pipefail
source "$(dirname "$0")/lib.sh"

need_rust
cd "$root"
"$root/scripts/tools.sh" python deny jpeg cxx
"$root/scripts/packages.sh" web
"$root/scripts/packages.sh" e2e/browser
step "fetching crates" cargo fetch --locked
step "fetching crates of the fuzz targets" cargo fetch --locked --manifest-path fuzz/Cargo.toml

check_scripts() {
    local browser
    "$cache/venv/bin/shellcheck" --external-sources --source-path=SCRIPTDIR scripts/*.sh deploy/install.sh deploy/flaneurctl \
        .ci/run
    for browser in e2e/browser/*.mjs e2e/browser/tests/*.mjs e2e/tus/*.mjs e2e/oidc/*.mjs; do
        node --check "$browser"
    done
}

# Licences, duplicates and sources are judged by what is in the tree; advisories need a database from the network.
check_dependencies() {
    PATH=$PATH:$cache/cargo/bin cargo deny --offline check bans licenses sources
    if PATH=$PATH:$cache/cargo/bin timeout 60 cargo deny fetch db >"$cache/logs/advisories.log" 2>&1; then
        PATH=$PATH:$cache/cargo/bin cargo deny --offline check advisories
    else
        say "advisories: not checked, since no database of advisories can be had here"
    fi
}

check_web() {
    npm --prefix web run lint
    npm --prefix web run check
}

stage "formatting" cargo fmt --all --check
stage "formatting of the fuzz targets" cargo fmt --all --check --manifest-path fuzz/Cargo.toml
stage "scripts" check_scripts
stage "web: lint and types" check_web
stage "dependencies" check_dependencies
# With the benchmark that needs a C compiler, and without what `make test` builds in: between them everything is compiled.
stage "clippy" cargo clippy --workspace --all-targets --features flaneur-bench/jpeg --locked -- -D warnings
stage "clippy of the fuzz targets" cargo clippy --manifest-path fuzz/Cargo.toml --all-targets --locked -- -D warnings
stage "documentation" env RUSTDOCFLAGS="-D warnings" cargo doc --workspace --no-deps --locked --quiet
say "all checks passed"
