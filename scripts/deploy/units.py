"""Reads systemd units with their drop-ins, as far as a test needs."""

import dataclasses
import pathlib
import re
import shlex
from typing import Dict, List

Sections = Dict[str, Dict[str, List[str]]]


@dataclasses.dataclass
class Unit:
    """A unit, or an instance of a template."""

    name: str
    sections: Sections

    @property
    def instance(self) -> str:
        """What stands between `@` and the suffix."""
        found = re.search(r"@([^.]+)\.", self.name)
        return found.group(1) if found else ""

    def all(self, section: str, key: str) -> List[str]:
        """The values of a setting; an empty one clears those before it."""
        values: List[str] = []
        for value in self.sections.get(section, {}).get(key, []):
            values = values + [value] if value else []
        return values

    def one(self, section: str, key: str, otherwise: str = "") -> str:
        """The value that counts of a setting of which the last counts."""
        return (self.all(section, key) or [otherwise])[-1]

    def environment(self, files: pathlib.Path) -> Dict[str, str]:
        """Its variables, with those of its environment files, looked for below `files`."""
        found: Dict[str, str] = {}
        for value in self.all("Service", "Environment"):
            found.update(word.split("=", 1) for word in shlex.split(value))
        for path in self.all("Service", "EnvironmentFile"):
            found.update(environment_file((files / path.lstrip("/")).read_text()))
        return found

    def command(self, key: str, environment: Dict[str, str]) -> List[List[str]]:
        """The words of ExecStart and the like, with `%i` and variables filled in."""
        lines = []
        for value in self.all("Service", key):
            words = shlex.split(value.replace("%i", self.instance))
            lines.append([re.sub(r"\$\{(\w+)\}", lambda name: environment[name.group(1)], word) for word in words])
        return lines


def environment_file(text: str) -> Dict[str, str]:
    """Reads lines of NAME=value."""
    lines = (line.strip() for line in text.splitlines())
    pairs = (line.split("=", 1) for line in lines if line and not line.startswith(("#", ";")))
    return {name: "".join(shlex.split(value)) for name, value in pairs}


def parse(text: str, into: Sections) -> None:
    """Adds a file's settings."""
    section: Dict[str, List[str]] = {}
    for line in text.splitlines():
        line = line.strip()
        if not line or line[0] in "#;":
            continue
        if line[0] == "[":
            section = into.setdefault(line.strip("[]"), {})
        else:
            key, value = line.split("=", 1)
            section.setdefault(key.strip(), []).append(value.strip())


def load(folder: pathlib.Path, name: str) -> Unit:
    """Reads a unit with what the folder has of its drop-ins; `x@1.service` is read from `x@.service`."""
    template = re.sub(r"@[^.]*\.", "@.", name)
    sections: Sections = {}
    parse((folder / template).read_text(), sections)
    stem, suffix = template.rsplit(".", 1)
    # systemd reads `a-.service.d` for every `a-….service`.
    folders = [folder / f"{stem[:dash.start() + 1]}.{suffix}.d" for dash in re.finditer("-", stem)]
    for drop_in in [*folders, folder / f"{template}.d"]:
        for path in sorted(drop_in.glob("*.conf")):
            parse(path.read_text(), sections)
    return Unit(name, sections)


def seconds(text: str) -> float:
    """Reads a time as systemd and Compose write it: `120`, `2m`, `1h30min`, `infinity`."""
    if text == "infinity":
        return float("inf")
    units = {"": 1, "s": 1, "sec": 1, "m": 60, "min": 60, "h": 3600}
    parts = re.findall(r"(\d+)\s*([a-z]*)", text)
    if not parts or any(unit not in units for _, unit in parts):
        raise ValueError(f"`{text}` is no time")
    return sum(int(number) * units[unit] for number, unit in parts)
