"""The Celery options that both ends of a queue share, with the reasons for each."""

from typing import Any

from config import settings, transport

DAY = 24 * 3600


def url() -> str:
    """The broker as Celery spells it: `redis+socket://` is what redis-py calls `unix://`."""
    redis_url = settings.load().redis_url
    return redis_url.replace("unix://", "redis+socket://", 1)


def options(*, answer_seconds: float) -> dict[str, Any]:
    """Options of senders and workers, and how long the broker may take to answer them."""
    transport.register()
    return {
        "broker_url": url(),
        "broker_transport_options": {
            "visibility_timeout": DAY,  # redelivery is the lease's work; short values run twice
            "socket_timeout": answer_seconds,  # else a dead network hangs a process for ever
            "socket_connect_timeout": 2,
            "socket_keepalive": True,
            "health_check_interval": 5,
            "unacked_restore_interval": 10,
            "unacked_restore_throttle": 1,
            "priority_steps": [0],  # order comes from the database
        },
        "broker_connection_retry_on_startup": True,
        "broker_connection_max_retries": None,
        "task_serializer": "json",
        "accept_content": ["json"],
        "task_ignore_result": True,  # the row is the result; a backend costs 341 us a task
        "task_acks_late": True,
        "task_create_missing_queues": True,
        # Fails at the first time-out, and the sweeper does the rest; retry=False would take 6 s.
        "task_publish_retry": True,
        "task_publish_retry_policy": {"max_retries": 0, "interval_start": 0},
    }
