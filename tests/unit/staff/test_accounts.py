"""Staff find an account and change what it has: confirmed or undoable, audited, and told."""

import re
from datetime import timedelta
from typing import Any

import pytest
from django.core.cache import cache
from django.test import Client
from django.utils import timezone

from naxios.accounts import services as accounts
from naxios.accounts.models import SecurityEvent, User
from naxios.domain.entitlements import BonusSource, Source
from naxios.keys import services as keys
from naxios.mail.models import OutboxMail
from naxios.plans import queries as plans
from naxios.plans import services as plan_services
from naxios.plans.models import Entitlement
from naxios.staff import audit

pytestmark = pytest.mark.usefixtures("database", "pages")

LIST = "/staff/accounts/"


@pytest.fixture(autouse=True)
def _unlimited(database: object) -> None:
    cache.clear()


@pytest.fixture
def user(database: object) -> User:
    plan_services.put(name="pro", fields={"display_name": "Pro", "tokens_per_day": 1_000, "price_minor": 1_500})
    return accounts.create_user(email="dev@example.com")


@pytest.fixture
def client(user: User) -> Client:
    client = Client()
    client.force_login(accounts.create_user(email="staff@example.com", is_staff=True))
    return client


def page_of(user: User) -> str:
    return f"{LIST}{user.pk}/"


def text(answer: Any) -> str:
    return " ".join(answer.content.decode().split())


def form_of(client: Client, user: User, action: str) -> dict[str, str]:
    """The hidden token of the form that goes to ``action``."""
    form = client.get(page_of(user)).content.decode().split(f'action="{page_of(user)}{action}/"')[1].split("</form>")[0]
    found = re.search(r'name="form_token" value="([^"]+)"', form)
    assert found
    return {"form_token": found[1]}


def acts() -> list[tuple[str, str, str]]:
    """Who did what, and the detail, oldest first."""
    return [(event.actor_name, event.act, event.detail) for event in reversed(audit.events())]


def happened(user: User) -> list[tuple[str, str]]:
    events = SecurityEvent.objects.filter(user=user).exclude(kind="signed_up").exclude(kind="signed_in")
    return list(events.order_by("pk").values_list("kind", "detail"))


def granted(user: User, **fields: Any) -> Entitlement:
    return plan_services.grant(user=user, plan=plans.by_name("pro"), **fields)


# Finding


def test_an_account_is_found_by_id_address_and_key(client: Client, user: User) -> None:
    _, secret = keys.create(user=user, name="laptop")

    for who in (str(user.pk), " Dev@Example.com ", secret[:10]):
        assert client.get(LIST, {"who": who})["Location"] == page_of(user)


def test_an_account_that_is_not_there_is_told(client: Client) -> None:
    answer = client.get(LIST, {"who": "nobody@example.com"})

    assert answer.status_code == 404
    assert "There is no account &#x27;nobody@example.com&#x27;." in text(answer)
    assert client.get(f"{LIST}999/").status_code == 404


def test_the_newest_accounts_stand_below(client: Client, user: User) -> None:
    assert f'<a href="{page_of(user)}">dev@example.com</a>' in text(client.get(LIST))


def test_an_account_is_shown_with_all_that_it_has(client: Client, user: User) -> None:
    empty = text(client.get(page_of(user)))
    assert "No entitlements" in empty
    assert "No bonus tokens" in empty
    granted(user, note="a friend", source=Source.CODE, ends_at=timezone.now() + timedelta(days=3))
    plan_services.grant_bonus(user=user, tokens=5_000, source=BonusSource.CODE)

    page = text(client.get(page_of(user)))

    for told in ('Pro <span class="badge accent">counts</span>', "Redemption code", "a friend", "in force", "5,000"):
        assert told in page


# Changing


def test_a_plan_is_granted_audited_and_told(client: Client, user: User) -> None:
    form = form_of(client, user, "grant-plan")

    page = client.post(
        f"{page_of(user)}grant-plan/", {**form, "plan": "pro", "days": 30, "note": "Thanks."}, follow=True
    )

    assert "dev@example.com has the plan Pro, within a second." in text(page)
    [entitlement] = plans.of_user(user.pk)
    assert entitlement.ends_at is not None
    assert entitlement.ends_at - entitlement.starts_at == pytest.approx(timedelta(days=30), abs=timedelta(seconds=5))
    [(actor, act, detail)] = acts()
    assert (actor, act) == ("staff@example.com", "plan_granted")
    assert detail.startswith("pro, until ")
    assert detail.endswith(": Thanks.")
    assert happened(user)[0][0] == "plan_started"
    assert "What they say about it: Thanks." in OutboxMail.objects.get().body


def test_a_form_that_is_sent_twice_acts_once(client: Client, user: User) -> None:
    for action, fields in (("grant-plan", {"plan": "pro", "note": "n"}), ("grant-bonus", {"tokens": 10, "note": "n"})):
        form = form_of(client, user, action)
        for _ in range(2):
            assert client.post(f"{page_of(user)}{action}/", {**form, **fields}).status_code == 302

    assert len(plans.of_user(user.pk)) == 1
    assert plans.bonus_of(user.pk).total == 10
    assert [act for _, act, _ in acts()] == ["plan_granted", "bonus_granted"]


