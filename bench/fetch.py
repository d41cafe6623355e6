#!/usr/bin/env python3
"""Fetches ten thousand pictures, is stopped three times meanwhile, and looks whether all of them are there.

    python3 bench/fetch.py --binary target/release/flaneur --models models [--pictures 10000]
        [--reference target/release/reference [--there 1000]] [--out FILE]

Starts `flaneur serve`, uploads so many small photos, each with another content, and waits until they are published. Then
`flaneur fetch` is started and killed (SIGKILL) when a quarter, a half and three quarters of them have come, and started again to
come to its end. The same pictures are taken with one request after the other, as scripts do that page through the API, and have to
be what the server states (SHA-256) and what was fetched; a second run has to take nothing. Then some pictures are deleted at the
server, and one more run has to remove them and nothing else. `--reference` is the program of this folder that starts a reference
server (scripts/bench.sh says what it needs): so many pictures are sent there, and fetched from it in the same way. Needs Pillow.
Ends with exit code 1 if any file is missing or wrong.
"""

import argparse
import concurrent.futures
import hashlib
import http.client
import io
import json
import os
import pathlib
import re
import resource
import signal
import subprocess
import sys
import tempfile
import threading
import time
import urllib.parse
import uuid

from PIL import Image
from process import pages, reference, start

# Files that are sent at once, and that are in an upload set.
SENDERS, IN_A_SET = 4, 2_500
# How long a connection may rest and be used again, seconds: servers close what rests.
REST = 2
# Longest that an answer may take, and that pictures may take to be published, seconds.
TIMEOUT, PATIENCE = 120, 3_600
# Where the killing is done, as parts of all pictures.
KILLS = (0.25, 0.5, 0.75)
# Pictures that are deleted at the end.
DELETED = 100


