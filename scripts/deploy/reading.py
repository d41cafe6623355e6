"""What can be told to be wrong by reading: names that the program does not know, files that do not fit together."""

import pathlib
import re
import shlex
from typing import Dict, Iterator, List, Set, Tuple

import dockerfile
import units
from binary import Surface

# Variables of S3 that the program reads; `--help` names options only, so these are looked for in the program's file. A short
# name is not found there: the compiler makes numbers of it to compare with.
S3 = re.compile(r"\b(FLANEUR_PRIVATE_)?(AWS_[A-Z_]+)\b")
SHORT = {"AWS_REGION"}
# What the scripts of the repository read, not the program.
OF_SCRIPTS = {"FLANEUR_CACHE", "FLANEUR_CONFIG"}


def texts(root: pathlib.Path) -> Iterator[Tuple[str, str]]:
    """Every file of the deployment and the manual, by its path."""
    manuals = [root / "docs" / f"{name}.md" for name in ("operations", "reports", "sizing")]
    for path in [*sorted((root / "deploy").rglob("*")), *manuals]:
        if path.is_file() and path.name != ".env" and path.parent.name != "tls":
            yield str(path.relative_to(root)), path.read_text()


def variables(name: str, text: str, surface: Surface, program: bytes) -> Iterator[str]:
    """Variables that nothing reads."""
    for prefix, variable in sorted(set(S3.findall(text))):
        if prefix and prefix.encode() not in program:
            yield f"{name}: the program does not read {prefix}{variable}"
        if variable not in SHORT and not any(form in program for form in (variable.encode(), variable.lower().encode())):
            yield f"{name}: the program does not read {variable}"
    for variable in sorted(set(re.findall(r"\bFLANEUR_[A-Z_]*[A-Z]\b", text))):
        if not S3.fullmatch(variable) and variable not in surface.variables | OF_SCRIPTS:
            yield f"{name}: there is no variable {variable}"


def command_lines(text: str) -> Iterator[List[str]]:
    """The command lines of a manual: those in code, whole or after `sudo`, that begin with the program or flaneurctl."""
    blocks = re.findall(r"^```(?:sh|console)?\n(.*?)^```", text, re.S | re.M)
    lines = [line for block in blocks for line in re.sub(r"\\\n\s*", "", block).splitlines()]
    lines += re.findall(r"(?<!`)`([^`\n]+)`(?!`)", text)
    for line in lines:
        for part in re.split(r"&&|\|\|?|;|\$\(", line.split("  #")[0]):
            words = part.strip().rstrip(")").split()
            while words and (words[0] in ("sudo", "\\$", "$") or re.match(r"[A-Z_]+=", words[0])):
                words.pop(0)
            if words[:3] == ["docker", "compose", "run"]:
                words = [word for word in words[3:] if word not in ("--rm",)]
                words[0] = "flaneur"
            if words and re.fullmatch(r"(\S*/)?flaneur(ctl)?", words[0]) and len(words) > 1:
                yield shlex.split(part)[-len(words):] if "'" in part else words


def manual(name: str, text: str, surface: Surface, others: Set[str]) -> Iterator[str]:
    """Command lines and options of the manual that there are not; `others` are options of other programs it names."""
    for words in command_lines(text):
        # Placeholders and ellipses stand for whatever is fitting.
        words = [word for word in words if word not in ("…", "...") and not word.startswith("[")]
        if complaint := surface.complaint(words):
            yield f"{name}: {complaint}"
    for option in sorted(set(re.findall(r"`(--[a-z][a-z-]+)[^`]*`", text))):
        if option not in surface.options | others:
            yield f"{name}: there is no option {option}"


def metrics(name: str, text: str, documented: str) -> Iterator[str]:
    """Metrics that are watched and not documented."""
    known = set(re.findall(r"\bflaneur_[a-z_]+\b", documented))
    for metric in sorted(set(re.findall(r"\bflaneur_[a-z0-9_]+\b", text))):
        if metric not in known and re.sub(r"_(bucket|sum|count)$", "", metric) not in known:
            yield f"{name}: there is no metric {metric} in docs/metrics.md"


def links(name: str, text: str, root: pathlib.Path) -> Iterator[str]:
    """Files named that are not there."""
    for target in re.findall(r"\]\(([^)#:\s]+)(?:#[^)]*)?\)", text):
        if not (root / name).parent.joinpath(target).exists():
            yield f"{name}: links to {target}, which is not there"
    for target in sorted(set(re.findall(r"\b(?:deploy|scripts|bench|docs)/[\w./@*-]*\w", text))):
        if target not in ("deploy/.env", "deploy/tls") and not list(root.glob(target)):
            yield f"{name}: names {target}, which is not there"


