"""Installs Flaneur in a bare Debian as the manual says, and runs what the units run."""

import contextlib
import json
import pathlib
import shutil
from typing import Callable, Dict, List, Optional

import reading
import root
import units

# What a server has that a bare root has not; the manual names the same packages.
PACKAGES = "apt-get update && apt-get install -y --no-install-recommends systemd nginx-light openssl ca-certificates libstdc++6"
UNITS = "/etc/systemd/system"
# What systemd-analyze may find exposed at most, of 100 (it prints tenths). Serving needs the network and files.
EXPOSURE = 25
NAME = "street.example.org"


def install(place: root.Place, server: root.Root) -> None:
    """Makes the root and installs into it, twice: the second time is an upgrade, and keeps the settings."""
    root.Root.make(server.folder, place.cache, [PACKAGES])
    checkout = server.path("/root/checkout")
    shutil.copytree(place.checkout / "deploy", checkout / "deploy", symlinks=True)
    (checkout / "docs").mkdir()
    for manual in ("operations.md", "reports.md"):
        shutil.copy(place.checkout / "docs" / manual, checkout / "docs")
    shutil.copytree(place.models, checkout / "models")
    (checkout / "target/release").mkdir(parents=True)
    shutil.copy(place.binary, checkout / "target/release/flaneur")
    server.shell("/root/checkout/deploy/install.sh")
    settings = server.path("/etc/flaneur/flaneur.toml")
    settings.write_text(settings.read_text().replace("Streets of Example", "Streets of Elsewhere"))
    server.shell("/root/checkout/deploy/install.sh")
    if "Streets of Elsewhere" not in settings.read_text():
        raise root.Failed("installing again overwrote the settings")


def unit(server: root.Root, name: str) -> units.Unit:
    """A unit as it is installed."""
    return units.load(server.path(UNITS), name)


def environment(server: root.Root, each: units.Unit) -> Dict[str, str]:
    """What systemd would give it."""
    return each.environment(server.folder)


def words(server: root.Root, each: units.Unit, line: List[str]) -> List[str]:
    """The words that run a unit's line as systemd would, as far as a root folder can do that."""
    state = [f"/var/lib/{name}" for name in each.all("Service", "StateDirectory")]
    writable = state + each.all("Service", "ReadWritePaths")
    return server.as_service(line, environment(server, each), each.one("Service", "WorkingDirectory"), writable)


def start(server: root.Root, place: root.Place, name: str) -> root.Process:
    """Runs what comes before, then starts what a unit starts."""
    each = unit(server, name)
    for line in each.command("ExecStartPre", environment(server, each)):
        root.run(words(server, each, line))
    (line,) = each.command("ExecStart", environment(server, each))
    return root.Process(words(server, each, line), place.work / f"{name}.log")


def once(server: root.Root, name: str) -> str:
    """Runs a unit that ends by itself."""
    each = unit(server, name)
    (line,) = each.command("ExecStart", environment(server, each))
    return root.run(words(server, each, line))


def stopping(server: root.Root, name: str) -> float:
    """How long it may take to stop."""
    return units.seconds(unit(server, name).one("Service", "TimeoutStopSec"))


def modes(server: root.Root):
    """Whether nobody else reads data and secrets."""
    wanted = {
        "/var/lib/flaneur": "flaneur:flaneur 700",
        "/var/backups/flaneur": "flaneur:flaneur 700",
        "/etc/flaneur/flaneur.env": "root:root 600",
        "/etc/flaneur/flaneur.toml": "root:root 644",
        "/usr/local/bin/flaneur": "root:root 755",
    }
    for path, mode in wanted.items():
        if (found := server.owner_and_mode(path)) != mode:
            yield f"install.sh: {path} is {found}, not {mode}"


def verified(server: root.Root):
    """What systemd says of the units."""
    names = " ".join(reading.unit_names(server.path(UNITS)))
    said = server.shell(f"cd {UNITS} && systemd-analyze verify --man=no {names} 2>&1")
    yield from (f"systemd-analyze verify: {line}" for line in said.splitlines() if line.strip())


def exposure(server: root.Root):
    """Whether the units are as closed as they can be."""
    for name in reading.unit_names(server.path(UNITS)):
        if name.endswith(".service"):
            try:
                said = server.shell(f"systemd-analyze security --offline=true --no-pager --threshold={EXPOSURE} {name} 2>&1")
                print("        " + said.strip().splitlines()[-1])
            except root.Failed as failed:
                yield f"{name} is more exposed than {EXPOSURE / 10}: {failed}"


def settings(server: root.Root):
    """Whether flaneurctl sees the settings that were installed."""
    shown = server.shell("/usr/local/sbin/flaneurctl config")
    for value in ("Streets of Elsewhere", "/var/lib/flaneur", "/usr/local/share/flaneur/models"):
        if not any(value in line and "# file /etc/flaneur/flaneur.toml" in line for line in shown.splitlines()):
            yield f"flaneurctl config does not show {value} from the file:\n{shown}"


