"""Hooks of schemathesis: what it makes up would name nothing that exists, so part of it is replaced by what does.

Ids in paths, queries and bodies become those of things the server under test has, and some parameters get values that
mean something, so that requests get past the first look at them. What is deleted is made anew. In the environment:

FLANEUR_TOKEN     whom it asks as, if anybody
FLANEUR_EYES      an administrator's token, to look up what there is: what is hidden is worth asking for, too
FLANEUR_PICTURES  a folder of pictures to send
FLANEUR_SEED      where chance begins
"""

import base64
import json
import os
import pathlib
import random
import time
import urllib.error
import urllib.parse
import urllib.request
import uuid

import schemathesis

TOKEN = os.environ.get("FLANEUR_TOKEN", "")
EYES = os.environ.get("FLANEUR_EYES") or TOKEN
PICTURES = sorted(pathlib.Path(os.environ["FLANEUR_PICTURES"]).glob("*.jpg")) if "FLANEUR_PICTURES" in os.environ else []
chance = random.Random(int(os.environ.get("FLANEUR_SEED", "1")))
# After so many requests it is looked up anew what there is, and with fewer pictures than these, more are sent.
FRESH, FEW = 150, 6
DIRECT = urllib.request.build_opener(urllib.request.ProxyHandler({}))


def subject(token):
    """The id of a token: the subject of the JWT."""
    middle = token.split(".")[1]
    return json.loads(base64.urlsafe_b64decode(middle + "=" * (-len(middle) % 4)))["sub"]


# The tokens that everything is asked with must stay.
NEEDED = {subject(token) for token in (TOKEN, EYES) if token}

