#!/usr/bin/env python3
"""Measures what it takes to write a hundred thousand annotations in one request, and to take them back.

    python3 bench/batch.py --binary target/release/flaneur [--lines 100000] [--out FILE]

Simulates a catalog with as many pictures as there are lines, starts `flaneur api` on it and sends one batch of a line for each
picture that anybody may see: an annotation with a tag that says which model found it. Then the same lines again, then the run is
taken back. Processor time of the server, its highest memory and the outcomes are told. Beside it, the same is done with requests of
their own for five hundred pictures, as a bot does with the reference server, which knows no batches. Ends with exit code 1 if any line
is refused.
"""

import argparse
import http.client
import json
import pathlib
import subprocess
import sys
import tempfile
import time
import urllib.parse
import uuid

from process import memory, pages, processor, start

# Pictures that are annotated one by one, for comparison.
ONE_BY_ONE = 500
# Longest that an answer may take, seconds.
TIMEOUT = 3_600


class Server:
    """A running `flaneur api` on a simulated catalog, and a bot's token."""

    def __init__(self, binary, data):
        made = subprocess.run([binary, "token", "create", "--account", "bot", "--data", data], stdout=subprocess.PIPE,
                              text=True, check=True).stdout
        self.token = next(word for word in made.split() if word.count(".") == 2)
        self.child, _, address = start([binary, "api", "--data", data, "--dataset-every", "0"])
        self.connection = http.client.HTTPConnection(urllib.parse.urlsplit(address).netloc, timeout=TIMEOUT)

    def ask(self, method, path, body=None, kind="application/json"):
        headers = {"Authorization": f"Bearer {self.token}", "Content-Type": kind}
        self.connection.request(method, path, body=body, headers=headers)
        answer = self.connection.getresponse()
        text = answer.read().decode()
        if answer.status not in (200, 201):
            raise SystemExit(f"error: {method} {path}: {answer.status} {text}")
        return text

    def pictures(self, most):
        """Identifiers of pictures that anybody may see."""
        found = []
        for page in pages(lambda path: json.loads(self.ask("GET", path)), "/api/search?limit=1000&sortby=id"):
            found += [item["id"] for item in page["features"]]
            if len(found) >= most:
                break
        return found[:most]

    def measured(self, work):
        """What some work gives, and the processor time that the server took for it."""
        before = processor(self.child.pid)
        result = work()
        return result, processor(self.child.pid) - before


def mark(value):
    return {"shape": [10, 10, 60, 60], "semantics": [{"key": "osm|traffic_sign", "value": value}]}


def batch(server, run, pictures):
    by = {"model": "signs", "version": "1", "confidence": 0.9}
    lines = "".join(json.dumps({"picture": each, "annotations": [mark("FR:AB4")], "by": by}) + "\n" for each in pictures)
    text = server.ask("POST", f"/api/batch?run={run}", lines.encode(), "application/x-ndjson")
    return json.loads(text.rstrip().rsplit("\n", 1)[-1])


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--binary", required=True)
    parser.add_argument("--lines", type=int, default=100_000)
    parser.add_argument("--out", type=pathlib.Path)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="flaneur-bench-") as data:
        # Of those that are simulated, four in five are anybody's.
        simulate = [options.binary, "simulate", "--data", data, "--pictures", str(options.lines * 13 // 10), "--seed", "1"]
        subprocess.run(simulate, stdout=subprocess.DEVNULL, check=True)
        server = Server(options.binary, data)
        try:
            pictures = server.pictures(options.lines)
            run, before = uuid.uuid4(), memory(server.child.pid)
            first, written = server.measured(lambda: batch(server, run, pictures))
            # So many lines are what an account may write in a minute.
            time.sleep(60)
            # Nobody keeps a connection open for that long.
            server.connection.close()
            again, repeated = server.measured(lambda: batch(server, run, pictures))
            back, undone = server.measured(lambda: json.loads(server.ask("DELETE", f"/api/batch/{run}")))
            peak = memory(server.child.pid)
            some = pictures[:ONE_BY_ONE]
            one = json.dumps(mark("FR:AB4"))
            _, single = server.measured(
                lambda: [server.ask("POST", f"/api/pictures/{each}/annotations", one) for each in some])
        finally:
            server.child.terminate()
            server.child.wait()
    number = len(pictures)
    if first["refused"] or first["changed"] != number or again["unchanged"] != number or back["changes_count"] != number:
        print(f"error: {first} {again} {back}", file=sys.stderr)
        return 1
    each = single / len(some) * 1e3
    rows = [("one batch", written), ("the same again", repeated), ("taking it back", undone)]
    text = f"{number:,} annotations in one request; {first['edits']} edits, of one run.\n\n"
    text += "| | processor time | a line |\n|---|---|---|\n"
    text += "".join(f"| {name} | {seconds:.1f} s | {seconds / number * 1e3:.2f} ms |\n" for name, seconds in rows)
    text += f"| {len(some)} requests of their own | {single:.1f} s | {each:.2f} ms |\n\n"
    text += f"Highest memory {peak / 1000:.0f} MB, {before / 1000:.0f} MB before. "
    text += f"A line in a batch takes {each / (written / number * 1e3):.1f} times less than a request of its own.\n"
    print(text)
    if options.out:
        options.out.write_text(f"# Batches\n\n`make bench-batch`\n\n{text}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
