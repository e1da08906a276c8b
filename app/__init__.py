"""The service: its nouns, its rules and its HTTP edge."""

from typing import TYPE_CHECKING

from config.settings import Settings, load

if TYPE_CHECKING:
    from flask import Flask


def create_app(settings: Settings | None = None) -> "Flask":
    """The web application: the edge wired to the nouns, nothing else."""
    from app import api  # noqa: PLC0415  workers use the nouns and never load Flask

    return api.application(settings or load())
