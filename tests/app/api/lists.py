"""Lists of predictions, made and walked through."""

from app import store
from tests import factories
from tests.app.api.conftest import PUBLIC_URL


def add(account, count):
    with store.transaction():
        return [factories.prediction(account).id for _ in range(count)][::-1]


def ids(page):
    return [each["id"] for each in page["results"]]


def follow(caller, link):
    assert link.startswith(f"{PUBLIC_URL}/v1/")
    return caller.get(link.removeprefix(PUBLIC_URL)).json
