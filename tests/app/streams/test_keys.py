"""Which outputs are streamed, as what, and under which names."""

import pytest

from app.streams import keys
from app.streams.keys import Kind

TEXT = {"type": "string"}
URI = {"type": "string", "format": "uri"}


def schema(**output):
    return {"components": {"schemas": {"Output": output}}}


def iterator(items, **more):
    return schema(type="array", items=items, **{"x-cog-array-type": "iterator"}, **more)


@pytest.mark.parametrize(
    ("openapi_schema", "kind", "folder"),
    [
        (iterator(TEXT, **{"x-cog-array-display": "concatenate"}), Kind.TEXT, "/v1/streams/"),
        (iterator(TEXT), Kind.ITEMS, "/v1/streams/"),
        (iterator({}), Kind.ITEMS, "/v1/streams/"),
        (iterator(URI), Kind.FILES, "/v1/files/streams/"),
    ],
    ids=["text in pieces", "strings", "anything", "files"],
)
def test_a_key_says_what_is_streamed_and_where(openapi_schema, kind, folder):
    key = keys.new(openapi_schema)

    assert keys.kind(key) is kind
    assert keys.path(key) == folder + key


@pytest.mark.parametrize(
    "openapi_schema",
    [schema(**TEXT), schema(type="array", items=TEXT), {"components": {"schemas": {}}}],
    ids=["text", "a list that comes whole", "no output in the schema"],
)
def test_what_does_not_come_in_pieces_has_no_key(openapi_schema):
    assert keys.new(openapi_schema) is None


def test_nobody_can_guess_a_key():
    made = {keys.new(iterator(TEXT)) for _ in range(100)}

    assert len(made) == 100
    assert all(len(key.partition("-")[2]) >= 32 for key in made)
