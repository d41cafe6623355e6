"""Holds the data card of a snapshot against what DuckDB counts in its files, and lets pystac read its collection.

    card.py FOLDER

Prints one JSON document: how many pictures there are, and what is wrong. Ends with 1 if anything is.
"""

import argparse
import contextlib
import datetime
import json
import math
import pathlib
import re
import sys

import duck
import pystac

# Facts of the card by their places in it, and how DuckDB finds them out.
NUMBERS = {
    "pictures": "count(*)",
    "sequences": "count(DISTINCT collection)",
    "accounts": 'count(DISTINCT "geovisio:producer")',
    "attributions.count": "count(attribution)",
    "camera_makes.count": 'count("pers:interior_orientation".camera_manufacturer)',
    "headings.known": 'count("view:azimuth")',
    "positions.with_accuracy": 'count("quality:horizontal_accuracy")',
    "tags.pictures": "count(*) FILTER (len(semantics) > 0)",
    "tags.keys.count": "coalesce(sum(len(semantics)), 0)",
    "annotations.annotations": "coalesce(sum(len(annotations)), 0)",
    "redaction.faces": 'sum("flaneur:faces")',
    "redaction.plates": 'sum("flaneur:plates")',
    "redaction.pictures_with_none": 'count(*) FILTER ("flaneur:faces" + "flaneur:plates" = 0)',
}
COUNTS = {
    "licenses": "license",
    "projections": '"flaneur:projection"',
    "headings.sources": '"flaneur:heading_source"',
    "years": "year(datetime)::VARCHAR",
}
SPANS = {"captured": "datetime", "received": "created"}


def at(card, place):
    for name in place.split("."):
        card = card[name]
    return card


def microseconds(text):
    return round(datetime.datetime.fromisoformat(text).timestamp() * 1e6)


def tile(lon, lat, zoom):
    """A tile of the usual map, from the textbook's formula."""
    side = 1 << zoom
    y = (1 - math.asinh(math.tan(math.radians(lat))) / math.pi) / 2
    return int((lon + 180) / 360 * side), int(y * side)


def problems(folder, card):
    connection = duck.connect()
    files = f"read_parquet('{folder}/parts/*.parquet')"

    def ask(what):
        return connection.execute(f"SELECT {what} FROM {files}").fetchall()

    for place, what in NUMBERS.items():
        counted = int(ask(what)[0][0])
        if counted != at(card, place):
            yield f"{place} is {at(card, place)}, and DuckDB counts {counted}"
    for place, what in COUNTS.items():
        told = at(card, place)
        if isinstance(told, list):
            told = {share["name"]: share["count"] for share in told}
        counted = dict(connection.execute(f"SELECT {what}, count(*) FROM {files} GROUP BY 1").fetchall())
        if told != counted:
            yield f"{place} is {told}, and DuckDB counts {counted}"
    for place, what in SPANS.items():
        counted = list(ask(f"epoch_us(min({what})), epoch_us(max({what}))")[0])
        if [microseconds(text) for text in at(card, place)] != counted:
            yield f"{place} is {at(card, place)}, and DuckDB finds {counted}"
    box = list(ask("min(bbox.xmin), min(bbox.ymin), max(bbox.xmax), max(bbox.ymax)")[0])
    if box != card["bbox"]:
        yield f"bbox is {card['bbox']}, and DuckDB finds {box}"
    places = ask("ST_X(geometry), ST_Y(geometry)")
    zoom = card["coverage"]["zoom"]
    tiles = {tile(lon, lat, zoom) for lon, lat in places}
    if len(tiles) != card["coverage"]["tiles"]:
        yield f"coverage.tiles is {card['coverage']['tiles']}, and there are {len(tiles)}"
    # Edges in degrees, not in sines: another way to the same area.
    side, radius, area = 1 << zoom, 6371.0088, 0.0
    for _, y in tiles:
        north, south = (math.atan(math.sinh(math.pi * (1 - 2 * edge / side))) for edge in (y, y + 1))
        area += radius * radius * math.tau / side * (math.sin(north) - math.sin(south))
    if abs(area - card["coverage"]["square_kilometres"]) > 0.051:
        yield f"coverage.square_kilometres is {card['coverage']['square_kilometres']}, and it is {area}"


def collection_problems(folder, card):
    """A catalog that is complete in itself, as pystac reads it."""
    made = pystac.Collection.from_file(str(folder / "collection.json"))
    for name, asset in made.assets.items():
        if not pathlib.Path(asset.get_absolute_href()).is_file():
            yield f"the asset {name} leads to {asset.get_absolute_href()}, where there is no file"
    inside = [link for link in made.links if link.rel in ("root", "self", "parent", "item", "child")]
    outside = [link.rel for link in inside if not str(link.get_absolute_href()).startswith(str(folder))]
    if outside:
        yield f"links lead out of the folder: {outside}"
    if made.get_root() is not made or list(made.get_items(recursive=True)):
        yield "pystac does not take it for a catalog of its own"
    if made.extra_fields["table:row_count"] != card["pictures"]:
        yield "the collection tells another number of rows than the card"
    data = [asset for asset in made.assets.values() if "data" in asset.roles]
    if len(data) != card["files"]["count"]:
        yield f"the collection has {len(data)} files, and the card {card['files']['count']}"


def readme_problems(folder, card):
    """What README.md says of how to open it has to work."""
    readme = (folder / "README.md").read_text()

    def block(language):
        return re.search(rf"^```{language}\n(.*?)^```$", readme, re.DOTALL | re.MULTILINE)[1]

    with contextlib.chdir(folder):
        counted = sum(row[-1] for row in duck.connect().execute(block("sql")).fetchall())
        found = {}
        exec(block("python"), found)
    if counted != card["pictures"]:
        yield f"README.md: with DuckDB there are {counted} pictures"
    if len(found["pictures"]) != card["pictures"] or found["pictures"].crs is None:
        yield f"README.md: with GeoPandas there are {len(found['pictures'])} pictures"


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=pathlib.Path)
    folder = parser.parse_args().folder.resolve()
    card = json.loads((folder / "card.json").read_text())
    found = [*problems(folder, card), *collection_problems(folder, card), *readme_problems(folder, card)]
    print(json.dumps({"pictures": card["pictures"], "files": card["files"]["count"], "problems": found}, indent=1))
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
