#!/usr/bin/env bash
# Builds the site into web/dist, from where it gets into the binary.
set -euo pipefail
source "$(dirname "$0")/lib.sh"

"$root/scripts/packages.sh" web
inputs=()
for each in "$root"/web/*; do
    case ${each##*/} in
    node_modules | dist | coverage) ;;
    *) inputs+=("$each") ;;
    esac
done
stamp=$root/web/node_modules/.flaneur-built
hash=$(hash_of "${inputs[@]}")
if ! fresh "$stamp" "$hash" || [[ ! -f $root/web/dist/index.html ]]; then
    step "building the site" npm --prefix "$root/web" run build
    echo "$hash" >"$stamp"
    # The compiler learns of files that are new in web/dist only when it looks at the module that embeds them.
    touch "$root/crates/flaneur/src/site/mod.rs"
fi
