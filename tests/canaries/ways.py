"""The ways in which content gets into Naxios and out of it: requests that are answered, refused or broken off.

Each way sends a canary, a text that is nowhere else, and asserts that it got to where it was to be tried.
"""

import json
import resource
import sqlite3
import threading
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import httpx2 as httpx

from tests.canaries.stage import Endpoint, Stage
from tests.integration.gateway.raw import connected, post
from tests.stand_ins import completions
from tests.stand_ins.provider import Behaviour

MEBIBYTE = 2**20
SECONDS = 30

Way = Callable[[Stage, Endpoint, str], None]

# Answered


def in_a_prompt(stage: Stage, endpoint: Endpoint, canary: str) -> None:
    model = stage.model(Behaviour())
    assert stage.send(endpoint, stage.content(endpoint, canary, model)).status_code == 200
    assert stage.was_told(canary)


def in_a_completion(stage: Stage, endpoint: Endpoint, canary: str) -> None:
    model = stage.model(Behaviour(words=["It is ", canary]))
    assert canary in stage.send(endpoint, stage.content(endpoint, "hello", model)).text


def in_a_stream(stage: Stage, endpoint: Endpoint, canary: str) -> None:
    model = stage.model(Behaviour(words=["It is ", canary]))
    assert canary in stage.send(endpoint, stage.content(endpoint, "hello", model, stream=True)).text


def in_an_echo(stage: Stage, endpoint: Endpoint, canary: str) -> None:
    assert canary in stage.send(endpoint, stage.content(endpoint, canary)).text


def in_an_echoed_stream(stage: Stage, endpoint: Endpoint, canary: str) -> None:
    assert canary in stage.send(endpoint, stage.content(endpoint, canary, stream=True)).text


def in_the_arguments_of_a_tool(stage: Stage, endpoint: Endpoint, canary: str) -> None:
    parameters = {"type": "object", "properties": {"text": {"type": "string"}, canary: {"type": "string"}}}
    tools = [{"type": "function", "function": {"name": canary, "parameters": parameters}}]
    answer = stage.send(endpoint, stage.content(endpoint, canary, tools=tools, tool_choice="required"))
    assert canary in answer.json()["choices"][0]["message"]["tool_calls"][0]["function"]["arguments"]


def in_fields_that_nobody_knows(stage: Stage, endpoint: Endpoint, canary: str) -> None:
    model = stage.model(Behaviour())
    more = {canary: canary, "metadata": {canary: canary}, "user": canary, "stream_options": {canary: canary}}
    assert stage.send(endpoint, stage.content(endpoint, "hello", model, stream=True, **more)).status_code == 200
    assert stage.was_told(canary)


# Refused by Naxios


def in_the_name_of_a_model(stage: Stage, endpoint: Endpoint, canary: str) -> None:
    assert stage.send(endpoint, stage.content(endpoint, "hello", canary)).status_code == 404


def in_the_far_too_long_name_of_a_model(stage: Stage, endpoint: Endpoint, canary: str) -> None:
    assert stage.send(endpoint, stage.content(endpoint, "hello", canary * 100)).status_code == 400


def in_json_that_breaks_off(stage: Stage, endpoint: Endpoint, canary: str) -> None:
    assert stage.send(endpoint, stage.content(endpoint, canary)[:-1]).status_code == 400


def in_json_with_an_invalid_escape(stage: Stage, endpoint: Endpoint, canary: str) -> None:
    content = stage.content(endpoint, "CUT").replace(b"CUT", b"\\x" + canary.encode())
    assert stage.send(endpoint, content).status_code == 400


def in_text_that_is_not_utf_8(stage: Stage, endpoint: Endpoint, canary: str) -> None:
    content = stage.content(endpoint, "CUT").replace(b"CUT", b"\xff" + canary.encode())
    assert stage.send(endpoint, content).status_code == 400


def in_json_that_is_nested_too_deeply(stage: Stage, endpoint: Endpoint, canary: str) -> None:
    content = b'{"a":' * 100_000 + b'"' + canary.encode() + b'"' + b"}" * 100_000
    assert stage.send(endpoint, content).status_code == 400


def in_fields_of_the_wrong_type(stage: Stage, endpoint: Endpoint, canary: str) -> None:
    for name in ("n", "max_tokens", "max_completion_tokens", "stream", "stream_options"):
        assert stage.send(endpoint, stage.content(endpoint, "hello", **{name: canary})).status_code == 400