FILTERS = {
    "/reports": ["status = 'open'", "reporter = 'me' OR owner = 'me'", "status IN ('open', 'waiting')"],
    "/search": [
        "type = 'equirectangular'",
        "\"semantics.osm|amenity\" = 'bench'",
        "heading > 10 AND type = 'flat'",
        "heading BETWEEN -1e308 AND 1e308",
        "model LIKE 'R%'",
        "datetime > '9999-12-31T23:59:59Z' OR id = '00000000-0000-0000-0000-000000000000'",
        "pixel_density BETWEEN 1 AND 100",
        "semantics IS NOT NULL",
        "NOT (type = 'flat')",
    ],
    "/collections": [
        "updated > '2026-01-01T00:00:00Z'",
        "created < '2027-01-01T00:00:00Z' AND status = 'ready'",
        "\"semantics.osm|amenity\" IS NULL",
        "status IN ('deleted', 'ready')",
    ],
}
WORLD = [[[-180, -90], [180, -90], [180, 90], [-180, 90], [-180, -90]]]
TIMES = [
    "2000-01-01T00:00:00Z/..",
    "../2030-01-01T00:00:00Z",
    "2020-01-01T00:00:00Z/2027-01-01T00:00:00Z",
    "9999-12-31T23:59:59Z/..",
    "0000-01-01T00:00:00Z",
    "../-009999-01-01T00:00:00Z",
]
# What a parameter may well be, by its name.
SAMPLES = {
    "after": [0, 1],
    "bbox": ["-180,-90,180,90", "1,48,3,50", "170,-90,-170,90", "-180,-90,0,180,90,100"],
    "created_after": ["2000-01-01T00:00:00Z", "9999-12-31T23:59:59Z"],
    "created_before": ["2030-01-01", "0000-01-01"],
    "datetime": TIMES,
    "expires_at": ["2035-01-01T00:00:00Z", "2020-01-01T00:00:00Z"],
    "fields": ["", "id,geometry", "-assets", "datetime,-properties", "properties,-properties.exif", "a.b"],
    "filter-lang": ["cql2-text"],
    "format": ["rss", "json"],
    "intersects": ['{"type":"Point","coordinates":[1.9,49]}', json.dumps({"type": "Polygon", "coordinates": WORLD})],
    "limit": [1, 2, 10, 1000],
    "next_url": ["/", "/settings?a=b#c"],
    "offset": [0, 1],
    "place_distance": ["0-500", "3-15"],
    "place_position": ["2.35,48.85", "-1.68,48.11"],
    "q": ["a", "admin", "%"],
    "scopes": ["", "upload", "read,edit", "everything"],
    "sortby": ["+created", "-updated", "updated", "-properties.datetime", "id", "+datetime"],
    "startAfterRank": [0, 1, 2],
}
# What something in a body may well be, by its name.
BODIES = {
    "bbox": [[-180, -90, 180, 90], [1, 48, 3, 50]],
    "box": [[10, 10, 60, 80], [0, 0, 5, 5]],
    "capture_time": ["2021-05-06T07:08:09Z", "2021-05-06T07:08:09.5", "9999-12-31T23:59:59Z", "0001-01-01T00:00:00+14:00"],
    "class": ["face", "plate", "other"],
    "clock_ahead": [0, -5, 1e12],
    "datetime": TIMES,
    "default_visibility": ["anyone", "owner-only"],
    "degrees": [180, -1.5, 1e300],
    "east": [1.5, -1e9],
    "estimated_nb_files": [1, 1000],
    "expires_at": ["2029-01-01T00:00:00Z", "2020-01-01T00:00:00Z"],
    "fields": [{}, {"include": ["id", "assets.hd"]}, {"exclude": ["links"]}, {"include": [], "exclude": ["properties"]}],
    "filter": [
        {"op": "=", "args": [{"property": "type"}, "flat"]},
        {"op": "isNull", "args": [{"property": "heading"}]},
    ],
    "filter-lang": ["cql2-json"],
    "geometry": [
        {"type": "Polygon", "coordinates": [[[50, 50], [50.1, 50], [50.1, 50.1], [50, 50]]]},
        {"type": "MultiPolygon", "coordinates": [[[[60, 50], [60.1, 50], [60.1, 50.1], [60, 50]]]]},
    ],
    "gpx": [
        '<gpx><trk><trkseg><trkpt lat="48" lon="2"><time>2020-01-01T00:00:00Z</time></trkpt>'
        '<trkpt lat="49" lon="2"><time>2030-01-01T00:00:00Z</time></trkpt></trkseg></trk></gpx>'
    ],
    "heading": [0, 90.5, 360],
    "intersects": [{"type": "Polygon", "coordinates": WORLD}],
    "issue": ["blur_missing", "privacy", "other", "mislocated"],
    "latitude": [48.5, 90, -90],
    "limit": [1, 100],
    "longitude": [2.5, -180, 180],
    "max_gap": [1, 1e9],
    "north": [-3, 1e12],
    "operation": [
        {"turn": {"degrees": 180}},
        {"follow_track": {"relative_heading": 90}},
        {"shift": {"east": 1.5, "north": -3}},
        {"retime": {"seconds": -3600}},
        {"level": {"pitch": 0, "roll": -1.2}},
        {"show": {"visibility": "anyone"}},
        {"turn": {"degrees": 1e300}},
        {"shift": {"east": 1e300, "north": 1e12}},
        {"retime": {"seconds": 1e18}},
    ],
    "pitch": [0, -10],
    "polygon": [[[10, 10], [60, 12], [40, 80]]],
    "preview": [True, False],
    "regions": [[{"box": [10, 10, 30, 30]}], [{"polygon": [[1, 1], [9, 1], [9, 9]]}, {"box": [0, 0, 5, 5]}]],
    "relative_heading": [0, 90, -360],
    "roll": [0, 1.5],
    "scopes": [["upload"], ["read", "edit"], ["moderate"], []],
    "seconds": [-3600, 1, 1e11, -9e15],
    "semantics": [
        [{"key": "osm|amenity", "value": "bench"}],
        [{"key": "a", "value": "b", "action": "add"}],
        [{"key": "osm|amenity", "value": "bench", "action": "delete"}],
        [],
    ],
    "shape": [[10, 10, 40, 40], {"type": "Polygon", "coordinates": [[[1, 1], [30, 1], [30, 30], [1, 1]]]}],
    "sort_method": ["time-asc", "time-desc", "filename-asc", "filename-desc"],
    "sortby": ["+gpsdate", "-filedate", "+filename", [{"field": "properties.datetime", "direction": "desc"}]],
    "status": ["waiting", "closed_solved", "closed_ignored", "open"],
    "visibility": ["anyone", "logged-only", "owner-only", None],
    "yaw": [0],
}
# Headers that no route documents, because all of them, or all files, know them.
HEADERS = [
    ("Accept", ["application/rss+xml", "text/html", "image/webp", "*/*;q=0", "a"]),
    ("Accept-Encoding", ["identity;q=0", "gzip"]),
    ("Authorization", ["Bearer a.b.c", "Bearer", "Basic YTpi"]),
    ("Cookie", ["flaneur_session=a", "a; =;;"]),
    ("If-Modified-Since", ["Sat, 01 Jan 2050 00:00:00 GMT", "yesterday"]),
    ("If-None-Match", ["*", '"a"', 'W/"a", "b"', "a"]),
    ("Origin", ["https://elsewhere.example", "null"]),
    ("Range", ["bytes=0-10", "bytes=5-2", "bytes=-5", "bytes=99999999-", "bytes=0-1,3-4", "bytes=-0", "a=b"]),
    ("X-Forwarded-Host", ["elsewhere.example", "a b"]),
]
# Members and parameters that hold ids, and of what.
IDS = {
    "collections": "collections",
    "ids": "pictures",
    "picture_id": "pictures",
    "pictures": "pictures",
    "sequence_id": "collections",
    "upload_set": "upload_sets",
    "upload_sets": "upload_sets",
}
PAGES = ["terms-of-service", "custom-banner"]
TILES = ["0/0/0", "1/1/0", "6/32/22", "10/507/354", "15/16231/11344"]
PARTS = ["0_0.jpg", "1_0.jpg", "3_1.jpg", "0_0.webp", "0_0"]


