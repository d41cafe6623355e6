"""What deploy/garage/init.py asks of Garage's administration API, of a stand-in that keeps what it is told."""

import contextlib
import http.server
import importlib.util
import io
import json
import os
import pathlib
import threading
import unittest
from unittest import mock
from urllib.parse import parse_qs, urlsplit

HERE = pathlib.Path(__file__).resolve().parent.parent.parent
SPEC = importlib.util.spec_from_file_location("garage_init", HERE / "deploy/garage/init.py")
init = importlib.util.module_from_spec(SPEC)
SPEC.loader.exec_module(init)

ENVIRONMENT = {
    "GARAGE_ADMIN_TOKEN": "token", "GARAGE_CAPACITY_GB": "10",
    "PUBLIC_KEY_ID": "GK1", "PUBLIC_KEY_SECRET": "s1", "PRIVATE_KEY_ID": "GK2", "PRIVATE_KEY_SECRET": "s2",
}


class Garage(http.server.BaseHTTPRequestHandler):
    """A node that was just started."""

    def do_GET(self) -> None:
        state, query = self.server.state, {name: value[0] for name, value in parse_qs(urlsplit(self.path).query).items()}
        name = urlsplit(self.path).path.removeprefix("/v2/")
        known = {
            "GetClusterLayout": lambda: {"version": state["version"], "roles": state["roles"]},
            "GetClusterStatus": lambda: {"nodes": state["nodes"]},
            "GetKeyInfo": lambda: state["keys"].get(query["id"]),
            "GetBucketInfo": lambda: state["buckets"].get(query["globalAlias"]),
        }
        self.answer(known[name]())

    def do_POST(self) -> None:
        state, body = self.server.state, json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        name = self.path.removeprefix("/v2/")
        state["changes"].append(name)
        if name == "UpdateClusterLayout":
            state["staged"] = body["roles"]
        elif name == "ApplyClusterLayout":
            assert body["version"] == state["version"] + 1
            state.update(version=body["version"], roles=state["staged"])
        elif name == "ImportKey":
            state["keys"][body["accessKeyId"]] = body
        elif name == "CreateBucket":
            state["buckets"][body["globalAlias"]] = {"id": "id-" + body["globalAlias"]}
        elif name == "AllowBucketKey":
            state["allowed"].add((body["bucketId"], body["accessKeyId"], *sorted(body["permissions"].items())))
        self.answer(state["buckets"].get(body.get("globalAlias"), {}))

    def answer(self, body) -> None:
        """Sends JSON, or 404 where there is none; 403 to strangers."""
        status = 404 if body is None else 200
        if self.headers["Authorization"] != "Bearer token":
            status, body = 403, None
        self.send_response(status)
        self.end_headers()
        self.wfile.write(json.dumps(body or {}).encode())

    def log_message(self, *_args) -> None:
        """Says nothing."""


class Init(unittest.TestCase):
    """Runs it against the stand-in."""

    def setUp(self) -> None:
        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Garage)
        self.server.state = {"version": 0, "roles": [], "nodes": [{"id": "n1"}], "keys": {}, "buckets": {},
                             "allowed": set(), "changes": []}
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        self.addCleanup(self.server.server_close)
        self.addCleanup(self.server.shutdown)

    def run_it(self, **changed: str):
        """The exit code and what was said on standard error."""
        given = {**ENVIRONMENT, "GARAGE_ADMIN": f"http://127.0.0.1:{self.server.server_port}", **changed}
        said = io.StringIO()
        with mock.patch.dict(os.environ, given), contextlib.redirect_stderr(said), contextlib.redirect_stdout(io.StringIO()):
            return init.main(), said.getvalue()

    def test_it_makes_what_is_missing_once(self) -> None:
        self.assertEqual(self.run_it(), (0, ""))
        state = self.server.state
        self.assertEqual(state["roles"], [{"id": "n1", "zone": "one", "capacity": 10_000_000_000, "tags": []}])
        self.assertEqual(sorted(state["keys"]), ["GK1", "GK2"])
        rights = (("owner", False), ("read", True), ("write", True))
        self.assertEqual(state["allowed"], {("id-flaneur-public", "GK1", *rights), ("id-flaneur-private", "GK2", *rights)})
        state["changes"].clear()
        self.assertEqual(self.run_it(), (0, ""))
        self.assertEqual(state["changes"], ["AllowBucketKey", "AllowBucketKey"])

    def test_it_says_what_is_wrong(self) -> None:
        for changed, part in (({"PRIVATE_KEY_ID": "GK1"}, "different keys"), ({"GARAGE_ADMIN_TOKEN": "x"}, "refused"),
                              ({"GARAGE_ADMIN": "http://127.0.0.1:1"}, "does not answer")):
            code, said = self.run_it(**changed)
            self.assertEqual(code, 1)
            self.assertIn(part, said)
        self.server.state["nodes"].append({"id": "n2"})
        self.assertIn("there are 2", self.run_it()[1])


if __name__ == "__main__":
    unittest.main()
