"""DuckDB with what reads GeoParquet over HTTP, out of packages: it fetches nothing from anywhere by itself."""

import importlib
import pathlib

import duckdb


def extension(name):
    """The file of an extension that an installed package carries for this very version of DuckDB."""
    package = importlib.import_module(f"duckdb_extension_{name}")
    version = duckdb.sql("SELECT library_version FROM pragma_version()").fetchone()[0]
    file = pathlib.Path(package.__file__).parent / "extensions" / version / f"{name}.duckdb_extension"
    if not file.is_file():
        raise SystemExit(f"error: there is no extension {name} for DuckDB {version}: their packages have to be of one version")
    return file


def connect():
    """A connection of its own, which remembers nothing of files that were read before."""
    connection = duckdb.connect(config={"autoinstall_known_extensions": False, "autoload_known_extensions": False})
    for name in ("httpfs", "spatial"):
        connection.execute(f"LOAD '{extension(name)}'")
    connection.execute("SET TimeZone = 'UTC'")
    return connection


def quoted(addresses):
    """A list of texts, for SQL."""
    return "[" + ", ".join("'" + each.replace("'", "''") + "'" for each in addresses) + "]"
