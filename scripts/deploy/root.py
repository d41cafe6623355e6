"""A bare Debian 12 in a folder, and what runs in it.

Everything here needs root, and a mount namespace that the caller made (`unshare --mount`): what is mounted is gone with it.
"""

import contextlib
import ctypes
import dataclasses
import fcntl
import hashlib
import http.client
import os
import pathlib
import re
import shlex
import shutil
import signal
import socket
import ssl
import struct
import subprocess
import time
from typing import Dict, List, Optional

SUITE = "bookworm"
# Archives of roots that are kept.
LAYERS = 4
# Debian's package client may wait for a slow mirror; everything else is quick.
APT_TIMEOUT = 900
TIMEOUT = 120
# prctl(2): no memory may be made executable, as systemd's MemoryDenyWriteExecute asks.
PR_SET_MDWE, PR_MDWE_REFUSE_EXEC_GAIN = 65, 1
# unshare(2) and netdevice(7).
CLONE_NEWNET = 0x40000000
SIOCSIFFLAGS, IFF_UP, IFF_RUNNING = 0x8914, 0x1, 0x40
PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"


class Failed(Exception):
    """A step that failed, with what it printed."""


def run(words: List[str], timeout: int = TIMEOUT, **more) -> str:
    """Runs to the end; answers what it printed."""
    done = subprocess.run(words, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL,
                          text=True, timeout=timeout, check=False, **more)
    if done.returncode:
        raise Failed(f"{' '.join(words)}\n{done.stdout[-4000:]}")
    return done.stdout


def sources() -> List[str]:
    """The files that say where this machine has Debian from, if it has this Debian; else mmdebstrap's own mirror."""
    folder = pathlib.Path("/etc/apt/sources.list.d")
    files = [pathlib.Path("/etc/apt/sources.list"), *sorted(folder.glob("*.list")), *sorted(folder.glob("*.sources"))]
    return [str(path) for path in files if path.is_file() and f"{SUITE}-security" in path.read_text()]


def acquire() -> str:
    """How this machine reaches its mirror: proxies and the like."""
    lines = run(["apt-config", "dump", "--format", '%F "%v";%n', "Acquire"]).splitlines()
    return "".join(f"{line}\n" for line in lines if not line.endswith('"";') and "::Dir" not in line)


def bootstrap(cache: pathlib.Path) -> pathlib.Path:
    """The archive of a bare root; made once."""
    archive = cache / f"debian-{SUITE}.tar"
    if not archive.exists():
        part = archive.with_suffix(".part.tar")
        origin = sources()
        run(["mmdebstrap", "--mode=root", "--variant=minbase", SUITE, str(part), *origin], APT_TIMEOUT)
        part.rename(archive)
    return archive


@dataclasses.dataclass
class Place:
    """Where things are: a folder to work in, one that is kept, and what was built."""

    work: pathlib.Path
    cache: pathlib.Path
    binary: pathlib.Path
    models: pathlib.Path
    checkout: pathlib.Path


class Root:
    """A root folder of its own."""

    def __init__(self, folder: pathlib.Path) -> None:
        self.folder = folder

    def path(self, inside: str) -> pathlib.Path:
        """Where a path of the root is for us."""
        return self.folder / inside.lstrip("/")

    @staticmethod
    def make(folder: pathlib.Path, cache: pathlib.Path, steps: List[str]) -> "Root":
        """A bare Debian in which shell lines were run; what they left is kept, as Docker keeps layers, for the next
        time they are the same."""
        key = hashlib.sha256("\0".join(steps).encode()).hexdigest()[:16]
        layer = cache / f"layer-{key}.tar"
        root = Root(folder)
        folder.mkdir(parents=True)
        if layer.exists():
            root.unpack(layer)
            layer.touch()
            return root
        root.unpack(bootstrap(cache))
        root.path("/etc/apt/apt.conf.d/99this-machine").write_text(acquire())
        shutil.copy("/etc/resolv.conf", root.path("/etc/resolv.conf"))
        for step in steps:
            root.shell(step, APT_TIMEOUT)
        part = layer.with_suffix(".part")
        run(["tar", "--create", "--one-file-system", "--numeric-owner", "--exclude=./var/cache/apt/archives/*.deb",
             "--file", str(part), "--directory", str(folder), "."])
        part.rename(layer)
        # Those of steps that were changed since are of no use.
        for old in sorted(cache.glob("layer-*.tar"), key=lambda path: path.stat().st_mtime)[:-LAYERS]:
            old.unlink()
        return root

    def unpack(self, archive: pathlib.Path) -> None:
        """Fills it from an archive, and mounts what every system has."""
        run(["tar", "--extract", "--file", str(archive), "--directory", str(self.folder), "--numeric-owner"])
        for kind, options, where in (("proc", [], "proc"), ("tmpfs", ["-o", "size=256m"], "tmp"),
                                     ("tmpfs", ["-o", "size=16m"], "run")):
            run(["mount", "-t", kind, *options, kind, str(self.path(where))])
        run(["mount", "--rbind", "/dev", str(self.path("dev"))])

    def shell(self, line: str, timeout: int = TIMEOUT) -> str:
        """Runs a shell line in it as root."""
        return run(["chroot", str(self.folder), "/bin/sh", "-euc", line], timeout,
                   env={"PATH": PATH, "DEBIAN_FRONTEND": "noninteractive", "LC_ALL": "C.UTF-8", "HOME": "/root"})

    def owner_and_mode(self, inside: str) -> str:
        """As in `flaneur:flaneur 700`."""
        return self.shell(f"stat -c '%U:%G %a' {inside}").strip()

    def as_service(self, words: List[str], environment: Dict[str, str], folder: str, writable: List[str]) -> List[str]:
        """The words that run words in it as the units do: as a user without any right, in a folder, with nothing but
        the environment given, and with nothing that can be written but some folders and a /tmp of its own."""
        here = shlex.quote(str(self.folder))
        mounts = [f"mount --rbind {here} {here}", f"mount -t tmpfs -o mode=1777 tmpfs {here}/tmp"]
        mounts += [f"mount --bind {here}{each} {here}{each}" for each in writable]
        mounts += [f"mount -o remount,ro,bind {here}", "cd /"]
        settings = [f"{name}={value}" for name, value in {"PATH": PATH, **environment}.items()]
        inner = ["chroot", str(self.folder), "/usr/bin/setpriv", "--reuid", "flaneur", "--regid", "flaneur",
                 "--clear-groups", "--no-new-privs", "--bounding-set=-all", "--inh-caps=-all",
                 "/usr/bin/env", "-i", "-C", folder, *settings, *words]
        return ["unshare", "--mount", "--propagation", "private", "sh", "-euc",
                f"umask 077; {'; '.join(mounts)}; exec {shlex.join(inner)}"]


