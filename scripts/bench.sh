#!/usr/bin/env bash
# Measures, beside a rival, and writes bench/results/NAME.md. Usage: bench.sh queue|jpeg|geotag|redaction|intake [PART…]|read [PICTURES…]|dataset [PICTURES]|batch|fetch [PICTURES]
set -euo pipefail
source "$(dirname "$0")/lib.sh"
cd "$root"

# A PostgreSQL server that syncs as one should.
start_measured_postgres() {
    start_postgres max_connections=500 shared_buffers=256MB
    FLANEUR_POSTGRES_PID=$(head -1 "$postgres/data/postmaster.pid")
    export FLANEUR_POSTGRES_PID
}

bench_queue() {
    "$root/scripts/tools.sh" postgres
    say "building the benchmark (a first time takes some minutes)"
    cargo build --release --locked -p flaneur-bench --no-default-features --features queue --bin queue
    start_measured_postgres
    "$target/release/queue"
    stop_postgres
}

# Instructions are counted where Valgrind is installed.
bench_jpeg() {
    "$root/scripts/tools.sh" jpeg
    say "building the benchmark (a first time takes some minutes)"
    cargo build --release --locked -p flaneur-bench --no-default-features --features jpeg --bin jpeg
    "$target/release/jpeg"
}

# Beside exiftool and the reference reader, as they were run on the shared photos.
bench_geotag() {
    local data=${FLANEUR_SHARED_DATA:-$root/../shared/data}
    [[ -d $data ]] || die "bench-geotag needs the photos of FLANEUR_SHARED_DATA; there is no $data"
    FLANEUR_SHARED_DATA=$data FLANEUR_WRITE_RESULTS=1 cargo test --locked -p flaneur-geotag --test golden -- --nocapture
}

# What is redacted is looked for again, in labelled photos that lie beside the repository or in FLANEUR_SHARED_DATA.
bench_redaction() {
    "$root/scripts/models.sh"
    "$root/scripts/web.sh"
    say "building the server and the tests (a first time takes some minutes)"
    cargo build --locked -p flaneur
    FLANEUR_BIN=$target/debug/flaneur FLANEUR_MODELS=$root/models \
        FLANEUR_REDACTION_REPORT=$root/bench/results/redaction.md \
        cargo test --locked -p flaneur-e2e --test stories -- --nocapture found_again::
}

# Builds the binary and a benchmark of it, and runs that, with PostgreSQL where there is one.
measure_binary() {
    local name=$1
    shift
    "$root/scripts/build.sh"
    say "building the benchmark (a first time takes some minutes)"
    cargo build --release --locked -p flaneur-bench --no-default-features --features "$name" --bin "$name"
    if "$root/scripts/postgres.sh" bin >/dev/null 2>&1; then
        start_measured_postgres
    fi
    "$target/release/$name" "$@"
    stop_postgres
}

# The reference server and the PostgreSQL that it needs; FLANEUR_REFERENCE says where it is, or FLANEUR_NO_REFERENCE why there is
# none, which the results tell.
find_reference() {
    if ! "$root/scripts/tools.sh" postgres; then
        say "PostgreSQL cannot be had here: what needs it is not measured"
        export FLANEUR_NO_REFERENCE="it needs PostgreSQL, which could not be installed here"
    elif "$root/scripts/tools.sh" reference; then
        export FLANEUR_REFERENCE=$cache/reference-venv
    else
        say "the reference server cannot be had here: Flaneur is measured alone"
        export FLANEUR_NO_REFERENCE="it could not be installed here"
    fi
}

# The built binary beside the reference server, and hostile files. With parts (cost, memory, areas, hostile) these only are
# measured, and nothing is written. What cannot be had of the reference server or PostgreSQL is left out, and the table says so.
bench_intake() {
    export FLANEUR_BIN=$target/release/flaneur FLANEUR_MODELS=$root/models FLANEUR_TEST_PICTURES=$cache/test-pictures
    export FLANEUR_SHARED_DATA=${FLANEUR_SHARED_DATA:-$root/../shared/data}
    "$root/scripts/models.sh"
    "$root/scripts/tools.sh" pictures
    find_reference
    measure_binary intake "$@"
}

bench_read() {
    export FLANEUR_BIN=$target/release/flaneur
    find_reference
    measure_binary read "$@"
}

# What a benchmark in Python starts a reference server with, in `beside`, and the PostgreSQL that it needs.
start_reference_program() {
    beside=()
    [[ -n ${FLANEUR_REFERENCE:-} ]] || return 0
    say "building what starts the reference server (a first time takes some minutes)"
    cargo build --release --locked -p flaneur-bench --no-default-features --features read --bin reference
    start_measured_postgres
    beside=(--reference "$target/release/reference")
}

bench_dataset() {
    "$root/scripts/tools.sh" dataset
    find_reference
    "$root/scripts/build.sh"
    start_reference_program
    python3 bench/dataset.py --binary "$target/release/flaneur" --python "$cache/dataset-venv/bin/python3" \
        "${beside[@]}" --pictures "${1:-1000000}" --out "$root/bench/results/dataset.md"
    stop_postgres
}

bench_batch() {
    "$root/scripts/build.sh"
    python3 bench/batch.py --binary "$target/release/flaneur" --out "$root/bench/results/batch.md"
}

bench_fetch() {
    "$root/scripts/tools.sh" dataset
    find_reference
    "$root/scripts/models.sh"
    "$root/scripts/build.sh"
    start_reference_program
    "$cache/dataset-venv/bin/python3" bench/fetch.py --binary "$target/release/flaneur" --models "$root/models" \
        "${beside[@]}" --pictures "${1:-10000}" --out "$root/bench/results/fetch.md"
    stop_postgres
}

usage="bench.sh queue|jpeg|geotag|redaction|intake [PART…]|read [PICTURES…]|dataset [PICTURES]|batch|fetch [PICTURES]"
[[ $# -ge 1 && $(type -t "bench_$1") == function ]] || die "$usage"
[[ $# == 1 || $1 == intake || $1 == read || $1 == dataset || $1 == fetch ]] || die "$usage"
need_rust
"bench_$1" "${@:2}"
