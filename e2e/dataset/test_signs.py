"""Tests of examples/signs_per_km.py: it is run as its readers run it, and its numbers are right."""

import math
import pathlib
import subprocess
import sys
import tempfile
import unittest

import sample
import sample_server

EXAMPLE = pathlib.Path(__file__).parents[2] / "examples" / "signs_per_km.py"
EVERYWHERE = "-180,-90,180,90"


def apart(one, other):
    """Metres between two rows."""
    lon, lat, lon_there, lat_there = (math.radians(row["bbox"][side]) for row in (one, other) for side in ("xmin", "ymin"))
    cosine = math.sin(lat) * math.sin(lat_there) + math.cos(lat) * math.cos(lat_there) * math.cos(lon - lon_there)
    return 6371008.8 * math.acos(min(1, cosine))


def expected(rows):
    """Kilometres, and pictures with signs, of a sequence."""
    rows = sorted(rows, key=lambda row: row["geovisio:rank_in_collection"])
    steps = [apart(*pair) for pair in zip(rows, rows[1:])]
    signs = [row for row in rows if row["semantics"] or row["annotations"]]
    return sum(step for step in steps if step <= 200) / 1000, len(signs)


class Signs(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.TemporaryDirectory()
        cls.server = sample_server.Server(cls.folder.name)
        cls.rows = sample.town(2000, cls.server.base)
        cls.server.fill(cls.rows, group=500)

    @classmethod
    def tearDownClass(cls):
        cls.server.shutdown()
        cls.server.server_close()
        cls.folder.cleanup()

    def run_example(self, box=EVERYWHERE):
        command = [sys.executable, str(EXAMPLE), self.server.base, box]
        return subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)

    def test_numbers(self):
        done = self.run_example()
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        first, head, *lines, total = done.stdout.splitlines()
        self.assertEqual(first, "2 of 2 files, of 2026-05-04T08:00:00Z")
        self.assertEqual(head.split()[0], "sequence")
        self.assertEqual(len(lines), 20)
        for line in lines:
            sequence, pictures, signs, km, per_km = line.split()
            rows = [row for row in self.rows if row["collection"] == sequence]
            distance, count = expected(rows)
            self.assertEqual((int(pictures), int(signs)), (len(rows), count))
            self.assertAlmostEqual(float(km), distance, delta=0.002)
            self.assertAlmostEqual(float(per_km), count / distance, delta=0.1)
        all_signs = sum(1 for row in self.rows if row["semantics"] or row["annotations"])
        self.assertEqual(total.split()[:4], ["all", "20", "2000", str(all_signs)])
        self.assertGreater(all_signs, 50)

    def test_a_box(self):
        west, south, east, north = 2.2, 48.1, 2.6, 48.4
        inside = [row for row in self.rows if west <= row["bbox"]["xmin"] <= east and south <= row["bbox"]["ymin"] <= north]
        done = self.run_example(f"{west},{south},{east},{north}")
        self.assertEqual(int(done.stdout.splitlines()[-1].split()[2]), len(inside))
        for box in ("2.2,47,2.6,48.0", "10,10,11,11"):
            done = self.run_example(box)
            self.assertEqual(done.returncode, 1)
            self.assertIn("There are no pictures", done.stderr)


if __name__ == "__main__":
    unittest.main()
