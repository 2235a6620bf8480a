"""``naxios providers``: what is saved, what could be, and whether it works."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.integration.conftest import catalogue
from tests.serving import Server
from tests.stand_ins.ollama import running_ollama
from tests.stand_ins.provider import StandInProvider

NOWHERE = "127.0.0.1:9"
NO_KEYS = {"OPENAI_API_KEY": "", "ANTHROPIC_API_KEY": "", "GEMINI_API_KEY": "", "OPENROUTER_API_KEY": ""}


@pytest.fixture(scope="module")
def ollama() -> Iterator[int]:
    with running_ollama() as port:
        yield port


def test_a_saved_provider_is_listed_with_the_last_four_characters_of_its_credential(
    naxios: Server, provider: StandInProvider
) -> None:
    _apply(naxios, provider)

    [listed] = [one for one in naxios.cli("providers", "list") if one["provider"] == "stand-in"]

    assert listed == {
        "provider": "stand-in",
        "kind": "openai",
        "base_url": provider.url,
        "credential": "…0123",
        "timeout_seconds": 2,
        "max_concurrency": None,
        "models": ["good", "pair"],
    }


def test_a_provider_that_works_is_tested_by_asking_for_its_models(naxios: Server, provider: StandInProvider) -> None:
    _apply(naxios, provider)

    tested = naxios.cli("providers", "test", "stand-in")

    assert (tested["provider"], tested["models"]) == ("stand-in", ["good"])


def test_a_wrong_credential_is_told(naxios: Server, provider: StandInProvider) -> None:
    naxios.apply(catalogue(provider), STAND_IN_KEY="sk-not-the-credential")

    done = naxios.run("providers", "test", "stand-in")

    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr == (
        "naxios: stand-in does not work: it refuses the credential (status 401). Apply the file with the right one.\n"
    )


def test_a_server_that_does_not_run_is_told(naxios: Server) -> None:
    naxios.apply(f'[providers.away]\nkind = "openai"\nbase_url = "http://{NOWHERE}/v1"')

    done = naxios.run("providers", "test", "away")

    assert done.returncode == 1
    assert done.stderr == (
        f"naxios: away does not work: http://{NOWHERE}/v1 cannot be reached. "
        "Check the address, and that the server runs.\n"
    )


def test_a_server_that_lists_no_models_is_told(naxios: Server, provider: StandInProvider) -> None:
    elsewhere = provider.url.removesuffix("/v1") + "/elsewhere"
    naxios.apply(f'[providers.other]\nkind = "openai"\nbase_url = "{elsewhere}"')

    done = naxios.run("providers", "test", "other")

    assert done.returncode == 1
    assert f"GET {elsewhere}/models gave status 404 and no list of models" in done.stderr


def test_a_credential_saved_under_another_secret_key_is_told(naxios: Server, provider: StandInProvider) -> None:
    _apply(naxios, provider)

    done = naxios.run("providers", "test", "stand-in", NAXIOS_SECRET_KEY="another secret key than the one at first")

    assert done.returncode == 1
    assert "saved under another NAXIOS_SECRET_KEY" in done.stderr


def test_detection_makes_a_file_that_can_be_applied_as_it_is(
    fresh: Server, provider: StandInProvider, ollama: int
) -> None:
    environment = {
        **NO_KEYS,
        "OPENAI_API_KEY": provider.credential,
        "OPENAI_BASE_URL": provider.url,
        "OLLAMA_HOST": f"127.0.0.1:{ollama}",
    }

    detected = fresh.run("providers", "detect", **environment)
    fresh.apply(detected.stdout, **environment)

    assert detected.returncode == 0
    assert detected.stderr.splitlines() == ["openai: answers, with 1 models", "ollama: answers, with 2 models"]
    assert provider.credential not in detected.stdout
    routes = {model["model"]: model["routes"] for model in fresh.cli("models", "list")}
    assert routes == {
        "good": ["openai:good"],
        "llama3.2:3b": ["ollama:llama3.2:3b"],
        "qwen3:8b": ["ollama:qwen3:8b"],
        "naxios/echo": ["naxios:naxios/echo"],
    }
    assert fresh.cli("providers", "test", "openai")["models"] == ["good"]


def test_a_model_that_two_offer_gets_two_routes(fresh: Server, provider: StandInProvider, ollama: int) -> None:
    offers = {**NO_KEYS, "OPENAI_API_KEY": "any", "OPENAI_BASE_URL": f"http://127.0.0.1:{ollama}/v1"}

    detected = fresh.run("providers", "detect", **offers, OLLAMA_HOST=f"127.0.0.1:{ollama}")
    fresh.apply(detected.stdout, **offers)

    routes = {model["model"]: model["routes"] for model in fresh.cli("models", "list")}
    assert sorted(routes["qwen3:8b"]) == ["ollama:qwen3:8b", "openai:qwen3:8b"]


@pytest.mark.parametrize(
    "host", ["127.0.0.1:{port}", "http://127.0.0.1:{port}", "http://127.0.0.1:{port}/", "0.0.0.0:{port}", ":{port}"]
)
def test_an_ollama_is_found_however_its_address_is_written(naxios: Server, ollama: int, host: str) -> None:
    [found] = naxios.cli("providers", "detect", **NO_KEYS, OLLAMA_HOST=host.format(port=ollama))

    assert found["base_url"] == f"http://127.0.0.1:{ollama}/v1"
    assert found["models"] == ["llama3.2:3b", "qwen3:8b"]


def test_an_ollama_that_can_be_nowhere_is_refused(naxios: Server) -> None:
    done = naxios.run("providers", "detect", **NO_KEYS, OLLAMA_HOST="127.0.0.1:port")

    assert (done.returncode, done.stderr) == (
        1,
        "naxios: OLLAMA_HOST is an address such as 127.0.0.1:11434, not '127.0.0.1:port'.\n",
    )


def test_a_key_whose_server_does_not_answer_is_offered_with_an_example(naxios: Server) -> None:
    environment = {**NO_KEYS, "OPENAI_API_KEY": "any", "OPENAI_BASE_URL": f"http://{NOWHERE}/v1"}

    detected = naxios.run("providers", "detect", **environment, OLLAMA_HOST=NOWHERE)

    assert f"openai: http://{NOWHERE}/v1 cannot be reached" in detected.stderr
    assert "[providers.openai]" in detected.stdout
    assert '# routes = [ { provider = "openai", model = "MODEL" } ]' in detected.stdout


def test_where_there_is_nothing_the_way_on_is_told(naxios: Server) -> None:
    detected = naxios.run("providers", "detect", **NO_KEYS, OLLAMA_HOST=NOWHERE)

    assert (detected.returncode, detected.stdout) == (0, "")
    assert "Set OPENAI_API_KEY" in detected.stderr


def test_a_settings_file_counts_as_environment(untouched: Server, provider: StandInProvider) -> None:
    settings = Path(untouched.home.parent) / ".env"
    settings.write_text(
        f"OPENAI_API_KEY={provider.credential}\nOPENAI_BASE_URL={provider.url}\nOLLAMA_HOST={NOWHERE}\n"
    )

    [found] = untouched.cli("providers", "detect")

    assert (found["provider"], found["api_key"], found["models"]) == ("openai", "OPENAI_API_KEY", ["good"])


def _apply(naxios: Server, provider: StandInProvider) -> None:
    naxios.apply(catalogue(provider), STAND_IN_KEY=provider.credential)
