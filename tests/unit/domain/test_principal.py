"""What a key may use, and until when."""

import pytest

from naxios.domain.limits import Limits
from naxios.domain.principal import Principal, Standing


def principal(
    plan_models: tuple[str, ...] = ("*",), key_models: tuple[str, ...] = ("*",), expires_at: int | None = None
) -> Principal:
    return Principal(
        key_id=1,
        account_id=1,
        key_name="test",
        key_prefix="nx_12345678",
        standing=Standing.ACTIVE,
        plan="free",
        plan_limits=Limits(),
        key_limits=Limits(),
        plan_models=plan_models,
        key_models=key_models,
        expires_at=expires_at,
    )


@pytest.mark.parametrize(
    ("plan_models", "key_models", "may"),
    [
        (("*",), ("*",), True),
        (("gpt-*",), ("*",), True),
        (("*",), ("gpt-5",), True),
        (("gpt-*",), ("claude",), False),
        (("claude",), ("gpt-*",), False),
        ((), ("*",), False),
        (("*",), (), False),
    ],
)
def test_a_model_has_to_be_allowed_by_plan_and_key(
    plan_models: tuple[str, ...], key_models: tuple[str, ...], may: bool
) -> None:
    assert principal(plan_models, key_models).may_use("gpt-5") is may


@pytest.mark.parametrize(("expires_at", "expired"), [(None, False), (101, False), (100, True), (99, True)])
def test_a_key_is_over_at_its_end_and_not_before(expires_at: int | None, expired: bool) -> None:
    assert principal(expires_at=expires_at).has_expired(now=100) is expired
