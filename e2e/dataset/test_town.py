"""Tests of town.py: it counts what goes over the wire, and notices when the two ways find different pictures."""

import contextlib
import io
import json
import os
import subprocess
import sys
import tempfile
import time
import unittest
import urllib.request
from unittest import mock

import counting
import remote
import sample
import sample_server
import town

BOX = [2.4, 48.2, 2.5, 48.3]
PICTURES = 30_000


class Town(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.TemporaryDirectory()
        cls.server = sample_server.Server(cls.folder.name)
        rows = sample.town(PICTURES, cls.server.base)
        # Of the search it takes what is in the town.
        west, south, east, north = BOX
        cls.inside = [
            row for row in rows if west <= row["bbox"]["xmin"] <= east and south <= row["bbox"]["ymin"] <= north
        ]
        cls.server.fill(rows, parts=2, listed=cls.inside, group=3000)

    @classmethod
    def tearDownClass(cls):
        cls.server.shutdown()
        cls.server.server_close()
        cls.folder.cleanup()

    def look(self, box, *more):
        out, complaints = io.StringIO(), io.StringIO()
        arguments = ["town.py", self.server.base, ",".join(map(str, box)), "--limit", "150", *more]
        with mock.patch.object(sys, "argv", arguments):
            with contextlib.redirect_stdout(out), contextlib.redirect_stderr(complaints):
                code = town.main()
        return code, out.getvalue(), complaints.getvalue()

    def test_both_ways(self):
        code, text, complaints = self.look(BOX)
        self.assertEqual((code, complaints), (0, ""))
        result = json.loads(text)
        count = len(self.inside)
        self.assertGreater(count, 200)
        for name in ("dataset", "dataset_all_columns", "search", "boxes"):
            self.assertEqual(result[name]["pictures"], count, name)
        self.assertEqual(result["file_bytes"], sum(map(len, self.server.files.values())))
        self.assertEqual(result["search"]["requests"], -(-count // 150))
        self.assertGreater(result["boxes"]["requests"], result["search"]["requests"])
        # Some columns of some row groups are read, and not the files.
        self.assertLess(result["dataset"]["bytes"], result["file_bytes"] / 4)
        self.assertLess(result["dataset"]["bytes"], result["dataset_all_columns"]["bytes"])
        self.assertLess(result["dataset_all_columns"]["bytes"], result["file_bytes"])

    def test_more_at_one_place_than_a_page_has(self):
        many = [{**self.server.items[0], "id": f"{number}"} for number in range(150)]
        with mock.patch.object(self.server, "items", many), counting.Forwarder(self.server.base) as forwarder:
            with self.assertRaisesRegex(remote.Wrong, "150 pictures at one place"):
                town.from_boxes(forwarder, BOX, 150)

    def test_another_server(self):
        me = str(os.getpid())
        code, text, _ = self.look(BOX, "--processes", me, "--other", self.server.base, "--other-processes", me)
        result = json.loads(text)
        self.assertEqual(code, 0)
        # It is the same one, which answers in this process.
        for name in ("pictures", "requests", "bytes"):
            self.assertEqual(result["other"][name], result["boxes"][name], name)
        self.assertGreater(result["search"]["processor_seconds"], 0)
        self.assertGreater(result["other"]["processor_seconds"], 0)

    def look_beside(self, items, slack=0):
        """The same with another server, which has these pictures and finds them so far beyond its box, degrees."""
        with tempfile.TemporaryDirectory() as folder, sample_server.Server(folder) as other:
            other.items, other.slack = items, slack
            seen = self.look(BOX, "--other", other.base)
            other.shutdown()
        return seen

    def beyond(self, far):
        """A picture so far east of the box, degrees."""
        _, south, east, _ = BOX
        return {**self.server.items[0], "id": "beyond", "geometry": {"type": "Point", "coordinates": [east + far, south + 0.01]}}

    def test_another_server_that_lacks_a_picture(self):
        code, _, complaints = self.look_beside(self.server.items[1:])
        self.assertEqual(code, 1)
        self.assertIn(f"the other server and the search find {len(self.inside) - 1} and {len(self.inside)}", complaints)

    def test_another_server_whose_boxes_are_of_short_numbers(self):
        code, text, complaints = self.look_beside([*self.server.items, self.beyond(1e-6)], slack=2e-6)
        self.assertEqual((code, complaints), (0, ""))
        found = json.loads(text)["other"]
        self.assertEqual((found["pictures"], found["outside"]), (len(self.inside), 1))

    def test_another_server_that_goes_beyond_its_box(self):
        code, _, complaints = self.look_beside([*self.server.items, self.beyond(1e-3)], slack=2e-3)
        self.assertEqual(code, 1)
        self.assertIn(f"find {len(self.inside) + 1} and {len(self.inside)} pictures in the box; apart are beyond", complaints)

    def test_processor_time(self):
        before = counting.processor([os.getpid()])
        child = subprocess.Popen(["sh", "-c", "while :; do :; done"])
        self.addCleanup(child.wait)
        self.addCleanup(child.kill)
        while counting.processor([child.pid]) < 0.1:
            time.sleep(0.01)
        self.assertGreater(counting.processor([os.getpid()]), before + 0.1)
        self.assertEqual(counting.processor([]), 0)

    def test_where_nothing_is(self):
        code, text, _ = self.look([10, 10, 11, 11])
        self.assertEqual((code, json.loads(text)["dataset"]["pictures"]), (0, 0))
        self.assertEqual(json.loads(text)["dataset"]["requests"], 1)

    def test_a_missing_picture(self):
        gone = self.server.items.pop()
        self.addCleanup(self.server.items.append, gone)
        code, _, complaints = self.look(BOX)
        self.assertEqual(code, 1)
        self.assertIn(f"find {len(self.inside)} and {len(self.inside) - 1} pictures in the box", complaints)
        self.assertIn(gone["id"], complaints)

    def test_a_server_that_is_not_there(self):
        with mock.patch.object(self.server, "base", "http://127.0.0.1:9"):
            code, _, complaints = self.look(BOX)
        self.assertEqual(code, 1)
        self.assertIn("can't be reached", complaints)

    def test_counting(self):
        url = next(iter(self.server.assets.values()))["href"]
        with counting.Forwarder(self.server.base) as forwarder:
            self.assertNotIn(str(self.server.server_port), forwarder.through(url))
            request = urllib.request.Request(forwarder.through(url), headers={"Range": "bytes=0-99"})
            with urllib.request.urlopen(request) as answer:
                self.assertEqual((answer.status, len(answer.read())), (206, 100))
            with remote.ask(forwarder.through(url), "HEAD") as answer:
                self.assertEqual(answer.status, 200)
            with remote.ask(f"{forwarder.base}/nowhere") as answer:
                self.assertEqual(answer.status, 404)
            counted = forwarder.reset()
            self.assertEqual((counted["requests"], counted["bytes"]), (3, 100))
            self.assertEqual(forwarder.reset()["requests"], 0)
            self.assertEqual(forwarder.through("http://elsewhere.example/a"), "http://elsewhere.example/a")

    def test_boxes(self):
        self.assertTrue(remote.touches([0, 0, 2, 2], [1, 1, 3, 3]))
        self.assertFalse(remote.touches([0, 0, 2, 2], [3, 1, 4, 3]))
        self.assertTrue(remote.touches([170, 0, -170, 2], [-175, 1, -174, 2]))
        self.assertFalse(remote.touches([170, 0, -170, 2], [0, 1, 1, 2]))


if __name__ == "__main__":
    unittest.main()
