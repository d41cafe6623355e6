"""A small server that answers as Flaneur does about a made-up dataset: the collection, ranges of parts, pages of a search."""

import gzip
import http.server
import json
import pathlib
import re
import threading
import urllib.parse

import sample

EXTENSIONS = ("table/v1.2.0", "file/v2.1.0", "projection/v1.1.0")


class Server(http.server.ThreadingHTTPServer):
    """Serves rows as a dataset of so many parts, and (unless told otherwise) the same rows as a search."""

    daemon_threads = True

    def __init__(self, folder):
        super().__init__(("127.0.0.1", 0), Handler)
        self.base = f"http://127.0.0.1:{self.server_port}"
        self.folder, self.assets, self.items, self.files, self.gone = pathlib.Path(folder), {}, [], {}, set()
        self.change, self.incomplete = 7, False
        # How far beyond its box a search finds something, degrees.
        self.slack = 0
        threading.Thread(target=self.serve_forever, args=(0.02,), daemon=True).start()

    def fill(self, rows, parts=2, listed=None, **options):
        """Writes rows into files. `listed` are the rows that the search finds."""
        share = -(-len(rows) // parts)
        self.assets, self.files, self.gone = {}, {}, set()
        for number in range(parts):
            some, name = rows[number * share : (number + 1) * share], f"part{number}"
            file = self.folder / f"{name}.parquet"
            asset = sample.write(some, file, **options)
            href = f"{self.base}/api/dataset/{name}-{asset['file:checksum'][4:20]}.parquet"
            self.assets[name] = {"href": href, **asset}
            self.files[href.rsplit("/", 1)[-1]] = file.read_bytes()
        self.items = [sample.item(row) for row in (rows if listed is None else listed)]
        self.box = sample.box_of(rows)

    def collection(self):
        interval = ["2026-05-04T08:00:00Z", None]
        return {
            "type": "Collection",
            "stac_version": "1.0.0",
            "stac_extensions": [f"https://stac-extensions.github.io/{each}/schema.json" for each in EXTENSIONS],
            "id": "dataset",
            "title": "Pictures",
            "description": "All pictures",
            "license": "various",
            "extent": {"spatial": {"bbox": [self.box]}, "temporal": {"interval": [interval]}},
            "links": [{"rel": "self", "href": f"{self.base}/api/dataset", "type": "application/json"}],
            "table:columns": [{"name": field.name, "type": str(field.type)} for field in sample.SCHEMA],
            "updated": "2026-05-04T08:00:00Z",
            "flaneur:change": self.change,
            "flaneur:incomplete": self.incomplete,
            "assets": self.assets,
        }

    def page(self, query):
        limit, begin = int(query.get("limit", 10)), int(query.get("page", 0))
        box = [float(side) for side in query["bbox"].split(",")] if "bbox" in query else [-180, -90, 180, 90]
        west, south, east, north = (side + self.slack * sign for side, sign in zip(box, (-1, -1, 1, 1), strict=True))

        def inside(item):
            lon, lat = item["geometry"]["coordinates"]
            return west <= lon <= east and south <= lat <= north

        found = [item for item in self.items if inside(item)]
        links = []
        if begin + limit < len(found):
            more = urllib.parse.urlencode({**query, "page": begin + limit})
            links.append({"rel": "next", "href": f"{self.base}/api/search?{more}", "type": "application/geo+json"})
        return {"type": "FeatureCollection", "features": found[begin : begin + limit], "links": links}


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    def log_message(self, *_):
        """Says nothing."""

    def answer(self, status, body=b"", **headers):
        self.send_response(status)
        for name, value in {"Content-Length": str(len(body)), **headers}.items():
            self.send_header(name.replace("_", "-"), value)
        self.end_headers()
        if self.command != "HEAD" and status != 304:
            self.wfile.write(body)

    def answer_json(self, value):
        body, headers = json.dumps(value).encode(), {"Content_Type": "application/json"}
        if "gzip" in (self.headers.get("Accept-Encoding") or ""):
            body, headers["Content_Encoding"] = gzip.compress(body, 1), "gzip"
        self.answer(200, body, **headers)

    def do_GET(self):
        path, _, query = self.path.partition("?")
        if path == "/api/dataset":
            return self.answer_json(self.server.collection())
        if path == "/api/search":
            return self.answer_json(self.server.page(dict(urllib.parse.parse_qsl(query))))
        name = path.removeprefix("/api/dataset/")
        if name in self.server.gone:
            return self.answer(410)
        if name not in self.server.files:
            return self.answer(404)
        return self.answer_file(name, self.server.files[name])

    do_HEAD = do_GET

    def answer_file(self, name, content):
        known = {"ETag": f'"{name}"', "Accept_Ranges": "bytes", "Content_Type": "application/vnd.apache.parquet"}
        if self.headers.get("If-None-Match") == known["ETag"]:
            return self.answer(304, **known)
        asked = re.fullmatch(r"bytes=(\d*)-(\d*)", self.headers.get("Range") or "")
        if not asked:
            return self.answer(200, content, **known)
        size = len(content)
        if asked[1]:
            begin, end = int(asked[1]), min(int(asked[2] or size - 1), size - 1)
        else:
            begin, end = max(size - int(asked[2]), 0), size - 1
        return self.answer(206, content[begin : end + 1], Content_Range=f"bytes {begin}-{end}/{size}", **known)
