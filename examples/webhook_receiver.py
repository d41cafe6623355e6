#!/usr/bin/env python3
"""Keeps what a webhook tells, line by line.

    curl -X POST https://pictures.example.org/api/webhooks -H "Authorization: Bearer $FLANEUR_TOKEN" \\
        -H 'Content-Type: application/json' -d '{"url": "https://bot.example.org/flaneur"}'
    WEBHOOK_SECRET=whsec_… python3 webhook_receiver.py --port 8000 --into changes.ndjson

Each line of the instance's change log becomes a line of the file, once and in order, however often the two were stopped in
between: what came is on the disk before the answer says so, and numbers that are there already are left out. Whatever else is to
be done with a change is best done by another program that reads the file: who lets the sender wait is told again.

What is not signed with the secret, or was signed more than five minutes ago, is refused. Put it behind a server that speaks TLS.
"""

import argparse
import base64
import hashlib
import hmac
import http.server
import json
import os
import pathlib
import sys
import time

# The largest body that is read, bytes: a hundred lines have some twenty thousand.
LARGEST = 1 << 20
# How old a letter may be, seconds.
OLDEST = 300


def is_signed(secret, headers, body, now):
    """Whether a letter was signed with the secret, as Standard Webhooks has it, in these minutes."""
    name, sent_at = headers.get("webhook-id", ""), headers.get("webhook-timestamp", "")
    if not sent_at.isdecimal() or abs(now - int(sent_at)) > OLDEST:
        return False
    signed = f"{name}.{sent_at}.".encode() + body
    wanted = base64.b64encode(hmac.new(secret, signed, hashlib.sha256).digest()).decode()
    # There may be several, with spaces between: one of them is of this secret.
    told = [signature.removeprefix("v1,") for signature in headers.get("webhook-signature", "").split()]
    return any(hmac.compare_digest(signature.encode(), wanted.encode()) for signature in told)


class Book:
    """The file that lines are written to."""

    def __init__(self, path):
        self.last = 0
        whole = 0
        if path.exists():
            with path.open("rb") as there:
                for line in there:
                    # The last may be a part of one, where the power went.
                    if line.endswith(b"\n"):
                        self.last, whole = json.loads(line)["number"], whole + len(line)
            os.truncate(path, whole)
        self.file = path.open("a", encoding="utf-8")

    def write(self, changes):
        """Adds what is not there, and waits until it is on the disk. Answers how many."""
        new = [change for change in changes if change["number"] > self.last]
        if new:
            self.file.write("".join(json.dumps(change) + "\n" for change in new))
            self.file.flush()
            os.fsync(self.file.fileno())
            self.last = new[-1]["number"]
        return len(new)


def receiver(secret, book):
    """Answers requests. One at a time: the sender sends none before the one before was answered."""

    class Receiver(http.server.BaseHTTPRequestHandler):
        timeout = 30

        def do_POST(self):
            length = self.headers.get("content-length", "")
            if not length.isdecimal() or int(length) > LARGEST:
                return self.answer(413, "too large")
            body = self.rfile.read(int(length))
            if not is_signed(secret, self.headers, body, time.time()):
                return self.answer(401, "not signed with this secret")
            letter = json.loads(body)
            written = book.write(letter["changes"])
            print(f"{letter['type']}: {written} new, up to {letter['next']}", flush=True)
            return self.answer(204, None)

        def answer(self, status, why):
            text = (why or "").encode()
            self.send_response(status)
            if status != 204:
                self.send_header("content-length", str(len(text)))
            self.end_headers()
            self.wfile.write(text)

        def log_message(self, *_):
            pass

    return Receiver


def main():
    parser = argparse.ArgumentParser(description="Keeps what a webhook tells, line by line.")
    parser.add_argument("--port", type=int, default=8000)
    parser.add_argument("--into", type=pathlib.Path, default=pathlib.Path("changes.ndjson"), help="the file to keep it in")
    arguments = parser.parse_args()
    told = os.environ.get("WEBHOOK_SECRET", "")
    if not told.startswith("whsec_"):
        sys.exit("set WEBHOOK_SECRET to the secret that came when the webhook was made: it begins with whsec_")
    secret = base64.b64decode(told.removeprefix("whsec_"))
    with http.server.HTTPServer(("127.0.0.1", arguments.port), receiver(secret, Book(arguments.into))) as server:
        print(f"listening on port {server.server_port}", flush=True)
        server.serve_forever()


if __name__ == "__main__":
    main()
