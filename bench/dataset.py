#!/usr/bin/env python3
"""Measures the dataset of a large instance: what writing it takes, and what finding a town in it takes.

    python3 bench/dataset.py --binary target/release/flaneur --python VENV/bin/python3 [--reference target/release/reference]
        [--pictures 1000000] [--out FILE]

Simulates a catalog, starts `flaneur api` on it and waits until the dataset is complete: processor time, the highest memory of the
process, the size of the files. Then finds about 5,000 pictures around the largest city: with DuckDB out of the files by range
requests, by paging through the search, and box by box, as clients of the reference server have to: of this server, and of that
one. `--python` is one with the packages of e2e/dataset/requirements.txt, `--reference` the program of this folder that starts a
reference server with the same pictures (scripts/bench.sh says what it needs). Bytes and requests are counted by a forwarder in
between. Ends with exit code 1 if anything is not as it should be.
"""

import argparse
import contextlib
import json
import os
import pathlib
import re
import subprocess
import sys
import tempfile
import time
import urllib.request

from process import memory, pages, processor, reference, start

ROOT = pathlib.Path(__file__).resolve().parent.parent
# Pictures that a town is to have, and how near to that is near enough.
TOWN, NEAR = 5_000, 0.1
# Seconds.
PATIENCE = 3_600
# Pictures that the reference server is filled with, at most; of more, it gets the sequences that lie in the town.
ALL = 100_000


def ask(url):
    with urllib.request.urlopen(url, timeout=120) as answer:
        return json.load(answer)


def complete(url):
    """The list of files, once everything is in one."""
    begin = time.monotonic()
    while time.monotonic() - begin < PATIENCE:
        collection = ask(f"{url}/api/dataset")
        if collection["assets"] and not collection["flaneur:incomplete"]:
            return collection
        time.sleep(0.2)
    raise SystemExit("error: the dataset was not complete within an hour")


def written(box):
    return ",".join(f"{side:.6f}" for side in box)


def filled_reference(options, box):
    """A reference server with the same pictures: where it is, its processes, how many pictures it has. None without a program."""
    if not options.reference:
        return contextlib.nullcontext()
    environment = {**os.environ, "FLANEUR_BIN": str(pathlib.Path(options.binary).resolve())}
    return reference([options.reference, options.pictures, *([] if options.pictures <= ALL else [written(box)])], environment)


def town(python, url, pid, box, beside):
    script = str(ROOT / "e2e/dataset/town.py")
    arguments = [python, script, "--limit", "1000", "--processes", str(pid)]
    if beside:
        arguments += ["--other", beside["url"], "--other-processes", ",".join(map(str, beside["processes"]))]
    run = subprocess.run([*arguments, "--", url, written(box)], stdout=subprocess.PIPE, text=True, check=False)
    if run.returncode:
        raise SystemExit("error: the town could not be read: what is wrong stands above")
    return json.loads(run.stdout)


def around(lon, lat, reach):
    return (lon - reach * 1.5, lat - reach, lon + reach * 1.5, lat + reach)


def find_town(url, lon, lat):
    """A box around the place with about as many pictures as a town has."""
    low, high = 0.0005, 0.5
    for _ in range(24):
        reach = (low + high) / 2
        found = count_by_search(url, around(lon, lat, reach))
        if abs(found - TOWN) <= NEAR * TOWN:
            return around(lon, lat, reach)
        low, high = (reach, high) if found < TOWN else (low, reach)
    return around(lon, lat, reach)


def count_by_search(url, box):
    """Pictures in a box, up to a little more than a town has."""
    found = 0
    for page in pages(lambda path: ask(url + path), f"/api/search?bbox={written(box)}&limit=1000"):
        found += len(page["features"])
        if found >= 2 * TOWN:
            break
    return found


