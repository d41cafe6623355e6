# %% [markdown]
# # Traffic signs per kilometre
#
# How many pictures show a traffic sign, per kilometre driven, sequence by sequence. The numbers come out of a Flaneur server's
# dataset: GeoParquet files that DuckDB reads over HTTP, and only the columns and rows that a question needs. Nothing is
# downloaded beforehand, and no account is needed.
#
#     pip install duckdb
#     python signs_per_km.py https://pictures.example.org
#     python signs_per_km.py https://pictures.example.org 2.2,48.8,2.5,48.9      # west,south,east,north
#
# Lines that begin with `# %%` are cells: editors such as VS Code, PyCharm and Jupyter (with jupytext) run them one by one.

# %%
import json
import os
import sys
import urllib.request

import duckdb

# In a notebook, write the server's address and the box here.
ARGUMENTS = sys.argv[1:] if sys.argv[0].endswith("signs_per_km.py") else []
BASE = (ARGUMENTS[0] if ARGUMENTS else os.environ.get("FLANEUR", "http://127.0.0.1:8000")).rstrip("/")
WEST, SOUTH, EAST, NORTH = (float(side) for side in (ARGUMENTS[1] if len(ARGUMENTS) > 1 else "-180,-90,180,90").split(","))

# A tag says what is in a picture (`semantics`) or in a part of it (`annotations`): a key and a value. Signs have this key.
KEY = "osm|traffic_sign"
# Pictures that are farther apart (metres) are not joined: there was a tunnel, or the camera was off.
GAP = 200

# %% [markdown]
# ## Which files there are
#
# The dataset is a STAC Collection; its assets are the files. Each says in `proj:bbox` where its pictures are, so that files
# elsewhere need not be opened. Addresses contain a hash of the content and change with it: read the collection anew each time.
# If a picture was withdrawn, a file that has it answers 410 until the collection lists the next one: then read it once more.

# %%
with urllib.request.urlopen(f"{BASE}/api/dataset", timeout=60) as answer:
    collection = json.load(answer)

parts = []
for name, asset in collection["assets"].items():
    west, south, east, north = asset["proj:bbox"]
    if west <= EAST and WEST <= east and south <= NORTH and SOUTH <= north:
        parts.append(asset["href"])
if not parts:
    sys.exit("There are no pictures.")
print(f"{len(parts)} of {len(collection['assets'])} files, of {collection['updated']}")

# %% [markdown]
# ## DuckDB, and what it reads
#
# `httpfs` is the extension that reads over HTTP; DuckDB fetches it once. Where it must not fetch anything, the package
# `duckdb-extension-httpfs` of the same version brings it (`extension_file` below finds it).
#
# The view costs nothing: DuckDB reads when a query asks, and only the columns that the query names. Conditions about `bbox` are
# best for space: rows lie in the order of a space-filling curve and the files keep the smallest and largest `bbox` of every
# five thousand rows, so that whatever is far away is skipped.


# %%
def extension_file(name):
    """The extension as a package has it, or just its name."""
    try:
        package = __import__(f"duckdb_extension_{name}")
    except ImportError:
        return name
    version = duckdb.sql("SELECT library_version FROM pragma_version()").fetchone()[0]
    file = os.path.join(os.path.dirname(package.__file__), "extensions", version, f"{name}.duckdb_extension")
    return file if os.path.exists(file) else name


db = duckdb.connect()
httpfs = extension_file("httpfs")
if httpfs == "httpfs":
    db.install_extension("httpfs")
db.load_extension(httpfs)
addresses = ", ".join("'" + href.replace("'", "''") + "'" for href in parts)
db.execute(f"CREATE VIEW pictures AS SELECT * FROM read_parquet([{addresses}])")

# %% [markdown]
# ## Pictures with a sign
#
# `semantics` is a list of structs. A list comprehension takes the keys, `list_contains` looks for ours; `annotations` are lists
# of parts with tags of their own, which `flatten` makes one list of.

# %%
db.execute(
    f"""
    CREATE TABLE taken AS
    SELECT
        collection AS sequence,
        -- The rank is the place in the sequence. Where there is none, time tells the order.
        row_number() OVER (
            PARTITION BY collection ORDER BY "geovisio:rank_in_collection" NULLS LAST, datetime, id
        ) AS place,
        bbox.xmin AS lon,
        bbox.ymin AS lat,
        list_contains([tag.key FOR tag IN semantics], $key)
            OR list_contains(flatten([[tag.key FOR tag IN mark.semantics] FOR mark IN annotations]), $key) AS sign
    FROM pictures
    WHERE bbox.xmin BETWEEN {WEST} AND {EAST} AND bbox.ymin BETWEEN {SOUTH} AND {NORTH}
    """,
    {"key": KEY},
)

# %% [markdown]
# ## Kilometres
#
# From each picture to the one before it in its sequence, along the sphere (haversine); then sums. A sequence with one picture
# has no length, and no number of signs per kilometre.

# %%
db.execute(
    """
    CREATE TABLE driven AS
    WITH steps AS (
        SELECT *, lag(lon) OVER path AS lon_before, lag(lat) OVER path AS lat_before
        FROM taken
        WINDOW path AS (PARTITION BY sequence ORDER BY place)
    ), measured AS (
        SELECT *, 2 * 6371008.8 * asin(sqrt(least(1,
            sin(radians(lat - lat_before) / 2) ** 2
            + cos(radians(lat)) * cos(radians(lat_before)) * sin(radians(lon - lon_before) / 2) ** 2
        ))) AS metres
        FROM steps
    )
    SELECT
        sequence,
        count(*) AS pictures,
        count(*) FILTER (sign) AS with_sign,
        coalesce(sum(metres) FILTER (metres <= $gap), 0) / 1000 AS km
    FROM measured
    GROUP BY sequence
    """,
    {"gap": GAP},
)

# %% [markdown]
# ## The table
#
# The sequences with most signs, then all of them together. A number of signs is one of *pictures that have the tag*: a sign
# that three pictures show counts three times, and one that nobody tagged does not count.

# %%
top = db.execute(
    "SELECT sequence, pictures, with_sign, km FROM driven ORDER BY with_sign DESC, km DESC, sequence LIMIT 20"
).fetchall()
total = db.execute("SELECT 'all ' || count(*), sum(pictures), sum(with_sign), sum(km) FROM driven").fetchone()

print(f"{'sequence':36}  {'pictures':>9}  {'with sign':>9}  {'km':>9}  {'per km':>7}")
for sequence, pictures, with_sign, km in [*top, total]:
    if pictures is None:
        sys.exit("There are no pictures in the box.")
    per_km = f"{with_sign / km:.2f}" if km else "-"
    print(f"{sequence:36}  {pictures:>9}  {with_sign:>9}  {km:>9.3f}  {per_km:>7}")
