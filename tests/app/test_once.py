"""What a process makes once."""

import threading

from app.once import Once


def test_threads_that_ask_at_once_get_the_same_one():
    asked = threading.Barrier(8)
    made, got = [], []

    def make():
        made.append(object())
        return made[-1]

    thing = Once(make)

    def ask():
        asked.wait(5)
        got.append(thing())

    threads = [threading.Thread(target=ask) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len(made) == 1
    assert got == made * 8


def test_what_is_forgotten_is_handed_out_and_made_anew():
    thing = Once(object)
    first = thing()

    assert thing.forget() is first
    assert thing() is not first


def test_where_nothing_was_made_nothing_is_forgotten():
    assert Once(object).forget() is None
