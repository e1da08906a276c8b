"""What Flower is told of tasks on their way, and the transport it goes through."""

import base64
import json

import pytest
import redis

from app import bulletin, queues
from app.bulletin import Bulletin
from config import settings


@pytest.fixture
def listening(redis_process):
    """A subscription to the events that Celery's monitors hear."""
    with redis.Redis.from_url(settings.load().redis_url) as client, client.pubsub() as heard:
        heard.psubscribe("*celeryev*")
        assert heard.get_message(timeout=10)["type"] == "psubscribe"
        yield heard


def test_sent_tasks_are_told_in_one_message_with_their_queue(listening, monkeypatch):
    monkeypatch.setattr(bulletin, "PAUSE_SECONDS", 0.01)
    flower = Bulletin(queues.sender())

    flower.tell_sent("predict", "p1", "cpu.lab.echo.e")
    flower.tell_sent("predict", "p2", "cpu.lab.echo.e")
    flower.start()

    message = json.loads(listening.get_message(timeout=10)["data"])
    events = json.loads(base64.b64decode(message["body"]))
    assert [(event["type"], event["uuid"], event["routing_key"]) for event in events] == [
        ("task-sent", "p1", "cpu.lab.echo.e"),
        ("task-sent", "p2", "cpu.lab.echo.e"),
    ]


def test_a_channel_keeps_its_client_for_as_long_as_its_pool(redis_process):
    with queues.sender().connection_for_write() as connection:
        channel = connection.default_channel
        with channel.conn_or_acquire() as first, channel.conn_or_acquire() as second:
            assert first is second
        with channel.conn_or_acquire("given") as given:
            assert given == "given"

        channel._pool = None
        with channel.conn_or_acquire() as third:
            assert third is not first
            assert third.connection_pool is channel.pool
