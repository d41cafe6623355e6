#!/usr/bin/env bash
# Tells whether what deploy/ and the manual say is so. Usage: deploy_test.sh BINARY
# Reading is done everywhere. Doing it in a bare Debian needs root and mmdebstrap, which it installs where it can.
set -euo pipefail
source "$(dirname "$0")/lib.sh"

binary=${1:-$target/debug/flaneur}
[[ -x $binary ]] || die "there is no program at $binary: build it with cargo build -p flaneur, then run this again"
"$root/scripts/tools.sh" python
"$root/scripts/models.sh"
python=$cache/venv/bin/python3
export PYTHONDONTWRITEBYTECODE=1

stage "tests of the deployment's checks" "$python" -m unittest discover -s "$root/scripts/deploy" -p 'test_*.py'

work=$(mktemp -d "$cache/deploy-work.XXXXXX")
# What was mounted is gone with the namespace, so that this deletes nothing but what was made here.
trap 'rm -rf --one-file-system "$work"' EXIT
check=("$python" "$root/scripts/deploy/check.py" --binary "$binary" --models "$root/models" --cache "$cache/deploy"
    --work "$work")
if [[ $(id -u) == 0 ]] && unshare --mount --net --pid --fork true 2>/dev/null; then
    "$root/scripts/tools.sh" mmdebstrap
    stage "deployment, in a bare Debian" unshare --mount --propagation private --pid --fork --kill-child \
        "${check[@]}" --bare
else
    say "not root, or no namespaces: the deployment is only read, not installed in a bare Debian"
    [[ -z ${CI:-} ]] || die "in CI the deployment has to be installed: run it as root, with namespaces"
    stage "deployment, by reading" "${check[@]}"
fi