def report(pictures, figures, found, beside):
    collection, files = figures["collection"], found["file_bytes"]
    rows = collection["table:row_count"]
    lines = [
        f"{rows:,} of {pictures:,} simulated pictures are anybody's, in {found['parts']} files.", "",
        "| writing | |", "|---|---|",
        f"| processor time | {figures['processor']:.1f} s ({figures['processor'] / rows * 1e6:.0f} µs a picture) |",
        f"| highest memory of the process | {figures['peak'] / 1000:.0f} MB ({figures['before'] / 1000:.0f} MB before) |",
        f"| files | {files / 1e6:.1f} MB ({files / rows:.0f} bytes a picture) |", "",
        "| a town | pictures | requests | MB | beside the files | processor, s |", "|---|---|---|---|---|---|",
    ]
    boxes = "search without pages, boxes divided until they have less than 1,000"
    for name, what in (("dataset", "DuckDB, some columns"), ("dataset_all_columns", "DuckDB, all columns"),
                       ("search", "search, pages of 1,000"), ("boxes", boxes),
                       ("other", f"{boxes}: the reference server")):
        if one := found.get(name):
            lines.append(f"| {what} | {one['pictures']:,} | {one['requests']} | {one['bytes'] / 1e6:.2f} | "
                         f"{one['bytes'] / files:.2%} | {one['processor_seconds']:.2f} |")
    ratio = found["ratio"]
    lines += ["", f"Of the search, a town is {ratio['dataset']['search_to_dataset_bytes']} times as many bytes as with some columns, "
              f"{ratio['dataset_all_columns']['search_to_dataset_bytes']} times as many as with all. Processor time is that of the "
              "server. Boxes are what the reference server, which has neither files nor pages of a search, leaves to its clients."]
    if beside:
        which = "all that anybody may see" if pictures <= ALL else "those of the sequences in the town, so that it has less to look through"
        boxes, other = found["boxes"], found["other"]
        lines[-1] += (f" It ({beside['version']}, with PostgreSQL's time) was filled with {beside['pictures']:,} of the same pictures, "
                      f"{which}; box by box it sends {other['bytes'] / boxes['bytes']:.2f} times as many bytes as this server for "
                      f"{other['processor_seconds'] / boxes['processor_seconds']:.1f} times the processor time.")
        if other["outside"]:
            lines[-1] += f" {other['outside']} more that it gave lie outside the box, by less than 32-bit floats tell apart; not counted."
    else:
        why = os.environ.get("FLANEUR_NO_REFERENCE", "run `make bench-dataset`, which installs it")
        lines[-1] += f" **Not measured: the reference server ({why}).**"
    return "\n".join(lines) + "\n"


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--binary", required=True)
    parser.add_argument("--python", required=True)
    parser.add_argument("--reference", type=pathlib.Path)
    parser.add_argument("--pictures", type=int, default=1_000_000)
    parser.add_argument("--out", type=pathlib.Path)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="flaneur-bench-") as data:
        simulate = [options.binary, "simulate", "--data", data, "--pictures", str(options.pictures), "--seed", "1"]
        made = subprocess.run(simulate, stdout=subprocess.PIPE, text=True, check=True).stdout
        city = re.search(r"largest city.*?(-?\d+\.\d+),(-?\d+\.\d+)", made)
        if not city:
            raise SystemExit(f"error: no city is told of: {made}")
        lat, lon = float(city.group(1)), float(city.group(2))
        child, _, url = start([options.binary, "api", "--data", data])
        try:
            figures = {"before": memory(child.pid), "collection": complete(url)}
            figures |= {"processor": processor(child.pid), "peak": memory(child.pid)}
            box = find_town(url, lon, lat)
            with filled_reference(options, box) as beside:
                found = town(options.python, url, child.pid, box, beside)
        finally:
            child.terminate()
            child.wait()
    text = report(options.pictures, figures, found, beside)
    print(text)
    if options.out:
        options.out.write_text(f"# The dataset\n\n`make bench-dataset`\n\n{text}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
