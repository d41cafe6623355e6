"""Servers that are measured: starting them, and what they use."""

import contextlib
import json
import os
import pathlib
import re
import subprocess
import urllib.parse


def start(arguments):
    """Starts `flaneur …` on a port that is free. The process, what it printed before it listened, and its address."""
    child = subprocess.Popen([*map(str, arguments), "--listen", "127.0.0.1:0", "--log", "warn"],
                             stdout=subprocess.PIPE, stdin=subprocess.DEVNULL, text=True)
    printed = []
    for line in child.stdout or []:
        if found := re.match(r"listening on (\S+)", line):
            return child, "".join(printed), found.group(1)
        printed.append(line)
    raise SystemExit("error: flaneur did not start: what is wrong stands above")


@contextlib.contextmanager
def reference(arguments, environment=None):
    """A reference server while it is needed, started by `reference …` of this folder: what it says of itself."""
    with subprocess.Popen([*map(str, arguments)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=environment) as child:
        line = child.stdout.readline()
        if not line:
            raise SystemExit("error: the reference server did not start: what is wrong stands above")
        # It ends when its standard input does.
        yield json.loads(line)


def memory(pid):
    """The most memory that a process has had, kB."""
    text = pathlib.Path(f"/proc/{pid}/status").read_text()
    return int(re.search(r"^VmHWM:\s+(\d+)", text, re.MULTILINE).group(1))


def processor(pid):
    """Seconds of processor time that it has used."""
    fields = pathlib.Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def pages(ask, path):
    """The pages of a list, each of which links to the next; `ask` gives the document at a path."""
    while path:
        page = ask(path)
        yield page
        following = next((link["href"] for link in page["links"] if link["rel"] == "next"), None)
        path = following and "{0.path}?{0.query}".format(urllib.parse.urlsplit(following))
