"""An account whose plan has ended is told so, and may choose the free plan."""

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from naxios.accounts import services as accounts
from naxios.accounts.models import SecurityEvent, User
from naxios.domain import keys as secrets
from naxios.domain.principal import Standing
from naxios.keys import queries as keys
from naxios.keys import services as key_services
from naxios.plans import queries, services

pytestmark = pytest.mark.usefixtures("database", "pages")

ACCEPT = "/dashboard/plan/accept-free/"


@pytest.fixture
def user(database: object) -> User:
    return accounts.create_user(email="dev@example.com")


@pytest.fixture
def client(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def lapse(user: User) -> None:
    services.put(name="pro", fields={"display_name": "Pro", "after_lapse": "refuse"})
    now = timezone.now()
    plan = queries.by_name("pro")
    services.grant(user=user, plan=plan, starts_at=now - timedelta(days=2), ends_at=now - timedelta(days=1))


@pytest.mark.parametrize("page", ["/dashboard/", "/dashboard/limits/"])
def test_pages_tell_of_a_plan_that_has_ended_and_only_then(client: Client, user: User, page: str) -> None:
    assert "has ended" not in client.get(page).content.decode()
    lapse(user)

    assert "Your plan Pro has ended." in client.get(page).content.decode()


def test_the_free_plan_can_be_chosen_with_one_click(client: Client, user: User) -> None:
    _, secret = key_services.create(user=user, name="laptop")
    lapse(user)
    refused = keys.principal(secrets.digest(secret))
    assert refused is not None
    assert refused.standing is Standing.LAPSED
    assert refused.why.startswith("The plan Pro of this account ended at ")
    assert "Renew it, or choose the free plan, at http://" in refused.why

    page = client.post(ACCEPT, follow=True).content.decode()

    assert "Your account goes on with the plan Free, within a second." in page
    accepted = keys.principal(secrets.digest(secret))
    assert accepted is not None
    assert (accepted.standing, accepted.plan, accepted.why) == (Standing.ACTIVE, "free", "")
    assert SecurityEvent.objects.filter(user=user, kind="plan_changed").count() == 1


def test_choosing_the_free_plan_without_need_changes_nothing(client: Client, user: User) -> None:
    services.put(name="pro", fields={"after_lapse": "refuse"})
    services.grant(user=user, plan=queries.by_name("pro"))

    page = client.post(ACCEPT, follow=True).content.decode()

    assert "There was no plan of yours whose end you had to accept." in page
    assert queries.plan_of(user.pk).name == "pro"
    assert not SecurityEvent.objects.filter(kind="plan_changed").exists()


def test_the_address_takes_nothing_but_a_form_of_who_is_signed_in(client: Client) -> None:
    assert client.get(ACCEPT).status_code == 405
    assert Client().post(ACCEPT).status_code == 302
