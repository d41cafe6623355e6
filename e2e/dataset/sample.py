"""A made-up town in files like those of the dataset, and as items of a search: for tests of what reads them."""

import copy
import datetime
import hashlib
import json
import math
import random
import struct
import uuid

import numpy
import pyarrow
import pyarrow.parquet

import zorder

SIDES = ("xmin", "ymin", "xmax", "ymax")
DAY = datetime.datetime(2026, 5, 4, 8, tzinfo=datetime.timezone.utc)
STEP = 0.00009
LONGEST = 100


def field(name, kind, nullable=False):
    return pyarrow.field(name, kind, nullable)


def structure(**fields):
    return pyarrow.struct([field(name, kind) for name, kind in fields.items()])


TEXT, NUMBER, WHOLE = pyarrow.string(), pyarrow.float64(), pyarrow.int32()
TEXTS, TIME = pyarrow.list_(TEXT), pyarrow.timestamp("us", "UTC")
TAGS = pyarrow.list_(structure(key=TEXT, value=TEXT))
MODEL = structure(**dict.fromkeys(("class", "name", "version"), TEXT))
CORNERS = pyarrow.list_(structure(x=WHOLE, y=WHOLE))
CAMERA = pyarrow.struct(
    [
        field("camera_manufacturer", TEXT, True),
        field("camera_model", TEXT, True),
        field("focal_length", NUMBER, True),
        field("field_of_view", NUMBER, True),
        field("sensor_array_dimensions", pyarrow.list_(WHOLE)),
    ]
)
ASSET = pyarrow.struct(
    [
        *(field(name, TEXT) for name in ("href", "type", "title")),
        field("roles", TEXTS),
        field("file:checksum", TEXT),
        field("file:size", pyarrow.int64(), True),
    ]
)
SCHEMA = pyarrow.schema(
    [
        field("id", TEXT),
        field("stac_version", TEXT),
        field("stac_extensions", TEXTS),
        field("collection", TEXT),
        field("geometry", pyarrow.binary()),
        field("bbox", structure(**dict.fromkeys(SIDES, NUMBER))),
        *(field(name, TIME) for name in ("datetime", "created", "updated")),
        field("license", TEXT),
        field("attribution", TEXT, True),
        field("geovisio:producer", TEXT),
        field("view:azimuth", NUMBER, True),
        field("flaneur:heading_source", TEXT),
        *(field(f"pers:{name}", NUMBER, True) for name in ("pitch", "roll", "yaw")),
        field("pers:interior_orientation", CAMERA),
        field("quality:horizontal_accuracy", NUMBER, True),
        field("panoramax:horizontal_pixel_density", WHOLE, True),
        field("flaneur:altitude", NUMBER, True),
        field("flaneur:projection", TEXT),
        field("geovisio:rank_in_collection", WHOLE, True),
        field("semantics", TAGS),
        field("annotations", pyarrow.list_(structure(id=TEXT, shape=CORNERS, semantics=TAGS))),
        *(field(f"flaneur:{name}", WHOLE) for name in ("faces", "plates")),
        field("flaneur:models", pyarrow.list_(MODEL)),
        field("links", pyarrow.list_(structure(href=TEXT, rel=TEXT, type=TEXT))),
        field("assets", structure(hd=ASSET, sd=ASSET, thumb=ASSET)),
        field("type", TEXT),
    ]
)


def town(count, base, seed=1):
    """That many rows, in sequences along streets, in the order of quadkeys. Coordinates are degrees."""
    chance = random.Random(seed)
    rows = []
    while len(rows) < count:
        sequence, lon, lat = name(chance), chance.uniform(2, 3), chance.uniform(48, 48.6)
        heading = chance.uniform(0, 2 * math.pi)
        begin = DAY + datetime.timedelta(seconds=len(rows), microseconds=chance.randrange(1_000_000))
        for rank in range(1, min(LONGEST, count - len(rows)) + 1):
            heading += chance.gauss(0, 0.1)
            lon, lat = lon + STEP * math.sin(heading), lat + STEP * math.cos(heading)
            time = begin + datetime.timedelta(seconds=rank)
            rows.append(picture(chance, base, sequence, rank, (lon, lat), time, math.degrees(heading) % 360))
    box = [[row["bbox"][side] for row in rows] for side in ("xmin", "ymin")]
    keys = zorder.keys(numpy.array(box[0]), numpy.array(box[1]))
    return [rows[at] for at in numpy.argsort(keys, kind="stable")]


def name(chance):
    return str(uuid.UUID(int=chance.getrandbits(128), version=4))


