"""Redemption codes: their form, what people type, and what a checksum finds."""

import re
from itertools import combinations
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from naxios.domain import codes
from naxios.domain.codes import Malformed

FORM = re.compile(r"NAX(-[0-9A-HJKMNP-TV-Z]{5}){4}")
KEY = b"k" * 32
CODE = codes.of_number(0x9E3779B97F4A7C15F39C)
LOOKS = {"0": list("0oO"), "1": list("1iIlL"), "V": list("vVuU"), "-": ["-", " ", "", "--", "\t"]}

any_code = st.integers(0, 2**80 - 1).map(codes.of_number)


def test_a_code_has_its_form() -> None:
    assert all(FORM.fullmatch(codes.generate()) for _ in range(500))


def test_codes_differ_and_use_the_whole_alphabet() -> None:
    made = [codes.generate() for _ in range(500)]

    assert len(set(made)) == 500
    assert set("".join(code.removeprefix("NAX") for code in made)) == set("-0123456789ABCDEFGHJKMNPQRSTVWXYZ")


def test_a_code_has_eighty_random_bits() -> None:
    assert codes.RANDOM_LENGTH * 5 >= 80


@pytest.mark.parametrize(
    "typed",
    [
        CODE,
        CODE.lower(),
        CODE.replace("-", ""),
        CODE.replace("-", " "),
        CODE.removeprefix("NAX-"),
        CODE.removeprefix("NAX-").replace("-", "").lower(),
        f"  {CODE}\n",
        f"“{CODE}”.",
        CODE.replace("-", "\N{EN DASH}"),
        CODE.replace("-", "\N{NO-BREAK SPACE}\N{ZERO WIDTH SPACE}"),
        CODE.replace("-", "_"),
        "".join(chr(ord(character) + 0xFEE0) for character in CODE),  # full width, as Japanese keyboards type
    ],
)
def test_what_people_type_is_understood(typed: str) -> None:
    assert codes.parse(typed) == CODE


@given(code=any_code, chance=st.randoms(use_true_random=False))
def test_any_way_to_type_a_code_means_it(code: str, chance: Random) -> None:
    def typed(character: str) -> str:
        return chance.choice(LOOKS.get(character, [character, character.lower()]))

    prefix, _, rest = code.partition("-")

    assert codes.parse(prefix + "-" + "".join(map(typed, rest))) == code
    assert codes.parse("".join(map(typed, rest))) == code


@given(st.text(max_size=250))
def test_any_other_text_is_refused_in_words(typed: str) -> None:
    try:
        understood = codes.parse(typed)
    except Malformed as error:
        assert str(error)
        assert "\n" not in str(error)
    else:
        assert FORM.fullmatch(understood)


@given(st.text("0123456789ABCDEFGHJKMNPQRSTVWXYZ", min_size=20, max_size=20))
def test_hardly_any_twenty_characters_are_a_code(typed: str) -> None:
    with pytest.raises(Malformed, match="A character is wrong: check it again"):
        codes.parse(typed)


def test_every_single_wrong_character_is_found() -> None:
    characters = CODE.removeprefix("NAX").replace("-", "")
    for place in range(codes.LENGTH):
        for other in set("0123456789ABCDEFGHJKMNPQRSTVWXYZ") - {characters[place]}:
            with pytest.raises(Malformed, match="A character is wrong"):
                codes.parse(characters[:place] + other + characters[place + 1 :])


def test_any_two_characters_that_changed_places_are_found() -> None:
    characters = CODE.removeprefix("NAX").replace("-", "")
    for one, other in combinations(range(codes.LENGTH), 2):
        swapped = list(characters)
        swapped[one], swapped[other] = swapped[other], swapped[one]
        if swapped != list(characters):
            with pytest.raises(Malformed, match="A character is wrong"):
                codes.parse("".join(swapped))


@pytest.mark.parametrize(
    ("typed", "why"),
    [
        ("", "Enter a code"),
        (" - \n", "Enter a code"),
        (CODE[:-1], "has 20 characters after NAX, this has 19: some are missing"),
        ("NAX-12345", "this has 5: some are missing"),
        (CODE + "7", "this has 21: that is too many"),
        (CODE[:-1] + "€", "“€” is in no code"),
        (CODE[:-1] + "Ж", "“Ж” is in no code"),
        ("A" * 300, "too long for a code"),
    ],
)
def test_what_is_no_code_is_refused_with_what_is_wrong(typed: str, why: str) -> None:
    with pytest.raises(Malformed, match=re.escape(why)):
        codes.parse(typed)


def test_a_digest_depends_on_the_code_and_on_the_key() -> None:
    digests = {codes.digest(code, key) for code in (CODE, codes.generate()) for key in (KEY, b"other")}

    assert len(digests) == 4
    assert {len(digest) for digest in digests} == {32}
    assert codes.digest(CODE, KEY) == codes.digest(CODE, KEY)


def test_the_end_that_may_be_shown_is_too_short_to_guess_the_rest() -> None:
    assert codes.shown_end(CODE) == CODE[-4:]
    assert codes.SHOWN_LENGTH <= codes.CHECKSUM_LENGTH  # nothing of the random part
