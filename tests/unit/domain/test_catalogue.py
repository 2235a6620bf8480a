"""Which models a pattern allows, and that secrets do not show themselves."""

import traceback

import msgspec
import pytest

from naxios.domain.catalogue import Provider, ProviderKind, Secret, is_allowed

CANARY = "sk-canary-7f3a"


@pytest.mark.parametrize(
    ("model", "patterns", "allowed"),
    [
        ("gpt-5", ("*",), True),
        ("gpt-5", (), False),
        ("gpt-5", ("gpt-5",), True),
        ("gpt-5", ("gpt-5-mini",), False),
        ("gpt-5-mini", ("gpt-5",), False),
        ("gpt-5-mini", ("gpt-5*",), True),
        ("openai/gpt-5", ("openai/*",), True),
        ("openai/eu/gpt-5", ("openai/*",), True),
        ("openai", ("openai/*",), False),
        ("anthropic/claude", ("openai/*",), False),
        ("anthropic/claude", ("openai/*", "anthropic/*"), True),
        ("GPT-5", ("gpt-5",), False),
        ("gpt-5", ("gpt-?",), True),
        ("gpt-5", ("gpt-[45]",), True),
        ("gpt-[45]", ("gpt-[45]",), True),
        ("gpt-5", ("",), False),
    ],
)
def test_a_model_is_allowed_by_name_or_pattern(model: str, patterns: tuple[str, ...], allowed: bool) -> None:
    assert is_allowed(model, patterns) is allowed


def test_a_secret_does_not_show_itself() -> None:
    secret = Secret(CANARY)
    provider = Provider("p", ProviderKind.OPENAI, "https://example.com", secret, headers=(("x-token", secret),))

    assert CANARY not in f"{secret} {secret!r} {[secret]} {provider} {provider!r}"


def test_a_secret_does_not_show_itself_in_a_traceback_with_values() -> None:
    def use(secret: Secret) -> None:
        raise ValueError(f"{secret}")

    try:
        use(Secret(CANARY))
    except ValueError as error:
        shown = "".join(traceback.TracebackException.from_exception(error, capture_locals=True).format())

    assert "Secret(…)" in shown
    assert CANARY not in shown


def test_a_secret_cannot_be_written_as_json() -> None:
    with pytest.raises(TypeError):
        msgspec.json.encode(Secret(CANARY))


def test_a_secret_is_told_from_none_without_being_shown() -> None:
    assert Secret(CANARY)
    assert not Secret("")
    assert repr(Secret("")) != repr(Secret(CANARY))


def test_a_secret_is_what_it_holds() -> None:
    assert Secret(CANARY).reveal() == CANARY
    assert Secret(CANARY) == Secret(CANARY)
    assert hash(Secret(CANARY)) == hash(Secret(CANARY))
    assert Secret(CANARY) != Secret("another")
    assert Secret(CANARY) != CANARY
