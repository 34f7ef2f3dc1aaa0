from __future__ import annotations

import base64
import hashlib
import hmac
import os
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st
from standardwebhooks import Webhook

from feeds.sending import signing
from tests.receivers import BODY, NOON, OLDER, SECRET, subscription
from tracker.alerts import Secret
from tracker.errors import ConfigError


@given(
    body=st.text().map(lambda text: text.encode("utf-8", "replace")),
    hours=st.integers(-12, 14),
    key=st.binary(min_size=24, max_size=64),
)
def test_signatures_are_those_of_the_specification(body: bytes, hours: int, key: bytes) -> None:
    at = NOON.astimezone(timezone(timedelta(hours=hours)))  # whatever zone the moment is given in
    secret = Secret("whsec_" + base64.b64encode(key).decode())
    headers = signing.headers("msg_1", at, body, (secret,))
    stamp = str(int(NOON.timestamp()))
    expected = base64.b64encode(hmac.new(key, b"msg_1." + stamp.encode() + b"." + body, hashlib.sha256).digest())
    assert headers == {
        "webhook-id": "msg_1",
        "webhook-timestamp": stamp,
        "webhook-signature": "v1," + expected.decode(),
    }


def test_the_reference_library_accepts_what_is_signed() -> None:
    headers = signing.headers("msg_1", datetime.now(UTC), BODY, (SECRET, OLDER))
    assert Webhook(SECRET.value).verify(BODY, headers)["type"] == "event"
    assert Webhook(OLDER.value).verify(BODY, headers)["type"] == "event"


def test_both_secrets_sign_until_the_older_one_ends() -> None:
    ends = NOON + timedelta(hours=24)
    rotated = subscription("https://ngo.test/", secrets=(SECRET, OLDER), old_until=ends)
    assert signing.signing_secrets(rotated, ends - timedelta(seconds=1)) == (SECRET, OLDER)
    assert signing.signing_secrets(rotated, ends) == (SECRET,)
    assert signing.signing_secrets(subscription("https://ngo.test/", secrets=(SECRET, OLDER)), NOON) == (SECRET,)


def test_new_secrets_are_good_and_differ() -> None:
    one, other = signing.new_secret(os.urandom), signing.new_secret(os.urandom)
    signing.check_secret(one)
    assert one != other
    assert "whsec_" not in f"{one} {one!r}"


@pytest.mark.parametrize(
    "value", ["", "whsec_", "whsec_c2hvcnQ=", "whsec_ж", "c2VjcmV0IG9mIGEgdGVzdCwgMzIgYnl0ZXMgbG9uZyE="]
)
def test_bad_secrets_are_refused_and_not_shown(value: str) -> None:
    with pytest.raises(ConfigError) as refused:
        signing.check_secret(Secret(value))
    assert "c2" not in str(refused.value)


@pytest.mark.parametrize("secrets", [(), (Secret("whsec_ж"),), (Secret("whsec_"),)])
def test_without_a_usable_secret_nothing_is_signed(secrets: tuple[Secret, ...]) -> None:
    with pytest.raises(ConfigError) as refused:
        signing.headers("msg_1", NOON, BODY, secrets)
    assert refused.value.__cause__ is None
