"""Refusals as the SDKs of both vendors read them."""

import json

import pytest

from naxios.gateway.dialects.errors import error_body, openai_error
from naxios.gateway.refusal import Refusal

STATUSES = [400, 401, 402, 403, 404, 405, 408, 413, 415, 429, 500, 502, 503, 504]
OPENAI = [(b"content-type", b"application/json")]
ANTHROPIC = [(b"x-api-key", b"nx_x"), (b"anthropic-version", b"2023-06-01")]


def refusal(status: int) -> Refusal:
    return Refusal(status, "a_code", "What, why and what next.", param="model")


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        (400, "invalid_request_error"),
        (401, "authentication_error"),
        (402, "billing_error"),
        (403, "permission_error"),
        (404, "not_found_error"),
        (413, "invalid_request_error"),
        (418, "invalid_request_error"),
        (429, "rate_limit_error"),
        (500, "api_error"),
        (502, "api_error"),
        (503, "overloaded_error"),
        (504, "timeout_error"),
    ],
)
def test_openai_is_told_type_param_and_code(status: int, kind: str) -> None:
    assert json.loads(error_body(refusal(status), "req_1", OPENAI)) == {
        "error": {"message": "What, why and what next.", "type": kind, "param": "model", "code": "a_code"}
    }


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        (400, "invalid_request_error"),
        (401, "authentication_error"),
        (402, "billing_error"),
        (403, "permission_error"),
        (404, "not_found_error"),
        (413, "request_too_large"),
        (418, "invalid_request_error"),
        (429, "rate_limit_error"),
        (500, "api_error"),
        (502, "api_error"),
        (503, "overloaded_error"),
        (504, "timeout_error"),
    ],
)
def test_anthropic_is_told_type_and_request_id(status: int, kind: str) -> None:
    assert json.loads(error_body(refusal(status), "req_1", ANTHROPIC)) == {
        "type": "error",
        "error": {"type": kind, "message": "What, why and what next."},
        "request_id": "req_1",
    }


def test_an_anthropic_key_header_alone_does_not_make_it_anthropics_dialect() -> None:
    """Today's SDKs of both vendors may send either header; only Anthropic's name their version."""
    assert "request_id" not in json.loads(error_body(refusal(401), "req_1", [(b"x-api-key", b"nx_x")]))


@pytest.mark.parametrize("status", STATUSES)
def test_a_field_without_value_is_null_and_not_missing(status: int) -> None:
    assert openai_error(Refusal(status, "a_code", "Text."))["param"] is None
