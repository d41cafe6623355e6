#!/usr/bin/env bash
# Has faults strike while pictures are sent, longer and more often than in `make test`, and writes bench/results/faults.md.
set -euo pipefail
source "$(dirname "$0")/lib.sh"
cd "$root"

# What it was run on.
machine() {
    local commit model
    commit=$(git rev-parse --short=12 HEAD 2>/dev/null || echo unknown)
    [[ -z $(git status --porcelain --untracked-files=no 2>/dev/null) ]] || commit+=" with changes"
    model=$(sed -n 's/^model name[^:]*: //p' /proc/cpuinfo | head -1)
    echo "| machine | $(nproc) cores (${model:-unknown}), $(awk '/MemTotal/ { print int($2 / 1048576 + 0.5) }' /proc/meminfo) GiB |"
    echo "| system | Linux $(uname -r) $(uname -m) |"
    echo "| flaneur | $("$FLANEUR_BIN" --version | cut -d' ' -f2), commit $commit, debug build |"
    echo "| PostgreSQL | $("$("$root/scripts/postgres.sh" bin)/postgres" --version | cut -d' ' -f3) |"
    echo "| S3 | $("$FLANEUR_TEST_S3_SERVER" --version) |"
    echo "| S3 holds its breath for | $FLANEUR_FAULT_PAUSE s |"
}

write_report() {
    mkdir -p "$root/bench/results"
    {
        echo "# What faults do to an upload"
        echo
        echo "Written by \`make test-faults\`: in each round a client sends $FLANEUR_FAULT_PICTURES pictures, and sends again whatever"
        echo "was not answered, while one kind of fault strikes at random moments. Afterwards every picture that the client was"
        echo "told is accepted is public exactly once, no original is left, the public store holds what the catalog names and"
        echo "nothing else, no job was given up, and the logs tell of nothing that the fault does not explain."
        echo
        echo "| | |"
        echo "|---|---|"
        machine
        local table
        for table in "$@"; do
            echo
            cat "$table"
        done
    } >"$root/bench/results/faults.md"
}

need_rust
"$root/scripts/models.sh"
"$root/scripts/tools.sh" pictures s3 postgres faketime
"$root/scripts/web.sh"
step "fetching crates" cargo fetch --locked
stage "building tests and binary" cargo build --locked -p flaneur -p flaneur-e2e --all-targets
export FLANEUR_BIN=$target/debug/flaneur FLANEUR_MODELS=$root/models FLANEUR_TEST_S3_SERVER=$cache/cargo/bin/s3s-fs
export FLANEUR_FAULT_PICTURES=${FLANEUR_FAULT_PICTURES:-200} FLANEUR_FAULT_TIMES=${FLANEUR_FAULT_TIMES:-4}
export FLANEUR_FAULT_PAUSE=${FLANEUR_FAULT_PAUSE:-60}
FLANEUR_FAULT_REPORT=$(mktemp -d)
export FLANEUR_FAULT_REPORT
stage "faults" cargo test --locked -p flaneur-e2e --test faults -- --test-threads 1 --nocapture
write_report "$FLANEUR_FAULT_REPORT/fleet.md" "$FLANEUR_FAULT_REPORT/single.md"
rm -rf "$FLANEUR_FAULT_REPORT"
say "written: bench/results/faults.md"
