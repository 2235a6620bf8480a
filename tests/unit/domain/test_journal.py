"""Lines of the journal: whole, or not at all."""

import zlib

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from naxios.domain.journal import Entry, RefusalEntry, SharedKeyEntry, UsageEntry, decode_line, encode_line
from naxios.domain.usage import UsageSource

NAMES = st.text(st.characters(exclude_categories=["Cs"]), max_size=50)
NUMBERS = st.integers(0, 2**63 - 1)
USED = st.builds(
    UsageEntry,
    request_id=NAMES,
    account_id=NUMBERS,
    key_id=NUMBERS,
    model=NAMES,
    provider=NAMES,
    endpoint=NAMES,
    status=NUMBERS,
    error=NAMES,
    streamed=st.booleans(),
    input_tokens=NUMBERS,
    output_tokens=NUMBERS,
    cached_tokens=NUMBERS,
    reasoning_tokens=NUMBERS,
    standard_tokens=NUMBERS,
    usage_source=st.sampled_from(UsageSource),
    admitted_at=NUMBERS,
    duration=NUMBERS,
    first_byte=NUMBERS,
    attempts=NUMBERS,
    bonus_tokens=NUMBERS,
)
REFUSED = st.builds(RefusalEntry, account_id=NUMBERS, key_id=NUMBERS, code=NAMES, minute=NUMBERS, count=NUMBERS)
SHARED = st.builds(SharedKeyEntry, account_id=NUMBERS, key_id=NUMBERS, hour=NUMBERS, networks=NUMBERS)
ENTRIES = st.one_of(USED, REFUSED, SHARED)

KNOWN = RefusalEntry(account_id=1, key_id=2, code="tokens_per_day", minute=29_000_000, count=3)
KNOWN_LINE = (
    b'a49109bc {"kind":"refusal","account_id":1,"key_id":2,"code":"tokens_per_day","minute":29000000,"count":3}\n'
)


@given(ENTRIES)
def test_an_entry_reads_as_it_was_written(entry: Entry) -> None:
    line = encode_line(entry)

    assert decode_line(line) == entry
    assert decode_line(line.removesuffix(b"\n")) == entry


@given(ENTRIES)
def test_an_entry_is_one_line(entry: Entry) -> None:
    line = encode_line(entry)

    assert line.splitlines() == [line.removesuffix(b"\n")]


def test_lines_of_earlier_releases_can_be_read() -> None:
    assert encode_line(KNOWN) == KNOWN_LINE
    assert decode_line(KNOWN_LINE) == KNOWN


def test_a_field_that_a_later_release_adds_is_passed_over() -> None:
    body = KNOWN_LINE[9:-2] + b',"colour":"blue"}'

    assert decode_line(_line(body)) == KNOWN


@pytest.mark.parametrize("length", range(len(KNOWN_LINE) - 1))
def test_a_torn_line_is_recognised(length: int) -> None:
    with pytest.raises(ValueError, match="checksum"):
        decode_line(KNOWN_LINE[:length])


@given(st.integers(0, len(KNOWN_LINE) - 2), st.integers(1, 255))
def test_a_damaged_byte_is_recognised(position: int, damage: int) -> None:
    line = bytearray(KNOWN_LINE)
    line[position] ^= damage

    with pytest.raises(ValueError, match="checksum"):
        decode_line(bytes(line))


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{}",
        b"[]",
        b"null",
        b'"usage"',
        b'{"kind":"usage"}',
        b'{"kind":"other","account_id":1}',
        b'{"kind":"refusal","account_id":"1","key_id":2,"code":"x","minute":1,"count":1}',
        b'{"kind":"refusal","account_id":1,"key_id":2,"code":"\xff","minute":1,"count":1}',
        b"[" * 100_000,
        b'{"kind":"refusal","more":' + b"[" * 100_000 + b"]" * 100_000 + b"}",
    ],
    ids=lambda body: body[:30],
)
def test_a_whole_line_that_is_no_entry_is_refused(body: bytes) -> None:
    with pytest.raises(ValueError, match="not a journal entry"):
        decode_line(_line(body))


@given(st.one_of(st.binary(), st.binary().map(lambda body: _line(body))))
def test_no_bytes_are_anything_but_an_entry_or_refused(line: bytes) -> None:
    with pytest.raises(ValueError, match=r"checksum|not a journal entry"):
        decode_line(line)


@pytest.mark.parametrize("entry", [UsageEntry, RefusalEntry])
def test_no_field_can_hold_more_than_a_name_or_a_number(entry: type[msgspec.Struct]) -> None:
    """A list or a map could hold messages."""
    kinds = {field.type for field in msgspec.structs.fields(entry)}

    assert kinds <= {int, str, bool, UsageSource}


def _line(body: bytes) -> bytes:
    return b"%08x %b\n" % (zlib.crc32(body), body)