class Things:
    """What the server has, by name of a list."""

    def __init__(self):
        self.found, self.age, self.base = {}, 0, ""
        # Uploads have addresses that are told once.
        self.begun = []
        # What leads to another page, by path.
        self.pages = {}

    def of(self, name, base):
        if not self.found or self.age >= FRESH:
            self.base, self.age = base.rstrip("/"), 0
            self.look()
            if len(self.found["pictures"]) < FEW:
                self.restock()
                self.look()
        self.age += 1
        return self.found.get(name) or []

    def send(self, method, path, token, body=None, headers=None, needed=False):
        """What is answered, as JSON, or none: what is asked for may be gone, or hidden, unless it is needed."""
        request = urllib.request.Request(f"{self.base}{path}", method=method)
        if token:
            request.add_header("Authorization", f"Bearer {token}")
        if isinstance(body, dict):
            body = json.dumps(body).encode()
            request.add_header("Content-Type", "application/json")
        for name, value in (headers or {}).items():
            request.add_header(name, value)
        request.data = body
        try:
            with DIRECT.open(request, timeout=60) as answer:
                text = answer.read()
                self.learn(answer.headers.get("Location"))
        except urllib.error.HTTPError as error:
            if needed:
                raise RuntimeError(f"{method} {path} was answered with {error.code}: {error.read().decode()}") from error
            return None
        return json.loads(text) if text else None

    def learn(self, location):
        """Notes where an upload goes on, if it does there."""
        parts = (location or "").split("?")[0].split("/upload_sets/")[-1].split("/")
        if len(parts) == 3 and parts[1] == "tus":
            self.begun.append((parts[0], parts[2]))

    def all(self, path, member, token=EYES):
        return (self.send("GET", path, token) or {}).get(member) or []

    def both(self, path, member):
        """What the administrator and who asks have of it."""
        return [each for token in sorted({TOKEN, EYES}) for each in self.all(path, member, token)]

    def look(self):
        me = [self.send("GET", "/users/me", token, needed=True) for token in sorted({TOKEN, EYES} - {""})]
        pictures = self.all("/search?limit=200", "features")
        areas, own_areas = "/configuration/excluded_areas?all=true", "/users/me/excluded_areas"
        self.found = {
            "annotations": [
                (each["collection"], each["id"], annotation["id"])
                for each in pictures
                for annotation in each["properties"].get("annotations") or []
            ],
            "areas": [each["properties"]["id"] for each in self.all(areas, "features")],
            "collections": [each["id"] for each in self.all("/collections?limit=200", "collections")],
            "files": [each["href"].rsplit("/", 1)[-1] for each in (self.send("GET", "/dataset", None) or {"assets": {}})["assets"].values()],
            "edits": [each["id"] for each in self.both("/users/me/edits", "edits")],
            "items": [(each["collection"], each["id"]) for each in pictures],
            "own areas": [each["properties"]["id"] for each in self.all(own_areas, "features", TOKEN)],
            "pictures": [each["id"] for each in pictures],
            "redactions": [
                (each["id"], redaction["id"])
                for each in pictures[:3]
                for redaction in self.all(f"/pictures/{each['id']}/redactions", "redactions")
            ],
            "reports": [each["id"] for each in self.all("/reports", "reports") + self.both("/users/me/reports", "reports")],
            "tokens": [each["id"] for each in self.send("GET", "/users/me/tokens", TOKEN) or []],
            "upload_sets": [each["id"] for each in self.both("/users/me/upload_sets", "upload_sets")],
            "uploads": self.begun[-5:],
            "users": [each["id"] for each in me],
        }

    def restock(self):
        """Sends pictures, after letting them be anywhere, and makes one of everything else."""
        none = b'{"type": "FeatureCollection", "features": []}'
        self.send("PUT", "/configuration/excluded_areas", EYES, none, {"Content-Type": "application/geo+json"})
        for page in PAGES:
            self.send("PUT", f"/pages/{page}/en", EYES, b"<h1>A page</h1>", {"Content-Type": "text/html"})
        for token in sorted({EYES, TOKEN} - {""}):
            for area in self.all("/users/me/excluded_areas", "features", token):
                self.send("DELETE", f"/users/me/excluded_areas/{area['properties']['id']}", token)
            self.upload(token)
            begun = self.send("POST", "/upload_sets", token, {"title": "Begun"})
            if begun:
                name = base64.b64encode(b"part.jpg").decode()
                tus = {"Tus-Resumable": "1.0.0", "Upload-Length": "70000", "Upload-Metadata": f"filename {name}"}
                self.send("POST", f"/upload_sets/{begun['id']}/tus", token, b"", tus)
        for picture in self.all("/search?limit=3", "features"):
            tag = {"shape": [10, 10, 40, 40], "semantics": [{"key": "osm|amenity", "value": "bench"}]}
            self.send("POST", f"/pictures/{picture['id']}/annotations", EYES, tag)
            self.send("POST", f"/pictures/{picture['id']}/redactions", EYES, {"regions": [{"box": [0, 0, 16, 16]}]})
            self.send("POST", "/reports", TOKEN, {"issue": "other", "picture_id": picture["id"]})

    def upload(self, token):
        made = self.send("POST", "/upload_sets", token, {"title": "Restocked"})
        if not made:
            return
        path = f"/upload_sets/{made['id']}"
        for picture in PICTURES:
            head = f'Content-Disposition: form-data; name="file"; filename="{picture.name}"\r\nContent-Type: image/jpeg'
            form = f"--bound\r\n{head}\r\n\r\n".encode() + picture.read_bytes() + b"\r\n--bound--\r\n"
            self.send("POST", f"{path}/files", token, form, {"Content-Type": "multipart/form-data; boundary=bound"})
        self.send("POST", f"{path}/complete", token)
        end = time.monotonic() + 60
        while time.monotonic() < end and not (self.send("GET", path, token) or {}).get("ready"):
            time.sleep(0.2)


