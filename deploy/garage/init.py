#!/usr/bin/env python3
"""Makes the two buckets of Flaneur and their keys on a Garage of one node, where they are missing.

Everything comes by environment variables: GARAGE_ADMIN (address of the administration API), GARAGE_ADMIN_TOKEN,
GARAGE_CAPACITY_GB, and the keys PUBLIC_KEY_ID, PUBLIC_KEY_SECRET, PRIVATE_KEY_ID, PRIVATE_KEY_SECRET. A second run
changes nothing. Ends with exit code 1 and one sentence when something is in the way.
"""

import json
import os
import sys
import urllib.error
import urllib.parse
import urllib.request
from typing import Any, Optional

TIMEOUT = 10


class Problem(Exception):
    """Something the operator can act on; the message is one sentence."""


class Admin:
    """The administration API, version 2."""

    def __init__(self, address: str, token: str) -> None:
        self.address = address.rstrip("/")
        self.token = token

    def call(self, name: str, body: Optional[dict] = None, missing_is_none: bool = False, **query: str) -> Any:
        """Calls an endpoint: with a body by POST, else by GET."""
        url = f"{self.address}/v2/{name}"
        if query:
            url += "?" + urllib.parse.urlencode(query)
        request = urllib.request.Request(url, headers={"Authorization": f"Bearer {self.token}"})
        if body is not None:
            request.data = json.dumps(body).encode()
            request.add_header("Content-Type", "application/json")
        try:
            with urllib.request.urlopen(request, timeout=TIMEOUT) as answer:
                text = answer.read()
        except urllib.error.HTTPError as error:
            if missing_is_none and error.code == 404:
                return None
            raise Problem(f"Garage refused {name}: {error.code} {error.read(500).decode(errors='replace')}") from None
        except OSError as error:
            raise Problem(f"Garage does not answer at {self.address}: {error}") from None
        return json.loads(text) if text else None


def lay_out(admin: Admin, capacity_gb: int) -> None:
    """Gives the one node its role, if none has any."""
    layout = admin.call("GetClusterLayout")
    if layout["roles"]:
        return
    nodes = admin.call("GetClusterStatus")["nodes"]
    if len(nodes) != 1:
        raise Problem(f"this is for a Garage of one node, and there are {len(nodes)}: lay them out by hand")
    role = {"id": nodes[0]["id"], "zone": "one", "capacity": capacity_gb * 1_000_000_000, "tags": []}
    admin.call("UpdateClusterLayout", {"roles": [role]})
    admin.call("ApplyClusterLayout", {"version": layout["version"] + 1})
    print(f"the node may hold {capacity_gb} GB")


def key(admin: Admin, name: str, key_id: str, secret: str) -> None:
    """Makes a key with a secret that is known already."""
    if admin.call("GetKeyInfo", missing_is_none=True, id=key_id) is None:
        admin.call("ImportKey", {"accessKeyId": key_id, "secretAccessKey": secret, "name": name})
        print(f"made the key {name}")


def bucket(admin: Admin, name: str, key_id: str) -> None:
    """Makes a bucket that one key may read and write, and no other."""
    info = admin.call("GetBucketInfo", missing_is_none=True, globalAlias=name)
    if info is None:
        info = admin.call("CreateBucket", {"globalAlias": name})
        print(f"made the bucket {name}")
    rights = {"read": True, "write": True, "owner": False}
    admin.call("AllowBucketKey", {"bucketId": info["id"], "accessKeyId": key_id, "permissions": rights})


def main() -> int:
    """Makes all there must be."""
    try:
        given = {name: os.environ[name] for name in (
            "GARAGE_ADMIN", "GARAGE_ADMIN_TOKEN", "GARAGE_CAPACITY_GB",
            "PUBLIC_KEY_ID", "PUBLIC_KEY_SECRET", "PRIVATE_KEY_ID", "PRIVATE_KEY_SECRET",
        )}
        if given["PUBLIC_KEY_ID"] == given["PRIVATE_KEY_ID"]:
            raise Problem("the public and the private bucket need different keys")
        admin = Admin(given["GARAGE_ADMIN"], given["GARAGE_ADMIN_TOKEN"])
        lay_out(admin, int(given["GARAGE_CAPACITY_GB"]))
        for kind in ("public", "private"):
            key_id = given[f"{kind.upper()}_KEY_ID"]
            key(admin, f"flaneur-{kind}", key_id, given[f"{kind.upper()}_KEY_SECRET"])
            bucket(admin, f"flaneur-{kind}", key_id)
    except KeyError as error:
        print(f"error: {error.args[0]} is not set", file=sys.stderr)
        return 1
    except (Problem, ValueError) as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    print("buckets and keys are ready")
    return 0


if __name__ == "__main__":
    sys.exit(main())
