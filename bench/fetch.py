#!/usr/bin/env python3
"""Fetches ten thousand pictures, is stopped three times meanwhile, and looks whether all of them are there.

    python3 bench/fetch.py --binary target/release/flaneur --models models [--pictures 10000] [--out FILE]

Starts `flaneur serve`, uploads so many small photos, each with another content, and waits until they are published. Then
`flaneur fetch` is started and killed (SIGKILL) when a quarter, a half and three quarters of them have come, and started again to
come to its end. What the server states of each picture (SHA-256) is compared with the file; a second run has to take nothing. Beside
it, the same pictures are taken with one request after the other, as scripts do that page through the API. Needs Pillow.
Ends with exit code 1 if any file is missing or wrong.
"""

import argparse
import concurrent.futures
import hashlib
import http.client
import io
import json
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
from process import pages, start

# Files that are sent at once, and that are in an upload set.
SENDERS, IN_A_SET = 4, 2_500
# Longest that an answer may take, and that pictures may take to be published, seconds.
TIMEOUT, PATIENCE = 120, 3_600
# Where the killing is done, as parts of all pictures.
KILLS = (0.25, 0.5, 0.75)


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
                self.own.connection = http.client.HTTPConnection(self.place, timeout=TIMEOUT)
            headers = {"Authorization": f"Bearer {self.token}", "Content-Type": kind}
            self.own.connection.request(method, path, body=body, headers=headers)
            answer = self.own.connection.getresponse()
            content = answer.read()
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
        self.ask("POST", f"/api/upload_sets/{upload_set}/files", body, f"multipart/form-data; boundary={boundary}")


def publish(client, pictures):
    """Uploads so many photos and waits until everybody sees them."""
    sets = []
    with concurrent.futures.ThreadPoolExecutor(SENDERS) as senders:
        for first in range(0, pictures, IN_A_SET):
            numbers = range(first, min(first + IN_A_SET, pictures))
            made = client.json("POST", "/api/upload_sets", {"title": f"from {first}", "no_deduplication": True,
                                                            "estimated_nb_files": len(numbers)})
            sets.append(made["id"])
            list(senders.map(lambda number, made=made: client.send(made["id"], number), numbers))
            print(f"sent {numbers[-1] + 1:,}", flush=True)
    end = time.monotonic() + PATIENCE
    while not all(client.json("GET", f"/api/upload_sets/{each}")["ready"] for each in sets):
        if time.monotonic() > end:
            raise SystemExit("error: the pictures were not published in an hour")
        time.sleep(2)


def everything(client):
    """Address and SHA-256 of each picture's hd, as the server states it."""
    found = {}
    for page in pages(lambda path: client.json("GET", path), "/api/search?limit=1000&sortby=id"):
        for item in page["features"]:
            asset = item["assets"]["hd"]
            found[item["id"]] = (urllib.parse.urlsplit(asset["href"]).path, asset["file:checksum"].removeprefix("1220"))
    return found


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


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--binary", required=True)
    parser.add_argument("--models", required=True)
    parser.add_argument("--pictures", type=int, default=10_000)
    parser.add_argument("--out", type=pathlib.Path)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="flaneur-bench-") as scratch:
        data, folder = pathlib.Path(scratch, "data"), pathlib.Path(scratch, "fetched")
        child, printed, address = start([options.binary, "serve", "--data", data, "--models", options.models,
                                         "--dataset-every", "0"])
        try:
            token = re.search(r"administrator token: (\S+)", printed).group(1)
            client = Client(address, token)
            publish(client, options.pictures)
            stated = everything(client)
            stops, spent = [], 0.0
            for part in KILLS:
                _, seconds = fetch(options, address, folder, int(options.pictures * part))
                stops.append(len(files(folder)))
                spent += seconds
            said, seconds = fetch(options, address, folder)
            spent += seconds
            there = files(folder)
            wrong = [each for each, path in there.items() if hashlib.sha256(path.read_bytes()).hexdigest() != stated.get(each, ("", ""))[1]]
            modified = {path: path.stat().st_mtime_ns for path in there.values()}
            again, repeated = fetch(options, address, folder)
            untouched = modified == {path: path.stat().st_mtime_ns for path in files(folder).values()}
            begun = time.process_time()
            one_by_one = sum(hashlib.sha256(client.ask("GET", path)).hexdigest() == sum_ for path, sum_ in stated.values())
            script = time.process_time() - begun
        finally:
            child.terminate()
            child.wait()
    text = f"{len(stated):,} pictures of some {len(photo(0)) / 1e3:.1f} kB, killed with {', '.join(f'{each:,}' for each in stops)} of them there.\n\n"
    text += f"Files at the end: {len(there):,}, of a wrong content: {len(wrong)}, missing: {len(stated.keys() - there.keys())}. "
    text += f"The run after that {'touched no file' if untouched else 'CHANGED FILES'}.\n\n"
    text += "| | processor time | a picture |\n|---|---|---|\n"
    rows = [("fetch, four runs", spent), ("fetch again: nothing new", repeated), ("a script, one request after the other", script)]
    text += "".join(f"| {name} | {seconds:.1f} s | {seconds / len(stated) * 1e3:.2f} ms |\n" for name, seconds in rows)
    counted = [next((line for line in told.splitlines() if " new, " in line), "nothing") for told in (said, again)]
    text += f"\nThe fourth run says: {counted[0]}. The one after it: {counted[1]}.\n"
    print(text)
    if options.out:
        options.out.write_text(f"# Fetching\n\n`make bench-fetch`\n\n{text}")
    complete = len(stated) == options.pictures == one_by_one and there.keys() == stated.keys()
    return 0 if complete and not wrong and untouched else 1


if __name__ == "__main__":
    sys.exit(main())