def photo(number):
    """A small JPEG like no other."""
    picture = Image.new("RGB", (192, 128), (number % 256, number // 256 % 256, 90))
    picture.paste((255 - number % 256, 40, number // 64 % 256), (number % 150, number // 150 % 90, 192, 128))
    file = io.BytesIO()
    picture.save(file, "JPEG", quality=80, comment=str(number).encode())
    return file.getvalue()


class Client:
    """A connection with a token; each thread has its own."""

    def __init__(self, address, token):
        self.place, self.token, self.own = urllib.parse.urlsplit(address).netloc, token, threading.local()

    def ask(self, method, path, body=None, kind="application/json"):
        while True:
            if not hasattr(self.own, "connection"):
                self.own.connection, self.own.used = http.client.HTTPConnection(self.place, timeout=TIMEOUT), 0
            if time.monotonic() - self.own.used > REST:
                # The next request opens it again.
                self.own.connection.close()
            headers = {"Authorization": f"Bearer {self.token}", "Content-Type": kind}
            self.own.connection.request(method, path, body=body, headers=headers)
            answer = self.own.connection.getresponse()
            content = answer.read()
            self.own.used = time.monotonic()
            if answer.status == 429:
                time.sleep(float(answer.headers["Retry-After"]))
            elif answer.status >= 300:
                raise SystemExit(f"error: {method} {path}: {answer.status} {content[:300]}")
            else:
                return content

    def json(self, method, path, body=None):
        return json.loads(self.ask(method, path, body and json.dumps(body)))

    def send(self, upload_set, number):
        """Uploads a photo, a few metres from the one before."""
        seconds = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(1_700_000_000 + 2 * number))
        fields = {"override_longitude": 2 + number % 2_000 * 1e-4, "override_latitude": 48 + number // 2_000 * 1e-3,
                  "override_capture_time": seconds, "isBlurred": "false"}
        boundary = uuid.uuid4().hex
        body = b"".join(f'--{boundary}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'.encode()
                        for name, value in fields.items())
        body += (f'--{boundary}\r\nContent-Disposition: form-data; name="file"; filename="{number}.jpg"\r\n'
                 "Content-Type: image/jpeg\r\n\r\n").encode() + photo(number) + f"\r\n--{boundary}--\r\n".encode()
        said = self.ask("POST", f"/api/upload_sets/{upload_set}/files", body, f"multipart/form-data; boundary={boundary}")
        return json.loads(said)["picture_id"]


def publish(client, pictures):
    """Uploads so many photos and waits until everybody sees them. Their identifiers."""
    sets, sent = [], []
    with concurrent.futures.ThreadPoolExecutor(SENDERS) as senders:
        for first in range(0, pictures, IN_A_SET):
            numbers = range(first, min(first + IN_A_SET, pictures))
            made = client.json("POST", "/api/upload_sets", {"title": f"from {first}", "no_deduplication": True,
                                                            "estimated_nb_files": len(numbers)})
            sets.append(made["id"])
            sent += senders.map(lambda number, made=made: client.send(made["id"], number), numbers)
            # The reference server may miss that a set is complete where files come side by side.
            client.ask("POST", f"/api/upload_sets/{made['id']}/complete")
            print(f"sent {numbers[-1] + 1:,}", flush=True)
    end = time.monotonic() + PATIENCE
    while not all(client.json("GET", f"/api/upload_sets/{each}")["ready"] for each in sets):
        if time.monotonic() > end:
            raise SystemExit("error: the pictures were not published in an hour")
        time.sleep(2)
    return sent


def stated(client):
    """SHA-256 of each picture's hd, as the server states it."""
    found = {}
    for page in pages(lambda path: client.json("GET", path), "/api/search?limit=1000&sortby=id"):
        found |= {item["id"]: item["assets"]["hd"]["file:checksum"].removeprefix("1220") for item in page["features"]}
    return found


def one_by_one(client, sent):
    """SHA-256 of each picture's hd, as it is served."""
    return {each: hashlib.sha256(client.ask("GET", f"/api/pictures/{each}/hd.jpg")).hexdigest() for each in sent}


def delete(client, some):
    for each in some:
        of = client.json("GET", f"/api/pictures/{each}")["collection"]
        client.ask("DELETE", f"/api/collections/{of}/items/{each}")


def files(folder):
    return {path.stem: path for path in (folder / "pictures").glob("*/*.jpg")}


def fetch(options, address, folder, stop_at=None):
    """Runs `flaneur fetch`, and kills it when so many files are there. What it said, and its processor time in seconds."""
    command = [options.binary, "fetch", address, "--into", str(folder), "--bbox=-180,-90,180,90"]
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    child = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    while stop_at and child.poll() is None:
        if len(files(folder)) >= stop_at:
            child.send_signal(signal.SIGKILL)
            break
        time.sleep(0.02)
    said = child.communicate()[0]
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    if child.returncode not in ((0,) if stop_at is None else (-signal.SIGKILL,)):
        raise SystemExit(f"error: flaneur fetch ended with {child.returncode}: {said}")
    return said, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def counted(said):
    """The line in which a run says what it did."""
    return next((line for line in said.splitlines() if " new, " in line), "nothing")


def sums(folder):
    return {each: hashlib.sha256(path.read_bytes()).hexdigest() for each, path in files(folder).items()}


def times(folder):
    return {path: path.stat().st_mtime_ns for path in files(folder).values()}


def measured(options, client, address, pictures, folder):
    """Publishes so many pictures at a server, and fetches them. What to tell of it, and whether all is as it should be."""
    sent = publish(client, pictures)
    stops, spent = [], 0.0
    for part in KILLS:
        _, seconds = fetch(options, address, folder, int(pictures * part))
        stops.append(len(files(folder)))
        spent += seconds
    said, seconds = fetch(options, address, folder)
    spent += seconds
    there, before = sums(folder), times(folder)
    again, repeated = fetch(options, address, folder)
    untouched = before == times(folder)
    begun = time.process_time()
    served = one_by_one(client, sent)
    script = time.process_time() - begun
    gone = sent[::max(1, len(sent) // DELETED)][:DELETED]
    delete(client, gone)
    last, _ = fetch(options, address, folder)
    kept = sums(folder) == {each: content for each, content in there.items() if each not in set(gone)}
    wrong = sum(content != served.get(each) for each, content in there.items())
    lines = [
        f"{len(sent):,} pictures of some {len(photo(0)) / 1e3:.1f} kB, killed with {', '.join(f'{each:,}' for each in stops)} of them there.", "",
        f"Files at the end: {len(there):,}, of a wrong content: {wrong}, missing: {len(served.keys() - there.keys())}. "
        f"The run after that {'touched no file' if untouched else 'CHANGED FILES'}. Of {len(gone)} pictures that were deleted at the server "
        f"the last run removed the files{'' if kept else ', AND MORE'}.", "",
        "| | processor time | a picture |", "|---|---|---|",
    ]
    rows = [("fetch, four runs", spent), ("fetch again: nothing new", repeated), ("a script, one request after the other", script)]
    lines += [f"| {name} | {seconds:.1f} s | {seconds / len(sent) * 1e3:.2f} ms |" for name, seconds in rows]
    lines += ["", f"The fourth run says: {counted(said)}. The one after it: {counted(again)}. The last: {counted(last)}."]
    right = len(set(sent)) == pictures and there == served and untouched and kept
    return "\n".join(lines) + "\n", right, served


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--binary", required=True)
    parser.add_argument("--models", required=True)
    parser.add_argument("--pictures", type=int, default=10_000)
    parser.add_argument("--reference", type=pathlib.Path)
    parser.add_argument("--there", type=int, default=1_000)
    parser.add_argument("--out", type=pathlib.Path)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="flaneur-bench-") as scratch:
        child, printed, address = start([options.binary, "serve", "--data", pathlib.Path(scratch, "data"), "--models", options.models,
                                         "--dataset-every", "0"])
        try:
            token = re.search(r"administrator token: (\S+)", printed).group(1)
            client = Client(address, token)
            text, right, served = measured(options, client, address, options.pictures, pathlib.Path(scratch, "fetched"))
            # Of what is left, the server states what it serves.
            right = right and all(served[each] == content for each, content in stated(client).items())
        finally:
            child.terminate()
            child.wait()
        text += "\n## From the reference server\n\n"
        if options.reference:
            with reference([options.reference, "empty"]) as beside:
                client = Client(beside["url"], beside["token"])
                more, as_well, _ = measured(options, client, beside["url"], options.there, pathlib.Path(scratch, "from the reference server"))
            text, right = f"{text}{beside['version']}: {more}", right and as_well
        else:
            why = os.environ.get("FLANEUR_NO_REFERENCE", "run `make bench-fetch`, which installs it")
            text += f"**Not measured ({why}).**\n"
    print(text)
    if options.out:
        options.out.write_text(f"# Fetching\n\n`make bench-fetch`\n\n{text}")
    return 0 if right else 1


if __name__ == "__main__":
    sys.exit(main())
