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


@given(st.lists(st.sampled_from(["enter", "leave"])), st.integers(1, 3))
def test_there_are_never_more_than_the_limit_and_nobody_is_forgotten(steps, limit):
    origins, inside, waiting, number = Origins(limit), 0, [], 0
    for step in steps:
        if step == "enter":
            number += 1
            if origins.enter(HERE, str(number)):
                inside += 1
            else:
                waiting.append(str(number))
        elif inside:
            inside -= 1
            assert origins.leave(HERE) == (waiting.pop(0) if waiting else None)
        assert inside <= limit