def picture(chance, base, sequence, rank, point, time, heading):
    identifier, lon, lat = name(chance), *point
    bare = chance.random() < 0.1
    signs = [{"key": "osm|traffic_sign", "value": chance.choice(["stop", "give_way"])}] if chance.random() < 0.05 else []
    mark = {"id": name(chance), "shape": [{"x": 1, "y": 2}, {"x": 9, "y": 2}, {"x": 9, "y": 8}, {"x": 1, "y": 2}]}
    marks = [{**mark, "semantics": [{"key": "osm|traffic_sign", "value": "maxspeed"}]}] if chance.random() < 0.03 else []

    def asset(kind, role):
        digest = f"1220{chance.getrandbits(256):064x}"
        size = chance.randrange(1000, 9_000_000) if kind == "hd" else None
        href = f"{base}/api/pictures/{identifier}/{kind}.jpg"
        return {"href": href, "type": "image/jpeg", "title": kind, "roles": [role], "file:checksum": digest, "file:size": size}

    address = f"{base}/api/collections/{sequence}/items/{identifier}"
    return {
        "id": identifier,
        "stac_version": "1.0.0",
        "stac_extensions": [f"https://stac-extensions.github.io/{each}/schema.json" for each in ("view/v1.0.0", "file/v2.1.0")],
        "collection": sequence,
        "geometry": struct.pack("<BIdd", 1, 1, lon, lat),
        "bbox": dict(zip(SIDES, (lon, lat, lon, lat), strict=True)),
        "datetime": time,
        "created": DAY,
        "updated": DAY,
        "license": "CC-BY-SA-4.0",
        "attribution": "Somebody, née Ünlü" if bare else None,
        "geovisio:producer": "owner",
        "view:azimuth": None if bare else heading,
        "flaneur:heading_source": "none" if bare else "track",
        "pers:pitch": None if bare else 0.5,
        "pers:roll": None,
        "pers:yaw": None,
        "pers:interior_orientation": {
            "camera_manufacturer": None if bare else "GoPro",
            "camera_model": None if bare else "Max",
            "focal_length": 3.0,
            "field_of_view": None if bare else 360.0,
            "sensor_array_dimensions": [] if bare else [5760, 2880],
        },
        "quality:horizontal_accuracy": None if bare else 4.0,
        "panoramax:horizontal_pixel_density": None if bare else 16,
        "flaneur:altitude": None,
        "flaneur:projection": "flat" if bare else "equirectangular",
        "geovisio:rank_in_collection": rank,
        "semantics": signs,
        "annotations": marks,
        "flaneur:faces": 1,
        "flaneur:plates": 0,
        "flaneur:models": [{"class": "face", "name": "faces", "version": "1"}],
        "links": [{"href": address, "rel": "self", "type": "application/geo+json"}],
        "assets": {"hd": asset("hd", "data"), "sd": asset("sd", "visual"), "thumb": asset("thumb", "thumbnail")},
        "type": "Feature",
    }


def item(row):
    """A row as the API says it."""
    top = ("type", "id", "stac_version", "stac_extensions", "collection", "links")
    said = {**{key: row[key] for key in top}, "assets": copy.deepcopy(row["assets"])}
    point = [row["bbox"]["xmin"], row["bbox"]["ymin"]]
    said |= {"geometry": {"type": "Point", "coordinates": point}, "bbox": point * 2}
    for asset in said["assets"].values():
        asset.pop("file:checksum")
        if asset["file:size"] is None:
            asset.pop("file:size")
    own = {key: value for key, value in row.items() if key not in (*top, "geometry", "bbox", "assets") and value is not None}
    own |= {key: own[key].isoformat() for key in ("datetime", "created", "updated")}
    own["view:azimuth"] = row["view:azimuth"] or 0
    own["annotations"] = [
        {**mark, "shape": {"type": "Polygon", "coordinates": [[[at["x"], at["y"]] for at in mark["shape"]]]}}
        for mark in row["annotations"]
    ]
    return {**said, "properties": own}


def box_of(rows):
    lon, lat = ([row["bbox"][side] for row in rows] for side in ("xmin", "ymin"))
    return [min(lon), min(lat), max(lon), max(lat)]


def write(rows, path, group=10_000, geo=None, **options):
    """Writes a file, and answers what a collection says of it."""
    box = box_of(rows)
    covering = {"bbox": {side: ["bbox", side] for side in SIDES}}
    column = {"encoding": "WKB", "geometry_types": ["Point"], "bbox": box, "covering": covering}
    metadata = {"version": "1.1.0", "primary_column": "geometry", "columns": {"geometry": {**column, **(geo or {})}}}
    table = pyarrow.Table.from_pylist(rows, schema=SCHEMA).replace_schema_metadata(
        {"geo": json.dumps(metadata), "stac-geoparquet": json.dumps({"version": "1.0.0"})}
    )
    settings = {"compression": "zstd", "row_group_size": group} | options
    pyarrow.parquet.write_table(table, path, **settings)
    content = path.read_bytes()
    return {
        "type": "application/vnd.apache.parquet",
        "roles": ["data"],
        "file:size": len(content),
        "file:checksum": f"1220{hashlib.sha256(content).hexdigest()}",
        "table:row_count": len(rows),
        "proj:bbox": box,
    }
