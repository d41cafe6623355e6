"""A file of the dataset: what the collection says of it, what the server says of it, and what is in it."""

import hashlib
import json
import math
import re
import urllib.parse

import numpy
import pyarrow.parquet

import remote
import zorder
from remote import Wrong

MOST_ROWS = 20_000
SIDES = ("xmin", "ymin", "xmax", "ymax")
COVERING = {side: ["bbox", side] for side in SIDES}


class Part:
    """A file, downloaded. `problems` are sentences about what is wrong with it."""

    def __init__(self, base, name, asset, file):
        self.name, self.asset, self.base = name, asset, base
        self.url, self.bbox = asset["href"], asset["proj:bbox"]
        self.file = file
        self.problems, self.rows, self.bytes = [], 0, 0

    def wrong(self, problem):
        self.problems.append(f"{self.name}: {problem}")

    def expect(self, what, found, expected):
        if found != expected:
            self.wrong(f"{what} is {found!r} and should be {expected!r}")

    def download(self):
        """Fetches the file and holds it against what the collection says of it."""
        address = re.fullmatch(r"(.+)-[0-9a-zA-Z]+\.parquet", self.url.rsplit("/", 1)[-1])
        if not self.url.startswith(f"{self.base}/api/dataset/") or not address:
            self.wrong(f"{self.url} is no address of a part")
        elif urllib.parse.unquote(address[1]) != self.name:
            self.wrong(f"its address has the name {address[1]}")
        digest = hashlib.sha256()
        with remote.ask(self.url) as answer, self.file.open("wb") as file:
            if answer.status == 410:
                raise Wrong(f"{self.name} is gone (410): a picture in it was withdrawn. Read the collection again")
            if answer.status != 200:
                raise Wrong(f"{self.name} is answered with {answer.status}")
            while chunk := answer.read(1 << 20):
                digest.update(chunk)
                self.bytes += len(chunk)
                file.write(chunk)
            self.tag = answer.headers.get("ETag") or ""
            self.expect("the Content-Type", answer.headers.get("Content-Type"), remote.PARQUET)
        if not re.fullmatch(r'"[^"]+"', self.tag):
            self.wrong(f"its entity tag is {self.tag!r}, which is no strong one")
        self.expect("file:size", self.asset.get("file:size"), self.bytes)
        self.expect("file:checksum", self.asset.get("file:checksum"), f"1220{digest.hexdigest()}")

    def ask_for_ranges(self):
        """Asks as readers over HTTP do: for the size, for the end, for what is known already."""
        with remote.ask(self.url, "HEAD") as answer:
            found = answer.status, answer.headers.get("Content-Length"), answer.headers.get("Accept-Ranges")
            self.expect("the answer to HEAD", found, (200, str(self.bytes), "bytes"))
        begin = self.bytes - 8
        for name, value in (("the end of it", f"bytes={begin}-{self.bytes - 1}"), ("its last bytes", "bytes=-8")):
            with remote.ask(self.url, headers={"Range": value}) as answer:
                found = answer.status, answer.headers.get("Content-Range"), answer.read(64)[-4:], answer.headers.get("ETag")
                whole = f"bytes {begin}-{self.bytes - 1}/{self.bytes}"
                self.expect(f"the answer about {name}", found, (206, whole, b"PAR1", self.tag))
        with remote.ask(self.url, headers={"If-None-Match": self.tag}) as answer:
            self.expect("the status of what is known already", answer.status, 304)

    def look_inside(self):
        """Checks what readers go by: statistics, order, metadata."""
        try:
            file = pyarrow.parquet.ParquetFile(self.file)
        except (OSError, ValueError) as error:
            raise Wrong(f"{self.name} can't be read as Parquet: {error}") from error
        self.rows = file.metadata.num_rows
        self.columns = file.schema_arrow.names
        self.expect("table:row_count", self.asset.get("table:row_count"), self.rows)
        table = file.read(columns=["geometry", "bbox"])
        sides = {side: numpy.asarray(table["bbox"].combine_chunks().field(side)) for side in SIDES}
        points = self.points(table["geometry"].to_pylist())
        lon, lat = points[:, 0], points[:, 1]
        for side, value in zip(SIDES, (lon, lat, lon, lat), strict=True):
            if not numpy.array_equal(sides[side], value):
                self.wrong(f"bbox.{side} is not where the geometry is, first in row {int((sides[side] != value).argmax())}")
        wrong = zorder.first_out_of_order(lon, lat)
        if wrong is not None:
            self.wrong(f"rows are not in the order of quadkeys, first row {wrong} at {lon[wrong]}, {lat[wrong]}")
        self.look_at_groups(file.metadata, sides)
        box = [float(each) for each in (lon.min(), lat.min(), lon.max(), lat.max())]
        self.look_at_metadata(file.metadata.metadata or {}, box)
        self.expect("proj:bbox", [float(each) for each in self.bbox], box)

    def points(self, geometries):
        """Points out of well-known binary."""
        kind = numpy.dtype([("order", "u1"), ("kind", "<u4"), ("at", "<f8", 2)])
        if any(each is None or len(each) != kind.itemsize for each in geometries):
            raise Wrong(f"{self.name}: there is a geometry that is no point")
        read = numpy.frombuffer(b"".join(geometries), dtype=kind)
        if (read["order"] != 1).any() or (read["kind"] != 1).any():
            raise Wrong(f"{self.name}: there is a geometry that is no point in little-endian order")
        return read["at"]

    def look_at_groups(self, metadata, sides):
        begin = 0
        for index in range(metadata.num_row_groups):
            group = metadata.row_group(index)
            chunks = [group.column(at) for at in range(group.num_columns)]
            if group.num_rows > MOST_ROWS:
                self.wrong(f"row group {index} has {group.num_rows} rows: who looks for a town reads it whole")
            packed = {chunk.compression for chunk in chunks}
            self.expect(f"the compression of row group {index}", packed, {"ZSTD"})
            statistics = {chunk.path_in_schema: chunk.statistics for chunk in chunks}
            for side in SIDES:
                found, values = statistics.get(f"bbox.{side}"), sides[side][begin : begin + group.num_rows]
                if found is None or not found.has_min_max:
                    self.wrong(f"row group {index} has no statistics of bbox.{side}")
                elif (found.min, found.max) != (values.min(), values.max()):
                    self.wrong(f"row group {index}: the statistics of bbox.{side} are not what is in it")
            begin += group.num_rows

    def look_at_metadata(self, metadata, box):
        try:
            geo, stac = (json.loads(metadata[key]) for key in (b"geo", b"stac-geoparquet"))
            column = geo["columns"][geo["primary_column"]]
        except (KeyError, TypeError, ValueError) as error:
            return self.wrong(f"the metadata `geo` and `stac-geoparquet` are not whole: {error!r}")
        self.expect("the version of GeoParquet", geo.get("version"), "1.1.0")
        self.expect("the primary column", geo["primary_column"], "geometry")
        self.expect("the encoding", column.get("encoding"), "WKB")
        self.expect("the types of geometries", column.get("geometry_types"), ["Point"])
        self.expect("the covering", column.get("covering"), {"bbox": COVERING})
        if "crs" in column and (column["crs"] or {}).get("id") != {"authority": "OGC", "code": "CRS84"}:
            self.wrong("the reference system is given and is not OGC:CRS84")
        found = column.get("bbox") or []
        if len(found) != 4 or not all(math.isclose(a, b, abs_tol=1e-12) for a, b in zip(found, box, strict=True)):
            self.wrong(f"the bbox in `geo` is {found} and should be {box}")
        if stac.get("version") not in ("1.0.0", "1.1.0"):
            self.wrong(f"the version of stac-geoparquet is {stac.get('version')}")
        if not isinstance(stac.get("collections", {}), dict):
            self.wrong("the collections in `stac-geoparquet` are no object")
