"""Tests of examples/annotate_bot.py beside a small server: what it writes, how often, and how it waits."""

import contextlib
import http.server
import importlib.util
import io
import json
import os
import pathlib
import sys
import tempfile
import threading
import time
import unittest
import urllib.parse
import uuid
from unittest import mock

import example

TOKEN = "a token"

bot = example.load("annotate_bot")


class Stub(http.server.ThreadingHTTPServer):
    """A feed of changes, thumbnails, and what was written. `failures` are statuses to answer with before anything else."""

    daemon_threads = True

    def __init__(self):
        super().__init__(("127.0.0.1", 0), Handler)
        self.base = f"http://127.0.0.1:{self.server_port}"
        self.changes, self.items, self.writes, self.asked = [], {}, [], []
        self.failures, self.lost, self.refused = [], False, {}
        threading.Thread(target=self.serve_forever, args=(0.02,), daemon=True).start()

    def last(self):
        return self.changes[-1]["number"] if self.changes else 0

    def publish(self, picture, kind="published", visible=True):
        line = {"number": len(self.changes) + 1, "at": "2026-05-04T08:00:00Z", "kind": kind}
        self.changes.append({**line, "picture": picture, "sequence": "s"})
        if visible:
            thumb = {"href": f"{self.base}/thumbs/{picture}.jpg", "type": "image/jpeg"}
            said = {"properties": {"semantics": []}, "assets": {"thumb": thumb}}
            self.items.setdefault(picture, {"type": "Feature", "id": picture, "collection": "s", **said})

    def page(self, query):
        limit = min(int(query["limit"][0]), 100)
        after = self.last() if query["after"] == ["latest"] else int(query["after"][0])
        changes = [each for each in self.changes if after < each["number"] <= after + max(limit, 2)][:limit]
        pictures = {each.get("picture") for each in changes} & self.items.keys()
        features = [self.items[picture] for picture in sorted(pictures)]
        # It looks at so many lines at once, of which some are not for everybody.
        end = changes[-1]["number"] if changes else min(after + 2, max(after, self.last()))
        return {"changes": changes, "next": end, "items": {"type": "FeatureCollection", "features": features}}


class Handler(http.server.BaseHTTPRequestHandler):
    def log_message(self, *_):
        """Says nothing."""

    def answer(self, status, body=b"{}", **headers):
        self.send_response(status)
        for name, value in {"Content-Length": str(len(body)), **headers}.items():
            self.send_header(name.replace("_", "-"), value)
        self.end_headers()
        self.wfile.write(body)

    def fail(self):
        status, headers = self.server.failures.pop(0)
        self.answer(status, **headers)

    def do_GET(self):
        path = urllib.parse.urlsplit(self.path)
        self.server.asked.append((path.path, self.headers.get("Authorization")))
        if self.server.failures:
            return self.fail()
        if path.path == "/api/changes":
            query = urllib.parse.parse_qs(path.query)
            if query["after"] != ["latest"] and int(query["after"][0]) > self.server.last():
                return self.answer(410)
            return self.answer(200, json.dumps(self.server.page(query)).encode())
        if path.path.startswith("/thumbs/") and path.path[8:-4] in self.server.items:
            return self.answer(200, path.path[8:-4].encode())
        return self.answer(404)

    def do_POST(self):
        path = urllib.parse.urlsplit(self.path)
        lines = self.rfile.read(int(self.headers["Content-Length"])).splitlines()
        if self.server.failures:
            return self.fail()
        if (path.path, self.headers["Content-Type"]) != ("/api/batch", "application/x-ndjson") or len(lines) != 1:
            return self.answer(400)
        line = json.loads(lines[0])
        picture = line["picture"]
        status = self.server.refused.get(picture)
        if status == 401:
            return self.answer(401)
        if status:
            return self.tell({"line": 1, "picture": picture, "status": status, "message": "no", "outcome": "refused"})
        tags = self.server.items[picture]["properties"]["semantics"]
        tag = {key: line["semantics"][0][key] for key in ("key", "value")}
        if tag in tags:
            return self.tell({"line": 1, "picture": picture, "outcome": "unchanged"})
        tags.append(tag)
        self.server.writes.append((path.query, self.headers["Authorization"], line))
        if self.server.lost:
            # It is done, and nobody hears of it.
            self.server.lost = False
            return self.answer(502)
        return self.tell({"line": 1, "picture": picture, "outcome": "changed"})

    def tell(self, outcome):
        self.answer(200, json.dumps(outcome).encode() + b"\n")


def look(jpeg):
    """A detector: pictures whose name begins with d are dark, and of those with n nothing is to be said."""
    name = jpeg.decode()
    return None if name.startswith("n") else ("bot:brightness", "dark" if name.startswith("d") else "bright")


