"""Runs stac-api-validator without the internet.

It would fetch the JSON Schemas of STAC and of extensions while it runs. Here every schema lets everything pass, so what is
checked is all that the validator itself asks for: links, media types, parameters, pages, filters, refusals. Whatever is not
on this machine is out of reach.
"""

import sys
import urllib.request
from urllib.parse import urlsplit

import pystac.validation
import requests
import stac_validator.fast_validator
import stac_validator.utilities
import stac_validator.validate

SCHEMA = {"$schema": "https://json-schema.org/draft/2020-12/schema"}
LOCAL = {"127.0.0.1", "localhost"}

for module in (stac_validator.utilities, stac_validator.validate):
    for name in ("fetch_and_parse_schema", "fetch_schema_with_override"):
        if hasattr(module, name):
            setattr(module, name, lambda *_, **__: SCHEMA)
stac_validator.fast_validator.fetch_schema = lambda _: SCHEMA


class AnyStac(pystac.validation.stac_validator.STACValidator):
    """Lets everything pass."""

    def validate_core(self, *_, **__):
        return None

    def validate_extension(self, *_, **__):
        return None


pystac.validation.set_validator(AnyStac())

open_anywhere, send_anywhere = urllib.request.urlopen, requests.Session.send


def open_here(request, *arguments, **options):
    address = request if isinstance(request, str) else request.full_url
    if urlsplit(address).hostname not in LOCAL:
        raise OSError(f"{address} is out of reach")
    return open_anywhere(request, *arguments, **options)


def send_here(session, request, **options):
    if urlsplit(request.url).hostname not in LOCAL:
        raise requests.ConnectionError(f"{request.url} is out of reach")
    return send_anywhere(session, request, **options)


urllib.request.urlopen = open_here
stac_validator.utilities.urlopen = open_here
requests.Session.send = send_here

from stac_api_validator.__main__ import main  # noqa: E402

sys.exit(main(prog_name="stac-api-validator"))
