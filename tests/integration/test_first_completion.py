"""The main job from outside: start, make a key, complete, see it metered."""

import httpx2 as httpx

from tests.serving import Server


def test_a_key_gets_a_completion_from_the_echo_model(server: Server, key: str) -> None:
    answer = httpx.post(
        f"{server.api}/chat/completions",
        headers={"authorization": f"Bearer {key}"},
        json={"model": "naxios/echo", "messages": [{"role": "user", "content": "Hello"}]},
    )

    assert answer.status_code == 200
    assert answer.json()["choices"][0]["message"]["content"].endswith("You wrote: Hello")
    assert answer.json()["usage"]["total_tokens"] == 23


def test_it_is_metered(server: Server, key: str) -> None:
    before = _requests(server)

    httpx.post(
        f"{server.api}/chat/completions",
        headers={"x-api-key": key},
        json={"model": "naxios/echo", "messages": [{"role": "user", "content": "Hello"}]},
    )

    assert _requests(server) == before + 1


def _requests(server: Server) -> int:
    return sum(row["requests"] for row in server.cli("usage")["totals"])