things = Things()


def path_of(path, base):
    """Parameters of a path that lead somewhere, or none."""

    def one(name):
        known = things.of(name, base)
        return chance.choice(known) if known else None

    def named(found, *names):
        found = found if isinstance(found, tuple) else (found,)
        return None if found[0] is None else dict(zip(names, found))

    if "/map/{z}" in path:
        z, x, y = chance.choice(TILES).split("/")
        tile = {"z": z, "x": x, "y": y + chance.choice(["", ".mvt", ".pbf"])}
        user = named(one("users"), "id") if path.startswith("/users") else {}
        return None if user is None else tile | user
    if path.startswith("/collections/{collection}/items/{item}/annotations"):
        return named(one("annotations"), "collection", "item", "id")
    if path.startswith("/collections/{collection}/items"):
        return named(one("items"), "collection", "id")
    if path.startswith("/pages/"):
        return {"page": chance.choice(PAGES), **({"lang": chance.choice(["en", "fr"])} if "{lang}" in path else {})}
    if path.startswith("/annotations"):
        found = one("annotations")
        return found and {"id": found[2]}
    if "/redactions/" in path:
        return named(one("redactions"), "id", "redaction")
    if path.endswith("/tiled/{tile}"):
        found = one("pictures")
        return found and {"id": found, "tile": chance.choice(PARTS)}
    if path.endswith("/tus/{upload}"):
        return named(one("uploads"), "id", "upload")
    if path.startswith("/dataset/"):
        return named(one("files"), "file")
    lists = {
        "/auth/tokens/{id}": "tokens",
        "/collections/{id}": "collections",
        "/configuration/excluded_areas/{id}": "areas",
        "/edits/{id}": "edits",
        "/pictures/{id}": "pictures",
        "/reports/{id}": "reports",
        "/upload_sets/{id}": "upload_sets",
        "/users/me/excluded_areas/{id}": "own areas",
        "/users/me/tokens/{id}": "tokens",
        "/users/{id}": "users",
    }
    return next((named(one(name), "id") for start, name in lists.items() if path.startswith(start)), None)


