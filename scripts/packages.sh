#!/usr/bin/env bash
# Installs the npm packages of a folder as its lock file says. Usage: packages.sh FOLDER
set -euo pipefail
source "$(dirname "$0")/lib.sh"

need_node
folder=$1
stamp=$root/$folder/node_modules/.flaneur-stamp
hash=$(cd "$root/$folder" && hash_of package.json package-lock.json .npmrc)
if ! fresh "$stamp" "$hash"; then
    step "installing the npm packages of $folder" npm --prefix "$root/$folder" ci --ignore-scripts
    echo "$hash" >"$stamp"
fi