def deny_writable_code() -> None:
    """Asks the kernel for what MemoryDenyWriteExecute asks; one older than 6.3 knows no such thing."""
    ctypes.CDLL(None).prctl(PR_SET_MDWE, PR_MDWE_REFUSE_EXEC_GAIN, 0, 0, 0)


class Process:
    """A server that was started, and its log."""

    def __init__(self, words: List[str], log: pathlib.Path) -> None:
        self.log = log
        with log.open("wb") as out:
            self.child = subprocess.Popen(words, stdout=out, stderr=out, stdin=subprocess.DEVNULL,
                                          preexec_fn=deny_writable_code, start_new_session=True)

    def __enter__(self) -> "Process":
        return self

    def __exit__(self, *_why: object) -> None:
        """Whatever went wrong, it is not in the way of what comes next."""
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.child.pid, signal.SIGKILL)
        self.child.wait()

    def stop(self, seconds: float) -> None:
        """Tells it to stop, and waits that long."""
        self.child.terminate()
        try:
            code = self.child.wait(seconds)
        except subprocess.TimeoutExpired:
            self.child.kill()
            raise Failed(f"it did not stop within {seconds:.0f} s\n{self.tail()}") from None
        if code:
            raise Failed(f"it ended with {code}\n{self.tail()}")

    def tail(self) -> str:
        """The end of its log."""
        return self.log.read_text(errors="replace")[-3000:]

    def wait_for(self, url: str, status: int = 200, seconds: int = TIMEOUT) -> bytes:
        """Waits until a URL is answered with a status; answers the body."""
        end = time.monotonic() + seconds
        seen = "nothing"
        while time.monotonic() < end:
            if self.child.poll() is not None:
                raise Failed(f"it ended with {self.child.returncode}\n{self.tail()}")
            try:
                seen, body = ask(url)
                if seen == status:
                    return body
            except (OSError, http.client.HTTPException) as error:
                seen = str(error)
            time.sleep(0.1)
        raise Failed(f"{url} answers {seen}, not {status}\n{self.tail()}")


def ask(url: str, headers: Optional[Dict[str, str]] = None):
    """The status and body of an answer on loopback; certificates are not looked at."""
    scheme, rest = url.split("://", 1)
    host, _, path = rest.partition("/")
    if scheme == "https":
        context = ssl._create_unverified_context()  # noqa: SLF001 - the certificate was made by the test itself
        connection = http.client.HTTPSConnection(host, timeout=10, context=context)
    else:
        connection = http.client.HTTPConnection(host, timeout=10)
    try:
        connection.request("GET", "/" + path, headers=headers or {})
        answer = connection.getresponse()
        return answer.status, answer.read()
    finally:
        connection.close()


def glibc_needed(program: bytes) -> str:
    """The newest version of glibc that a program's file asks for."""
    return "2." + str(max(map(int, re.findall(rb"GLIBC_2\.(\d+)", program)), default=0))


def own_network() -> None:
    """Leaves the machine's network for one that has nothing but loopback, so that no port is taken."""
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.unshare(CLONE_NEWNET):
        raise OSError(ctypes.get_errno(), "no network namespace can be made here")
    with socket.socket() as any_socket:
        fcntl.ioctl(any_socket, SIOCSIFFLAGS, struct.pack("16sh14x", b"lo", IFF_UP | IFF_RUNNING))
