"""The console's pages about codes: made and shown once, found, voided, undone."""

import csv
import io
from typing import Any

import pytest
from django.test import Client

from naxios.accounts.models import User
from naxios.codes import queries, services
from naxios.codes.models import Batch, Code, Redemption
from naxios.domain import codes
from naxios.plans import queries as plans
from naxios.plans.models import Plan
from naxios.staff import audit
from tests.html import table
from tests.unit.codes.making import one, stored
from tests.unit.keys.forms import Fields

CODES = "/staff/codes/"
FORM = {"plan_name": "pro", "days": "30", "count": "3", "max_uses": "1", "per_account": "1"}

pytestmark = pytest.mark.usefixtures("database", "pro")


def page(answer: Any, status: int = 200) -> str:
    assert answer.status_code == status, answer.content.decode()[:3_000]
    return str(answer.content.decode())


def fields(shown: str) -> dict[str, str]:
    """What the form of a page holds."""
    return {name: values[-1] for name, values in Fields(shown).held.items()}


@pytest.fixture
def create(console: Client) -> Any:
    """Fills the form in and sends it; ``terms`` are what differs from the usual."""

    def it(**terms: str) -> Any:
        return console.post(f"{CODES}create/", {**fields(page(console.get(f"{CODES}create/"))), **FORM, **terms})

    return it


@pytest.fixture
def redemption(user: User) -> Redemption:
    found = queries.redemption(services.redeem(user=user, code=one()).number)
    assert found is not None
    return found


@pytest.fixture
def paths(redemption: Redemption) -> list[str]:
    batch, code = redemption.batch_id, redemption.code_id
    return [
        *(CODES, f"{CODES}create/", f"{CODES}{batch}/", f"{CODES}{batch}/void/"),
        *(f"{CODES}code/{code}/", f"{CODES}code/{code}/void/", f"{CODES}redemptions/{redemption.pk}/undo/"),
    ]


def test_the_pages_are_for_staff(browser: Client, paths: list[str], redemption: Redemption) -> None:
    for path in paths:
        assert browser.get(path).status_code == 403
        assert Client().get(path).status_code == 302
        if path != CODES:
            assert browser.post(path).status_code in (403, 405)
    assert browser.post(f"{CODES}find/", {"code": "x"}).status_code == 403
    assert browser.post(f"{CODES}{redemption.batch_id}/csv/", {"codes": "x"}).status_code == 403


def test_every_page_can_be_opened_and_is_never_kept(console: Client, paths: list[str]) -> None:
    for path in paths:
        answer = console.get(path)
        assert page(answer)
        assert "no-store" in answer["Cache-Control"]


def test_what_does_not_exist_is_not_found(console: Client) -> None:
    for path in ("4711/", "4711/void/", "code/4711/", "code/4711/void/", "redemptions/4711/undo/", f"{10**30}/"):
        assert console.get(CODES + path).status_code == 404
    assert console.post(f"{CODES}4711/csv/", {"codes": "x"}).status_code == 404


def test_without_codes_the_list_leads_to_the_first(console: Client) -> None:
    shown = page(console.get(CODES))

    assert "No codes yet" in shown
    assert f'href="{CODES}create/"' in shown


def test_the_list_shows_a_batch_with_its_use(console: Client, user: User) -> None:
    _, written = services.create_batch(plan_name="pro", days=30, count=4, name="autumn")
    services.redeem(user=user, code=written[0])

    (row,) = table(page(console.get(CODES)), "Batch", "Redeemed")

    assert row["Batch"] == "autumn"
    assert row["Gives"] == "Pro for 30 days"
    assert row["Redeemed"].startswith("1 of 4")
    assert (row["Valid"], row["Standing"]) == ("always", "valid")


def test_codes_are_made_and_shown_once(create: Any, console: Client, staff: User) -> None:
    answer = create(name="autumn", note="for friends")

    shown = fields(page(answer))["codes"].split()
    assert f"/dashboard/redeem/?code={shown[0]}</code>" in page(answer)
    assert "no-store" in answer["Cache-Control"]
    assert [stored(code).batch.name for code in shown] == ["autumn"] * 3
    batch = Batch.objects.get()
    assert (batch.created_by, batch.note) == (staff, "for friends")
    for path in (CODES, f"{CODES}{batch.pk}/", f"{CODES}{batch.pk}/?show=all"):
        again = page(console.get(path))
        assert not any(code in again or code.split("-")[1] in again for code in shown)


