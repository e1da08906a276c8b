"""The application is made of its settings."""

from app import create_app
from config import settings


def test_the_settings_limit_the_body(configure):
    configure(body_bytes=2048)

    assert create_app().config["MAX_CONTENT_LENGTH"] == 2048


def test_given_settings_are_used(configure):
    given = settings.load()
    configure(body_bytes=2048)

    assert create_app(given).config["MAX_CONTENT_LENGTH"] == 10 * 1024 * 1024


def test_two_applications_live_side_by_side(configure):
    first, second = (create_app().test_client().get("/openapi.json") for _ in range(2))

    assert first.json == second.json
