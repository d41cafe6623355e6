#!/usr/bin/env bash
# Runs what concerns S3 on a cluster of three Garage nodes on this machine, in place of the light server.
set -euo pipefail
source "$(dirname "$0")/lib.sh"
cd "$root"

region=garage
folder=
nodes=()

stop_nodes() {
    local status=$? node
    for node in "${nodes[@]}"; do
        kill "$node" 2>/dev/null && wait "$node" 2>/dev/null
    done
    [[ -z $folder ]] || rm -rf "$folder"
    [[ $status == 0 ]] || printf 'error: what is wrong stands above\n' >&2
    exit "$status"
}

# free_ports NUMBER: ports that nobody has now.
free_ports() {
    python3 -c '
import socket, sys
sockets = [socket.socket() for _ in range(int(sys.argv[1]))]
for each in sockets:
    each.bind(("127.0.0.1", 0))
print(*(each.getsockname()[1] for each in sockets))' "$1"
}

# of NODE ARGUMENTS…: the command line of a node.
of() { "$cache/cargo/bin/garage" --config "$folder/$1/garage.toml" "${@:2}"; }

# configure NODE RPC API WEB ADMIN: writes a node's settings.
configure() {
    mkdir -p "$folder/$1"
    cat >"$folder/$1/garage.toml" <<TOML
metadata_dir = "$folder/$1/meta"
data_dir = "$folder/$1/data"
db_engine = "sqlite"
replication_factor = 3
rpc_bind_addr = "127.0.0.1:$2"
rpc_public_addr = "127.0.0.1:$2"
rpc_secret = "$secret"
[s3_api]
s3_region = "$region"
api_bind_addr = "127.0.0.1:$3"
root_domain = ".s3.localhost"
[s3_web]
bind_addr = "127.0.0.1:$4"
root_domain = ".web.localhost"
index = "index.html"
[admin]
api_bind_addr = "127.0.0.1:$5"
TOML
}

# wait_for WHAT COMMAND…: until a command succeeds, a minute at most.
wait_for() {
    local what=$1 end=$((SECONDS + 60))
    shift
    until "$@" >"$folder/last.log" 2>&1; do
        if ((SECONDS > end)); then
            cat "$folder/last.log" "$folder"/*/log >&2
            die "waited in vain for $what"
        fi
        sleep 0.2
    done
}

# make_bucket NAME: makes a bucket and a key that may use it alone; prints bucket:key:secret.
make_bucket() {
    local made
    of 1 bucket create "$1" >/dev/null
    made=$(of 1 key create "$1")
    of 1 bucket allow --read --write "$1" --key "$1" >/dev/null
    printf '%s:%s:%s' "$1" "$(awk '/^Key ID:/ { print $3 }' <<<"$made")" "$(awk '/^Secret key:/ { print $3 }' <<<"$made")"
}

start_cluster() {
    local node ports id
    folder=$(mktemp -d)
    secret=$(od -An -N32 -tx1 /dev/urandom | tr -d ' \n')
    read -ra ports <<<"$(free_ports 12)"
    for node in 1 2 3; do
        configure "$node" "${ports[@]:((node - 1) * 4):4}"
        RUST_LOG=garage=warn "$cache/cargo/bin/garage" --config "$folder/$node/garage.toml" server >"$folder/$node/log" 2>&1 &
        nodes+=($!)
    done
    for node in 1 2 3; do
        wait_for "node $node" of "$node" status
        id=$(of "$node" node id --quiet)
        [[ $node == 1 ]] || of 1 node connect "$id" >/dev/null
        of 1 layout assign --zone "zone$node" --capacity 10G "${id%@*}" >/dev/null
    done
    of 1 layout apply --version 1 >/dev/null
    wait_for "the cluster to take a bucket" of 1 bucket create flaneur-first
    FLANEUR_TEST_S3_PUBLIC=$(make_bucket pictures)
    FLANEUR_TEST_S3_PRIVATE=$(make_bucket originals)
    of 1 bucket website --allow pictures >/dev/null
    export FLANEUR_TEST_S3_PUBLIC FLANEUR_TEST_S3_PRIVATE FLANEUR_TEST_S3_REGION=$region
    # One node is asked; it needs another one for every answer.
    export FLANEUR_TEST_S3_ENDPOINT=http://127.0.0.1:${ports[1]}
    export FLANEUR_TEST_S3_WEB="http://127.0.0.1:${ports[2]} pictures.web.localhost"
    of 1 status
}

need_rust
need_python
"$root/scripts/tools.sh" garage nginx pictures postgres
"$root/scripts/models.sh"
"$root/scripts/web.sh"
step "fetching crates" cargo fetch --locked
stage "building tests and binary" cargo build --locked -p flaneur -p flaneur-storage -p flaneur-e2e --all-targets
trap stop_nodes EXIT
start_cluster
export FLANEUR_BIN=$target/debug/flaneur FLANEUR_MODELS=$root/models
export FLANEUR_TEST_PICTURES=$cache/test-pictures FLANEUR_NGINX=$cache/nginx
stage "stores on Garage" cargo test --locked -p flaneur-storage --test suite
stage "stories on Garage" cargo test --locked -p flaneur-e2e --test stories -- s3:: cdn:: postgres:: backup::