def in_messages_of_the_wrong_type(stage: Stage, endpoint: Endpoint, canary: str) -> None:
    wrong: list[Any] = [canary, {canary: canary}, [canary], [{"role": [canary], "content": {canary: 1}}]]
    for messages in wrong:
        assert stage.send(endpoint, stage.content(endpoint, "hello", messages=messages)).status_code == 400


def in_a_body_that_is_too_large(stage: Stage, endpoint: Endpoint, canary: str) -> None:
    padding = canary * (33 * MEBIBYTE // len(canary))
    assert stage.send(endpoint, stage.content(endpoint, padding)).status_code == 413


def in_a_chunked_body_that_is_too_large(stage: Stage, endpoint: Endpoint, canary: str) -> None:
    head = post(stage.key, b"", path=endpoint.path).replace(b"content-length: 0", b"transfer-encoding: chunked")
    part = (canary * (MEBIBYTE // len(canary))).encode()
    with connected(stage.server) as connection:
        connection.send(head + (b"%x\r\n" % len(part) + part + b"\r\n") * 34 + b"0\r\n\r\n")
        assert connection.answer().status == 413


def in_a_body_of_another_type(stage: Stage, endpoint: Endpoint, canary: str) -> None:
    content = f"prompt={canary}".encode()
    kind = {"content-type": f"text/plain; name={canary}"}
    assert stage.send(endpoint, content, **kind).status_code == 415


def in_a_body_that_is_packed(stage: Stage, endpoint: Endpoint, canary: str) -> None:
    assert stage.send(endpoint, canary.encode(), **{"content-encoding": canary}).status_code == 415


def in_a_request_without_a_key(stage: Stage, endpoint: Endpoint, canary: str) -> None:
    assert stage.send(endpoint, stage.content(endpoint, canary), key=canary).status_code == 401


def in_a_request_beyond_a_limit(stage: Stage, endpoint: Endpoint, canary: str) -> None:
    assert stage.send(endpoint, stage.content(endpoint, canary), key=stage.poor_key).status_code == 429


def in_a_request_for_a_model_that_is_not_allowed(stage: Stage, endpoint: Endpoint, canary: str) -> None:
    assert stage.send(endpoint, stage.content(endpoint, canary, "good"), key=stage.poor_key).status_code == 403


def in_headers(stage: Stage, endpoint: Endpoint, canary: str) -> None:
    names = ["user-agent", "referer", "cookie", "x-request-id", "x-forwarded-for", "x-stainless-retry-count"]
    names += ["anthropic-version", "openai-organization", "idempotency-key", "traceparent", "origin", "accept"]
    headers = {**dict.fromkeys(names, canary), f"x-{canary}": canary}
    assert stage.send(endpoint, stage.content(endpoint, "hello"), **headers).status_code == 200
    assert stage.send(endpoint, b"{", **headers).status_code == 400


def in_urls(stage: Stage, endpoint: Endpoint, canary: str) -> None:
    gateway = [f"/v1/{canary}", f"/v1/models/{canary}", f"{endpoint.path}/{canary}", f"{endpoint.path}?q={canary}"]
    website = [f"/{canary}", f"/{endpoint.path.removeprefix('/v1/')}/{canary}", f"/?prompt={canary}"]
    for method in ("GET", "POST", canary):
        for path in gateway + website:
            with connected(stage.server) as connection:
                connection.send(f"{method} {path} HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n".encode())
                assert connection.answer().status in (200, 400, 401, 403, 404, 405)


def in_what_is_not_http(stage: Stage, endpoint: Endpoint, canary: str) -> None:
    head = post(stage.key, b"", path=endpoint.path).replace(b"content-length: 0", b"transfer-encoding: chunked")
    long = f"x: {canary * 10_000}".encode()
    for sent in (canary.encode() + b"\r\n\r\n", b"GET / HTTP/1.1\r\n" + canary.encode() + b"\r\n\r\n", head + long):
        with connected(stage.server) as connection:
            connection.send(sent)
            assert connection.answer().status in (400, 431)
    with connected(stage.server) as connection:
        connection.send(head + canary.encode() + b"\r\n")
        assert connection.answer().status == 400


# Failed at the provider


def in_what_a_provider_says_about_a_request(stage: Stage, endpoint: Endpoint, canary: str) -> None:
    for content in (json.dumps({"error": {"message": canary, "code": canary}}), f"<html>{canary}</html>"):
        model = stage.model(Behaviour(status=400, body=content.encode(), content_type=f"text/{canary}"))
        assert stage.send(endpoint, stage.content(endpoint, canary, model)).status_code == 400


def in_what_a_failing_provider_says(stage: Stage, endpoint: Endpoint, canary: str) -> None:
    headers = {"location": f"http://127.0.0.1/{canary}", "retry-after": canary, f"x-{canary}": canary}
    for status in (302, 401, 404, 429, 500):
        model = stage.model(Behaviour(status=status, headers=headers, body=canary.encode()))
        assert stage.send(endpoint, stage.content(endpoint, canary, model)).status_code in (502, 503)


def in_an_answer_that_is_none(stage: Stage, endpoint: Endpoint, canary: str) -> None:
    wrong = [canary.encode(), b"\xff" + canary.encode(), json.dumps({"choices": canary}).encode(), b"[" * 100_000]
    for content in wrong:
        model = stage.model(Behaviour(body=content))
        assert stage.send(endpoint, stage.content(endpoint, canary, model)).status_code == 503


def in_an_answer_that_breaks_off(stage: Stage, endpoint: Endpoint, canary: str) -> None:
    model = stage.model(Behaviour(body=canary.encode() * 100, cut_after=0))
    assert stage.send(endpoint, stage.content(endpoint, canary, model)).status_code == 503


def in_counts_that_are_none(stage: Stage, endpoint: Endpoint, canary: str) -> None:
    model = stage.model(Behaviour(usage={"prompt_tokens": canary, canary: canary}))
    assert stage.send(endpoint, stage.content(endpoint, canary, model)).status_code == 200


def in_a_request_that_is_never_answered(stage: Stage, endpoint: Endpoint, canary: str) -> None:
    model = stage.model(Behaviour(delay=SECONDS))
    assert stage.send(endpoint, stage.content(endpoint, canary, model)).status_code == 504


def in_a_stream_that_is_cut(stage: Stage, endpoint: Endpoint, canary: str) -> None:
    model = stage.model(Behaviour(words=[canary, canary], cut_after=2))
    assert "provider_disconnected" in stage.send(endpoint, stage.content(endpoint, canary, model, stream=True)).text


def in_a_stream_that_stalls_within_an_event(stage: Stage, endpoint: Endpoint, canary: str) -> None:
    chunks = [completions.event({"choices": []}), f"data: {canary}".encode(), b""]
    model = stage.model(Behaviour(chunks=chunks, stall_after=2))
    assert "provider_timeout" in stage.send(endpoint, stage.content(endpoint, canary, model, stream=True)).text


def in_an_error_inside_a_stream(stage: Stage, endpoint: Endpoint, canary: str) -> None:
    error = completions.event({"error": {"message": canary, "type": canary, "code": canary}})
    model = stage.model(Behaviour(chunks=[error]))
    assert canary in stage.send(endpoint, stage.content(endpoint, canary, model, stream=True)).text


def in_events_that_are_none(stage: Stage, endpoint: Endpoint, canary: str) -> None:
    chunks = [f"data: {canary}\n\n".encode(), f"event: {canary}\n\n: {canary}\n\n".encode(), completions.DONE]
    model = stage.model(Behaviour(chunks=chunks))
    assert canary in stage.send(endpoint, stage.content(endpoint, canary, model, stream=True)).text


# Broken off by the client


def in_a_body_that_its_client_does_not_finish(stage: Stage, endpoint: Endpoint, canary: str) -> None:
    with connected(stage.server) as connection:
        connection.send(post(stage.key, stage.content(endpoint, canary), path=endpoint.path)[:-1])
        connection.reset()


def in_a_request_that_its_client_does_not_wait_for(stage: Stage, endpoint: Endpoint, canary: str) -> None:
    model = stage.model(Behaviour(hold=threading.Event()))
    asked_before = len(stage.provider.asked)
    with stage.sending(endpoint, stage.content(endpoint, canary, model)) as connection:
        stage.provider.wait_for_asked(asked_before + 1)
        connection.reset()
    assert stage.asked_about(canary).left.wait(SECONDS)


def in_a_stream_that_its_client_leaves(stage: Stage, endpoint: Endpoint, canary: str) -> None:
    model = stage.model(Behaviour(words=[canary, canary, canary], stall_after=2))
    with stage.sending(endpoint, stage.content(endpoint, canary, model, stream=True)) as connection:
        connection.head()
        assert canary.encode() in next(connection.chunks())
        connection.reset()
    assert stage.asked_about(canary).left.wait(SECONDS)


# Failed inside Naxios


def in_a_request_that_there_is_no_memory_for(stage: Stage, endpoint: Endpoint, canary: str) -> None:
    content = stage.content(endpoint, canary * (31 * MEBIBYTE // len(canary)))
    with _memory_for_one_and_a_half(stage.server.pid, len(content)):
        assert stage.send(endpoint, content).status_code == 500


def in_a_request_whose_key_cannot_be_looked_up(stage: Stage, endpoint: Endpoint, canary: str) -> None:
    with _table_away(stage.server.home, "keys_keysecret"):
        assert stage.send(endpoint, stage.content(endpoint, canary), key=stage.stranger).status_code == 503


def in_a_request_for_a_page_that_fails(stage: Stage, endpoint: Endpoint, canary: str) -> None:
    with _table_away(stage.server.home, "django_session"):
        answer = httpx.get(f"{stage.server.url}/?{canary}={canary}", headers={"cookie": f"naxios_session={canary}"})
    assert answer.status_code == 500


EVERY_ENDPOINT: list[Way] = [
    in_a_prompt,
    in_a_completion,
    in_a_stream,
    in_an_echo,
    in_an_echoed_stream,
    in_fields_that_nobody_knows,
    in_the_name_of_a_model,
    in_the_far_too_long_name_of_a_model,
    in_json_that_breaks_off,
    in_json_with_an_invalid_escape,
    in_text_that_is_not_utf_8,
    in_json_that_is_nested_too_deeply,
    in_fields_of_the_wrong_type,
    in_a_body_that_is_too_large,
    in_a_chunked_body_that_is_too_large,
    in_a_body_of_another_type,
    in_a_body_that_is_packed,
    in_a_request_without_a_key,
    in_a_request_beyond_a_limit,
    in_a_request_for_a_model_that_is_not_allowed,
    in_headers,
    in_urls,
    in_what_is_not_http,
    in_what_a_provider_says_about_a_request,
    in_what_a_failing_provider_says,
    in_an_answer_that_is_none,
    in_an_answer_that_breaks_off,
    in_counts_that_are_none,
    in_a_request_that_is_never_answered,
    in_a_stream_that_is_cut,
    in_a_stream_that_stalls_within_an_event,
    in_an_error_inside_a_stream,
    in_events_that_are_none,
    in_a_body_that_its_client_does_not_finish,
    in_a_request_that_its_client_does_not_wait_for,
    in_a_stream_that_its_client_leaves,
    in_a_request_that_there_is_no_memory_for,
    in_a_request_whose_key_cannot_be_looked_up,
    in_a_request_for_a_page_that_fails,
]
CHAT: list[Way] = [in_the_arguments_of_a_tool, in_messages_of_the_wrong_type]


@contextmanager
def _memory_for_one_and_a_half(pid: int, size: int) -> Iterator[None]:
    """Let a process have half as much memory again as ``size``: enough to receive that much, not to join it."""
    pages = int(Path(f"/proc/{pid}/statm").read_text().split()[0])
    before = resource.prlimit(pid, resource.RLIMIT_AS)
    most = pages * resource.getpagesize() + size * 3 // 2
    resource.prlimit(pid, resource.RLIMIT_AS, (most, before[1]))
    try:
        yield
    finally:
        resource.prlimit(pid, resource.RLIMIT_AS, before)


@contextmanager
def _table_away(home: Path, table: str) -> Iterator[None]:
    """Hide a table of the database."""
    with closing(sqlite3.connect(home / "naxios.sqlite3", timeout=SECONDS, isolation_level=None)) as database:
        database.execute("PRAGMA legacy_alter_table = ON")
        database.execute(f"ALTER TABLE {table} RENAME TO {table}_away")
        try:
            yield
        finally:
            database.execute(f"ALTER TABLE {table}_away RENAME TO {table}")
