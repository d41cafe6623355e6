"""A plugin of pytest for panoramax_cli's own integration tests: hands out tokens in place of Keycloak's form.

Those tests sign in by filling in the form of a Keycloak that they start themselves. Against servers that are there
already, a token that was made beforehand is exchanged for a session instead. Where those servers are told to take the
same file twice (API_ACCEPT_DUPLICATE), which this one never does, what earlier tests sent is deleted before a test sends
it again. Everything else is as it was written.

FLANEUR_TOKENS  by address of a server: by name of an account: a token (JSON)
"""

import json
import os
import sys

import httpx
import pytest

TOKENS = json.loads(os.environ["FLANEUR_TOKENS"])


def login(client, panoramax, user_credential):
    name, _password = user_credential
    token = TOKENS[panoramax.url][name]
    client.post(f"{panoramax.url}/api/auth/session", json={"token": token}).raise_for_status()


def pytest_collection_finish(session):
    """The tests' own `login` is replaced wherever it was imported."""
    replaced = 0
    for module in list(sys.modules.values()):
        there = getattr(module, "login", None)
        if getattr(there, "__module__", "").endswith("conftest") and there is not login:
            module.login = login
            replaced += 1
    assert replaced or not session.items, "the tests sign in otherwise than this plugin knows"


def delete_everything(url, token):
    client = httpx.Client(headers={"Authorization": f"Bearer {token}"})
    for upload in client.get(f"{url}/api/users/me/upload_sets").raise_for_status().json()["upload_sets"]:
        client.delete(f"{url}/api/upload_sets/{upload['id']}").raise_for_status()


@pytest.fixture(autouse=True)
def afresh(request):
    """Modules whose tests share what they sent (`load_data`) clear up themselves."""
    if not hasattr(request.module, "load_data"):
        for url, tokens in TOKENS.items():
            for token in tokens.values():
                delete_everything(url, token)
