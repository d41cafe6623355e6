"""What is wrong with a compose file, by reading it."""

import pathlib
import re
from typing import Any, Dict, Iterator, List

import units
from binary import Surface


def list_of(value: Any) -> List[str]:
    """The names in a list or the keys of a map."""
    return list(value or [])


def flaneurs(compose: Dict[str, Any]) -> Dict[str, Any]:
    """The services that run the program."""
    return {name: each for name, each in compose["services"].items() if each["image"].startswith("flaneur:")}


def references(compose: Dict[str, Any]) -> Iterator[str]:
    """Networks, volumes and services that are named and not there, or there and not named."""
    for kind in ("networks", "volumes"):
        declared = set(compose.get(kind) or {})
        used = set()
        for each in compose["services"].values():
            names = list_of(each.get(kind))
            if kind == "volumes":
                names = [name.split(":")[0] for name in names]
                names = [name for name in names if not name.startswith((".", "/"))]
            used |= set(names)
        for name in sorted(used ^ declared):
            yield f"compose: {kind}: {name} is {'not declared' if name in used else 'not used'}"
    for name, each in compose["services"].items():
        for other in list_of(each.get("depends_on")):
            if other not in compose["services"]:
                yield f"compose: {name} depends on {other}, which is not there"


def dependencies(compose: Dict[str, Any], image_is_healthy: bool) -> Iterator[str]:
    """Conditions that can never come true."""
    for name, each in compose["services"].items():
        for other, how in (each.get("depends_on") or {}).items():
            target = compose["services"].get(other, {})
            condition = how["condition"]
            own = target.get("healthcheck")
            checked = "test" in own if own else image_is_healthy and other in flaneurs(compose)
            if condition == "service_healthy" and not checked:
                yield f"compose: {name} waits for {other} to be healthy, which nothing checks"
            if condition == "service_completed_successfully" and target.get("restart") not in ("no", "on-failure"):
                yield f"compose: {name} waits for {other} to end, which is restarted for ever"


def mounts(compose: Dict[str, Any], folder: pathlib.Path) -> Iterator[str]:
    """Files mounted that are not there; certificates are the operator's."""
    for name, each in compose["services"].items():
        for volume in each.get("volumes") or []:
            source = volume.split(":")[0]
            if source.startswith("./") and source != "./tls" and not (folder / source).exists():
                yield f"compose: {name} mounts {source}, which is not there"


def reachable(compose: Dict[str, Any]) -> Iterator[str]:
    """Services that speak to one that is on no common network."""
    services = compose["services"]
    for name, each in services.items():
        text = " ".join(str(value) for value in (each.get("environment") or {}).values())
        for other in services:
            if re.search(rf"[/@]{re.escape(other)}:\d", text):
                if not set(each.get("networks") or []) & set(services[other].get("networks") or []):
                    yield f"compose: {name} does not reach {other}"


def interpolated(text: str, example: str) -> Iterator[str]:
    """Variables of the file that the example does not explain, and the other way round."""
    used = set(re.findall(r"\$\{([A-Z_]+)", text))
    for name in sorted(used ^ set(units.environment_file(example))):
        yield f"compose: {name} is {'missing from' if name in used else 'of no use in'} compose.env.example"


def programs(compose: Dict[str, Any], surface: Surface, drain: float) -> Iterator[str]:
    """What is wrong with the services that run the program."""
    found = flaneurs(compose)
    roles = {role: sum(each["command"] == [role] for each in found.values()) for role in ("api", "worker", "tiler")}
    if min(roles.values()) < 1:
        yield f"compose: a role is missing: {roles}"
    for name, each in found.items():
        if complaint := surface.complaint(["flaneur", *each["command"]]):
            yield f"compose: {name}: {complaint}"
        for variable in each.get("environment") or {}:
            if not re.match(r"(FLANEUR_PRIVATE_)?AWS_", variable) and variable not in surface.variables:
                yield f"compose: {name}: there is no variable {variable}"
        if name != "migrate":
            if "migrate" not in list_of(each.get("depends_on")):
                yield f"compose: {name} does not wait for the database to be brought up to date"
            if "mem_limit" not in each:
                yield f"compose: {name} has no bound on its memory"
        if units.seconds(str(each.get("stop_grace_period", "10s"))) <= drain:
            yield f"compose: {name} is killed before the {drain:.0f} s that stopping may take"
        if "ports" in each:
            yield f"compose: {name} is published without the proxy"


def upstreams(compose: Dict[str, Any], conf: str, listen: str) -> Iterator[str]:
    """Whether nginx sends requests to the services there are, where they listen, and all of them."""
    for role in ("api", "tiler"):
        block = re.search(rf"upstream flaneur_{role} \{{(.*?)\n\}}", conf, re.S)
        told = set(re.findall(r"server ([\w.:-]+)", block.group(1))) if block else set()
        there = {f"{name}:{listen.rsplit(':', 1)[1]}" for name, each in flaneurs(compose).items()
                 if each["command"] == [role]}
        if told != there:
            yield f"compose: nginx knows {sorted(told)} as {role}, and there are {sorted(there)}"


def proxies(compose: Dict[str, Any]) -> Iterator[str]:
    """Whether those are trusted that nginx comes from."""
    subnet = compose["networks"]["front"]["ipam"]["config"][0]["subnet"]
    for name, each in flaneurs(compose).items():
        trusted = (each.get("environment") or {}).get("FLANEUR_TRUSTED_PROXIES")
        if "front" in each.get("networks", []) and trusted != subnet:
            yield f"compose: {name} trusts {trusted} and nginx comes from {subnet}"


def all_of(text: str, folder: pathlib.Path, compose: Dict[str, Any], surface: Surface, drain: float,
           environment: Dict[str, str]) -> Iterator[str]:
    """Everything above, for the file in a folder; `environment` is the image's."""
    yield from references(compose)
    yield from dependencies(compose, image_is_healthy=True)
    yield from mounts(compose, folder)
    yield from reachable(compose)
    yield from interpolated(text, (folder / "compose.env.example").read_text())
    yield from programs(compose, surface, drain)
    yield from upstreams(compose, (folder / "nginx/upstreams-compose.conf").read_text(), environment["FLANEUR_LISTEN"])
    yield from proxies(compose)
