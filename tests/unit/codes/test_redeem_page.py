"""The page where people redeem codes."""

from typing import Any

import pytest
from django.test import Client

from naxios.accounts.models import User
from naxios.codes import queries, services
from naxios.codes.attempts import MOST_OF_AN_ACCOUNT
from naxios.codes.models import Redemption
from naxios.domain import codes
from naxios.plans import queries as plans
from tests.html import table
from tests.unit.codes.making import one

REDEEM = "/dashboard/redeem/"

pytestmark = pytest.mark.usefixtures("database", "pro")


def page(answer: Any, status: int = 200) -> str:
    assert answer.status_code == status
    return str(answer.content.decode())


def test_a_visitor_signs_in_first_and_keeps_the_code(pages: None) -> None:
    answer = Client().get(f"{REDEEM}?code=NAX-1")

    assert answer["Location"] == "/accounts/login/?next=/dashboard/redeem/%3Fcode%3DNAX-1"


def test_it_stands_in_the_navigation(browser: Client) -> None:
    assert f'href="{REDEEM}" aria-current="page"' in page(browser.get(REDEEM))


def test_an_empty_page_says_what_will_be_there(browser: Client) -> None:
    assert "Nothing redeemed yet" in page(browser.get(REDEEM))


def test_a_link_fills_a_code_in_and_redeems_nothing(browser: Client) -> None:
    code = one()

    shown = page(browser.get(REDEEM, {"code": code}))

    assert f'value="{code}"' in shown
    assert not Redemption.objects.exists()


def test_a_link_with_anything_else_is_shown_as_text(browser: Client) -> None:
    shown = page(browser.get(REDEEM, {"code": '"><b>' + "x" * 5_000}))

    assert "<b>x" not in shown
    assert len(shown) < 40_000


def test_a_redeemed_code_is_told_with_what_it_gave_and_until_when(browser: Client, user: User) -> None:
    code = one()

    answer = browser.post(REDEEM, {"code": code})

    assert answer["Location"] == REDEEM
    assert "no-store" in answer["Cache-Control"]
    shown = page(browser.get(REDEEM))
    assert "Redeemed: Pro for 30 days. You have Pro until " in shown
    assert code not in shown
    (row,) = table(shown, "What it gives", "Until")
    assert (row["Code"], row["What it gives"], row["Standing"]) == (f"…{code[-4:]}", "Pro for 30 days", "counts")
    assert plans.plan_of(user.pk).name == "pro"


def test_where_it_was_redeemed_is_recorded(browser: Client, user: User) -> None:
    browser.post(REDEEM, {"code": one()}, REMOTE_ADDR="203.0.113.7")

    assert user.security_events.get(kind="code_redeemed").address == "203.0.113.7"


@pytest.mark.parametrize(
    ("typed", "why"),
    [
        ("", "This field is required"),
        ("NAX-123", "A code has 20 characters after NAX, this has 3: some are missing."),
        ("X" * 3_000, "at most 2000 characters"),
        ("X" * 300, "That is too long for a code"),
        ("<script>" + "A" * 12, "“&lt;” is in no code"),
    ],
)
def test_what_is_no_code_is_refused_beside_the_field(browser: Client, typed: str, why: str) -> None:
    assert why in page(browser.post(REDEEM, {"code": typed}), 422)


def test_a_refusal_keeps_what_was_typed(browser: Client) -> None:
    code = one()
    wrong = code[:-1] + ("7" if code[-1] != "7" else "8")

    shown = page(browser.post(REDEEM, {"code": wrong}), 422)

    assert f'value="{wrong}"' in shown
    assert "A character is wrong: check it again." in shown


def test_who_guesses_is_told_when_to_try_again(browser: Client) -> None:
    for _ in range(MOST_OF_AN_ACCOUNT):
        page(browser.post(REDEEM, {"code": codes.generate()}), 422)

    answer = browser.post(REDEEM, {"code": one()})

    assert "Too many codes that do not exist. Try again at " in page(answer, 429)
    assert 0 < int(answer["Retry-After"]) <= 600


def test_a_form_that_is_sent_far_too_often_is_refused(browser: Client) -> None:
    statuses = [browser.post(REDEEM, {"code": "NAX"}).status_code for _ in range(31)]

    assert statuses == [422] * 30 + [429]


def test_another_account_sees_nothing_of_it(browser: Client, other: User) -> None:
    services.redeem(user=other, code=one())

    assert "Nothing redeemed yet" in page(browser.get(REDEEM))


def test_what_was_undone_says_why(browser: Client, user: User, staff: User) -> None:
    redemption = queries.redemption(services.redeem(user=user, code=one()).number)
    assert redemption is not None
    services.undo_redemption(redemption=redemption, actor=staff, why="it was for somebody else")

    shown = page(browser.get(REDEEM))

    assert "Undone: it was for somebody else" in shown
    assert table(shown, "What it gives")[0]["Standing"] == "undone"


def test_bonus_tokens_and_days_that_begin_later_are_shown(browser: Client, user: User) -> None:
    for terms in ({}, {}, {"tokens": 5_000}, {"plan_name": "pro", "days": 1, "tokens": 7, "bonus_days": 2}):
        services.redeem(user=user, code=one(**terms))

    shown = page(browser.get(REDEEM))

    assert "Bonus tokens left" in shown
    assert "5,007" in shown
    rows = table(shown, "What it gives")
    assert [row["Standing"] for row in rows] == ["begins later", "counts", "begins later", "counts"]
    assert rows[1]["Until"] == "until used"
    assert "tokens:" in rows[0]["Until"]
