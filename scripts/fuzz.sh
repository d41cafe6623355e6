#!/usr/bin/env bash
# Looks for input that breaks what reads untrusted files, guided by coverage (libFuzzer, with a stable Rust).
# Usage: fuzz.sh TARGET|all SECONDS     for so long, each
#        fuzz.sh TARGET|all NUMBERruns  so many runs, each
#        fuzz.sh TARGET FILE            one input again: a finding
#        fuzz.sh check                  the corpus in the tree, and a short run that is the same each time
#        fuzz.sh minimise TARGET FOLDER the corpus in the tree anew, out of all that FOLDER and the cache hold
# What is learned is kept in $FLANEUR_CACHE/fuzz, so that a later run goes on from there; findings are kept beside it.
set -euo pipefail
source "$(dirname "$0")/lib.sh"

targets=(jpeg_surgery jpeg_libjpeg jpeg_pixels geotag intake)
home=$cache/fuzz
findings=$home/findings
# Coverage of every edge. What is compared is not followed: the mutations know the format, and runs would take six times as long.
coverage=(--cfg fuzzing -Cpasses=sancov-module -Cllvm-args=-sanitizer-coverage-level=4
    -Cllvm-args=-sanitizer-coverage-inline-8bit-counters -Cllvm-args=-sanitizer-coverage-pc-table)

build() {
    need_rust
    "$root/scripts/tools.sh" jpeg cxx
    host=$(rustc -vV | sed -n 's/^host: //p')
    # With a target named, build scripts and macros are not instrumented.
    step "building the fuzz targets" env RUSTFLAGS="${coverage[*]}" CARGO_TARGET_DIR="$home/target" \
        cargo build --locked --release --bins --target "$host" --manifest-path "$root/fuzz/Cargo.toml"
}

# fuzz TARGET ARGUMENT…: runs libFuzzer with our bounds; its output goes to $log.
fuzz() {
    local target=$1 dictionary=jpeg
    shift
    case $target in geotag | intake) dictionary=$target ;; esac
    mkdir -p "$findings/$target"
    log=$cache/logs/fuzz-$target.log
    "$home/target/$host/release/$target" -max_len=4096 -timeout=10 -rss_limit_mb=1024 -print_final_stats=1 \
        -dict="$root/fuzz/$dictionary.dict" -artifact_prefix="$findings/$target/" "$@" >"$log" 2>&1
}

# The last that libFuzzer says after a word.
said() { grep -oE "$1 *[0-9]+" "$log" | grep -oE '[0-9]+$' | tail -n 1; }

# What was found, and how to see it again.
tell() {
    local target=$1 input
    grep -m 1 -A 3 'panicked at' "$log" >&2 || grep -m 1 'ERROR: libFuzzer' "$log" >&2 || tail -n 20 "$log" >&2
    input=$(sed -n 's/.*Test unit written to //p' "$log" | tail -n 1)
    [[ -z $input ]] || printf 'kept as %s\nagain with: scripts/fuzz.sh %s %s\n' "$input" "$target" "$input" >&2
    printf 'error: %s: a finding\n' "$target" >&2
}

# run TARGET BOUND ARGUMENT…: one run, and what came of it.
run() {
    local target=$1 bound=$2 limit status=0 runs total
    shift 2
    case $bound in
    *runs) limit=-runs=${bound%runs} ;;
    *) limit=-max_total_time=$bound ;;
    esac
    fuzz "$target" "$limit" "$@" || status=$?
    runs=$(said 'number_of_executed_units:')
    say "$target: ${runs:-0} runs ($(said 'average_exec_per_sec:') each second), $(said 'cov:') edges and $(said 'ft:') features reached, $([[ $status == 0 ]] && echo no finding || echo 1 finding)"
    if [[ -d $home/corpus/$target ]]; then
        total=$(($(cat "$home/$target.runs" 2>/dev/null || echo 0) + ${runs:-0}))
        echo "$total" >"$home/$target.runs"
        say "$target: $total runs in all so far"
    fi
    [[ $status == 0 ]] || tell "$target"
    return "$status"
}

check() {
    local target scratch status=0
    scratch=$(mktemp -d)
    for target in "${targets[@]}"; do
        mkdir "$scratch/$target"
        run "$target" 15000runs -seed=1 "$scratch/$target" "$root/fuzz/corpus/$target" || status=1
    done
    rm -rf "$scratch"
    return "$status"
}

what=${1:-all}
bound=${2:-60}
case $what in
check)
    build
    check
    ;;
minimise)
    target=$2
    build
    rm -rf "$home/minimised"
    mkdir -p "$home/minimised" "$home/corpus/$target"
    # Small ones only: the tree is no place for more.
    fuzz "$target" -set_cover_merge=1 -use_counters=0 -max_len=1000 "$home/minimised" "$root/fuzz/corpus/$target" "$home/corpus/$target" "${3:-$root/fuzz/corpus/$target}"
    rm -rf "$root/fuzz/corpus/$target"
    mv "$home/minimised" "$root/fuzz/corpus/$target"
    say "$(find "$root/fuzz/corpus/$target" -type f | wc -l) inputs in fuzz/corpus/$target"
    ;;
*)
    [[ $what == all || " ${targets[*]} " == *" $what "* ]] || die "there is no target $what: name one of ${targets[*]}, or all"
    build
    if [[ -f $bound ]]; then
        fuzz "$what" "$bound" || { tell "$what" && exit 1; }
        say "$what: $bound breaks nothing"
        exit
    fi
    [[ $bound =~ ^[0-9]+(runs)?$ ]] || die "$bound is neither a number of seconds, nor one of runs (1000runs), nor a file"
    status=0
    for target in "${targets[@]}"; do
        [[ $what == all || $what == "$target" ]] || continue
        mkdir -p "$home/corpus/$target"
        run "$target" "$bound" "$home/corpus/$target" "$root/fuzz/corpus/$target" || status=1
    done
    exit "$status"
    ;;
esac
