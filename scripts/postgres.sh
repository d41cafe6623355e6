#!/usr/bin/env bash
# A PostgreSQL server of one's own that goes away. Usage:
#   postgres.sh start FOLDER [SETTING=VALUE…]   makes a cluster in FOLDER if there is none, starts it, prints its URL
#   postgres.sh stop FOLDER [fast|immediate]    stops it; `immediate` as a crash would
#   postgres.sh bin                             prints where the server's programs are
#   postgres.sh restart FOLDER                  crashes it and starts it again at the same address
set -euo pipefail
source "$(dirname "$0")/lib.sh"

bin=
for each in $(printf '%s\n' /usr/lib/postgresql/*/bin | sort -rV) "$(dirname "$(command -v pg_ctl || echo /)")"; do
    [[ -x $each/pg_ctl && -x $each/initdb ]] && bin=$each && break
done
[[ -n $bin ]] || die "PostgreSQL is not installed: install it (on Debian: apt install postgresql), then run this again"

# The server refuses to run as root.
as_server() {
    if [[ $(id -u) == 0 ]]; then
        local user=postgres
        id "$user" >/dev/null 2>&1 || user=nobody
        runuser -u "$user" -- "$@"
    else
        "$@"
    fi
}

own() {
    if [[ $(id -u) == 0 ]]; then
        local user=postgres
        id "$user" >/dev/null 2>&1 || user=nobody
        chown "$user" "$1"
    fi
}

up() { (cd / && as_server "$bin/pg_ctl" -D "$1/data" -l "$1/log" -w -t 60 start >/dev/null) || die "$(tail -n 20 "$1/log")"; }
down() { (cd / && as_server "$bin/pg_ctl" -D "$1/data" -m "${2:-fast}" -w -t 60 stop >/dev/null); }

[[ ${1:-} != bin ]] || { echo "$bin" && exit; }
command=$1 folder=$2
shift 2
case $command in
start)
    if [[ ! -d $folder/data ]]; then
        mkdir -p "$folder"
        chmod 755 "$folder"
        own "$folder"
        (cd / && as_server "$bin/initdb" -D "$folder/data" -U flaneur -A trust -E UTF8 --locale=C --no-sync >"$folder/initdb.log" 2>&1) ||
            die "$(tail -n 20 "$folder/initdb.log")"
        port=$(python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
        {
            echo "listen_addresses = '127.0.0.1'"
            echo "port = $port"
            echo "unix_socket_directories = ''"
            echo "max_connections = 300"
            for setting in "$@"; do
                echo "${setting%%=*} = '${setting#*=}'"
            done
        } | as_server tee -a "$folder/data/postgresql.conf" >/dev/null
    fi
    up "$folder"
    echo "postgres://flaneur@127.0.0.1:$(awk '$1 == "port" { print $3 }' "$folder/data/postgresql.conf" | tail -1)/postgres"
    ;;
stop) down "$folder" "$@" ;;
restart)
    down "$folder" immediate
    up "$folder"
    ;;
*) die "postgres.sh start|stop|restart FOLDER" ;;
esac
