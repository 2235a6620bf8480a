"""What a key looks like, and what its checksum catches."""

import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from naxios.domain import keys

KNOWN = "nx_0000000000000000000000000000001mBE36"
BASE62 = string.digits + string.ascii_uppercase + string.ascii_lowercase


def test_a_new_key_is_39_base62_characters_behind_its_prefix() -> None:
    key = keys.generate()

    assert len(key) == 39
    assert key.startswith("nx_")
    assert set(key[3:]) <= set(BASE62)


def test_a_new_key_is_well_formed() -> None:
    assert all(keys.is_well_formed(keys.generate()) for _ in range(100))


def test_new_keys_differ() -> None:
    assert len({keys.generate() for _ in range(1_000)}) == 1_000


@pytest.mark.parametrize("position", range(len(keys.PREFIX) + keys.RANDOM_LENGTH + keys.CHECKSUM_LENGTH))
def test_any_changed_character_is_refused(position: int) -> None:
    others = [character for character in BASE62 + "_-. é" if character != KNOWN[position]]

    assert not any(keys.is_well_formed(KNOWN[:position] + other + KNOWN[position + 1 :]) for other in others)


def test_two_characters_that_changed_places_are_refused() -> None:
    key = keys.generate()
    swapped = [key[:at] + key[at + 1] + key[at] + key[at + 2 :] for at in range(len(key) - 1)]

    assert not any(keys.is_well_formed(other) for other in swapped if other != key)


@pytest.mark.parametrize("length", [0, 3, 10, 38])
def test_a_key_that_was_cut_off_is_refused(length: int) -> None:
    assert not keys.is_well_formed(keys.generate()[:length])


def test_a_key_with_something_behind_it_is_refused() -> None:
    assert not keys.is_well_formed(keys.generate() + "\n")


@given(st.text())
def test_no_text_is_an_error(text: str) -> None:
    assert not keys.is_well_formed(text)


def test_the_checksum_stays_what_it_is() -> None:
    """Keys in use must outlive every release."""
    assert keys.is_well_formed(KNOWN)


def test_the_digest_is_32_bytes_that_stay_what_they_are() -> None:
    assert keys.digest(KNOWN).hex() == "6cd4796637529ac8ea5817ea9930d64c0e9ca46a9738f085750f0d3fb69357bc"


def test_the_shown_prefix_leaves_enough_unknown_to_be_worth_nothing() -> None:
    key = keys.generate()

    assert keys.shown_prefix(key) == key[:11]