@pytest.mark.parametrize(
    ("action", "fields", "problem"),
    [
        ("grant-plan", {"plan": "pro"}, "This field is required."),
        ("grant-plan", {"plan": "free", "note": "n"}, "Select a valid choice."),
        ("grant-plan", {"plan": "pro", "days": 0, "note": "n"}, "greater than or equal to 1"),
        ("grant-bonus", {"tokens": 0, "note": "n"}, "greater than or equal to 1"),
        ("grant-bonus", {"tokens": 10**16, "note": "n"}, "A bonus has 1 to 1,000,000,000,000,000 tokens."),
    ],
)
def test_what_cannot_be_granted_is_said(
    client: Client, user: User, action: str, fields: dict[str, object], problem: str
) -> None:
    answer = client.post(f"{page_of(user)}{action}/", {**form_of(client, user, action), **fields})

    assert answer.status_code == 422
    assert problem in text(answer)
    assert acts() == []
    assert plans.of_user(user.pk) == []


def test_bonus_tokens_are_given_and_taken_back(client: Client, user: User) -> None:
    form = form_of(client, user, "grant-bonus")
    client.post(f"{page_of(user)}grant-bonus/", {**form, "tokens": 5_000, "note": "An outage."})
    [bonus] = plans.bonus_of(user.pk).grants
    plan_services.draw_bonus(user_id=user.pk, tokens=1_200, at=timezone.now())
    address = f"{page_of(user)}bonuses/{bonus.pk}/take-back/"
    assert "3,800 of 5,000 tokens are not used and will be gone" in text(client.get(address))

    page = client.post(address, {"note": "A mistake."}, follow=True)

    assert "taken back" in text(page)
    assert plans.bonus_of(user.pk).left == 0
    assert [(act, detail) for _, act, detail in acts()] == [
        ("bonus_granted", "5,000 bonus tokens, with an open end: An outage."),
        ("bonus_taken_back", f"{bonus.pk}, 3,800 of 5,000 bonus tokens: A mistake."),
    ]
    assert OutboxMail.objects.count() == 2
    assert client.post(address, {"note": "Again."}).status_code == 422


def test_an_entitlement_is_paused_and_resumed(client: Client, user: User) -> None:
    entitlement = granted(user)
    address = f"{page_of(user)}entitlements/{entitlement.pk}"
    assert "It can be resumed." in text(client.get(f"{address}/pause/"))

    client.post(f"{address}/pause/", {"note": "A chargeback."})
    assert plans.plan_of(user.pk).name == "free"
    assert "A chargeback." in text(client.get(page_of(user)))
    assert client.post(f"{address}/pause/", {"note": "Again."}).status_code == 422
    client.post(f"{address}/resume/")

    assert plans.plan_of(user.pk).name == "pro"
    assert "It is not paused." in text(client.post(f"{address}/resume/", follow=True))
    assert [act for _, act, _ in acts()] == ["entitlement_paused", "entitlement_resumed"]
    assert [kind for kind, _ in happened(user)] == ["plan_changed", "plan_changed"]


def test_an_entitlement_is_ended_once_and_its_owner_told(client: Client, user: User) -> None:
    entitlement = granted(user)
    address = f"{page_of(user)}entitlements/{entitlement.pk}/end/"
    assert "This cannot be undone." in text(client.get(address))
    assert client.post(address, {"note": ""}).status_code == 422

    client.post(address, {"note": "As agreed."})

    assert plans.plan_of(user.pk).name == "free"
    assert [(act, detail) for _, act, detail in acts()] == [("entitlement_ended", f"{entitlement.pk}, pro: As agreed.")]
    assert happened(user) == [("plan_ended", "Pro (granted by staff)")]
    assert OutboxMail.objects.get().subject == "Your plan has ended"
    assert "It has ended already." in text(client.post(address, {"note": "Again."}))


def test_what_belongs_to_another_account_is_not_reached(client: Client, user: User) -> None:
    other = accounts.create_user(email="other@example.com")
    entitlement = granted(user)
    bonus = plan_services.grant_bonus(user=user, tokens=5, source=BonusSource.STAFF)

    for path in (f"entitlements/{entitlement.pk}/end/", f"bonuses/{bonus.pk}/take-back/"):
        assert client.post(f"{page_of(other)}{path}", {"note": "n"}).status_code == 404
    assert plans.plan_of(user.pk).name == "pro"


@pytest.mark.parametrize("path", ["", "1/", "1/grant-plan/", "1/grant-bonus/", "1/entitlements/1/end/"])
def test_others_cannot_do_any_of_it(user: User, path: str) -> None:
    client = Client()
    assert client.post(f"{LIST}{path}", {"note": "n"})["Location"].startswith("/accounts/login/")
    client.force_login(user)

    assert client.post(f"{LIST}{path}", {"note": "n"}).status_code == 403
    assert acts() == []
