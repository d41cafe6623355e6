#!/usr/bin/env python3
"""Measures what a million pictures need: processor time, disk, rows of the database.

    python3 bench/sizing.py --binary target/release/flaneur --models models panoramas=DIR flat=DIR [--out FILE]

Starts `flaneur serve` on new data, sends the JPEG files of each folder as one upload set, waits until all are ready, and
divides what that took by the number of pictures. Files refused (no place, say) are told of and not counted; bring your own
photos, at the size that your contributors' cameras have. Ends with exit code 1 if nothing could be measured.

Prices are yours: with --core-month and --gb-month (of any currency) the table has a column of what a million costs.
"""

import argparse
import json
import os
import pathlib
import platform
import re
import sqlite3
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
import uuid
from typing import Any, Dict, List, Optional, Tuple

from process import memory, processor, start

MILLION = 1_000_000
KINDS = ("master", "sd", "thumb", "tiles")
READY_SECONDS = 3600
DAY = 86_400


class Server:
    """A running `flaneur serve`, its data, and how much it has used."""

    def __init__(self, binary: str, models: str, data: pathlib.Path) -> None:
        self.data = data
        self.child, printed, self.url = start([binary, "serve", "--data", data, "--models", models])
        found = re.search(r"^administrator token: (\S+)", printed, re.MULTILINE)
        self.token = found.group(1) if found else ""

    def call(self, method: str, path: str, body: Optional[bytes] = None, kind: str = "application/json") -> Any:
        """Asks the API."""
        request = urllib.request.Request(self.url + path, data=body, method=method, headers={
            "Authorization": f"Bearer {self.token}", "Content-Type": kind})
        with urllib.request.urlopen(request, timeout=300) as answer:
            return json.load(answer)

    def processor(self) -> float:
        """Seconds of processor time it has used."""
        return processor(self.child.pid)

    def peak(self) -> int:
        """The most memory it has had, bytes."""
        return memory(self.child.pid) * 1024

    def objects(self) -> Dict[str, int]:
        """Bytes of its public pictures by kind."""
        sizes = dict.fromkeys(KINDS, 0)
        for path in (self.data / "public").rglob("*-*"):
            kind = path.name.rsplit("-", 1)[1].split(".")[0]
            # Files of the dataset are of no picture.
            if path.is_file() and kind in sizes:
                sizes[kind] += path.stat().st_size
        return sizes

    def stop(self) -> None:
        """Ends it."""
        self.child.terminate()
        self.child.wait(120)


def form(name: str, content: bytes) -> Tuple[bytes, str]:
    """A file as a browser sends it."""
    boundary = uuid.uuid4().hex
    head = f'--{boundary}\r\nContent-Disposition: form-data; name="file"; filename="{name}"\r\n' \
           "Content-Type: image/jpeg\r\n\r\n"
    return head.encode() + content + f"\r\n--{boundary}--\r\n".encode(), f"multipart/form-data; boundary={boundary}"


def send(server: Server, title: str, folder: pathlib.Path) -> Dict[str, Any]:
    """Sends a folder and waits for it; answers what it took."""
    files = sorted(path for path in folder.rglob("*") if path.suffix.lower() in (".jpg", ".jpeg"))
    set_id = server.call("POST", "/api/upload_sets", json.dumps({"title": title, "no_deduplication": True}).encode())["id"]
    before, used = server.objects(), server.processor()
    sent = received = 0
    for path in files:
        body, kind = form(str(path.relative_to(folder)).replace("/", "_"), path.read_bytes())
        try:
            server.call("POST", f"/api/upload_sets/{set_id}/files", body, kind)
            sent += 1
            received += path.stat().st_size
        except urllib.error.HTTPError as error:
            print(f"not counted: {path.name}: {json.load(error).get('message')}", file=sys.stderr)
    server.call("POST", f"/api/upload_sets/{set_id}/complete", b"")
    end = time.monotonic() + READY_SECONDS
    while not (state := server.call("GET", f"/api/upload_sets/{set_id}"))["ready"]:
        if time.monotonic() > end:
            raise SystemExit(f"error: {title} was not ready in an hour: {state}")
        time.sleep(0.5)
    broken = state["items_status"].get("broken", 0)
    after = server.objects()
    return {
        "group": title, "pictures": sent - broken, "received": received,
        "processor": server.processor() - used,
        **{kind: after[kind] - before[kind] for kind in KINDS},
    }