def test_every_field_reaches_the_batch(create: Any, pro: Plan) -> None:
    page(
        create(
            tokens="500", bonus_days="7", max_uses="9", per_account="", valid_from="2099-01-02T03:04",
            valid_until="2099-02-03T04:05",
        )
    )  # fmt: skip

    batch = Batch.objects.get()
    assert (batch.plan, batch.days, batch.tokens, batch.bonus_days) == (pro, 30, 500, 7)
    assert (batch.count, batch.max_uses, batch.per_account) == (3, 9, None)
    assert batch.valid_from is not None
    assert batch.valid_until is not None
    assert batch.valid_from.isoformat() == "2099-01-02T03:04:00+00:00"
    assert batch.valid_until.isoformat() == "2099-02-03T04:05:00+00:00"


def test_a_form_that_is_sent_twice_makes_one_batch(console: Client) -> None:
    form = {**fields(page(console.get(f"{CODES}create/"))), **FORM}
    console.post(f"{CODES}create/", form)

    again = console.post(f"{CODES}create/", form)

    batch = Batch.objects.get()
    assert again["Location"] == f"{CODES}{batch.pk}/"
    assert "its codes were shown then" in page(console.get(again["Location"]))


@pytest.mark.parametrize(
    ("terms", "why"),
    [
        ({"plan_name": ""}, "State both, or neither"),
        ({"plan_name": "", "days": ""}, "has to give something"),
        ({"plan_name": "free"}, "Select a valid choice"),
        ({"days": "0"}, "greater than or equal to 1"),
        ({"days": "many"}, "Enter a whole number"),
        ({"count": "10001"}, "At most 10,000 at a time here"),
        ({"valid_until": "2020-01-01T00:00"}, "would have expired already"),
        ({"valid_until": "soon"}, "Enter a valid date/time"),
        ({"name": "12"}, "more than digits"),
        ({"form_token": "x"}, "Nothing is made yet"),
    ],
)
def test_a_batch_that_cannot_be_is_refused_with_what_is_wrong(create: Any, terms: dict[str, str], why: str) -> None:
    assert why in page(create(**terms), 422)
    assert not Batch.objects.exists()


def test_the_codes_that_were_shown_can_be_had_as_csv(create: Any, console: Client) -> None:
    shown = fields(page(create(name='=HYPERLINK("x")', valid_until="2099-02-03T04:05")))["codes"]
    batch = Batch.objects.get()

    answer = console.post(f"{CODES}{batch.pk}/csv/", {"codes": shown})

    assert answer["Content-Type"] == "text/csv; charset=utf-8"
    assert answer["Content-Disposition"] == f'attachment; filename="codes-{batch.pk}.csv"'
    assert "no-store" in answer["Cache-Control"]
    rows = list(csv.DictReader(io.StringIO(page(answer))))
    assert [row["code"] for row in rows] == shown.split()
    assert rows[0]["link"] == f"http://testserver/dashboard/redeem/?code={shown.split()[0]}"
    assert rows[0]["batch"] == """'=HYPERLINK("x")"""
    assert (rows[0]["gives"], rows[0]["valid_from"]) == ("Pro for 30 days", "")
    assert rows[0]["valid_until"] == "2099-02-03T04:05:00+00:00"


@pytest.mark.parametrize("sent", ["", "x", "another batch's", "one that does not exist", "one too many"])
def test_a_file_says_nothing_but_the_codes_of_its_batch(create: Any, console: Client, sent: str) -> None:
    shown = fields(page(create(count="1")))["codes"]
    batch = Batch.objects.get()
    text = {
        "another batch's": one(),
        "one that does not exist": codes.generate(),
        "one too many": f"{shown}\n{shown}",
    }.get(sent, sent)

    answer = console.post(f"{CODES}{batch.pk}/csv/", {"codes": text})

    assert answer["Location"] == f"{CODES}{batch.pk}/"
    assert "not the codes of this batch" in page(console.get(answer["Location"]))


def test_ten_thousand_codes_can_be_shown_and_downloaded(create: Any, console: Client) -> None:
    shown = fields(page(create(count="10000")))["codes"]

    answer = console.post(f"{CODES}{Batch.objects.get().pk}/csv/", {"codes": shown})

    assert page(answer).count("\n") == 10_001


def test_a_code_that_somebody_sent_is_found(console: Client) -> None:
    code = one()

    answer = console.post(f"{CODES}find/", {"code": code.lower()})

    assert answer["Location"] == f"{CODES}code/{stored(code).pk}/"
    assert f"…{code[-4:]}" in page(console.get(answer["Location"]))


