"""Pages through a server's pictures and sequences as the usual client of STAC APIs does, and prints what it found."""

import json
import sys

from pystac_client import Client

client = Client.open(sys.argv[1])
found = {
    "conforms": [client.conforms_to(name) for name in ("ITEM_SEARCH", "FIELDS", "FILTER", "SORT", "COLLECTION_SEARCH")],
    "collections": [collection.id for collection in client.get_collections()],
}
everything = {"type": "Polygon", "coordinates": [[[-180, -90], [180, -90], [180, 90], [-180, 90], [-180, -90]]]}
searches = {
    "newest": {},
    "oldest": {"sortby": "+properties.datetime"},
    "by id": {"sortby": "id"},
    "with few fields by time": {"fields": ["properties.datetime", "-type"]},
    "in a box": {"bbox": [-180, -90, 180, 90]},
    "in a shape": {"intersects": everything},
    "by filter": {"filter": {"op": "=", "args": [{"property": "type"}, "flat"]}},
    "by another": {"filter": {"op": "=", "args": [{"property": "type"}, "equirectangular"]}},
}
for name, search in searches.items():
    for method in ("GET", "POST"):
        # In a query string the client writes filters as text, and cannot sort by more than it is told.
        if method == "GET" and "filter" in search:
            search = {"filter": f"type = '{search['filter']['args'][1]}'", "filter_lang": "cql2-text"}
        items = client.search(method=method, limit=2, **search).items_as_dicts()
        found[f"{name} by {method}"] = [item["id"] for item in items]
print(json.dumps(found))
