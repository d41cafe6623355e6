#!/bin/sh
# Installs Flaneur on this machine: program, models, site-wide files and systemd units. Starts nothing, and leaves
# settings that are there as they are, so that it serves for upgrades too. Run as root from a checkout:
#     deploy/install.sh [BINARY [MODELS]]
set -eu
here=$(cd "$(dirname "$0")" && pwd)
binary=${1:-$here/../target/release/flaneur}
models=${2:-$here/../models}

fail() {
    echo "install.sh: $*" >&2
    exit 1
}

[ "$(id -u)" = 0 ] || fail "run this as root"
[ -x "$binary" ] || fail "there is no program at $binary: build it first (make build), or name it"
[ -e "$models/libonnxruntime.so" ] || fail "there are no models in $models: fetch them first (make models), or name them"
# It says here, not at the first start, if a library is missing or too old.
"$binary" --version >/dev/null || fail "$binary does not run on this machine"

# The old version stays beside the new one, for going back.
if [ -e /usr/local/bin/flaneur ] && ! cmp -s "$binary" /usr/local/bin/flaneur; then
    cp -p /usr/local/bin/flaneur /usr/local/bin/flaneur.previous
fi
# Under another name first: a running program's file cannot be written to, but can be replaced.
install -D -m 0755 "$binary" /usr/local/bin/flaneur.new
mv /usr/local/bin/flaneur.new /usr/local/bin/flaneur
install -m 0755 "$here/flaneurctl" /usr/local/sbin/flaneurctl

install -d -m 0755 /usr/local/share/flaneur/models /usr/local/share/doc/flaneur
for each in "$models"/*.toml "$models"/*.onnx "$models"/*.so*; do
    [ -e "$each" ] || continue
    name=/usr/local/share/flaneur/models/${each##*/}
    install -m 0644 "$each" "$name.new"
    mv "$name.new" "$name"
done
install -m 0644 -t /usr/local/share/doc/flaneur "$here"/../docs/operations.md "$here"/../docs/reports.md

units=/etc/systemd/system
for each in "$here"/systemd/*.service "$here"/systemd/*.timer "$here"/systemd/*.target; do
    install -D -m 0644 "$each" "$units/${each##*/}"
done
install -D -m 0644 "$here/systemd/common.conf" $units/flaneur.service.d/10-common.conf
install -D -m 0644 "$here/systemd/common.conf" $units/flaneur-.service.d/10-common.conf

install -d -m 0755 /etc/flaneur
[ -e /etc/flaneur/flaneur.toml ] || install -m 0644 "$here/flaneur.toml.example" /etc/flaneur/flaneur.toml
[ -e /etc/flaneur/flaneur.env ] || install -m 0600 "$here/flaneur.env.example" /etc/flaneur/flaneur.env
install -D -m 0644 "$here/systemd/flaneur.sysusers" /etc/sysusers.d/flaneur.conf
install -D -m 0644 "$here/systemd/flaneur.tmpfiles" /etc/tmpfiles.d/flaneur.conf
systemd-sysusers /etc/sysusers.d/flaneur.conf
systemd-tmpfiles --create /etc/tmpfiles.d/flaneur.conf
# There is none to tell where systemd does not run, as while an image is built.
[ ! -d /run/systemd/system ] || systemctl daemon-reload

echo "installed $(/usr/local/bin/flaneur --version)"
echo "next: edit /etc/flaneur/flaneur.toml, then: systemctl enable --now flaneur"
