"""The format of a redemption code, how what people type is read as one, its checksum and its digest.

A code is ``NAX-`` and four groups of five characters: 16 random ones (80 bits), then 4 of a checksum. The alphabet is
Crockford's, without I, L, O and U: who reads one of them off paper means the character that looks like it, and is
understood. The checksum is the remainder of the random part, as one number, by a prime: any single wrong character
and any two that changed places give another, so a mistyped code is told apart from one that does not exist, without a
look-up. Only a keyed hash is stored: with the database alone nobody can tell whether a code is one of it.
"""

import hashlib
import hmac
import secrets
import unicodedata

PREFIX = "NAX"
RANDOM_LENGTH = 16
CHECKSUM_LENGTH = 4
LENGTH = RANDOM_LENGTH + CHECKSUM_LENGTH
GROUP = 5
SHOWN_LENGTH = 4
LONGEST_TYPED = 200

_ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_VALUES = {character: value for value, character in enumerate(_ALPHABET)}
_LOOK_ALIKES = str.maketrans("ILOU", "110V")
_PRIME = 1_048_573
"""The largest below 32 ** CHECKSUM_LENGTH."""


class Malformed(Exception):
    """What was typed cannot be a code; the message says why and what next, and quotes at most one character of it."""


def generate() -> str:
    """A new code, as it is shown: ``NAX-XXXXX-XXXXX-XXXXX-XXXXX``."""
    return of_number(secrets.randbits(5 * RANDOM_LENGTH))


def of_number(number: int) -> str:
    """The code whose random part is ``number``."""
    return _shown(_written(number, RANDOM_LENGTH) + _written(_checksum(number), CHECKSUM_LENGTH))


def parse(typed: str) -> str:
    """The code that ``typed`` means, as it is shown. Case, spaces, punctuation and the prefix do not matter.

    Raises
    ------
    Malformed
        It is too short or too long, has a character that no code has, or its checksum is wrong.
    """
    if len(typed) > LONGEST_TYPED:
        raise Malformed("That is too long for a code. Enter one code, as you got it.")
    characters = _characters(typed)
    if not characters:
        raise Malformed("Enter a code.")
    if len(characters) != LENGTH:
        few_or_many = "some are missing" if len(characters) < LENGTH else "that is too many"
        raise Malformed(
            f"A code has {LENGTH} characters after {PREFIX}, this has {len(characters)}: {few_or_many}. Check it again."
        )
    if _checksum(_number(characters[:RANDOM_LENGTH])) != _number(characters[RANDOM_LENGTH:]):
        raise Malformed("A character is wrong: check it again.")
    return _shown(characters)


def digest(code: str, key: bytes) -> bytes:
    """The 32 bytes that stand for ``code``, as it is shown, in the database."""
    return hmac.digest(key, code.encode(), hashlib.sha256)


def shown_end(code: str) -> str:
    """The last characters of ``code``, by which staff and its holder can tell it from others."""
    return code[-SHOWN_LENGTH:]


def _checksum(number: int) -> int:
    return (number + 1) % _PRIME  # so that zeros alone are no code


def _characters(typed: str) -> str:
    """Those of the alphabet, without the prefix. Letters that look like a digit are that digit."""
    plain = unicodedata.normalize("NFKC", typed).upper()
    kept = "".join(character for character in plain if unicodedata.category(character)[0] not in "PZC")
    if len(kept) != LENGTH:  # a code may begin with these letters by chance
        kept = kept.removeprefix(PREFIX)
    characters = kept.translate(_LOOK_ALIKES)
    strange = next((character for character in characters if character not in _VALUES), None)
    if strange is not None:
        raise Malformed(f"“{strange}” is in no code: it has letters from A to Z and digits. Check it again.")
    return characters


def _shown(characters: str) -> str:
    groups = (characters[start : start + GROUP] for start in range(0, LENGTH, GROUP))
    return "-".join((PREFIX, *groups))


def _written(number: int, length: int) -> str:
    return "".join(_ALPHABET[number >> 5 * place & 31] for place in reversed(range(length)))


def _number(characters: str) -> int:
    number = 0
    for character in characters:
        number = number << 5 | _VALUES[character]
    return number
