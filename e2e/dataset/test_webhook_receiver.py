"""Tests of examples/webhook_receiver.py: what it takes, what it refuses, and what it keeps."""

import base64
import contextlib
import hashlib
import hmac
import http.client
import http.server
import io
import json
import pathlib
import tempfile
import threading
import time
import unittest

import example

SECRET = bytes(range(32))

receiver = example.load("webhook_receiver")


def signed(body, at=None, secret=SECRET, name="msg_1"):
    at = str(int(time.time()) if at is None else at)
    mac = hmac.new(secret, f"{name}.{at}.".encode() + body, hashlib.sha256).digest()
    signature = f"v1,bm9uZQ== v1,{base64.b64encode(mac).decode()}"
    return {"webhook-id": name, "webhook-timestamp": at, "webhook-signature": signature}


def letter(*numbers):
    changes = [{"number": number, "kind": "edited"} for number in numbers]
    return json.dumps({"type": "changes", "next": max(numbers, default=0), "changes": changes}).encode()


class Receiver(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.file = pathlib.Path(folder.name) / "changes.ndjson"
        # What it says of itself is nothing to whoever runs the tests.
        quiet = contextlib.redirect_stdout(io.StringIO())
        quiet.__enter__()
        self.addCleanup(quiet.__exit__, None, None, None)
        self.start()

    def start(self):
        self.book = receiver.Book(self.file)
        self.addCleanup(self.book.file.close)
        self.server = http.server.HTTPServer(("127.0.0.1", 0), receiver.receiver(SECRET, self.book))
        threading.Thread(target=self.server.serve_forever, args=(0.02,), daemon=True).start()
        self.addCleanup(self.server.server_close)
        self.addCleanup(self.server.shutdown)

    def send(self, body, headers):
        connection = http.client.HTTPConnection("127.0.0.1", self.server.server_port, timeout=20)
        self.addCleanup(connection.close)
        connection.request("POST", "/", body, headers)
        return connection.getresponse().status

    def numbers(self):
        return [json.loads(line)["number"] for line in self.file.read_text().splitlines()]

    def test_lines_are_kept_once_and_in_order(self):
        for numbers in ((1, 3), (3, 4), (1, 3), (), (9,)):
            body = letter(*numbers)
            self.assertEqual(self.send(body, signed(body)), 204)
        self.assertEqual(self.numbers(), [1, 3, 4, 9])

    def test_it_goes_on_after_a_crash(self):
        body = letter(1, 2)
        self.send(body, signed(body))
        with self.file.open("a") as file:
            file.write('{"number": 3, "ki')
        self.start()
        body = letter(2, 3)
        self.assertEqual(self.send(body, signed(body)), 204)
        self.assertEqual(self.numbers(), [1, 2, 3])

    def test_what_is_not_signed_is_refused(self):
        body = letter(1)
        good = signed(body)
        for headers in (
            {},
            {**good, "webhook-id": "msg_2"},
            {**good, "webhook-signature": ""},
            {**good, "webhook-signature": "v1,é".encode().decode("latin-1")},
            signed(body, secret=bytes(32)),
            signed(body, at=time.time() - 400),
            signed(body, at=int(time.time()) + 400),
            signed(letter(2)),
        ):
            self.assertEqual(self.send(body, headers), 401, headers)
        self.assertEqual(self.numbers(), [])

    def test_what_is_too_large_is_not_read(self):
        self.assertEqual(self.send(b"", {"content-length": str(2 << 20)}), 413)


if __name__ == "__main__":
    unittest.main()
