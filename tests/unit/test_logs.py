"""What reaches the log: declared fields, and nothing of what a message stumbled over."""

import ast
import io
import json
import logging
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import structlog
from hypothesis import given
from hypothesis import strategies as st

import naxios
from naxios.logs import LOG_FIELDS, only_declared_fields

CANARY = "what somebody asked a model"
Lines = Callable[[], list[dict[str, Any]]]

log = structlog.get_logger("naxios.gateway.app")


@pytest.fixture
def lines() -> Iterator[Lines]:
    """What the log holds, written by the formatter that the settings have configured."""
    [formatter] = [
        handler.formatter
        for handler in logging.getLogger().handlers
        if isinstance(handler.formatter, structlog.stdlib.ProcessorFormatter)
    ]
    written = io.StringIO()
    handler = logging.StreamHandler(written)
    handler.setFormatter(formatter)
    logging.getLogger().addHandler(handler)
    yield lambda: [json.loads(line) for line in written.getvalue().splitlines()]
    logging.getLogger().removeHandler(handler)


def fail() -> None:
    raise ValueError(CANARY)


# What is written


def test_an_event_is_written_with_its_declared_fields(lines: Lines) -> None:
    log.warning("a route failed", provider="p", model="m", status=502)

    [line] = lines()
    assert line.pop("timestamp").endswith("Z")
    assert line == {
        "event": "a route failed",
        "level": "warning",
        "logger": "naxios.gateway.app",
        "provider": "p",
        "model": "m",
        "status": 502,
    }


def test_a_field_that_nobody_declared_is_named_and_its_value_dropped(lines: Lines) -> None:
    log.warning("a route failed", status=502, body=CANARY, prompt=[CANARY])

    [line] = lines()
    assert line["undeclared_fields"] == ["body", "prompt"]
    assert line["status"] == 502
    assert CANARY not in str(line)


def test_bound_fields_are_held_to_the_same_rule(lines: Lines) -> None:
    log.bind(prompt=CANARY, model="m").warning("a route failed")

    [line] = lines()
    assert (line["model"], line["undeclared_fields"]) == ("m", ["prompt"])
    assert CANARY not in str(line)


@given(st.dictionaries(st.sampled_from(list(LOG_FIELDS)) | st.text(), st.text()))
def test_no_field_gets_through_that_is_not_declared(event: dict[str, Any]) -> None:
    written = only_declared_fields(None, "info", dict(event))

    assert written.keys() <= LOG_FIELDS.keys()
    assert all(
        written[name] == value for name, value in event.items() if name in written.keys() - {"undeclared_fields"}
    )


# Exceptions


def test_an_exception_is_written_as_its_type_and_place(lines: Lines) -> None:
    try:
        fail()
    except ValueError:
        log.exception("it broke")

    [line] = lines()
    assert line["exception"].startswith("builtins.ValueError in fail (")
    assert "test_logs.py:" in line["exception"]
    assert CANARY not in str(line)


def _from_another() -> None:
    try:
        fail()
    except ValueError as error:
        raise RuntimeError(f"after {CANARY}") from error


def _in_a_group() -> None:
    raise ExceptionGroup(CANARY, [ValueError(CANARY)])


def _with_a_note() -> None:
    error = ValueError(CANARY)
    error.add_note(CANARY)
    raise error


def _while_decoding() -> None:
    CANARY.encode("utf-16").decode("ascii")


def _as_a_syntax_error() -> None:
    compile(CANARY, CANARY, "exec")


@pytest.mark.parametrize(
    "break_it", [fail, _from_another, _in_a_group, _with_a_note, _while_decoding, _as_a_syntax_error]
)
@pytest.mark.parametrize(
    "logger", ["naxios.gateway.app", "uvicorn.error", "django.request", "asyncio", "somebody.else"]
)
def test_no_exception_brings_its_message_along(lines: Lines, break_it: Callable[[], None], logger: str) -> None:
    try:
        break_it()
    except Exception as error:
        log.error("it broke", exc_info=error)
        log.exception("it broke")
        logging.getLogger(logger).exception("it broke")
        logging.getLogger(logger).error("it broke", exc_info=(type(error), error, error.__traceback__))

    assert len(lines()) == 4
    assert all(line["exception"] for line in lines())
    assert CANARY not in str(lines())


def test_exc_info_without_an_exception_is_nothing(lines: Lines) -> None:
    log.error("it broke", exc_info=True)
    log.error("it broke", exc_info=None)

    assert all("exception" not in line for line in lines())


# Other people's messages


def test_a_librarys_message_is_written_without_what_it_was_filled_with(lines: Lines) -> None:
    logging.getLogger("some.library").error("cannot handle %s", CANARY)

    assert lines()[0]["event"] == "cannot handle %s"


def test_a_server_message_about_itself_is_written_whole(lines: Lines) -> None:
    logging.getLogger("uvicorn.error").warning("Waiting for %d connections", 3)

    assert lines()[0]["event"] == "Waiting for 3 connections"


def test_asyncio_fills_its_messages_itself_so_they_are_not_written(lines: Lines) -> None:
    logging.getLogger("asyncio").error(f"Task exception was never retrieved: {CANARY}")

    assert lines()[0]["event"] == "unhandled error"


@pytest.mark.parametrize("more", [{"extra": {"prompt": CANARY}}, {"stack_info": True}])
def test_what_else_a_record_carries_is_not_written(lines: Lines, more: dict[str, Any]) -> None:
    logging.getLogger("some.library").error("it broke", **more)

    assert lines()[0].keys() - {"undeclared_fields"} <= {"event", "level", "logger", "timestamp"}
    assert CANARY not in str(lines())


def test_arguments_of_an_event_are_not_written(lines: Lines) -> None:
    log.error("it broke: %s", CANARY)

    assert CANARY not in str(lines())


def test_requests_are_not_logged_one_by_one(lines: Lines) -> None:
    logging.getLogger("uvicorn.access").info('%s - "%s %s HTTP/%s" %d', "192.0.2.1", "GET", f"/{CANARY}", "1.1", 200)

    assert lines() == []


# Our own source


def test_every_field_that_naxios_logs_is_declared() -> None:
    logged = {
        keyword.arg
        for file in Path(naxios.__path__[0]).rglob("*.py")
        for node in ast.walk(ast.parse(file.read_text()))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and ast.unparse(node.func.value) == "log"
        for keyword in node.keywords
    }

    assert {"provider", "status"} <= logged
    assert logged - {"exc_info"} <= LOG_FIELDS.keys()
