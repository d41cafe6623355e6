# Shared by the scripts beside it: where things lie, how a step is told, and what to say when it fails.
# shellcheck shell=bash

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
cache=${FLANEUR_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/flaneur}
export target=${CARGO_TARGET_DIR:-$root/target}
mkdir -p "$cache/logs"

# Everything that is fetched is kept here, so that a second clone is quick.
export FLANEUR_CACHE=$cache PIP_CACHE_DIR=$cache/pip npm_config_cache=$cache/npm
export PIP_DISABLE_PIP_VERSION_CHECK=1 npm_config_update_notifier=false npm_config_loglevel=error

say() { printf '%s\n' "$*"; }

die() {
    printf 'error: %s\n' "$*" >&2
    exit 1
}

# need COMMAND HOW: fails with how to get it if a command is missing.
need() { command -v "$1" >/dev/null 2>&1 || die "$1 is not installed: $2, then run this again"; }

need_rust() { need cargo "install Rust 1.95 or newer (rustup, or your system's packages)"; }

need_python() {
    need python3 "install Python 3.11 or newer"
    python3 -c 'import sys; sys.exit(sys.version_info < (3, 11))' ||
        die "Python 3.11 or newer is needed, and python3 is $(python3 -V): install a newer one and put it first in PATH"
}

need_node() {
    need node "install Node.js 20.19 or newer"
    need npm "install npm 10 or newer"
    node -e 'const [a, b] = process.versions.node.split(".").map(Number); process.exit(a > 20 || (a === 20 && b >= 19) ? 0 : 1)' ||
        die "Node.js 20.19 or newer is needed, and node is $(node --version): install a newer one and put it first in PATH"
}

# explain LOG: one sentence on why a step failed, by what it printed.
explain() {
    if grep -qiE 'no space left|ENOSPC|disk quota' "$1"; then
        echo "no space is left on the disk: free some ($(df -h --output=avail "$root" | tail -1 | tr -d ' ') are left here), then run this again"
    elif grep -qiE 'ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ETIMEDOUT|could not resolve|temporary failure in name|network is unreachable|connection (refused|error|timed out|broken)|failed to (download|fetch)|newconnectionerror|max retries' "$1"; then
        echo "something could not be fetched: check the network (or proxy settings), then run this again"
    else
        echo "what it printed last is above, and all of it in $1"
    fi
}

# step WHAT COMMAND…: says what is done in one line; shows its output only if it fails.
step() {
    local what=$1 log
    shift
    log=$cache/logs/$(tr -cs '[:alnum:]' '-' <<<"$what" | cut -c1-60).$$.log
    say "$what"
    if "$@" >"$log" 2>&1 </dev/null; then
        rm -f "$log"
    else
        tail -n 25 "$log" >&2
        die "$what failed: $(explain "$log")"
    fi
}

# stage NAME COMMAND…: as it is, with its output and its time. A failure ends the script.
stage() {
    local start=$SECONDS
    stage=$1
    shift
    say "== $stage"
    # Not within a condition: bash would not end a function at its first failing command there.
    "$@" </dev/null
    say "== $stage: $((SECONDS - start)) s"
    if [[ -n ${FLANEUR_TIMES:-} ]]; then
        printf '%6d s  %s\n' $((SECONDS - start)) "$stage" >>"$FLANEUR_TIMES"
    fi
    stage=
}

# What is to be undone when the script ends, however it ends: names of functions, the last first.
cleanup=()
stage=
at_exit() {
    local status=$?
    while ((${#cleanup[@]} > 0)); do
        local undo=${cleanup[-1]}
        unset 'cleanup[-1]'
        "$undo" || true
    done
    [[ $status == 0 || -z $stage ]] || printf 'error: %s failed: what is wrong stands above\n' "$stage" >&2
    exit "$status"
}
trap at_exit EXIT

# fresh STAMP HASH: whether a step's inputs are what they were when it was last done.
fresh() { [[ -f $1 && $(<"$1") == "$2" ]]; }

# hash_of FILE…: one hash of files' names and content; of folders, of all files in them.
hash_of() { find "$@" -type f -print0 | LC_ALL=C sort -z | xargs -0 sha256sum | sha256sum | cut -d' ' -f1; }

postgres=
# start_postgres SETTING…: a server of one's own until stop_postgres, or the end; FLANEUR_TEST_POSTGRES is its address.
start_postgres() {
    postgres=$(mktemp -d)
    cleanup+=(stop_postgres)
    FLANEUR_TEST_POSTGRES=$("$root/scripts/postgres.sh" start "$postgres" "$@")
    export FLANEUR_TEST_POSTGRES
}

stop_postgres() {
    [[ -n $postgres ]] || return 0
    "$root/scripts/postgres.sh" stop "$postgres" immediate || true
    rm -rf "$postgres"
    postgres=
}
