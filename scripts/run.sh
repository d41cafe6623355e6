#!/usr/bin/env bash
# Builds what is missing and runs the server. PORT and DATA choose where; everything else is given as options.
set -euo pipefail
source "$(dirname "$0")/lib.sh"

"$root/scripts/models.sh"
"$root/scripts/build.sh"
# As variables, so that an option of the same meaning wins.
export FLANEUR_LISTEN=${FLANEUR_LISTEN:-127.0.0.1:${PORT:-8080}}
export FLANEUR_DATA=${DATA:-${FLANEUR_DATA:-$root/flaneur-data}}
export FLANEUR_MODELS=${FLANEUR_MODELS:-$root/models}
exec "$target/release/flaneur" serve "$@"