def unit_names(folder: pathlib.Path) -> List[str]:
    """All units, templates as an instance each; a worker's port is its instance, others have it with a 1 before."""
    ports = {"flaneur-api@.service": "8081", "flaneur-tiler@.service": "8091", "flaneur-worker@.service": "9101"}
    names = [path.name for path in sorted(folder.iterdir()) if path.suffix in (".service", ".timer", ".target")]
    return [name.replace("@.", f"@{ports[name]}.") if name in ports else name for name in names]


def unit(each: units.Unit, environment: Dict[str, str], surface: Surface, drain: float) -> Iterator[str]:
    """What is wrong with a unit."""
    for key in ("ExecStartPre", "ExecStart"):
        for words in each.command(key, environment):
            if words[0] != "/usr/local/bin/flaneur":
                yield f"{each.name}: {key} runs {words[0]}"
            elif complaint := surface.complaint(words):
                yield f"{each.name}: {complaint}"
    if each.name.endswith(".timer"):
        return
    if each.name.endswith(".service"):
        if units.seconds(each.one("Service", "TimeoutStopSec", "0")) <= drain:
            yield f"{each.name}: TimeoutStopSec is no longer than the {drain:.0f} s that stopping may take"
        if each.one("Service", "User") != "flaneur":
            yield f"{each.name}: does not run as the user flaneur"
        if "MemoryMax" not in each.sections["Service"] and each.one("Service", "Type") != "oneshot":
            yield f"{each.name}: has no bound on its memory"


def drain_seconds(root: pathlib.Path) -> float:
    """How long a process may take to stop, by its source."""
    pattern = re.compile(r"const (?:[A-Z]+_)?(?:GRACE|DRAIN)(?:_[A-Z]+)?: Duration = Duration::from_(secs|mins)\((\d+)\)")
    found = [
        int(number) * (60 if unit == "mins" else 1)
        for folder in ("crates/flaneur/src", "blur-worker/src")
        for path in (root / folder).rglob("*.rs")
        for unit, number in pattern.findall(path.read_text())
    ]
    if not found:
        raise ValueError("the source does not say how long stopping may take: look for GRACE in crates/flaneur/src")
    return float(sum(found))


def image(stages: List[dockerfile.Stage], root: pathlib.Path, surface: Surface) -> Iterator[str]:
    """What is wrong with the Dockerfile."""
    known = set()
    ignored = (root / "deploy/Dockerfile.dockerignore").read_text().splitlines()
    for stage in stages:
        for copy in stage.copies():
            if copy.stage is not None and copy.stage not in known:
                yield f"Dockerfile: copies from the stage {copy.stage}, which is not there"
            for source in copy.sources if copy.stage is None else []:
                if not (root / source).exists() or source in ignored:
                    yield f"Dockerfile: copies {source}, which is not there"
        for run in stage.all("RUN"):
            for script in re.findall(r"\bscripts/[\w./-]+", run.text):
                if not (root / script).exists():
                    yield f"Dockerfile: runs {script}, which is not there"
        known.add(stage.name)
    last = stages[-1]
    for variable in last.environment():
        if variable not in surface.variables:
            yield f"Dockerfile: there is no variable {variable}"
    user = last.last("USER")
    if user is None or user.text in ("root", "0"):
        yield "Dockerfile: runs as root"
    exposed = set(last.last("EXPOSE").text.split())
    listening = {last.environment()[name].rsplit(":", 1)[1] for name in ("FLANEUR_LISTEN", "FLANEUR_ADMIN_LISTEN")}
    if exposed != listening:
        yield f"Dockerfile: exposes {sorted(exposed)} and listens on {sorted(listening)}"
    if f":{last.environment()['FLANEUR_ADMIN_LISTEN'].rsplit(':', 1)[1]}/" not in last.last("HEALTHCHECK").text:
        yield "Dockerfile: the health check asks where nothing listens"
    words = last.last("ENTRYPOINT").words() + last.last("CMD").words()
    if complaint := surface.complaint(words[words.index("/usr/local/bin/flaneur"):]):
        yield f"Dockerfile: {complaint}"


def upload_limit(conf: str, surface: Surface) -> Iterator[str]:
    """Whether nginx lets through what the program accepts."""
    accepted = int(surface.commands[("serve",)].defaults["--max-file-size"])
    limits = [int(number) for number in re.findall(r"client_max_body_size (\d+)m;", conf)]
    if not limits or min(limits) <= accepted:
        yield f"nginx: files of {accepted} MiB are accepted and {limits} MiB let through"


def routes(conf: str, paths: List[str]) -> Iterator[str]:
    """Whether nginx sends exactly the map's requests to the tiler; `paths` are those of the API's own description."""
    patterns = re.findall(r"location ~ (\S+) \{\s*proxy_pass http://flaneur_tiler;", conf)
    if not any("/map/" in path for path in paths):
        yield "nginx: the API's description has no path of the map"
    for path in paths:
        filled = re.sub(r"\{[^}]*\}", "x", "/api" + path.removeprefix("/api"))
        if any(re.search(pattern, filled) for pattern in patterns) != ("/map/" in path):
            yield f"nginx: {path} goes to the wrong process"