@pytest.mark.parametrize(
    ("typed", "why"), [("NAX-1", "A code has 20 characters"), (None, "none of ours"), ("", "required")]
)
def test_a_code_that_is_not_found_is_told_so(console: Client, typed: str | None, why: str) -> None:
    one()

    assert why in page(console.post(f"{CODES}find/", {"code": codes.generate() if typed is None else typed}), 422)


def test_a_batch_shows_its_codes_by_what_became_of_them(console: Client, user: User, staff: User) -> None:
    batch, written = services.create_batch(tokens=5, count=3)
    services.redeem(user=user, code=written[0])
    services.void_code(code=stored(written[1]), actor=staff)

    def ends(show: str) -> list[str]:
        return [row["Code"] for row in table(page(console.get(f"{CODES}{batch.pk}/?show={show}")), "Code", "Redeemed")]

    assert ends("all") == [f"…{code[-4:]}" for code in written]
    assert ends("used") == [f"…{written[0][-4:]}"]
    assert ends("voided") == [f"…{written[1][-4:]}"]
    assert ends("unused") == [f"…{written[2][-4:]}"]


def test_a_batch_shows_who_redeemed(console: Client, redemption: Redemption) -> None:
    (row,) = table(page(console.get(f"{CODES}{redemption.batch_id}/")), "Account", "Undone")

    assert (row["Account"], row["Code"], row["Undone"]) == ("dev@example.com", f"…{redemption.code.end}", "no")


def test_a_code_is_voided_once_it_is_confirmed(console: Client, staff: User) -> None:
    code = stored(one())
    path = f"{CODES}code/{code.pk}/void/"
    page(console.get(path))
    assert Code.objects.filter(voided_at=None).count() == 1

    answer = console.post(path, {"why": "it leaked"})

    assert "is voided" in page(console.get(answer["Location"]))
    assert Code.objects.filter(voided_at=None).count() == 0
    event = audit.events().first()
    assert event is not None
    assert (event.actor, event.act) == (staff, "code_voided")
    assert event.detail.endswith("it leaked")
    assert event.address == "127.0.0.1"
    assert "This code is voided already" in page(console.get(path))


def test_a_batch_is_voided_and_what_it_gave_stays(console: Client, redemption: Redemption, pro: Plan) -> None:
    answer = console.post(f"{CODES}{redemption.batch_id}/void/", {"given": "keep", "why": ""})

    shown = page(console.get(answer["Location"]))
    assert "is voided." in shown
    assert "Take back" in shown
    assert plans.plan_of(redemption.user_id or 0) == pro


def test_a_batch_is_voided_and_taken_back(console: Client, redemption: Redemption) -> None:
    path = f"{CODES}{redemption.batch_id}/void/"
    assert "Say why" in page(console.post(path, {"given": "take-back", "why": ""}), 422)
    assert queries.standing(Batch.objects.get()) == "valid"

    answer = console.post(path, {"given": "take-back", "why": "fraud"})

    assert "is voided. 1 redemption was undone." in page(console.get(answer["Location"]))
    assert plans.plan_of(redemption.user_id or 0).name == "free"


def test_what_becomes_of_a_batch_has_to_be_chosen(console: Client, redemption: Redemption) -> None:
    page(console.post(f"{CODES}{redemption.batch_id}/void/", {"why": "fraud"}), 422)

    assert queries.standing(Batch.objects.get()) == "valid"


def test_a_redemption_is_undone_with_a_reason(console: Client, redemption: Redemption, staff: User) -> None:
    path = f"{CODES}redemptions/{redemption.pk}/undo/"
    page(console.post(path, {"why": ""}), 422)

    answer = console.post(path, {"why": "wrong person", "give_back": "on"})

    shown = page(console.get(answer["Location"]))
    assert "The redemption is undone." in shown
    assert "can be redeemed again" in shown
    redemption.refresh_from_db()
    assert (redemption.undone_by, redemption.undone_why, redemption.returned) == (staff, "wrong person", True)
    assert "undone already" in page(console.get(path))
    assert "undone before" in page(console.get(console.post(path, {"why": "again"})["Location"]))


def test_the_redemption_of_a_deleted_account_is_shown_as_such(console: Client, redemption: Redemption) -> None:
    Redemption.objects.update(user=None)

    for path in (f"{redemption.batch_id}/", f"code/{redemption.code_id}/", f"redemptions/{redemption.pk}/undo/"):
        assert "deleted" in page(console.get(CODES + path))
