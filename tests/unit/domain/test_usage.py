"""What is charged, whatever a provider claims."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from naxios.domain.usage import (
    BYTES_OF_LONGEST_TOKEN,
    UNBELIEVABLE_TOKENS,
    UNSEEN_TOKENS_ALLOWED,
    Exchanged,
    MeteredUsage,
    ReportedUsage,
    UsageSource,
    estimate_input,
    meter,
)

COUNTS = st.one_of(st.none(), st.integers(), st.integers(-5, 5_000), st.sampled_from([0, -1, 10**9, 10**30, 2**63]))
REPORTED = st.one_of(st.none(), st.builds(ReportedUsage, COUNTS, COUNTS, COUNTS, COUNTS))
EXCHANGED = st.builds(
    Exchanged,
    body_bytes=st.integers(0, 10**8),
    prompt_bytes=st.integers(0, 10**8),
    attachments=st.integers(0, 100),
    delivered_bytes=st.integers(0, 10**8),
    context_tokens=st.one_of(st.none(), st.integers(1, 10**7)),
    choices=st.integers(1, 128),
)


def exchanged(
    body_bytes: int = 500,
    prompt_bytes: int = 400,
    attachments: int = 0,
    delivered_bytes: int = 200,
    context_tokens: int | None = 8_000,
    choices: int = 1,
) -> Exchanged:
    return Exchanged(body_bytes, prompt_bytes, attachments, delivered_bytes, context_tokens, choices)


def test_plausible_numbers_are_kept() -> None:
    usage = meter(ReportedUsage(97, 41, 64, 12), exchanged())

    assert usage == MeteredUsage(97, 41, 64, 12, UsageSource.REPORTED)


@pytest.mark.parametrize("reported", [None, ReportedUsage(), ReportedUsage(cached_tokens=5, reasoning_tokens=5)])
def test_without_numbers_bytes_are_counted(reported: ReportedUsage | None) -> None:
    usage = meter(reported, exchanged(prompt_bytes=400, attachments=2, delivered_bytes=201))

    assert usage == MeteredUsage(100 + 2_000, 51, 0, 0, UsageSource.ESTIMATED)


@pytest.mark.parametrize(
    ("reported", "input_tokens", "output_tokens"),
    [
        (ReportedUsage(97, None), 97, 50),
        (ReportedUsage(None, 41), 100, 41),
        (ReportedUsage(0, 41), 100, 41),
        (ReportedUsage(-97, 41), 100, 41),
        (ReportedUsage(97, -41), 97, 50),
        (ReportedUsage(97, 0), 97, 50),
        (ReportedUsage(97, 1), 97, 50),
        (ReportedUsage(8_001, 41), 100, 41),
        (ReportedUsage(97, 8_001), 97, 50),
        (ReportedUsage(10**30, 10**30), 100, 50),
    ],
)
def test_a_number_that_cannot_be_true_gives_way_to_what_was_counted(
    reported: ReportedUsage, input_tokens: int, output_tokens: int
) -> None:
    usage = meter(reported, exchanged(prompt_bytes=400, delivered_bytes=200))

    assert usage == MeteredUsage(input_tokens, output_tokens, 0, 0, UsageSource.CLAMPED)


def test_reasoning_that_nobody_saw_is_charged() -> None:
    usage = meter(ReportedUsage(97, 5_000, 0, 4_990), exchanged(delivered_bytes=40))

    assert usage == MeteredUsage(97, 5_000, 0, 4_990, UsageSource.REPORTED)


def test_every_choice_may_fill_the_context() -> None:
    assert meter(ReportedUsage(97, 20_000), exchanged(choices=3)).output_tokens == 20_000
    assert meter(ReportedUsage(97, 20_000), exchanged(choices=2)).output_tokens == 50


@pytest.mark.parametrize(
    ("reported", "believed"),
    [
        (ReportedUsage(100 + 500 + UNSEEN_TOKENS_ALLOWED, 41), True),
        (ReportedUsage(100 + 500 + UNSEEN_TOKENS_ALLOWED + 1, 41), False),
        (ReportedUsage(97, 200 + 2 * UNSEEN_TOKENS_ALLOWED), True),
        (ReportedUsage(97, 200 + 2 * UNSEEN_TOKENS_ALLOWED + 1), False),
    ],
)
def test_without_a_known_context_bytes_bound_what_is_believed(reported: ReportedUsage, believed: bool) -> None:
    usage = meter(reported, exchanged(prompt_bytes=400, delivered_bytes=200, context_tokens=None, choices=2))

    assert usage.source is (UsageSource.REPORTED if believed else UsageSource.CLAMPED)


def test_text_that_looks_like_an_attachment_is_charged_as_the_text_that_it_is() -> None:
    """Words joined by slashes are read by every model, and taken for one attachment here."""
    usage = meter(
        ReportedUsage(500_000, 41),
        exchanged(body_bytes=2_000_000, prompt_bytes=100, attachments=1, context_tokens=None),
    )

    assert (usage.input_tokens, usage.source) == (500_000, UsageSource.REPORTED)


@pytest.mark.parametrize(
    ("cached", "reasoning", "kept"),
    [(-1, -1, (0, 0)), (98, 42, (97, 41)), (10**30, 10**30, (97, 41)), (97, 41, (97, 41))],
)
def test_a_part_is_never_more_than_its_whole(cached: int, reasoning: int, kept: tuple[int, int]) -> None:
    usage = meter(ReportedUsage(97, 41, cached, reasoning), exchanged())

    assert (usage.cached_tokens, usage.reasoning_tokens) == kept


def test_an_answer_without_text_costs_its_prompt() -> None:
    assert meter(None, exchanged(delivered_bytes=0)) == MeteredUsage(100, 0, 0, 0, UsageSource.ESTIMATED)
    assert meter(ReportedUsage(97, 0), exchanged(delivered_bytes=0)).output_tokens == 0


@given(REPORTED, EXCHANGED)
def test_the_result_is_never_negative_and_always_bounded(reported: ReportedUsage | None, passed: Exchanged) -> None:
    usage = meter(reported, passed)

    largest = max(passed.context_tokens or 0, UNBELIEVABLE_TOKENS, passed.prompt_bytes, passed.delivered_bytes)
    assert 1 <= usage.input_tokens <= largest + passed.attachments * 1_000
    assert 0 <= usage.output_tokens <= largest * passed.choices
    assert 0 <= usage.cached_tokens <= usage.input_tokens
    assert 0 <= usage.reasoning_tokens <= usage.output_tokens


@given(REPORTED, EXCHANGED)
def test_delivered_text_is_never_free(reported: ReportedUsage | None, passed: Exchanged) -> None:
    usage = meter(reported, passed)

    assert usage.output_tokens * BYTES_OF_LONGEST_TOKEN >= passed.delivered_bytes


@given(REPORTED, EXCHANGED)
def test_the_source_tells_whether_the_provider_was_believed(reported: ReportedUsage | None, passed: Exchanged) -> None:
    usage = meter(reported, passed)

    if usage.source is UsageSource.REPORTED:
        assert reported is not None
        assert (usage.input_tokens, usage.output_tokens) == (reported.input_tokens, reported.output_tokens)
    else:
        assert reported is None or (usage.input_tokens, usage.output_tokens) != (
            reported.input_tokens,
            reported.output_tokens,
        )


@given(EXCHANGED, st.data())
def test_whatever_can_be_true_is_believed(passed: Exchanged, data: st.DataObject) -> None:
    most = passed.context_tokens or UNSEEN_TOKENS_ALLOWED
    least = -(-passed.delivered_bytes // BYTES_OF_LONGEST_TOKEN)
    reported = ReportedUsage(data.draw(st.integers(1, most)), data.draw(st.integers(least, max(least, most))))

    usage = meter(reported, passed)

    assert usage.source is UsageSource.REPORTED


@given(st.integers(0, 10**9), st.integers(0, 1_000))
def test_a_prompt_is_estimated_at_one_token_at_least(prompt_bytes: int, attachments: int) -> None:
    assert estimate_input(prompt_bytes, attachments) >= max(1, prompt_bytes // 4 + attachments * 1_000)
