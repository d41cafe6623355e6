"""Reads a server's dataset with real readers, and holds it against what the server's search says, picture by picture.

    read.py BASE [--limit 1000] [--readers duckdb,geopandas,rustac,stac-geoparquet]

Prints one JSON document: how much each reader found, how many bytes there are, and what is wrong. Ends with 1 if anything is.
Nothing may be changed on the server meanwhile.
"""

import argparse
import json
import pathlib
import sys
import tempfile
import time
import urllib.parse

import normal
import readers
import remote
from part import Part
from remote import Wrong

# More of one kind are counted, and not listed.
MOST_LISTED = 20
REQUIRED = ("id", "title", "description", "license", "extent", "links", "assets", "table:columns", "updated", "flaneur:change")


def check_collection(document, parts, problems):
    """What stands in the collection, without looking at the files."""
    problems += [f"the collection has no `{name}`" for name in REQUIRED if name not in document]
    fixed = {"type": "Collection", "stac_version": "1.0.0", "id": "dataset"}
    problems += [f"the collection's `{name}` is not `{value}`" for name, value in fixed.items() if document.get(name) != value]
    for name, asset in parts.items():
        lacks = [field for field in ("href", "file:size", "file:checksum", "table:row_count", "proj:bbox") if field not in asset]
        if lacks:
            raise Wrong(f"the collection does not say of {name} what its {', '.join(lacks)} is")
    if document.get("flaneur:incomplete"):
        problems.append("the collection is incomplete: a file is about to be written anew, or the first one is")
    for name, asset in parts.items():
        west, south, east, north = document["extent"]["spatial"]["bbox"][0]
        box = asset["proj:bbox"]
        if box[0] < west or box[1] < south or box[2] > east or box[3] > north:
            problems.append(f"the collection's extent does not hold {name}")


def absolute(said, near):
    """Addresses in files may be relative to theirs: those of a server that was not told its own."""
    for name in normal.ASSETS:
        said[f"{name} href"] = urllib.parse.urljoin(near, said[f"{name} href"])


def compare(reader, found, expected, near):
    """Lists what a reader found that the search says otherwise, and counts."""
    mismatches, seen, count = [], set(), 0
    for picture, said in found:
        count += 1
        absolute(said, near)
        if picture in seen:
            mismatches.append({"reader": reader, "id": picture, "problem": "is there twice"})
        elif picture not in expected:
            mismatches.append({"reader": reader, "id": picture, "problem": "is in the dataset, and no search finds it"})
        else:
            mismatches += [
                {"reader": reader, "id": picture, "problem": f"{field} differs", "dataset": ours, "search": theirs}
                for field, ours, theirs in normal.differences(said, expected[picture])
            ]
        seen.add(picture)
    missing = [{"reader": reader, "id": each, "problem": "is not in the dataset"} for each in sorted(expected.keys() - seen)]
    return count, mismatches + missing


def run(base, limit, names):
    document, listed = remote.collection(base)
    problems, result = [], {"change": document.get("flaneur:change"), "readers": {}}
    check_collection(document, listed, problems)
    result["pystac"] = readers.with_pystac(document)
    with tempfile.TemporaryDirectory() as folder:
        files = (pathlib.Path(folder) / f"{number}.parquet" for number in range(len(listed)))
        parts = [Part(base, name, asset, file) for (name, asset), file in zip(listed.items(), files, strict=True)]
        for part in parts:
            part.download()
            part.ask_for_ranges()
            part.look_inside()
            problems += part.problems
            if part.columns != [column["name"] for column in document.get("table:columns", [])]:
                problems.append(f"{part.name}: the columns are not those of the collection's `table:columns`")
        expected = {item["id"]: normal.of_answer(item) for item in remote.search(base, limit)}
        mismatches = []
        for name in names if parts else []:
            begin = time.monotonic()
            try:
                count, wrong = compare(name, readers.READERS[name](parts), expected, f"{base}/api/dataset/")
            except Exception as error:  # Readers raise whatever they like.
                problems.append(f"{name} fails: {error!r}")
                continue
            mismatches += wrong
            seconds = round(time.monotonic() - begin, 2)
            result["readers"][name] = {"pictures": count, "mismatches": len(wrong), "seconds": seconds}
    if expected and not parts:
        problems.append(f"there are no parts, and the search finds {len(expected)} pictures")
    if remote.collection(base)[0].get("flaneur:change") != result["change"]:
        problems.append("the dataset was made anew while it was read: what differs may be due to that")
    result |= {
        "parts": len(parts),
        "bytes": sum(part.bytes for part in parts),
        "rows": sum(part.rows for part in parts),
        "search": len(expected),
        "problems": problems,
        "mismatches": mismatches[:MOST_LISTED],
        "mismatches_in_all": len(mismatches),
    }
    return result


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("base", help="the server's address, as in http://127.0.0.1:8000")
    parser.add_argument("--limit", type=int, default=1000, help="items in a page of the search")
    parser.add_argument("--readers", default=",".join(readers.READERS), help="which to read with")
    options = parser.parse_args()
    names = options.readers.split(",")
    if unknown := set(names) - readers.READERS.keys():
        parser.error(f"there is no reader {', '.join(sorted(unknown))}")
    try:
        result = run(options.base.rstrip("/"), options.limit, names)
    except Wrong as error:
        result = {"problems": [str(error)], "mismatches": [], "mismatches_in_all": 0}
    print(json.dumps(result, indent=1))
    for problem in result["problems"]:
        print(f"error: {problem}", file=sys.stderr)
    for each in result["mismatches"]:
        told = f": {each['dataset']!r}, and the search says {each['search']!r}" if "search" in each else ""
        print(f"error: {each['reader']}: {each['id']} {each['problem']}{told}", file=sys.stderr)
    return 1 if result["problems"] or result["mismatches"] else 0


if __name__ == "__main__":
    sys.exit(main())
