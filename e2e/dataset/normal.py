"""One form for what is said of a picture, whoever says it: the search of the API, or any reader of the files."""

import datetime
import math
import re

ASSETS = ("hd", "sd", "thumb")
TIMES = ("datetime", "created", "updated")
NUMBERS = {
    "heading": "view:azimuth",
    "pitch": "pers:pitch",
    "roll": "pers:roll",
    "yaw": "pers:yaw",
    "pixel density": "panoramax:horizontal_pixel_density",
    "rank": "geovisio:rank_in_collection",
}
TEXTS = {
    "license": "license",
    "attribution": "attribution",
    "heading source": "flaneur:heading_source",
    "producer": "geovisio:producer",
}
# How far two numbers may be apart that are the same: less than a tenth of a millimetre on the ground.
CLOSE = 1e-9


def plain(value):
    """Nothing where there is nothing: readers have NaN, NaT or empty lists for it."""
    if hasattr(value, "tolist"):
        value = value.tolist()
    if isinstance(value, float) and math.isnan(value):
        return None
    return value


def microseconds(time):
    """A time as a number: of a number, a text as in RFC 3339, or any kind of object for times."""
    time = plain(time)
    if time is None or isinstance(time, int):
        return time
    if isinstance(time, str):
        # Digits behind the sixth are cut off, as the files have it.
        time = datetime.datetime.fromisoformat(re.sub(r"(\.\d{6})\d+", r"\1", time))
    since = time - datetime.datetime(1970, 1, 1, tzinfo=datetime.timezone.utc)
    return (since.days * 86_400 + since.seconds) * 1_000_000 + since.microseconds


def tags(semantics):
    semantics = plain(semantics)
    return sorted([tag["key"], tag["value"]] for tag in ([] if semantics is None else semantics))


def ring(shape):
    """The corners of an annotation: a polygon as in GeoJSON, or a list of points. The first one need not come twice."""
    if isinstance(shape, dict):
        corners = [list(corner) for corner in shape["coordinates"][0]]
    else:
        corners = [[point["x"], point["y"]] for point in plain(shape)]
    return corners[:-1] if len(corners) > 1 and corners[0] == corners[-1] else corners


def marks(annotations):
    annotations = plain(annotations)
    annotations = [] if annotations is None else annotations
    return sorted([each["id"], ring(each["shape"]), tags(each["semantics"])] for each in annotations)


def camera(orientation):
    known = {name: plain(value) for name, value in (plain(orientation) or {}).items()}
    return {name: value for name, value in known.items() if value is not None and value != []}


def of_item(item):
    """What an item says, by names of its own."""
    given = item["properties"]
    lon, lat = item["geometry"]["coordinates"][:2]
    said = {"sequence": item["collection"], "longitude": lon, "latitude": lat}
    said |= {name: microseconds(given.get(name)) for name in TIMES}
    said |= {name: plain(given.get(field)) for name, field in (NUMBERS | TEXTS).items()}
    accuracy = plain(given.get("quality:horizontal_accuracy"))
    said["accuracy"] = None if accuracy is None else round(accuracy, 1)
    said["camera"] = camera(given.get("pers:interior_orientation"))
    said["tags"] = tags(given.get("semantics"))
    said["annotations"] = marks(given.get("annotations"))
    for name in ASSETS:
        asset = item["assets"][name]
        said |= {f"{name} {field}": plain(asset.get(field)) for field in ("href", "type", "file:checksum", "file:size")}
    return said


def of_answer(item):
    """What an item of the API says. There a heading that is not known is 0, which clients can't do without."""
    said = of_item(item)
    if said["heading source"] == "none":
        said["heading"] = None
    return said


def of_row(row, lon, lat):
    """What a row of a file says."""
    geometry = {"type": "Point", "coordinates": [lon, lat]}
    return of_item({"collection": row["collection"], "geometry": geometry, "properties": row, "assets": row["assets"]})


def same(one, other):
    if isinstance(one, float) or isinstance(other, float):
        return one is not None and other is not None and abs(one - other) <= CLOSE
    if isinstance(one, dict) and isinstance(other, dict):
        return one.keys() == other.keys() and all(same(value, other[name]) for name, value in one.items())
    return one == other


def differences(found, expected):
    """Fields of which two say something else. Of files, neither need say all that the other does: the dataset has no sum of thumbnails."""
    for field, value in expected.items():
        untold = value is None and field.endswith(("file:checksum", "file:size"))
        untold |= found[field] is None and field == "thumb file:checksum"
        if not untold and not same(found[field], value):
            yield field, found[field], value
