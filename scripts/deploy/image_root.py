"""Runs what the Dockerfile says in a bare Debian, and then the image's own command and health check."""

import re
import shlex
import shutil
from typing import Callable, List, Optional

import dockerfile
import root


def packages_step(run_text: str) -> str:
    """What a stage installs, looked up and not installed."""
    names = re.search(r"apt-get install -y --no-install-recommends ([^&]+)", run_text)
    return f"apt-get update -qq && apt-get install --simulate --no-install-recommends {names.group(1)}" if names else ""


def copy_made(place: root.Place, image: root.Root, copy: dockerfile.Copy) -> None:
    """Copies what other stages make: from this machine, where it was made already."""
    made = {"/src/target/release/flaneur": place.binary, "/src/models": place.models}
    for source in copy.sources:
        if source not in made:
            raise root.Failed(f"nothing here stands for {source} of the stage {copy.stage}")
        target = image.path(copy.target)
        target.parent.mkdir(parents=True, exist_ok=True)
        if made[source].is_dir():
            shutil.copytree(made[source], target, dirs_exist_ok=True)
        else:
            shutil.copy(made[source], target)


def install(place: root.Place, stages: List[dockerfile.Stage]) -> None:
    """Does the instructions of the last stage, in order."""
    last = stages[-1]
    lookups = [packages_step(run.text) for stage in stages[:-1] for run in stage.all("RUN")]
    steps = [step for step in [*lookups, *(run.text for run in last.all("RUN"))] if step]
    image = root.Root.make(place.work / "image", place.cache, steps)
    for copy in last.copies():
        copy_made(place, image, copy)


def in_image(image: root.Root, stage: dockerfile.Stage, words: List[str]) -> List[str]:
    """The words that run words as the image would, its root read-only as in compose.yaml."""
    volumes = stage.last("VOLUME").words()
    return image.as_service(words, stage.environment(), stage.last("WORKDIR").text, volumes)


def build(report, place: root.Place, stages: List[dockerfile.Stage]) -> Optional[Callable[[], None]]:
    """Makes the image's root; answers what else is to be checked if that went well."""
    if report.step("image: install steps", lambda: install(place, stages)):
        return lambda: check(report, place, stages[-1])
    return None


def check(report, place: root.Place, last: dockerfile.Stage) -> None:
    """Runs the image's command."""
    image = root.Root(place.work / "image")
    entry = last.last("ENTRYPOINT").words()
    report.take("image: user and folders", (
        f"image: {folder} is {image.owner_and_mode(folder)}"
        for folder in last.last("VOLUME").words() if image.owner_and_mode(folder) != "flaneur:flaneur 700"
    ))
    report.take("image: libraries of the program and of the ONNX runtime", (
        f"image: {line.strip()}"
        for path in ("/usr/local/bin/flaneur", "/usr/local/share/flaneur/models/libonnxruntime.so")
        for line in image.shell(f"ldd {path}").splitlines() if "not found" in line
    ))
    report.step("image: flaneur --version", lambda: root.run(in_image(image, last, [*entry, "--version"])))

    def settings():
        shown = root.run(in_image(image, last, [*entry, "config"]))
        for variable in last.environment():
            if f"# environment variable {variable}" not in shown:
                yield f"image: {variable} has no effect"

    report.take("image: flaneur config", settings())

    def start() -> None:
        words = [*entry, *last.last("CMD").words()]
        port = last.environment()["FLANEUR_LISTEN"].rsplit(":", 1)[1]
        health = dockerfile.health_command(last.last("HEALTHCHECK"))
        with root.Process(in_image(image, last, words), place.work / "image.log") as server:
            server.wait_for(f"http://127.0.0.1:{port}/api/live")
            server.wait_for(next(word for word in health if word.startswith("http://")))
            root.run(in_image(image, last, health))
            server.stop(root.TIMEOUT)

    report.step(f"image: {shlex.join(last.last('CMD').words())} starts, is healthy, stops", start)
