"""Finds a town's pictures in a server's dataset and in its search, and counts what each of them takes.

    town.py BASE WEST,SOUTH,EAST,NORTH [--limit 1000] [--processes PID,…] [--other BASE [--other-processes PID,…]]

The dataset is read by DuckDB, over HTTP and in ranges: once with the columns that a map or a statistic needs, and once with
all. The search is paged through, compressed if the server does that; then the same without its pages, box by box, as clients of
servers do that have none; and by such boxes at another server, if one is named that has the same pictures. What that one gives
from outside the box, nearer than a number of 32 bits tells, is counted and left out. Everything goes through a forwarder that
counts requests and bytes; the processor time of the servers is told where their processes are named, those that they start
included. Prints one JSON document. Ends with 1 if they do not all find the same pictures.
"""

import argparse
import json
import sys
import time

import counting
import duck
import remote
from counting import Forwarder
from remote import Wrong

# By how much PostGIS may be wrong with `&&`, degrees: it compares boxes of 32-bit floats, which lie so far apart next to 180
# (https://postgis.net/docs/overlaps_geometry_box2df.html).
FLOAT = 2**-16
SOME = 'id, collection, bbox.xmin AS lon, bbox.ymin AS lat, datetime, "view:azimuth", license, semantics'


def inside(box):
    """A condition that statistics of row groups can be held against."""
    west, south, east, north = box
    lat = f"bbox.ymin BETWEEN {south} AND {north}"
    if west > east:
        return f"{lat} AND (bbox.xmin >= {west} OR bbox.xmin <= {east})"
    return f"{lat} AND bbox.xmin BETWEEN {west} AND {east}"


def measured(forwarder, processes, work):
    """What some work found, and what it took."""
    forwarder.reset()
    begin, used = time.monotonic(), counting.processor(processes)
    found = work()
    took = {"pictures": len(found), **forwarder.reset(), "seconds": round(time.monotonic() - begin, 3)}
    if processes:
        took["processor_seconds"] = round(counting.processor(processes) - used, 3)
    return found, took


def from_dataset(forwarder, box, columns):
    """Identifiers of the pictures in a box: of each part that touches it, DuckDB reads the row groups that do."""
    _, parts = remote.collection(forwarder.base)
    files = [forwarder.through(asset["href"]) for asset in parts.values() if remote.touches(box, asset["proj:bbox"])]
    if not files:
        return []
    connection = duck.connect()
    query = f"SELECT {columns} FROM read_parquet({duck.quoted(files)}) WHERE {inside(box)}"
    # All that was asked for is read, as one who works with it would.
    connection.execute(f"CREATE TEMP TABLE found AS {query}")
    return [identifier for (identifier,) in connection.execute("SELECT id FROM found").fetchall()]


def from_search(forwarder, box, limit):
    """The same of the search, page by page."""
    text = ",".join(str(side) for side in box)
    return [item["id"] for item in remote.search(forwarder.base, limit, forwarder.through, bbox=text)]


def outside(item, box):
    """By how much an item lies outside a box, degrees."""
    lon, lat = item["geometry"]["coordinates"]
    return max(box[0] - lon, lon - box[2], box[1] - lat, lat - box[3], 0)


def from_boxes(forwarder, box, limit):
    """Items of a server that does not page: boxes are divided until none of them is full."""
    boxes, found = [box], {}
    while boxes:
        west, south, east, north = boxes.pop()
        lon, lat = (west + east) / 2, (south + north) / 2
        text = ",".join(str(side) for side in (west, south, east, north))
        items = remote.first(forwarder.base, limit, bbox=text)
        if len(items) < limit:
            # What lies on the line between two is in both.
            found.update((item["id"], item) for item in items)
        elif not (west < lon < east and south < lat < north):
            raise Wrong(f"there are {limit} pictures at one place, {lon},{lat}: they can't be told apart by boxes")
        else:
            boxes += [[west, south, lon, lat], [lon, south, east, lat], [west, lat, lon, north], [lon, lat, east, north]]
    return list(found.values())


def ratio(more, less):
    return round(more / less, 2) if less else None


def run(base, box, limit, processes=(), other=None, other_processes=()):
    _, parts = remote.collection(base)
    files = sum(asset["file:size"] for asset in parts.values())
    result = {"bbox": box, "parts": len(parts), "file_bytes": files}
    result["parts_touched"] = sum(remote.touches(box, asset["proj:bbox"]) for asset in parts.values())
    found = {}
    with Forwarder(base) as forwarder:
        for name, work in (
            ("dataset", lambda: from_dataset(forwarder, box, SOME)),
            ("dataset_all_columns", lambda: from_dataset(forwarder, box, "*")),
            ("search", lambda: from_search(forwarder, box, limit)),
            ("boxes", lambda: [item["id"] for item in from_boxes(forwarder, box, limit)]),
        ):
            found[name], result[name] = measured(forwarder, processes, work)
    if other:
        with Forwarder(other) as forwarder:
            items, result["other"] = measured(forwarder, other_processes, lambda: from_boxes(forwarder, box, limit))
        found["other"] = [item["id"] for item in items if not 0 < outside(item, box) < FLOAT]
        result["other"] |= {"pictures": len(found["other"]), "outside": len(items) - len(found["other"])}
    result["ratio"] = {
        name: {
            "search_to_dataset_bytes": ratio(result["search"]["bytes"], result[name]["bytes"]),
            "search_to_dataset_requests": ratio(result["search"]["requests"], result[name]["requests"]),
            "dataset_to_file_bytes": ratio(result[name]["bytes"], files),
        }
        for name in ("dataset", "dataset_all_columns")
    }
    for name in found.keys() - {"search"}:
        apart = set(found[name]) ^ set(found["search"])
        if apart or len(found[name]) != len(found["search"]):
            some = ", ".join(sorted(apart)[:5]) or "some, twice"
            counts = f"{len(found[name])} and {len(found['search'])} pictures"
            who = "other server" if name == "other" else name.replace("_", " ")
            raise Wrong(f"the {who} and the search find {counts} in the box; apart are {some}")
    return result


def read_box(text):
    try:
        west, south, east, north = (float(side) for side in text.split(","))
    except ValueError as error:
        raise argparse.ArgumentTypeError("a box is WEST,SOUTH,EAST,NORTH in degrees") from error
    return [west, south, east, north]


def read_processes(text):
    return [int(number) for number in text.split(",")]


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("base", help="the server's address, as in http://127.0.0.1:8000")
    parser.add_argument("box", type=read_box, help="WEST,SOUTH,EAST,NORTH, degrees; put -- before one that begins with a minus")
    parser.add_argument("--limit", type=int, default=1000, help="items in a page of the search")
    parser.add_argument("--processes", type=read_processes, default=[], help="processes of the server, by their numbers")
    parser.add_argument("--other", help="address of a server that has the same pictures, and no pages of a search")
    parser.add_argument("--other-processes", type=read_processes, default=[], help="its processes, and its database's")
    options = parser.parse_args()
    other = options.other and options.other.rstrip("/")
    try:
        found = run(options.base.rstrip("/"), options.box, options.limit, options.processes, other, options.other_processes)
        print(json.dumps(found, indent=1))
    except Wrong as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
