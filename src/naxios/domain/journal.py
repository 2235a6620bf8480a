"""The journal's entries and their lines: what the gateway writes and the control plane reads.

A line is ``CRC JSON\\n``: eight hexadecimal digits of CRC-32 over the JSON, a space, one JSON object. A line that
was torn by a crash or damaged on disk is recognised by its checksum and never half-read.
"""

import zlib

import msgspec

from naxios.domain.usage import UsageSource


class UsageEntry(msgspec.Struct, frozen=True, tag="usage", tag_field="kind", omit_defaults=True):
    """One metered request. No field may ever hold a byte of a prompt or a completion.

    Instants are microseconds since the epoch, durations microseconds; ``admitted_at`` decides the day and the hour
    that the tokens count in. ``error`` is a code of ours, never a provider's text. ``bonus_tokens`` are those of the
    standard tokens that were charged to the account's bonus; lines of before there was one are without.
    """

    request_id: str
    account_id: int
    key_id: int
    model: str
    provider: str
    endpoint: str
    status: int
    error: str
    streamed: bool
    input_tokens: int
    output_tokens: int
    cached_tokens: int
    reasoning_tokens: int
    standard_tokens: int
    usage_source: UsageSource
    admitted_at: int
    duration: int
    first_byte: int
    attempts: int
    bonus_tokens: int = 0


class RefusalEntry(msgspec.Struct, frozen=True, tag="refusal", tag_field="kind"):
    """How often one key was refused for one reason within one minute (since the last such entry)."""

    account_id: int
    key_id: int
    code: str
    minute: int  # minutes since the epoch
    count: int


class SharedKeyEntry(msgspec.Struct, frozen=True, tag="shared_key", tag_field="kind"):
    """From how many networks one key has been used so far within one hour: how many, not which."""

    account_id: int
    key_id: int
    hour: int  # hours since the epoch
    networks: int


Entry = UsageEntry | RefusalEntry | SharedKeyEntry

_encoder = msgspec.json.Encoder()
_decoder: msgspec.json.Decoder[Entry] = msgspec.json.Decoder(Entry)


def encode_line(entry: Entry) -> bytes:
    """The line of ``entry``, with its newline."""
    body = _encoder.encode(entry)
    return b"%08x %b\n" % (zlib.crc32(body), body)


def decode_line(line: bytes) -> Entry:
    """The entry of ``line`` (with or without its newline).

    Raises
    ------
    ValueError
        The line is torn, damaged or not an entry of a known kind.
    """
    line = line.removesuffix(b"\n")
    checksum, separator, body = line[:8], line[8:9], line[9:]
    if separator != b" " or checksum != b"%08x" % zlib.crc32(body):
        raise ValueError("checksum does not match")
    try:
        return _decoder.decode(body)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        raise ValueError("not a journal entry") from error
