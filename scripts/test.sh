#!/usr/bin/env bash
# Runs tests. Usage: test.sh rust|fuzz|web|e2e|deploy…
set -euo pipefail
source "$(dirname "$0")/lib.sh"
cd "$root"

# One build serves all tests: of the crates, of the documentation, and with its binary those from outside. Whatever is built for
# them has to be asked for with the same packages and features, or cargo builds much of it once more. What is built in on
# demand is in it; without that, clippy builds everything (check.sh).
whole=(--workspace --locked --features flaneur/otel)
build() {
    need_rust
    step "fetching crates" cargo fetch --locked
    stage "building tests and binary" cargo build "${whole[@]}" --all-targets
}

# run_tests PACKAGES: with nextest where it is installed; PACKAGES is `e2e` or `rest`.
run_tests() {
    if cargo nextest --version >/dev/null 2>&1; then
        local filter="package(flaneur-e2e)" at_once
        at_once=$(nproc)
        # Stories wait for jobs, browsers and other programs more than they compute.
        if [[ $1 == e2e ]]; then
            at_once=$((at_once + 1))
        else
            filter="not ($filter)"
        fi
        cargo nextest run "${whole[@]}" --no-fail-fast --test-threads "$at_once" -E "$filter"
    elif [[ $1 == e2e ]]; then
        cargo test --locked --no-fail-fast -p flaneur-e2e
    else
        cargo test "${whole[@]}" --no-fail-fast --exclude flaneur-e2e --lib --bins --tests
    fi
}

memory=
# Tests make databases and stores by the thousand, and wait for the disk at every change. None of them has to outlive a power
# cut: where there is room in memory, they are there. What is killed in tests are processes, never the machine.
write_in_memory() {
    local room
    room=$(df --output=avail --block-size=1G /dev/shm 2>/dev/null | tail -n 1 | tr -d ' ')
    if [[ -w /dev/shm && ${room:-0} -ge 4 ]] && findmnt --noheadings --types tmpfs /dev/shm >/dev/null; then
        memory=$(mktemp -d /dev/shm/flaneur-tests.XXXXXX)
        # Servers that run as somebody else have folders of their own in it.
        chmod 711 "$memory"
        export TMPDIR=$memory
        cleanup+=(forget_memory)
        say "what tests write is written into memory, at $memory"
    fi
}

forget_memory() {
    [[ -n $memory ]] || return 0
    rm -rf "$memory"
    memory=
    unset TMPDIR
}

# Says how many rules of the conformance suite held on each database.
count_rules() {
    local database rules
    for database in sqlite postgres; do
        rules=$(cargo test "${whole[@]}" --quiet --test "$database" -- --list 2>/dev/null | grep -c '::.*: test$')
        say "conformance suite of the catalog: $rules rules hold on $database"
    done
}

test_rust() {
    "$root/scripts/models.sh"
    "$root/scripts/tools.sh" pictures s3 postgres jpeg
    build
    export FLANEUR_TEST_S3_SERVER=$cache/cargo/bin/s3s-fs FLANEUR_TEST_PICTURES=$cache/test-pictures
    write_in_memory
    # For all tests of the catalog, each with a database of its own; it need not outlive a power cut.
    start_postgres fsync=off full_page_writes=off
    stage "Rust tests" run_tests rest
    count_rules
    stop_postgres
    forget_memory
    stage "examples in the documentation" cargo test --doc "${whole[@]}" --quiet
}

test_fuzz() {
    stage "fuzzing" "$root/scripts/fuzz.sh" check
}

test_web() {
    "$root/scripts/packages.sh" web
    stage "web tests" npm --prefix web run test
    need_python
    stage "tests of the scripts" env PYTHONDONTWRITEBYTECODE=1 python3 -m unittest discover -s scripts/models -p 'test_*.py'
}

test_e2e() {
    "$root/scripts/models.sh"
    "$root/scripts/tools.sh" python cli_tests stac schemathesis dataset pictures chromium s3 nginx postgres faketime jpeg
    "$root/scripts/packages.sh" e2e/browser
    "$root/scripts/packages.sh" e2e/tus
    "$root/scripts/packages.sh" e2e/oidc
    "$root/scripts/web.sh"
    build
    export FLANEUR_BIN=$target/debug/flaneur FLANEUR_MODELS=$root/models
    export FLANEUR_TEST_PICTURES=$cache/test-pictures FLANEUR_PANORAMAX_CLI=$cache/venv/bin/panoramax_cli
    export FLANEUR_PANORAMAX_CLI_TESTS=$cache/panoramax_cli
    export FLANEUR_STAC_VENV=$cache/stac-venv FLANEUR_DATASET_VENV=$cache/dataset-venv FLANEUR_SCHEMATHESIS_VENV=$cache/schemathesis-venv
    export FLANEUR_TEST_S3_SERVER=$cache/cargo/bin/s3s-fs FLANEUR_NGINX=$cache/nginx
    stage "tests of what reads the dataset" env PYTHONDONTWRITEBYTECODE=1 \
        "$FLANEUR_DATASET_VENV/bin/python3" -m unittest discover -s e2e/dataset -p 'test_*.py'
    write_in_memory
    stage "end-to-end tests" run_tests e2e
    forget_memory
}

test_deploy() {
    "$root/scripts/web.sh"
    build
    "$root/scripts/deploy_test.sh" "$target/debug/flaneur"
}

for part in "$@"; do
    "test_$part"
done
