#!/usr/bin/env python3
"""A bot that looks at every newly published picture and tags it.

    FLANEUR_TOKEN=… python3 annotate_bot.py https://pictures.example.org

It follows the server's feed of changes and looks at the thumbnail of each picture that was published. What it sees is up to a
detector: a function that gets the bytes of a JPEG and answers a (key, value), or None. The one that comes with it tells dark
pictures from bright ones (it needs Pillow); `--detector my_module:my_function` takes yours.

Where it has got to, and which pictures it has tagged, is kept in a file, in which it goes on when it is started again. No
picture is tagged twice, not even if somebody took the bot's tag away.

Every tag says what found it, and all that one detector wrote is one run, which can be taken back at once:
`DELETE /api/batch/RUN`, with the run that is printed at the start.

The token needs the scope `annotate`, and is best one of an account of the bot's own, whose name then stands in the history.
"""

import argparse
import email.utils
import importlib
import importlib.util
import io
import json
import os
import sqlite3
import sys
import time
import urllib.error
import urllib.parse
import urllib.request
import uuid

# Changes on a page. A server may give fewer.
PAGE = 1000
# How long the server may wait for something to happen, seconds.
WAIT = 20
# Waits after failures grow from the first to the second, seconds.
SHORTEST, LONGEST = 1, 120
# Mean brightness (0 to 255) below which a picture is dark.
DARK = 70


def brightness(jpeg):
    """The detector that comes with it: says of a picture as a whole whether it is dark."""
    from PIL import Image, ImageStat

    with Image.open(io.BytesIO(jpeg)) as picture:
        mean = ImageStat.Stat(picture.convert("L")).mean[0]
    return "bot:brightness", "dark" if mean < DARK else "bright"


class Refused(Exception):
    """The server does not do what was asked, and would not the next time."""

    def __init__(self, status, reason):
        super().__init__(f"{status}: {reason}")
        self.status = status


class Server:
    """Asks the API, and asks again when it is told to come later."""

    def __init__(self, base, token, model):
        self.base, self.token, self.model = base.rstrip("/"), token, model
        # The same each time it is started.
        self.run = uuid.uuid5(uuid.NAMESPACE_URL, f"annotate_bot {model}")

    def ask(self, url, method="GET", body=None, own=True):
        """The body of the answer. The token goes along to the API only (`own`): files may be served by somebody else."""
        headers = {"User-Agent": "flaneur-annotate-bot/1"}
        if own:
            headers["Authorization"] = f"Bearer {self.token}"
        if body is not None:
            headers["Content-Type"] = "application/x-ndjson"
            body = json.dumps(body).encode() + b"\n"
        wait = SHORTEST
        while True:
            request = urllib.request.Request(url, data=body, headers=headers, method=method)
            try:
                with urllib.request.urlopen(request, timeout=WAIT + 40) as answer:
                    return answer.read()
            except urllib.error.HTTPError as error:
                reason = error.read(500).decode(errors="replace")
                if error.code != 429 and error.code < 500:
                    raise Refused(error.code, reason) from error
                pause = asked_for(error.headers.get("Retry-After"))
                told = f"{error.code}"
            except OSError as error:
                pause, told = None, str(error)
            # What the server asks for, or twice as long each time.
            pause = wait if pause is None else pause
            print(f"{url}: {told}; asking again in {pause:.0f} s", file=sys.stderr)
            time.sleep(pause)
            wait = min(wait * 2, LONGEST)

    def changes(self, after, wait):
        query = urllib.parse.urlencode({"after": after, "limit": PAGE, "wait": wait, "items": "true"})
        return json.loads(self.ask(f"{self.base}/api/changes?{query}"))

    def tag(self, item, key, value):
        """Adds a tag. False if the server says no, as it does where a picture was withdrawn meanwhile."""
        tag = {"key": key, "value": value, "action": "add"}
        line = {"picture": item["id"], "semantics": [tag], "by": {"model": self.model}}
        answer = json.loads(self.ask(f"{self.base}/api/batch?run={self.run}", "POST", line).splitlines()[0])
        if answer["outcome"] == "refused":
            print(f"{item['id']} is not tagged: {answer['status']}: {answer['message']}", file=sys.stderr)
        return answer["outcome"] == "changed"


