import base64
import json
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st
from replicate.webhook import InvalidSignatureError, Webhooks, WebhookSigningSecret

from app import signing

# The vector that Svix publishes for Standard Webhooks.
SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
ID = "msg_p5jXN8AQM9LWM0D4loKWxJek"
AT = datetime.fromtimestamp(1614265330, UTC)
BODY = b'{"test": 2432232314}'
SIGNATURE = "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="


def test_the_published_vector_is_signed_alike():
    headers = signing.webhook_headers([SECRET], ID, BODY, AT)

    assert headers == {
        "content-type": "application/json",
        "webhook-id": ID,
        "webhook-timestamp": "1614265330",
        "webhook-signature": SIGNATURE,
    }


@pytest.mark.parametrize("hours", [-11, 0, 5.5, 14])
def test_the_time_zone_of_the_clock_does_not_matter(hours):
    at = AT.astimezone(timezone(timedelta(hours=hours))) + timedelta(microseconds=999_999)

    assert signing.webhook_headers([SECRET], ID, BODY, at)["webhook-signature"] == SIGNATURE


@given(document=st.dictionaries(st.text(), st.text()))
def test_the_official_client_verifies_with_every_secret_in_use(document):
    body = json.dumps(document, ensure_ascii=False).encode("utf-8", "backslashreplace")
    new, old, foreign = (signing.new_secret() for _ in range(3))

    headers = signing.webhook_headers([new, old], ID, body, AT)

    _validate(headers, body, new)
    _validate(headers, body, old)
    with pytest.raises(InvalidSignatureError):
        _validate(headers, body, foreign)


def test_secrets_are_32_random_bytes_that_the_client_can_split():
    secrets = {signing.new_secret() for _ in range(200)}

    assert len(secrets) == 200
    for secret in secrets:
        prefix, encoded = secret.split("_")
        assert prefix == "whsec"
        assert len(base64.b64decode(encoded, validate=True)) == 32


@given(st.lists(st.tuples(st.text(), st.text(), st.text(), st.integers()), unique=True))
def test_an_event_has_one_id_and_no_two_events_share_one(events):
    ids = [signing.delivery_id(*event) for event in events]

    assert ids == [signing.delivery_id(*event) for event in events]
    assert len(set(ids)) == len(events)
    assert not any("." in delivery_id for delivery_id in ids)


def _validate(headers: dict[str, str], body: bytes, secret: str) -> None:
    key = WebhookSigningSecret(key=secret)
    Webhooks.validate(headers=headers, body=body.decode(), secret=key)
