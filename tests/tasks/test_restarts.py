import pytest

from tasks import restarts


@pytest.mark.parametrize(
    ("deaths", "seconds"), [(0, 0), (1, 1), (2, 2), (3, 4), (4, 8), (5, 15), (60, 15)]
)
def test_the_interval_doubles_with_every_quick_death(deaths: int, seconds: float) -> None:
    assert restarts.interval_after(deaths) == seconds


@pytest.mark.parametrize(("lived", "pause"), [(0.25, 0.75), (1.5, 0), (restarts.STEADY_SECONDS, 0)])
def test_the_interval_counts_from_start_to_start(lived: float, pause: float) -> None:
    life = restarts.Life()
    life.begin(100)

    assert life.end(100 + lived) == pause
    assert life.due == 100 + lived + pause


def test_a_steady_life_forgets_the_deaths_before() -> None:
    life = restarts.Life()
    for now in (100, 101, 103):
        life.begin(now)
        life.end(now)
    life.begin(200)

    life.end(200 + restarts.STEADY_SECONDS)

    assert life.deaths == 0