def database(data: pathlib.Path) -> List[Tuple[str, int, int]]:
    """Rows and bytes of each table, its indexes counted with it."""
    catalog = sqlite3.connect(f"file:{data / 'catalog.db'}?mode=ro", uri=True)
    catalog.execute("PRAGMA wal_checkpoint")
    tables = [name for (name,) in catalog.execute(
        "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%' AND name NOT LIKE '\\_%' ESCAPE '\\'")]
    lines = []
    for table in tables:
        rows = catalog.execute(f"SELECT count(*) FROM {table}").fetchone()[0]
        # What is filled, not the pages: with few rows most pages are half empty.
        size = catalog.execute(
            "SELECT coalesce(sum(payload), 0) FROM dbstat WHERE name IN"
            " (SELECT name FROM sqlite_schema WHERE tbl_name = ? AND rootpage > 0)", (table,)).fetchone()[0]
        lines.append((table, rows, size))
    catalog.close()
    return sorted(lines, key=lambda line: -line[2])


def cost(group: Dict[str, Any], core_month: Optional[float], gb_month: Optional[float]) -> str:
    """What processing a million costs once, and storing them a month."""
    count = group["pictures"]
    once = "–" if core_month is None else f"{group['processor'] / count * MILLION / (30 * DAY) * core_month:,.0f}"
    stored = sum(group[kind] for kind in KINDS) / count * MILLION / 1e9
    month = "–" if gb_month is None else f"{stored * gb_month:,.0f}"
    return f"{once} | {month}"


def table(groups: List[Dict[str, Any]], lines: List[Tuple[str, int, int]], args: argparse.Namespace, peak: int) -> str:
    """The figures, as Markdown."""
    version = subprocess.run([args.binary, "--version"], stdout=subprocess.PIPE, text=True, check=True).stdout.strip()
    total = sum(group["pictures"] for group in groups)
    text = [
        "# What a million pictures need", "",
        f"{version}, {args.build}; {platform.machine()}, {os.cpu_count()} cores; peak of memory {peak / 1e6:,.0f} MB.", "",
        "| pictures | measured | sent, MB each | processor, s each | processor, core-days a million |"
        " master | sd | thumb | tiles | stored, MB each | stored, TB a million | stored / sent |"
        " processing a million, once | storing a million, a month |",
        "|---|" + "---:|" * 13,
    ]
    for group in groups:
        count = group["pictures"]
        stored = sum(group[kind] for kind in KINDS)
        kinds = " | ".join(f"{group[kind] / count / 1e6:.3f}" for kind in KINDS)
        text.append(
            f"| {group['group']} | {count} | {group['received'] / count / 1e6:.2f} | {group['processor'] / count:.2f} |"
            f" {group['processor'] / count * MILLION / DAY:,.1f} | {kinds} | {stored / count / 1e6:.2f} |"
            f" {stored / count * MILLION / 1e12:.2f} | {stored / group['received']:.2f} |"
            f" {cost(group, args.core_month, args.gb_month)} |")
    text += ["", "| table | rows a picture | bytes a picture, with indexes | GB a million |", "|---|---:|---:|---:|"]
    for name, rows, size in lines:
        if rows:
            text.append(f"| {name} | {rows / total:.2f} | {size / total:,.0f} | {size / total * MILLION / 1e9:.2f} |")
    all_bytes = sum(size for _, _, size in lines)
    text.append(f"| **all** | {sum(rows for _, rows, _ in lines) / total:.2f} | {all_bytes / total:,.0f} |"
                f" {all_bytes / total * MILLION / 1e9:.2f} |")
    return "\n".join(text) + "\n"


def main() -> int:
    """Measures, prints, writes."""
    parser = argparse.ArgumentParser(description="Measures what a million pictures need.")
    parser.add_argument("groups", nargs="+", metavar="NAME=FOLDER")
    parser.add_argument("--binary", required=True)
    parser.add_argument("--models", required=True)
    parser.add_argument("--build", default="release build", help="how the binary was built, for the table")
    parser.add_argument("--core-month", type=float, help="price of a core for a month")
    parser.add_argument("--gb-month", type=float, help="price of a GB stored for a month")
    parser.add_argument("--out", type=pathlib.Path, help="file to write the tables to")
    args = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="flaneur-sizing-") as folder:
        server = Server(args.binary, args.models, pathlib.Path(folder))
        try:
            groups = [send(server, name, pathlib.Path(path)) for name, path in (each.split("=", 1) for each in args.groups)]
            peak = server.peak()
        finally:
            server.stop()
        groups = [group for group in groups if group["pictures"]]
        if not groups:
            print("error: no picture became ready", file=sys.stderr)
            return 1
        text = table(groups, database(pathlib.Path(folder)), args, peak)
    print(text)
    if args.out:
        args.out.parent.mkdir(parents=True, exist_ok=True)
        args.out.write_text(text)
    return 0


if __name__ == "__main__":
    sys.exit(main())
