"""Tests of read.py: it is content with a whole dataset, and finds whatever is wrong with one."""

import contextlib
import copy
import io
import json
import sys
import tempfile
import unittest
from unittest import mock

import numpy

import read
import sample
import sample_server
import zorder

PICTURES = 200


class Reading(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.TemporaryDirectory()
        cls.server = sample_server.Server(cls.folder.name)
        cls.rows = sample.town(PICTURES, cls.server.base)

    @classmethod
    def tearDownClass(cls):
        cls.server.shutdown()
        cls.server.server_close()
        cls.folder.cleanup()

    def read(self, readers="stac-geoparquet"):
        """The exit code, what was printed, and what was complained of."""
        out, complaints = io.StringIO(), io.StringIO()
        arguments = ["read.py", self.server.base, "--limit", "70", "--readers", readers]
        with mock.patch.object(sys, "argv", arguments):
            with contextlib.redirect_stdout(out), contextlib.redirect_stderr(complaints):
                code = read.main()
        return code, json.loads(out.getvalue()), complaints.getvalue()

    def refused(self, expected, readers="stac-geoparquet"):
        code, _, complaints = self.read(readers)
        self.assertIn(expected, complaints)
        self.assertEqual(code, 1)

    def changed(self, at=5, **fields):
        """All rows, of which one says something else."""
        return [*self.rows[:at], self.rows[at] | fields, *self.rows[at + 1 :]]

    def test_what_is_whole(self):
        self.server.fill(self.rows, parts=2, group=50)
        code, result, complaints = self.read(",".join(read.readers.READERS))
        self.assertEqual((code, complaints), (0, ""))
        for name in read.readers.READERS:
            self.assertEqual(result["readers"][name]["pictures"], PICTURES, name)
        self.assertEqual((result["parts"], result["rows"], result["search"]), (2, PICTURES, PICTURES))
        self.assertEqual(result["bytes"], sum(map(len, self.server.files.values())))

    def test_keys_are_those_of_the_catalog(self):
        # Paris, Notre-Dame: tile 15/16597/11273, as in the tests of crates/coverage.
        key = int(zorder.keys(numpy.array([2.3499]), numpy.array([48.8530]))[0]) >> 30
        column = sum((key >> 2 * bit & 1) << bit for bit in range(15))
        row = sum((key >> 2 * bit + 1 & 1) << bit for bit in range(15))
        self.assertEqual((column, row), (16597, 11273))
        lon, lat = numpy.array([2.3, 2.3, 2.4]), numpy.array([48.8, 48.8, 48.7])
        self.assertIsNone(zorder.first_out_of_order(lon, lat))
        self.assertEqual(zorder.first_out_of_order(lon[::-1], lat[::-1]), 1)

    def test_files(self):
        self.server.fill(self.rows)
        part = self.server.assets["part1"]
        for field, value, complaint in (
            ("file:checksum", "1220" + "00" * 32, "file:checksum is '1220000"),
            ("file:size", 1, "file:size is 1"),
            ("table:row_count", 3, "table:row_count is 3"),
            ("proj:bbox", [0, 0, 1, 1], "proj:bbox is [0.0"),
            ("href", self.server.assets["part0"]["href"], "its address has the name part0"),
        ):
            with self.subTest(field), mock.patch.dict(part, {field: value}):
                self.refused(complaint)
        del part["file:checksum"]
        self.refused("does not say of part1 what its file:checksum is")
        self.server.fill(self.rows)
        self.server.gone = set(self.server.files)
        self.refused("gone (410)")
        self.server.fill(self.rows)
        self.server.files = {name: content[:-9] + b"x" + content[-8:] for name, content in self.server.files.items()}
        self.refused("can't be read as Parquet")

    def test_what_readers_go_by(self):
        self.server.fill(self.rows, write_statistics=["id"])
        self.refused("no statistics of bbox.xmin")
        self.server.fill(self.rows, compression="snappy")
        self.refused("the compression of row group 0")
        self.server.fill(self.rows, geo={"covering": None})
        self.refused("the covering is None")
        self.server.fill(self.rows, geo={"bbox": [0, 0, 1, 1]})
        self.refused("the bbox in `geo` is [0, 0, 1, 1]")
        self.server.fill([*self.rows[1:], self.rows[0]])
        self.refused(f"not in the order of quadkeys, first row {PICTURES // 2 - 1}")
        box = dict.fromkeys(sample.SIDES, 48.1)
        self.server.fill(self.changed(bbox=box), listed=self.rows)
        self.refused("bbox.xmin is not where the geometry is, first in row 5")

    def test_rows(self):
        one = self.rows[5]
        near = self.rows[6]
        moved = {"geometry": near["geometry"], "bbox": near["bbox"]}
        assets = copy.deepcopy(one["assets"])
        assets["thumb"]["href"] += "x"
        for fields, complaint in (
            (moved, f"{one['id']} longitude differs"),
            ({"datetime": sample.DAY}, f"{one['id']} datetime differs"),
            ({"license": "CC0-1.0"}, f"{one['id']} license differs: 'CC0-1.0'"),
            ({"view:azimuth": 400.0}, f"{one['id']} heading differs: 400.0"),
            ({"semantics": [{"key": "a", "value": "b"}]}, f"{one['id']} tags differs"),
            ({"assets": assets}, f"{one['id']} thumb href differs"),
        ):
            with self.subTest(complaint):
                self.server.fill(self.changed(**fields), listed=self.rows)
                self.refused(complaint)

    def test_every_reader_looks(self):
        self.server.fill(self.changed(license="CC0-1.0"), listed=self.rows)
        for name in read.readers.READERS:
            self.refused(f"{name}: {self.rows[5]['id']} license differs", name)

    def test_which_rows(self):
        self.server.fill(self.rows[1:], listed=self.rows)
        self.refused(f"{self.rows[0]['id']} is not in the dataset")
        self.server.fill(self.rows, listed=self.rows[1:])
        self.refused(f"{self.rows[0]['id']} is in the dataset, and no search finds it")
        self.server.fill([self.rows[0], *self.rows], listed=self.rows)
        self.refused(f"{self.rows[0]['id']} is there twice")
        self.server.incomplete = True
        self.refused("the collection is incomplete")
        self.server.incomplete = False
        self.server.assets = {}
        self.refused(f"there are no parts, and the search finds {PICTURES} pictures")

    def test_checksums_where_the_search_says_them(self):
        self.server.fill(self.rows)
        self.server.items[5]["assets"]["hd"]["file:checksum"] = "1220" + "00" * 32
        self.refused(f"{self.rows[5]['id']} hd file:checksum differs")


if __name__ == "__main__":
    unittest.main()
