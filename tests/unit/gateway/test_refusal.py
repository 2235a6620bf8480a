"""The headers of a refusal, and that every code fits where it is stored."""

import ast
from pathlib import Path

import pytest

from naxios import gateway
from naxios.domain import clock
from naxios.domain.limits import LimitName
from naxios.gateway.refusal import Refusal, bad_request
from naxios.usage.models import RefusalCount, UsageRecord


@pytest.mark.parametrize(
    ("retry_after", "headers"),
    [
        (None, {}),
        (0, {b"retry-after": b"1", b"retry-after-ms": b"1"}),
        (1, {b"retry-after": b"1", b"retry-after-ms": b"1"}),
        (1_500_000, {b"retry-after": b"2", b"retry-after-ms": b"1500"}),
        (1_500_001, {b"retry-after": b"2", b"retry-after-ms": b"1501"}),
        (59 * clock.SECOND, {b"retry-after": b"59", b"retry-after-ms": b"59000"}),
        (clock.MINUTE, {b"retry-after": b"60"}),
        (12 * clock.HOUR, {b"retry-after": b"43200"}),
    ],
)
def test_when_to_come_back_is_never_too_early(retry_after: int | None, headers: dict[bytes, bytes]) -> None:
    assert dict(Refusal(429, "code", "Text.", retry_after=retry_after).all_headers()) == headers


@pytest.mark.parametrize(("retry", "told"), [(None, None), (True, b"true"), (False, b"false")])
def test_sdks_are_told_whether_to_try_again_by_themselves(retry: bool | None, told: bytes | None) -> None:
    assert dict(Refusal(429, "code", "Text.", retry=retry).all_headers()).get(b"x-should-retry") == told


def test_further_headers_come_along_and_are_not_changed() -> None:
    refusal = Refusal(429, "code", "Text.", retry_after=1, headers=[(b"allow", b"GET")])

    assert refusal.all_headers()[0] == (b"allow", b"GET")
    assert refusal.all_headers() == refusal.all_headers()


def test_a_request_at_fault_is_not_worth_sending_again() -> None:
    refusal = bad_request("Text.", param="n")

    assert (refusal.status, refusal.code, refusal.param, refusal.retry) == (400, "invalid_request", "n", False)


def test_the_message_is_not_what_the_exception_prints() -> None:
    """Messages are for the client; whatever logs the exception gets the code alone."""
    assert str(Refusal(400, "a_code", "Your text was …")) == "a_code"


def test_every_code_of_the_gateway_fits_its_column() -> None:
    codes = _codes()

    assert {"invalid_api_key", "model_not_found", "client_left", "tokens_per_day", "invalid_json"} <= codes
    for column in (RefusalCount._meta.get_field("code"), UsageRecord._meta.get_field("error")):
        assert [code for code in codes if len(code) > (column.max_length or 0)] == []


def _codes() -> set[str]:
    """Every code in the gateway's source: of refusals, and of outcomes that are no refusals."""
    codes = {str(name) for name in LimitName}
    for file in Path(gateway.__path__[0]).rglob("*.py"):
        for node in ast.walk(ast.parse(file.read_text())):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
                arguments = [keyword.value for keyword in node.keywords if keyword.arg == "code"]
                if node.func.id == "Refusal":
                    arguments += node.args[1:2]
                codes |= {argument.value for argument in arguments if isinstance(argument, ast.Constant)}
            if isinstance(node, ast.Assign) and "outcome.error" in ast.unparse(node.targets[0]):
                codes |= {
                    part.value
                    for part in ast.walk(node.value)
                    if isinstance(part, ast.Constant) and isinstance(part.value, str)
                }
    return codes