def enliven(value, base):
    """A body in which some ids are real, and some values likely."""
    if isinstance(value, list):
        return [enliven(each, base) for each in value]
    if not isinstance(value, dict):
        return value
    made = {}
    for name, inner in value.items():
        roll = chance.random()
        known = things.of(IDS[name], base) if name in IDS else None
        if known and roll < 0.7:
            made[name] = chance.choice(known) if name.endswith("_id") else chance.choices(known, k=chance.randint(1, 3))
        elif name in BODIES and roll < 0.5:
            made[name] = chance.choice(BODIES[name])
        else:
            made[name] = enliven(inner, base)
    return made


def enliven_query(query, path, base):
    for name in list(query):
        if chance.random() > 0.5:
            continue
        pages = things.pages.get(path) if name in ("page", "token") else None
        if name in ("ids", "collections") and things.of(IDS[name], base):
            query[name] = ",".join(chance.choices(things.of(IDS[name], base), k=2))
        elif name == "upload_set" and things.of(IDS[name], base):
            query[name] = chance.choice(things.of(IDS[name], base))
        elif name == "filter":
            kind = next((kind for kind in FILTERS if path.endswith(kind)), "/collections")
            query[name] = chance.choice(FILTERS[kind])
            query.pop("filter-lang", None)
        elif pages:
            # As it was given, or with one character changed.
            page = chance.choice(pages)
            place = chance.randrange(len(page))
            query[name] = page if chance.random() < 0.6 else page[:place] + chance.choice("0aZ-") + page[place + 1 :]
        elif name in SAMPLES:
            query[name] = chance.choice(SAMPLES[name])


def unlike_others(jpeg):
    """The same picture with a comment: the very same bytes would be a duplicate."""
    comment = uuid.UUID(int=chance.getrandbits(128)).bytes
    return jpeg[:2] + b"\xff\xfe" + (len(comment) + 2).to_bytes(2, "big") + comment + jpeg[2:]


