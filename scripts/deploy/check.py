#!/usr/bin/env python3
"""Tells whether what `deploy/` and the manual say is so: by reading it, and by doing it in a bare Debian 12.

    python3 scripts/deploy/check.py --binary target/debug/flaneur --models models --cache DIR --work DIR [--bare]

With `--bare` (which needs root, a mount namespace and a network namespace to itself, see deploy_test.sh) the install steps
are run as well. What is not run is compiling: stages of the Dockerfile other than the last only have their packages looked
up, and what they make is copied from this machine. Prints what is wrong, and ends with exit code 1 if anything is.
"""

import argparse
import pathlib
import re
import sys
from typing import Callable, Iterable, List

import yaml

import binary
import compose
import dockerfile
import image_root
import reading
import root
import server_root
import units

HERE = pathlib.Path(__file__).resolve().parent.parent.parent
# The oldest system promised: that of the image.
GLIBC = (2, 36)


class Report:
    """What was looked at, and what is wrong."""

    def __init__(self) -> None:
        self.passed = 0
        self.complaints: List[str] = []

    def take(self, what: str, complaints: Iterable[str]) -> None:
        """Notes a check and what it found."""
        try:
            found = list(complaints)
        except root.Failed as failed:
            found = [f"{what}: {failed}"]
        self.complaints += found
        self.passed += not found
        print(f"{'FAILED' if found else 'ok    '}  {what}", flush=True)
        for each in found:
            print("        " + each.replace("\n", "\n        "), flush=True)

    def step(self, what: str, done: Callable[[], object]) -> bool:
        """Does a step of which later ones need the outcome; answers whether it went well."""
        before = len(self.complaints)

        def complaints() -> Iterable[str]:
            done()
            return []

        try:
            outcome = complaints()
        except (root.Failed, OSError) as failed:
            outcome = [f"{what}: {failed}"]
        self.take(what, outcome)
        return len(self.complaints) == before


def example_settings(text: str, everything: bool) -> str:
    """The example as it is, or with what is commented out too."""
    return re.sub(r"^# ([a-z-]+ = )", r"\1", text, flags=re.M) if everything else text


def examples(program: str, surface: binary.Surface, work: pathlib.Path) -> Iterable[str]:
    """Whether the program takes the example of its settings, and whether what is commented out there is the default."""
    text = (HERE / "deploy/flaneur.toml.example").read_text()
    defaults = surface.commands[("serve",)].defaults
    for everything in (False, True):
        path = work / "example.toml"
        path.write_text(example_settings(text, everything))
        try:
            shown = root.run([program, "config", f"--config={path}"], env={"PATH": root.PATH})
        except root.Failed as failed:
            yield f"flaneur.toml.example: {failed}"
            continue
        keys = set(re.findall(r"^([a-z-]+) = ", path.read_text(), re.M))
        from_file = {line.split()[0] for line in shown.splitlines() if f"# file {path}" in line}
        for key in sorted(keys - from_file):
            yield f"flaneur.toml.example: {key} has no effect"
    for key, value in re.findall(r"^# ([a-z-]+) = (.*)$", text, re.M):
        # Those without a default show what a value looks like.
        default = defaults.get(f"--{key}")
        if default is not None and value.strip('"') != default:
            yield f"flaneur.toml.example: {key} is {default} by default, not {value}"


def read_all(report: Report, program: str, work: pathlib.Path) -> None:
    """All that is found by reading."""
    surface = binary.read(program)
    content = pathlib.Path(program).read_bytes()
    drain = reading.drain_seconds(HERE)
    folder = HERE / "deploy"
    for name, text in reading.texts(HERE):
        found = [*reading.variables(name, text, surface, content), *reading.links(name, text, HERE)]
        if name.endswith(".md"):
            sizing = re.findall(r'add_argument\("(--[a-z-]+)"', (HERE / "bench/sizing.py").read_text())
            found += reading.manual(name, text, surface, set(sizing))
        if name.endswith(("prometheus-rules.yaml", ".md")):
            documented = HERE / "docs/metrics.md"
            found += reading.metrics(name, text, documented.read_text() if documented.exists() else "")
        report.take(f"names in {name}", found)
    report.take("example of the settings", examples(program, surface, work))
    report.take("conditions of restarts and stops", (
        complaint
        for name in reading.unit_names(folder / "systemd")
        for complaint in reading.unit(installed(name), {"BIND_ADDRESS": "127.0.0.1"}, surface, drain)
    ))
    stages = dockerfile.parse((folder / "Dockerfile").read_text())
    report.take("Dockerfile", reading.image(stages, HERE, surface))
    text = (folder / "compose.yaml").read_text()
    environment = stages[-1].environment()
    report.take("compose.yaml", compose.all_of(text, folder, yaml.safe_load(text), surface, drain, environment))
    conf = (folder / "nginx/flaneur.conf").read_text()
    report.take("limits of uploads in nginx", reading.upload_limit(conf, surface))
    report.take("rules for Prometheus", rules(yaml.safe_load((folder / "prometheus-rules.yaml").read_text())))
    needed = root.glibc_needed(content)
    report.take(f"glibc {needed} is enough", [] if tuple(map(int, needed.split("."))) <= GLIBC else [
        f"the program was built for a newer system than Debian 12: it needs glibc {needed}"])


def installed(name: str) -> units.Unit:
    """A unit as install.sh lays it out: with what all have in common."""
    each = units.load(HERE / "deploy/systemd", name)
    if name.endswith(".service"):
        own = each.sections
        each.sections = {}
        units.parse((HERE / "deploy/systemd/common.conf").read_text(), each.sections)
        for section, settings in own.items():
            for key, values in settings.items():
                each.sections.setdefault(section, {}).setdefault(key, []).extend(values)
    return each


def rules(document: dict) -> Iterable[str]:
    """Whether the rules have what makes an alert useful."""
    for group in document["groups"]:
        for rule in group["rules"]:
            for key in ("alert", "expr", "for", "labels", "annotations"):
                if key not in rule:
                    yield f"prometheus-rules.yaml: {rule.get('alert')} has no `{key}`"
            if not {"summary", "description"} <= set(rule.get("annotations", {})):
                yield f"prometheus-rules.yaml: {rule.get('alert')} does not say what is wrong and what to do"


def main() -> int:
    """Reads, then does."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--binary", required=True)
    parser.add_argument("--models", required=True, type=pathlib.Path)
    parser.add_argument("--cache", required=True, type=pathlib.Path)
    parser.add_argument("--work", required=True, type=pathlib.Path)
    parser.add_argument("--bare", action="store_true")
    args = parser.parse_args()
    report = Report()
    read_all(report, args.binary, args.work)
    if args.bare:
        args.cache.mkdir(parents=True, exist_ok=True)
        stages = dockerfile.parse((HERE / "deploy/Dockerfile").read_text())
        place = root.Place(args.work, args.cache, pathlib.Path(args.binary).resolve(), args.models.resolve(), HERE)
        built = [each for each in (image_root.build(report, place, stages), server_root.build(report, place)) if each]
        # What is fetched was fetched.
        root.own_network()
        for checks in built:
            checks()
    print(f"{report.passed} passed, {len(report.complaints)} failed")
    return 1 if report.complaints else 0


if __name__ == "__main__":
    sys.exit(main())
