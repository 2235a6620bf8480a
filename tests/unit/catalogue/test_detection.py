"""Providers that the environment offers, and a file of them that `naxios apply` takes."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from naxios.catalogue.detection import Candidate, candidates, catalogue_file
from naxios.catalogue.file import read
from naxios.domain import keys
from naxios.errors import Refused

CANARY = "sk-canary-5c19"
KEYS = {
    "OPENAI_API_KEY": CANARY,
    "ANTHROPIC_API_KEY": CANARY,
    "GEMINI_API_KEY": CANARY,
    "OPENROUTER_API_KEY": CANARY,
}


def found(**environment: str) -> dict[str, Candidate]:
    return {candidate.name: candidate for candidate in candidates(environment)}


def applied(offered: list[tuple[Candidate, list[str]]]) -> dict[str, list[tuple[str, str]]]:
    """What `naxios apply` makes of the file: each model's routes."""
    declared = read(catalogue_file(offered), "detected.toml", KEYS, frozenset())
    return {name: [(route.provider, route.model) for route in model.routes] for name, model in declared.models.items()}


# What is found


def test_without_any_key_only_an_ollama_may_be_there() -> None:
    assert list(found()) == ["ollama"]


@pytest.mark.parametrize(
    ("variable", "name", "base_url"),
    [
        ("OPENAI_API_KEY", "openai", "https://api.openai.com/v1"),
        ("ANTHROPIC_API_KEY", "anthropic", "https://api.anthropic.com/v1"),
        ("GEMINI_API_KEY", "gemini", "https://generativelanguage.googleapis.com/v1beta/openai"),
        ("OPENROUTER_API_KEY", "openrouter", "https://openrouter.ai/api/v1"),
    ],
)
def test_a_key_in_the_environment_offers_its_provider(variable: str, name: str, base_url: str) -> None:
    offered = found(**{variable: CANARY})

    assert offered.keys() == {name, "ollama"}
    assert (offered[name].base_url, offered[name].variable) == (base_url, variable)


def test_an_empty_key_offers_nothing() -> None:
    assert list(found(OPENAI_API_KEY="")) == ["ollama"]


def test_a_key_of_naxios_offers_nothing() -> None:
    """Its owner has it there to ask this server, which must not come to ask itself."""
    assert list(found(OPENAI_API_KEY=keys.generate(), OPENAI_BASE_URL="http://127.0.0.1:8000/v1")) == ["ollama"]


@pytest.mark.parametrize(
    ("url", "base_url"),
    [("https://example.com/v1/", "https://example.com/v1"), ("", "https://api.openai.com/v1")],
)
def test_openai_may_be_somewhere_else(url: str, base_url: str) -> None:
    assert found(OPENAI_API_KEY=CANARY, OPENAI_BASE_URL=url)["openai"].base_url == base_url


@pytest.mark.parametrize(
    ("host", "base_url"),
    [
        ("", "http://127.0.0.1:11434/v1"),
        ("127.0.0.1", "http://127.0.0.1:11434/v1"),
        ("127.0.0.1:8080", "http://127.0.0.1:8080/v1"),
        ("0.0.0.0", "http://127.0.0.1:11434/v1"),
        ("0.0.0.0:8080", "http://127.0.0.1:8080/v1"),
        (":8080", "http://127.0.0.1:8080/v1"),
        ("ollama.example.com", "http://ollama.example.com:11434/v1"),
        ("http://ollama.example.com:8080/", "http://ollama.example.com:8080/v1"),
        ("https://ollama.example.com", "https://ollama.example.com:11434/v1"),
        ("[::1]:8080", "http://[::1]:8080/v1"),
        ("[::]", "http://127.0.0.1:11434/v1"),
    ],
)
def test_an_ollama_is_asked_where_it_listens(host: str, base_url: str) -> None:
    assert found(OLLAMA_HOST=host)["ollama"].base_url == base_url


@pytest.mark.parametrize("host", ["[::1", "host:port", "host:99999"])
def test_an_ollama_host_that_is_no_address_is_refused(host: str) -> None:
    with pytest.raises(Refused, match="OLLAMA_HOST"):
        found(OLLAMA_HOST=host)


def test_a_candidate_can_be_asked_with_its_key() -> None:
    provider = found(**KEYS)["anthropic"].provider(KEYS)

    assert provider.credential.reveal() == CANARY
    assert {name: value.reveal() for name, value in provider.headers} == {
        "x-api-key": CANARY,
        "anthropic-version": "2023-06-01",
    }
    assert CANARY not in repr(provider)


# The file of them


def test_the_file_can_be_applied_as_it_is() -> None:
    offered = [(candidate, ["a", "b/c:d"]) for candidate in candidates(KEYS)]

    routes = applied(offered)

    assert routes.keys() == {"a", "b/c:d"}
    assert routes["a"] == [(candidate.name, "a") for candidate, _ in offered]


def test_the_file_names_variables_and_holds_no_key() -> None:
    text = catalogue_file([(candidate, ["a"]) for candidate in candidates(KEYS)])

    assert "${OPENAI_API_KEY}" in text
    assert CANARY not in text


def test_a_provider_that_lists_no_models_is_declared_with_a_hint() -> None:
    text = catalogue_file([(found(**KEYS)["openai"], [])])

    assert "providers.openai" in text
    assert "# [models." in text
    assert applied([(found(**KEYS)["openai"], [])]) == {}


def test_the_built_in_models_of_another_naxios_are_left_out() -> None:
    assert applied([(Candidate("p", "https://example.com/v1"), ["naxios/echo", "a"])]).keys() == {"a"}


@given(
    st.lists(st.text(max_size=20) | st.sampled_from(["gpt-5", "a b", 'a"b', "a\nb", "é", "😀", "x" * 300, "naxios/x"]))
)
def test_whatever_a_provider_lists_the_file_can_be_applied(listed: list[str]) -> None:
    offered = [(Candidate("p", "https://example.com/v1"), listed), (Candidate("q", "https://example.com/v1"), listed)]

    routes = applied(offered)

    assert routes.keys() <= set(listed)
    assert ("gpt-5" in listed) == ("gpt-5" in routes)
    assert all(targets == [("p", name), ("q", name)] for name, targets in routes.items())
