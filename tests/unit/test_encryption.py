"""Secrets at rest: readable again by this installation, and by nothing else."""

import base64

import pytest
from cryptography.fernet import Fernet
from hypothesis import given
from hypothesis import strategies as st

from naxios.encryption import CannotDecrypt, decrypt, derived_key, encrypt

CANARY = "sk-canary-2d7f"


@given(st.text())
def test_what_was_encrypted_reads_as_it_was(text: str) -> None:
    assert decrypt(encrypt(text)) == text
    assert decrypt(memoryview(encrypt(text))) == text


def test_the_same_text_is_never_encrypted_the_same_way() -> None:
    assert encrypt(CANARY) != encrypt(CANARY)


def test_nothing_of_the_text_is_seen() -> None:
    assert CANARY.encode() not in base64.urlsafe_b64decode(encrypt(CANARY))


@pytest.mark.parametrize("position", [0, 1, 9, 30, -1])
def test_a_changed_byte_is_noticed(position: int) -> None:
    token = bytearray(encrypt(CANARY))
    token[position] ^= 1

    with pytest.raises(CannotDecrypt):
        decrypt(bytes(token))


@pytest.mark.parametrize(
    "token",
    [b"", b"nonsense", b"\xff" * 100, Fernet(b"A" * 43 + b"=").encrypt_at_time(b"other", 0)],
    ids=["empty", "nonsense", "binary", "another key"],
)
def test_what_was_not_encrypted_here_is_refused_with_what_to_do(token: bytes) -> None:
    with pytest.raises(CannotDecrypt, match="NAXIOS_SECRET_KEY"):
        decrypt(token)


@given(st.binary())
def test_no_bytes_are_anything_but_refused(token: bytes) -> None:
    with pytest.raises(CannotDecrypt):
        decrypt(token)


def test_each_purpose_has_a_key_of_its_own() -> None:
    keys = {derived_key(purpose) for purpose in ("encryption at rest", "internal requests", "another")}

    assert len(keys) == 3
    assert all(len(key) == 32 for key in keys)
    assert derived_key("another") == derived_key("another")
