#!/usr/bin/env bash
# Runs tests. Usage: test.sh rust|fuzz|web|e2e|deploy…
set -euo pipefail
source "$(dirname "$0")/lib.sh"
cd "$root"

# One build serves the unit tests and, with its binary, the end-to-end tests.
build() {
    need_rust
    step "fetching crates" cargo fetch --locked
    stage "building tests and binary" cargo build --workspace --all-targets --locked
}

# run_tests PACKAGES: with nextest where it is installed; PACKAGES is `e2e` or `rest`.
run_tests() {
    if cargo nextest --version >/dev/null 2>&1; then
        local filter="package(flaneur-e2e)"
        [[ $1 == e2e ]] || filter="not ($filter)"
        cargo nextest run --workspace --locked --no-fail-fast -E "$filter"
    elif [[ $1 == e2e ]]; then
        cargo test --locked --no-fail-fast -p flaneur-e2e
    else
        cargo test --locked --no-fail-fast --workspace --exclude flaneur-e2e --lib --bins --tests
    fi
}

# A PostgreSQL server for all tests of the catalog, each with a database of its own; it need not outlive a power cut.
start_postgres() {
    postgres=$(mktemp -d)
    cleanup=stop_postgres
    FLANEUR_TEST_POSTGRES=$("$root/scripts/postgres.sh" start "$postgres" fsync=off full_page_writes=off)
    export FLANEUR_TEST_POSTGRES
}

stop_postgres() {
    "$root/scripts/postgres.sh" stop "$postgres" immediate || true
    rm -rf "$postgres"
    cleanup=
}

# Says how many rules of the conformance suite held on each database.
count_rules() {
    local database rules
    for database in sqlite postgres; do
        rules=$(cargo test --locked --quiet -p flaneur-catalog --test "$database" -- --list 2>/dev/null | grep -c '::.*: test$')
        say "conformance suite of the catalog: $rules rules hold on $database"
    done
}

test_rust() {
    "$root/scripts/models.sh"
    "$root/scripts/tools.sh" pictures s3 postgres jpeg
    build
    export FLANEUR_TEST_S3_SERVER=$cache/cargo/bin/s3s-fs FLANEUR_TEST_PICTURES=$cache/test-pictures
    start_postgres
    stage "Rust tests" run_tests rest
    count_rules
    stop_postgres
    # Built in on demand only. With the features of the whole tree, so that what is built already serves here too.
    stage "OpenTelemetry" cargo test --locked --workspace --features flaneur/otel --bin flaneur otel
    stage "examples in the documentation" cargo test --doc --workspace --locked --quiet
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
    stage "end-to-end tests" run_tests e2e
}

test_deploy() {
    "$root/scripts/web.sh"
    need_rust
    step "building the binary" cargo build --locked -p flaneur
    "$root/scripts/deploy_test.sh" "$target/debug/flaneur"
}

for part in "$@"; do
    "test_$part"
done
