import pytest

from tasks import restarts


@pytest.mark.parametrize(
    ("deaths", "seconds"), [(0, 0), (1, 1), (2, 2), (3, 4), (4, 8), (5, 16), (6, 30), (60, 30)]
)
def test_the_pause_doubles_with_every_quick_death(deaths: int, seconds: float) -> None:
    assert restarts.pause_after(deaths) == seconds


def test_a_process_that_lived_long_is_started_again_at_once() -> None:
    life = restarts.Life()
    life.begin(100)

    quick, quicker = life.end(101), life.end(101)
    life.begin(200)
    late = life.end(200 + restarts.STEADY_SECONDS)

    assert (quick, quicker, late) == (1, 2, 0)
