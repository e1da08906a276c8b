"""Places at receivers."""

from hypothesis import given
from hypothesis import strategies as st

from tasks.origins import Origins

HERE, THERE = "http://a:80", "http://b:80"


def test_who_finds_no_place_is_parked_and_comes_next():
    origins = Origins(limit=1)

    assert origins.enter(HERE, "first")
    assert not origins.enter(HERE, "second")
    assert origins.leave(HERE) == "second"
    assert origins.enter(HERE, "second")


def test_one_origin_s_crowd_is_nothing_to_another():
    origins = Origins(limit=1)
    origins.enter(HERE, "first")

    assert origins.enter(THERE, "second")


def test_a_prediction_is_parked_once_however_often_it_asks():
    origins = Origins(limit=1)
    origins.enter(HERE, "first")
    for prediction_id in ["second", "third", "second", "second"]:
        origins.enter(HERE, prediction_id)

    assert [origins.leave(HERE), origins.enter(HERE, "second")] == ["second", True]
    assert [origins.leave(HERE), origins.enter(HERE, "third")] == ["third", True]
    assert origins.leave(HERE) is None


def test_who_has_found_a_place_waits_no_longer():
    origins = Origins(limit=2)
    for prediction_id in ["first", "second", "third", "fourth"]:
        origins.enter(HERE, prediction_id)
    origins.leave(HERE)

    origins.enter(HERE, "fourth")

    assert origins.leave(HERE) is None


@given(st.lists(st.sampled_from(["leave", *"abcde"])), st.integers(1, 3))
def test_there_are_never_more_than_the_limit_and_nobody_is_forgotten(steps, limit):
    origins, inside, waiting = Origins(limit), 0, []
    for step in steps:
        if step != "leave":
            finds_place = inside < limit
            assert origins.enter(HERE, step) == finds_place
            inside += finds_place
            others = [other for other in waiting if other != step]
            waiting = others if finds_place else list(dict.fromkeys([*waiting, step]))
        elif inside:
            inside -= 1
            assert origins.leave(HERE) == (waiting.pop(0) if waiting else None)