class Bot(unittest.TestCase):
    def setUp(self):
        self.stub = Stub()
        self.addCleanup(self.stub.server_close)
        self.addCleanup(self.stub.shutdown)
        self.folder = tempfile.TemporaryDirectory()
        self.addCleanup(self.folder.cleanup)
        self.pauses = []

    def run_bot(self, *more):
        memory = str(pathlib.Path(self.folder.name) / "memory.db")
        arguments = ["annotate_bot.py", self.stub.base, "--once", "--memory", memory, "--detector", "test_bot:look", *more]
        said = io.StringIO()
        with (
            mock.patch.object(sys, "argv", arguments),
            mock.patch.dict(os.environ, {"FLANEUR_TOKEN": TOKEN}),
            mock.patch.object(bot.time, "sleep", self.pauses.append),
            contextlib.redirect_stdout(said),
            contextlib.redirect_stderr(said),
        ):
            bot.main()
        return said.getvalue()

    def tagged(self):
        return [line["picture"] for _, _, line in self.stub.writes]

    def test_what_is_written(self):
        for picture in ("day", "light", "nothing"):
            self.stub.publish(picture)
        self.run_bot()
        query, token, line = self.stub.writes[0]
        self.assertEqual(token, f"Bearer {TOKEN}")
        tag = {"key": "bot:brightness", "value": "dark", "action": "add"}
        self.assertEqual(line, {"picture": "day", "semantics": [tag], "by": {"model": "test_bot:look"}})
        self.assertEqual({query for query, _, _ in self.stub.writes}, {query}, "all of it is one run")
        uuid.UUID(urllib.parse.parse_qs(query)["run"][0])
        self.assertEqual(self.tagged(), ["day", "light"])
        self.assertEqual(self.stub.writes[1][2]["semantics"][0]["value"], "bright")

    def test_the_token_stays_with_the_api(self):
        self.stub.publish("day")
        self.run_bot()
        for path, token in self.stub.asked:
            self.assertEqual(token, f"Bearer {TOKEN}" if path.startswith("/api/") else None, path)

    def test_never_twice(self):
        self.stub.publish("day")
        self.stub.publish("day", "edited")
        self.run_bot()
        # Somebody takes the tag away, and the picture is hidden and shown again.
        self.stub.items["day"]["properties"]["semantics"].clear()
        self.stub.publish("day")
        self.stub.publish("later")
        self.run_bot()
        self.assertEqual(self.tagged(), ["day", "later"])
        self.run_bot()
        self.assertEqual(self.tagged(), ["day", "later"])
        self.assertEqual([path for path, _ in self.stub.asked].count("/thumbs/day.jpg"), 1)

    def test_what_is_none_of_its_business(self):
        self.stub.publish("hidden", visible=False)
        self.stub.publish("edited", "edited")
        self.stub.changes.append({"number": 3, "at": "", "kind": "published", "sequence": "s"})
        self.run_bot()
        self.assertEqual(self.stub.writes, [])
        self.assertEqual(self.run_bot("--after", "1").splitlines()[1:], [])

    def test_pages(self):
        for number in range(7):
            self.stub.publish(f"d{number}")
        with mock.patch.object(bot, "PAGE", 3):
            self.run_bot()
        self.assertEqual(self.tagged(), [f"d{number}" for number in range(7)])

    def test_pages_with_nothing_on_them(self):
        self.stub.publish("day")
        self.stub.publish("later")
        self.stub.changes[1]["number"] = 40
        self.run_bot()
        self.assertEqual(self.tagged(), ["day", "later"])

    def test_from_now_on(self):
        self.stub.publish("day")
        self.run_bot("--after", "latest")
        self.stub.publish("later")
        self.run_bot("--after", "latest")
        self.assertEqual(self.tagged(), ["later"])

    def test_a_server_that_was_restored(self):
        for picture in ("day", "later"):
            self.stub.publish(picture)
        self.run_bot()
        self.stub.changes.pop()
        self.assertIn("beginning anew", self.run_bot())
        self.stub.publish("last")
        self.run_bot()
        self.assertEqual(self.tagged(), ["day", "later", "last"])

    def test_waiting(self):
        self.stub.publish("day")
        later = time.strftime("%a, %d %b %Y %H:%M:%S GMT", time.gmtime(time.time() + 100))
        self.stub.failures = [(503, {}), (500, {}), (429, {"Retry_After": "7"}), (429, {"Retry_After": later})]
        self.run_bot()
        self.assertEqual(self.pauses[:3], [1, 2, 7])
        self.assertAlmostEqual(self.pauses[3], 100, delta=5)
        self.assertEqual(self.tagged(), ["day"])

    def test_an_answer_that_is_lost(self):
        self.stub.publish("day")
        self.stub.lost = True
        said = self.run_bot()
        self.assertEqual(self.tagged(), ["day"])
        self.assertIn("asking again in 1 s", said)
        self.assertEqual(len(self.stub.items["day"]["properties"]["semantics"]), 1)

    def test_stopped_before_it_could_note_it(self):
        self.stub.publish("day")
        self.stub.publish("later")
        with mock.patch.object(bot.Memory, "note", side_effect=KeyboardInterrupt):
            self.run_bot()
        self.assertEqual(self.tagged(), ["day"])
        self.run_bot()
        self.assertEqual(self.tagged(), ["day", "later"])

    def test_refusals(self):
        for picture in ("day", "gone", "later"):
            self.stub.publish(picture)
        self.stub.refused = {"gone": 404}
        self.assertIn("gone is not tagged: 404", self.run_bot())
        self.assertEqual(self.tagged(), ["day", "later"])
        self.stub.publish("last")
        self.stub.refused = {"last": 401}
        with self.assertRaisesRegex(SystemExit, "the server refuses: 401"):
            self.run_bot()

    @unittest.skipUnless(importlib.util.find_spec("PIL"), "Pillow is not there")
    def test_brightness(self):
        from PIL import Image

        for shade, value in ((10, "dark"), (200, "bright")):
            file = io.BytesIO()
            Image.new("RGB", (50, 50), (shade, shade, shade)).save(file, "JPEG")
            self.assertEqual(bot.brightness(file.getvalue()), ("bot:brightness", value))


if __name__ == "__main__":
    unittest.main()