def speak_tus(case, path, method):
    case.headers["Tus-Resumable"] = "1.0.0"
    if method == "POST" and path.endswith("/tus"):
        case.headers["Upload-Length"] = chance.choice(["1", "70000", "99999999999"])
        case.headers["Upload-Metadata"] = "filename " + base64.b64encode(b"one.jpg").decode()
    if method == "PATCH":
        case.headers["Upload-Offset"] = chance.choice(["0", "0", "5"])


def lines(base):
    """A batch: of some pictures, with likely tags and shapes, and something that is none."""
    made = [
        {
            "picture": picture,
            "semantics": chance.choice(BODIES["semantics"]),
            "annotations": [{"shape": chance.choice(BODIES["shape"]), "semantics": [{"key": "a", "value": "b"}]}],
            "by": {"model": "made up", "confidence": chance.choice([0, 0.5, 2])},
        }
        for picture in chance.choices(things.of("pictures", base) or ["x"], k=3)
    ]
    return "\n".join([*map(json.dumps, made), chance.choice(["", "{}", "[", "null"])])


def encoded(value):
    if isinstance(value, str):
        return value.encode(errors="replace")
    return value if isinstance(value, bytes) else json.dumps(value).encode()


@schemathesis.serializer("application/offset+octet-stream")
def serialize_piece(context, value):
    return encoded(value)


@schemathesis.serializer("application/x-ndjson")
def serialize_lines(context, value):
    return encoded(value)


@schemathesis.serializer("text/html")
def serialize_html(context, value):
    return encoded(value)


@schemathesis.hook
def before_call(context, case, kwargs):
    path, method, base = case.path, case.method.upper(), case.operation.base_url
    given = case.path_parameters
    if given and method == "DELETE" and (chance.random() < 0.9 or str(given.get("id")).lower() in NEEDED):
        # What is deleted is missed by the requests to come. Some ids stand in answers, where schemathesis has them from.
        name = "lang" if "lang" in given else "id"
        case.path_parameters = {**given, name: str(uuid.UUID(int=chance.getrandbits(128)))}
    elif given and chance.random() < 0.7:
        known = path_of(path, base)
        if known and not (method == "DELETE" and known.get("id", "").lower() in NEEDED):
            case.path_parameters = {**given, **known}
    if chance.random() < 0.15:
        name, values = chance.choice(HEADERS)
        case.headers[name] = chance.choice(values)
    if "/tus" in path and method != "GET" and chance.random() < 0.8:
        speak_tus(case, path, method)
    if isinstance(case.query, dict):
        enliven_query(case.query, path, base)
        if method == "DELETE" and path in ("/users/me", "/users/{id}") and "name" in case.query:
            # Whoever asks must not be erased. Their name stands in answers, where schemathesis has it from, too.
            case.query["name"] = "another name"
    if path == "/changes/stream":
        # One that lasts would be waited for.
        lasts = str((case.query or {}).get("lasts", "0"))
        case.query = {**(case.query or {}), "lasts": "0" if lasts.isdigit() else lasts}
    if path == "/changes" and str((case.query or {}).get("wait", "")).isdigit():
        case.query["wait"] = "1"
    if path == "/batch" and chance.random() < 0.7:
        case.body = lines(base)
    if isinstance(case.body, dict) and path == "/upload_sets" and chance.random() < 0.7:
        case.body["title"] = "Made up"
    if isinstance(case.body, dict) and path.endswith("/files") and PICTURES and chance.random() < 0.4:
        case.body = {"file": unlike_others(chance.choice(PICTURES).read_bytes())}
    elif isinstance(case.body, (dict, list)) and case.media_type in ("application/json", "application/geo+json"):
        case.body = enliven(case.body, base)


@schemathesis.hook
def after_call(context, case, response):
    for location in response.headers.get("location", []):
        things.learn(location)
    try:
        links = json.loads(response.content).get("links") or []
    except (ValueError, AttributeError):
        return
    for each in links:
        query = urllib.parse.parse_qs(urllib.parse.urlsplit(each.get("href", "")).query)
        found = query.get("page") or query.get("token")
        if each.get("rel") in ("next", "prev") and found:
            things.pages[case.path] = things.pages.get(case.path, [])[-9:] + found
