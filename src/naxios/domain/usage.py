"""What a request is charged for: a provider's own count, checked against what was really sent and delivered.

A provider's numbers are foreign input. They may be missing, late, negative, absurdly large, or zero although
text was delivered. Whatever they are, the result is a plausible, non-negative count, and its source says how it
came about.
"""

from enum import StrEnum

import msgspec

from naxios.domain.tokens import TOKENS_PER_ATTACHMENT, estimate_tokens

BYTES_OF_LONGEST_TOKEN = 128
"""No tokenizer in use makes text tokens longer than this, so a count below bytes / 128 cannot be true."""

UNBELIEVABLE_TOKENS = 10_000_000
"""No model reads or writes this much in one request; the bound where a model's context is not known."""

UNSEEN_TOKENS_ALLOWED = 200_000
"""Tokens that a provider may count beyond the bytes that passed through: reasoning, templates, linked images."""


class UsageSource(StrEnum):
    """How the token counts of a record came about."""

    REPORTED = "reported"  # the provider's numbers, plausible
    CLAMPED = "clamped"  # the provider's numbers, at least one of them corrected
    ESTIMATED = "estimated"  # no usable numbers: counted from what was sent and delivered
    NONE = "none"  # nothing was delivered, nothing is charged


class ReportedUsage(msgspec.Struct, frozen=True):
    """A provider's counts as they stand on the wire, already known to be integers."""

    input_tokens: int | None = None
    output_tokens: int | None = None
    cached_tokens: int | None = None
    reasoning_tokens: int | None = None


class Exchanged(msgspec.Struct):
    """What passed through the gateway, counted by itself.

    Attributes
    ----------
    body_bytes : bytes of the whole request; no text in it can have more tokens.
    prompt_bytes : bytes of the request's text, without inlined attachments.
    attachments : images and files inlined in the request.
    delivered_bytes : bytes of text and tool arguments that were passed on to the client.
    context_tokens : the model's context size, if known: neither count can be larger.
    """

    body_bytes: int = 0
    prompt_bytes: int = 0
    attachments: int = 0
    delivered_bytes: int = 0
    context_tokens: int | None = None
    choices: int = 1


class MeteredUsage(msgspec.Struct, frozen=True):
    """What the request is charged for. All counts are tokens and at least 0."""

    input_tokens: int
    output_tokens: int
    cached_tokens: int
    reasoning_tokens: int
    source: UsageSource


NOTHING = MeteredUsage(0, 0, 0, 0, UsageSource.NONE)


def estimate_input(prompt_bytes: int, attachments: int) -> int:
    """Tokens that a prompt is taken for before a provider has counted it."""
    return estimate_tokens(prompt_bytes) + attachments * TOKENS_PER_ATTACHMENT


def meter(reported: ReportedUsage | None, exchanged: Exchanged) -> MeteredUsage:
    """The counts to charge for a response of which ``exchanged.delivered_bytes`` reached the client."""
    expected_input = estimate_input(exchanged.prompt_bytes, exchanged.attachments)
    expected_output = estimate_tokens(exchanged.delivered_bytes) if exchanged.delivered_bytes else 0
    if reported is None or (reported.input_tokens is None and reported.output_tokens is None):
        return MeteredUsage(expected_input, expected_output, 0, 0, UsageSource.ESTIMATED)

    most = exchanged.context_tokens or UNBELIEVABLE_TOKENS
    most_input = max(most, expected_input)
    most_output = max(most * max(1, exchanged.choices), expected_output)
    least_output = -(-exchanged.delivered_bytes // BYTES_OF_LONGEST_TOKEN)
    if exchanged.context_tokens is None:
        # Without a known context, bytes are the only witness: one token a byte is the most that text can have. Those
        # of attachments count too, as text without spaces looks like one.
        most_input = min(most_input, expected_input + exchanged.body_bytes + UNSEEN_TOKENS_ALLOWED)
        most_output = min(most_output, exchanged.delivered_bytes + UNSEEN_TOKENS_ALLOWED * max(1, exchanged.choices))

    input_tokens = _plausible(reported.input_tokens, 1, most_input, expected_input)
    output_tokens = _plausible(reported.output_tokens, least_output, most_output, expected_output)
    cached_tokens = _within(reported.cached_tokens, input_tokens)
    reasoning_tokens = _within(reported.reasoning_tokens, output_tokens)
    untouched = (input_tokens, output_tokens) == (reported.input_tokens, reported.output_tokens)
    return MeteredUsage(
        input_tokens,
        output_tokens,
        cached_tokens,
        reasoning_tokens,
        UsageSource.REPORTED if untouched else UsageSource.CLAMPED,
    )


def _plausible(reported: int | None, least: int, most: int, expected: int) -> int:
    """``reported`` if it can be true, else the count that our own measurement suggests."""
    if reported is None or not least <= reported <= most:
        return max(least, min(expected, most))
    return reported


def _within(part: int | None, whole: int) -> int:
    return min(max(part or 0, 0), whole)
