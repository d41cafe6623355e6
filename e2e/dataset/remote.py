"""What the checks of the dataset ask a server: its collection, the parts, and pages of a search."""

import gzip
import json
import urllib.error
import urllib.parse
import urllib.request

PARQUET = "application/vnd.apache.parquet"
DIRECT = urllib.request.build_opener(urllib.request.ProxyHandler({}))


class Wrong(Exception):
    """Something the checks found, told as a sentence."""


def ask(url, method="GET", headers=None):
    """The answer to a request: an object with `status` and `headers`, to be read and closed. Errors are answers, too."""
    request = urllib.request.Request(url, method=method, headers=headers or {})
    try:
        return DIRECT.open(request, timeout=120)
    except urllib.error.HTTPError as error:
        return error
    except OSError as error:
        raise Wrong(f"{url} can't be reached: {error}") from error


def document(url):
    """A JSON document."""
    with ask(url, headers={"Accept-Encoding": "gzip"}) as answer:
        body = answer.read()
        if answer.headers.get("Content-Encoding") == "gzip":
            body = gzip.decompress(body)
        if answer.status != 200:
            raise Wrong(f"{url} is answered with {answer.status}: {body[:300].decode(errors='replace')}")
    try:
        return json.loads(body)
    except ValueError as error:
        raise Wrong(f"{url} is answered with something else than JSON: {error}") from error


def collection(base):
    """The collection of the dataset, and its parts by name."""
    found = document(f"{base}/api/dataset")
    parts = {
        name: asset
        for name, asset in found.get("assets", {}).items()
        if asset.get("type") == PARQUET and "data" in asset.get("roles", [])
    }
    return found, parts


def first(base, limit, **query):
    """The items on the first page of a search."""
    return document(f"{base}/api/search?{urllib.parse.urlencode({**query, 'limit': limit})}")["features"]


def search(base, limit, move=lambda url: url, **query):
    """Every item of a search, page by page. What leads to the next page goes through `move`."""
    url = move(f"{base}/api/search?{urllib.parse.urlencode({**query, 'limit': limit})}")
    seen = set()
    while url:
        if url in seen:
            raise Wrong(f"the search has no end: it leads to {url} again")
        seen.add(url)
        page = document(url)
        yield from page["features"]
        url = next((move(link["href"]) for link in page["links"] if link["rel"] == "next"), None)


def touches(box, other):
    """Whether two boxes [w, s, e, n] have a point in common. One with west > east crosses the antimeridian."""
    if box[0] > box[2]:
        return touches([box[0], box[1], 180, box[3]], other) or touches([-180, box[1], box[2], box[3]], other)
    return box[0] <= other[2] and other[0] <= box[2] and box[1] <= other[3] and other[1] <= box[3]
