import pytest

from app import egress
from tests.receiver import Receiver


def test_a_post_arrives_as_it_was_sent_and_its_answer_comes_back(post, receiver):
    receiver.answer(status=202, headers={"Retry-After": "7"}, body=b"thanks")

    answer = post(receiver.url + "?user=7")

    request = receiver.requests[0]
    assert (request.method, request.path, request.json) == ("POST", "/hook?user=7", {"id": "p1"})
    assert request.headers["content-type"] == "application/json"
    assert request.headers["accept-encoding"] == "identity"
    assert (answer.status, answer.excerpt) == (202, "thanks")
    assert answer.headers["retry-after"] == "7"
    assert 0 < answer.seconds < 5


def test_a_connection_is_kept_for_the_next_call(post, receiver):
    for _ in range(3):
        post(receiver.url)

    assert receiver.connections == 1


def test_a_kept_connection_that_the_receiver_closed_costs_no_attempt(post, receiver):
    receiver.answer(status=200)
    receiver.answer(drop=True)
    receiver.answer(status=201)

    statuses = [post(receiver.url).status for _ in range(2)]

    assert statuses == [200, 201]
    assert receiver.connections == 2


def test_ipv6_is_spoken(post, loopback):
    with Receiver(host="::1") as receiver:
        answer = post(receiver.url)

    assert answer.status == 200


def test_proxies_and_netrc_are_not_asked(post, receiver, monkeypatch, tmp_path):
    (tmp_path / ".netrc").write_text("machine 127.0.0.1 login me password secret")
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:1")
    receiver.answer(status=200, headers={"Set-Cookie": "session=1; Path=/"})

    post(receiver.url)
    post(receiver.url)

    assert not {"authorization", "cookie"} & {*receiver.requests[1].headers}


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_redirect_is_an_answer_and_is_not_followed(post, receiver, status):
    with Receiver() as canary:
        receiver.answer(status=status, headers={"Location": canary.url})

        answer = post(receiver.url)

    assert answer.status == status
    assert canary.connections == 0


def test_the_excerpt_of_an_answer_is_harmless_text(post, receiver):
    receiver.answer(body=b"a\x00\x1b[31m\xff\r\n\xe2\x80\xae<b>" + b"x" * 9000)

    excerpt = post(receiver.url).excerpt

    assert excerpt.startswith("a\\x00\\x1b[31m\N{REPLACEMENT CHARACTER}\\r\n\\u202e<b>xxx")
    assert len(excerpt) == egress.LONGEST_EXCERPT
