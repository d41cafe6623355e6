#!/usr/bin/env bash
# Builds target/release/flaneur with the site in it.
set -euo pipefail
source "$(dirname "$0")/lib.sh"

need_rust
"$root/scripts/web.sh"
cd "$root"
step "fetching crates" cargo fetch --locked
say "building the binary (a first time takes some minutes)"
cargo build --release --locked -p flaneur || die "the build failed: what is wrong stands above"
say "built $target/release/flaneur"
