"""Which providers the environment offers."""

from naxios.catalogue.detection import candidates
from naxios.domain import keys


def test_a_key_in_the_environment_is_a_provider() -> None:
    names = [candidate.name for candidate in candidates({"OPENAI_API_KEY": "sk-0123456789"})]

    assert names == ["openai", "ollama"]


def test_a_key_of_naxios_itself_is_none() -> None:
    # Whoever follows the quickstart has one there, together with this server's address.
    environment = {"OPENAI_API_KEY": keys.generate(), "OPENAI_BASE_URL": "http://127.0.0.1:8000/v1"}

    names = [candidate.name for candidate in candidates(environment)]

    assert names == ["ollama"]
