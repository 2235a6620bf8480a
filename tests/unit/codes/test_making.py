"""Making batches of codes: what a batch is, what it cannot be, and what is stored of its codes."""

import re
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from django.db import IntegrityError
from django.utils import timezone

from naxios.accounts.models import User
from naxios.codes import services
from naxios.codes.models import Batch, Code
from naxios.errors import Refused
from naxios.plans import services as plans
from naxios.plans.models import Plan
from naxios.staff import audit

FORM = re.compile(r"NAX(-[0-9A-HJKMNP-TV-Z]{5}){4}")
NOW = timezone.now()
PRO: dict[str, Any] = {"plan_name": "pro", "days": 30}

pytestmark = pytest.mark.usefixtures("database", "pro")


def test_a_batch_has_as_many_different_codes_as_were_asked_for() -> None:
    batch, written = services.create_batch(**PRO, count=50, name="autumn")

    assert len(set(written)) == 50
    assert all(FORM.fullmatch(code) for code in written)
    assert Code.objects.filter(batch=batch, uses=0, max_uses=1, voided_at=None).count() == 50


def test_no_code_is_in_the_database_and_none_can_be_made_from_it(database: Path) -> None:
    _, written = services.create_batch(**PRO, count=20, name="autumn", note="for friends")

    stored = b"".join(file.read_bytes() for file in database.parent.glob(f"{database.name}*"))

    assert b"autumn" in stored
    for code in written:
        for part in (code, code.replace("-", ""), *code.split("-")[1:4], code.lower()):
            assert part.encode() not in stored


def test_the_same_code_has_another_digest_under_another_secret_key() -> None:
    from naxios.codes.digests import digest
    from naxios.domain import codes

    assert digest(codes.of_number(1)) != codes.digest(codes.of_number(1), b"")


def test_a_batch_says_in_words_what_its_codes_give() -> None:
    gives = [
        services.create_batch(**terms)[0].gives
        for terms in (
            PRO,
            {"plan_name": "pro", "days": 1},
            {"tokens": 1},
            {"tokens": 5_000},
            {"tokens": 5_000, "bonus_days": 7},
            {**PRO, "tokens": 5_000},
        )
    ]

    assert gives == [
        "Pro for 30 days",
        "Pro for 1 day",
        "1 bonus token",
        "5,000 bonus tokens",
        "5,000 bonus tokens for 7 days",
        "Pro for 30 days and 5,000 bonus tokens",
    ]


def test_a_batch_without_a_name_is_called_by_its_number() -> None:
    batch, _ = services.create_batch(**PRO)

    assert str(batch) == f"Batch {batch.pk}"


def test_who_made_a_batch_is_audited_without_its_codes(staff: User) -> None:
    _, written = services.create_batch(**PRO, count=2, name="autumn", actor=staff)

    event = audit.events().get()
    assert (event.actor, event.act, event.detail) == (staff, "code_batch_created", "autumn: 2 x Pro for 30 days")
    assert not any(code.split("-")[1] in event.detail for code in written)


def test_a_batch_of_the_command_line_is_audited_as_such() -> None:
    services.create_batch(**PRO)

    assert audit.events().get().actor_name == audit.COMMAND_LINE


@pytest.mark.parametrize(
    ("terms", "why"),
    [
        ({}, "has to give something"),
        ({"plan_name": "pro"}, "State both, or neither"),
        ({"days": 3, "tokens": 1}, "State both, or neither"),
        ({"plan_name": "nowhere", "days": 3}, "There is no plan 'nowhere'"),
        ({"plan_name": "free", "days": 3}, "Nobody needs a code for the free plan"),
        ({"plan_name": "pro", "days": 0}, "A code gives 1 to 3,650 days"),
        ({"plan_name": "pro", "days": 3_651}, "A code gives 1 to 3,650 days"),
        ({"tokens": 0}, "A code gives 1 to 1,000,000,000,000,000 bonus tokens"),
        ({"tokens": 10**15 + 1}, "A code gives 1 to 1,000,000,000,000,000 bonus tokens"),
        ({**PRO, "bonus_days": 3}, "Without bonus tokens there is nothing to end"),
        ({"tokens": 1, "bonus_days": 0}, "A bonus lasts 1 to 3,650 days"),
        ({**PRO, "count": 0}, "A batch has 1 to 100,000 codes"),
        ({**PRO, "count": 100_001}, "A batch has 1 to 100,000 codes"),
        ({**PRO, "max_uses": 0}, "A code has 1 to 1,000,000 uses"),
        ({**PRO, "per_account": 0}, "An account redeems 1 to 1,000,000 codes of a batch"),
        ({**PRO, "valid_until": NOW}, "would have expired already"),
        (
            {**PRO, "valid_from": NOW + timedelta(days=2), "valid_until": NOW + timedelta(days=1)},
            "would expire before they are valid",
        ),
        ({**PRO, "name": "n" * 101}, "name has at most 100 characters"),
        ({**PRO, "name": "12"}, "more than digits"),
        ({**PRO, "note": "n" * 501}, "note has at most 500 characters"),
    ],
)
def test_what_a_batch_cannot_be_is_refused_in_words(terms: dict[str, Any], why: str) -> None:
    with pytest.raises(Refused, match=re.escape(why)):
        services.create_batch(**terms)

    assert not Batch.objects.exists()
    assert not audit.events().exists()


def test_a_name_is_had_by_one_batch() -> None:
    services.create_batch(**PRO, name="autumn")

    with pytest.raises(Refused, match="There is a batch called autumn already"):
        services.create_batch(**PRO, name=" autumn ")


def test_a_form_that_is_sent_twice_makes_one_batch() -> None:
    token = uuid4()
    services.create_batch(**PRO, form_token=token)

    with pytest.raises(services.SentBefore):
        services.create_batch(**PRO, form_token=token)

    assert Batch.objects.count() == 1


def test_a_plan_that_codes_lead_to_cannot_be_deleted() -> None:
    services.create_batch(**PRO)

    with pytest.raises(Refused, match="codes lead to it"):
        plans.delete(name="pro")


def test_progress_is_told_until_every_code_is_stored() -> None:
    told: list[int] = []

    services.create_batch(**PRO, count=5_000, progress=told.append)

    assert len(told) > 1
    assert sum(told) == 5_000


def test_the_database_keeps_a_code_within_its_uses(pro: Plan) -> None:
    services.create_batch(**PRO)

    with pytest.raises(IntegrityError):
        Code.objects.update(uses=2)


def test_the_database_keeps_a_batch_from_giving_nothing() -> None:
    with pytest.raises(IntegrityError):
        Batch.objects.create(count=1, max_uses=1, valid_until=datetime(2027, 1, 1, tzinfo=UTC))