def nginx_conf(server: root.Root, upstreams: str) -> None:
    """Puts nginx's files where they belong, with one of the sets of processes, and lets nginx read them."""
    folder = server.path("/etc/nginx/conf.d")
    shutil.copy(server.path("/root/checkout/deploy/nginx/flaneur.conf"), folder / "flaneur.conf")
    shutil.copy(server.path(f"/root/checkout/deploy/nginx/upstreams-{upstreams}.conf"), folder / "upstreams.conf")
    server.path("/etc/nginx/sites-enabled/default").unlink(missing_ok=True)
    server.path("/etc/hosts").write_text("".join(f"127.0.0.1 {name}\n" for name in ("localhost", "api-1", "api-2", "tiler-1")))
    server.shell("install -d -m 0755 /var/log/nginx /run")
    server.shell("nginx -t")


def certificate(server: root.Root) -> None:
    """Makes a certificate that nobody trusts."""
    server.shell("install -d -m 0755 /etc/flaneur/tls && cd /etc/flaneur/tls && openssl req -x509 -newkey rsa:2048 -nodes "
                 f"-days 2 -subj /CN={NAME} -keyout privkey.pem -out fullchain.pem 2>/dev/null")


def proxy(server: root.Root, place: root.Place) -> root.Process:
    """Starts nginx."""
    line = ["chroot", str(server.folder), "/usr/sbin/nginx", "-g", "daemon off;"]
    return root.Process(line, place.work / "nginx.log")


def single(server: root.Root, place: root.Place) -> None:
    """One server: the unit, nginx before it, and the command line beside it."""
    with start(server, place, "flaneur.service") as served, proxy(server, place) as front:
        served.wait_for("http://127.0.0.1:8080/api/live")
        served.wait_for("http://127.0.0.1:8080/api/ready")
        for path in ("live", "ready", "metrics"):
            served.wait_for(f"http://127.0.0.1:18080/{path}")
        front.wait_for("https://127.0.0.1/api/live")
        front.wait_for("https://127.0.0.1/api/map/style.json")
        front.wait_for("http://127.0.0.1/api/live", 308)
        server.shell("/usr/local/sbin/flaneurctl token create --account ada")
        served.stop(stopping(server, "flaneur.service"))
        front.wait_for("https://127.0.0.1/api/live", 502)
        front.stop(root.TIMEOUT)
    others = server.shell("find /var/lib/flaneur -not -user flaneur -o -perm /077").strip()
    if others:
        raise root.Failed(f"others can read what the service wrote:\n{others}")


def timers(server: root.Root, place: root.Place) -> None:
    """What the timers run beside the server: a backup that leaves something, a doctor that finds nothing."""
    with start(server, place, "flaneur.service") as served:
        served.wait_for("http://127.0.0.1:8080/api/ready")
        once(server, "flaneur-backup.service")
        if not any(server.path("/var/backups/flaneur").iterdir()):
            raise root.Failed("the backup left nothing")
        once(server, "flaneur-doctor.service")
        served.stop(stopping(server, "flaneur.service"))


def fleet(server: root.Root, place: root.Place) -> None:
    """A process of each role, as the units start them, on the data of the single server, with nginx before them."""
    once(server, "flaneur-migrate.service")
    admin = {"flaneur-api@8081": 18081, "flaneur-api@8082": 18082, "flaneur-tiler@8091": 18091, "flaneur-worker@9101": 9101}
    with contextlib.ExitStack() as running:
        started = {name: running.enter_context(start(server, place, f"{name}.service")) for name in admin}
        for name, port in admin.items():
            for path in ("live", "ready", "metrics"):
                started[name].wait_for(f"http://127.0.0.1:{port}/{path}")
        front = running.enter_context(proxy(server, place))
        front.wait_for("https://127.0.0.1/api/live")
        front.wait_for("https://127.0.0.1/api/map/style.json")
        started["flaneur-tiler@8091"].wait_for("http://127.0.0.1:8091/api/map/style.json")
        for name, process in started.items():
            process.stop(stopping(server, f"{name}.service"))
        front.stop(root.TIMEOUT)


def described(server: root.Root, place: root.Place, conf: str):
    """Whether nginx routes what the API says there is."""
    with start(server, place, "flaneur.service") as served:
        document = json.loads(served.wait_for("http://127.0.0.1:8080/api/docs/specs.json"))
        served.stop(stopping(server, "flaneur.service"))
    yield from reading.routes(conf, sorted(document["paths"]))


def build(report, place: root.Place) -> Optional[Callable[[], None]]:
    """Makes a server's root; answers what else is to be checked if that went well."""
    server = root.Root(place.work / "server")
    if report.step("server: install.sh, and again", lambda: install(place, server)):
        return lambda: check(report, place, server)
    return None


def check(report, place: root.Place, server: root.Root) -> None:
    """Looks at what was installed, and runs it."""
    report.take("server: owners and modes", modes(server))
    report.take("server: systemd-analyze verify", verified(server))
    report.take("server: systemd-analyze security", exposure(server))
    report.take("server: flaneurctl config", settings(server))
    report.step("server: a certificate", lambda: certificate(server))
    for upstreams in ("compose", "fleet", "serve"):
        report.step(f"server: nginx -t with upstreams-{upstreams}.conf", lambda: nginx_conf(server, upstreams))
    conf = (pathlib.Path(place.checkout) / "deploy/nginx/flaneur.conf").read_text()
    report.take("server: nginx routes every path of the API", described(server, place, conf))
    report.step("server: flaneur.service, with nginx", lambda: single(server, place))
    report.step("server: backup and doctor beside it", lambda: timers(server, place))
    report.step("server: nginx for a fleet", lambda: nginx_conf(server, "fleet"))
    report.step("server: api, tiler and worker as the units start them", lambda: fleet(server, place))