def asked_for(text):
    """The seconds that `Retry-After` asks for: it is a number, or a date."""
    if not text:
        return None
    if text.strip().isdigit():
        return float(text)
    try:
        return max(0.0, email.utils.parsedate_to_datetime(text).timestamp() - time.time())
    except ValueError:
        return None


class Memory:
    """What survives a restart: the cursor, and which pictures were dealt with."""

    def __init__(self, path, after):
        self.file = sqlite3.connect(path)
        with self.file:
            self.file.execute("CREATE TABLE IF NOT EXISTS cursor (one INTEGER PRIMARY KEY CHECK (one = 1), after)")
            self.file.execute("CREATE TABLE IF NOT EXISTS done (picture TEXT PRIMARY KEY) WITHOUT ROWID")
            self.file.execute("INSERT OR IGNORE INTO cursor VALUES (1, ?)", (after,))

    @property
    def after(self):
        return self.file.execute("SELECT after FROM cursor").fetchone()[0]

    @after.setter
    def after(self, number):
        with self.file:
            self.file.execute("UPDATE cursor SET after = ?", (number,))

    def knows(self, picture):
        return self.file.execute("SELECT 1 FROM done WHERE picture = ?", (picture,)).fetchone() is not None

    def note(self, picture):
        with self.file:
            self.file.execute("INSERT OR IGNORE INTO done VALUES (?)", (picture,))


def deal_with(server, memory, item, detector):
    """Looks at a picture and tags it. Whether it did."""
    try:
        found = detector(server.ask(item["assets"]["thumb"]["href"], own=False))
    except Refused as refused:
        # Withdrawn since. It is published again if it comes back.
        print(f"{item['id']} can't be looked at: {refused}", file=sys.stderr)
        return False
    tagged = False
    # A tag of that key is the bot's own, if it was stopped before it could note that, or somebody's who knew better.
    if found and found[0] not in {tag["key"] for tag in item["properties"].get("semantics", [])}:
        tagged = server.tag(item, *found)
    memory.note(item["id"])
    return tagged


def turn(server, memory, detector, wait):
    """Deals with one page of changes. Whether there may be more behind it."""
    before = memory.after
    try:
        page = server.changes(before, wait)
    except Refused as refused:
        if refused.status != 410 or before == 0:
            raise
        print("the server was restored from a backup: beginning anew", file=sys.stderr)
        memory.after = 0
        return True
    items = {item["id"]: item for item in page["items"]["features"]}
    # Pictures that are not among the items are gone, or hidden again. Their changes are nothing to us.
    published = {each.get("picture") for each in page["changes"] if each["kind"] == "published"} & items.keys()
    tagged = 0
    for picture in sorted(published):
        if not memory.knows(picture):
            tagged += deal_with(server, memory, items[picture], detector)
    # Only now: if the bot is stopped before, it gets the page again.
    memory.after = page["next"]
    if published:
        print(f"change {page['next']}: {len(published)} pictures published, {tagged} tagged", flush=True)
    return page["next"] != before


def load(name):
    """A detector by module and function."""
    module, _, function = name.partition(":")
    sys.path.insert(0, os.getcwd())
    return getattr(importlib.import_module(module), function)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("base", help="the server's address, as in https://pictures.example.org")
    parser.add_argument("--memory", default="annotate_bot.db", help="the file to remember in")
    parser.add_argument("--after", default="0", help="at the very first start: the change to begin behind, or `latest`")
    parser.add_argument("--detector", default="", help="module:function, instead of brightness")
    parser.add_argument("--once", action="store_true", help="end when there is nothing new, and don't wait for more")
    options = parser.parse_args()
    token = os.environ.get("FLANEUR_TOKEN")
    if not token:
        parser.error("put a token into the environment variable FLANEUR_TOKEN")
    if not options.detector and importlib.util.find_spec("PIL") is None:
        parser.error("the detector `brightness` needs Pillow: install it, or name another detector")
    detector = load(options.detector) if options.detector else brightness
    server, memory = Server(options.base, token, options.detector or "brightness"), Memory(options.memory, options.after)
    print(f"run {server.run}", flush=True)
    try:
        while turn(server, memory, detector, 0 if options.once else WAIT) or not options.once:
            pass
    except Refused as refused:
        sys.exit(f"error: the server refuses: {refused}")
    except KeyboardInterrupt:
        print("stopped; started again, it goes on from here", file=sys.stderr)


if __name__ == "__main__":
    main()
