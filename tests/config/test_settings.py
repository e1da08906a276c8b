"""Settings that are wrong stop the start, with the variable and what to do."""

import pydantic
import pytest

from config import settings


@pytest.mark.parametrize(
    "given",
    [{"lease_seconds": 8}, {"beat_seconds": 11}, {"lease_seconds": 2, "beat_seconds": 1.5}],
    ids=["short lease", "slow beat", "both"],
)
def test_a_lease_that_runs_out_between_two_beats_is_refused(configure, given):
    configure(**given)

    with pytest.raises(pydantic.ValidationError) as refused:
        settings.load()

    (wrong,) = refused.value.errors()
    assert wrong["loc"] == ("beat_seconds",)
    assert "at most half of HEARTH_LEASE_SECONDS" in wrong["msg"]


def test_a_lease_may_last_two_beats(configure):
    configure(lease_seconds=3, beat_seconds=1.5)

    assert settings.load().model.beat_seconds == 1.5


def test_a_wrong_lease_is_told_alone(configure):
    configure(lease_seconds=0)

    with pytest.raises(pydantic.ValidationError) as refused:
        settings.load()

    assert [wrong["loc"] for wrong in refused.value.errors()] == [("lease_seconds",)]
