"""Reads the dataset's files with what people read such files with. Each reader gives (id, what is said of the picture)."""

import json

import geopandas
import pyarrow.parquet
import pystac
import rustac
import rustac.store
import stac_geoparquet.arrow

import duck
import normal
from remote import Wrong

# Columns that are compared, beside the geometry.
COLUMNS = [
    "id",
    "collection",
    *normal.TIMES,
    *normal.NUMBERS.values(),
    *normal.TEXTS.values(),
    "quality:horizontal_accuracy",
    "pers:interior_orientation",
    "semantics",
    "annotations",
    "assets",
]
BATCH = 2000
# pystac makes an object of each item, slowly.
MOST_OBJECTS = 20


def with_duckdb(parts):
    """DuckDB over HTTP, with its types for geometries."""
    connection = duck.connect()
    # Times come as numbers: making objects of them, DuckDB would want one more package.
    names = ", ".join(f'epoch_us("{name}")' if name in normal.TIMES else f'"{name}"' for name in COLUMNS)
    files = duck.quoted(part.url for part in parts)
    rows = connection.execute(f"SELECT ST_X(geometry), ST_Y(geometry), {names} FROM read_parquet({files})")
    while batch := rows.fetchmany(BATCH):
        for lon, lat, *values in batch:
            row = dict(zip(COLUMNS, values, strict=True))
            yield row["id"], normal.of_row(row, lon, lat)


def with_geopandas(parts):
    """GeoPandas, which finds the geometry and its reference system by itself."""
    for part in parts:
        frame = geopandas.read_parquet(part.file)
        if frame.crs is None or frame.crs.to_authority() != ("OGC", "CRS84"):
            raise Wrong(f"{part.name}: GeoPandas takes its reference system for {frame.crs}")
        inside = geopandas.read_parquet(part.file, bbox=tuple(part.bbox), columns=["id", "geometry"])
        if len(inside) != len(frame):
            raise Wrong(f"{part.name}: GeoPandas finds {len(inside)} of {len(frame)} pictures in the part's own box")
        values = [frame[name].tolist() for name in COLUMNS]
        for point, *row in zip(frame.geometry.tolist(), *values, strict=True):
            row = dict(zip(COLUMNS, (None if each is geopandas.pd.NaT else each for each in row), strict=True))
            yield row["id"], normal.of_row(row, point.x, point.y)


def with_rustac(parts):
    """rustac over HTTP: STAC items."""
    for part in parts:
        # It takes addresses with https; any other has to be allowed.
        folder, name = part.url.rsplit("/", 1)
        store = rustac.store.HTTPStore(folder, client_options={"allow_http": True})
        for item in rustac.read_sync(name, store=store)["features"]:
            yield item["id"], normal.of_item(item)


def with_stac_geoparquet(parts):
    """stac-geoparquet: STAC items, of which pystac makes objects."""
    objects = 0
    for part in parts:
        table = pyarrow.parquet.read_table(part.file)
        for item in stac_geoparquet.arrow.stac_table_to_items(table):
            if objects < MOST_OBJECTS:
                objects += 1
                made = pystac.Item.from_dict({"type": "Feature", **item})
                if made.datetime is None or made.collection_id != item["collection"]:
                    raise Wrong(f"{part.name}: pystac does not understand {item['id']}")
            yield item["id"], normal.of_item(item)


def with_pystac(document):
    """pystac: the collection and its assets. Answers what it found."""
    made = pystac.Collection.from_dict(document, preserve_dict=True)
    # It writes what it read: nothing may be lost on the way.
    again = json.loads(json.dumps(made.to_dict(include_self_link=True, transform_hrefs=False)))
    lost = [name for name, asset in document["assets"].items() if again["assets"].get(name, {}).get("href") != asset["href"]]
    if lost:
        raise Wrong(f"pystac loses the assets {lost} of the collection")
    return {"id": made.id, "assets": len(made.assets), "bboxes": made.extent.spatial.bboxes}


READERS = {
    "duckdb": with_duckdb,
    "geopandas": with_geopandas,
    "rustac": with_rustac,
    "stac-geoparquet": with_stac_geoparquet,
}
