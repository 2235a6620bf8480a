"""The playground's page and the secret that its script asks for."""

import json
from datetime import timedelta
from pathlib import Path

import pytest
from django.contrib.auth.base_user import AbstractBaseUser
from django.test import Client
from django.utils import timezone

from naxios.accounts.services import create_user
from naxios.catalogue.models import Model
from naxios.domain import keys
from naxios.keys import queries, services
from naxios.keys.models import ApiKey

CHAT = "/dashboard/playground/"
OPEN = "/dashboard/playground/open/"


@pytest.fixture
def owner(database: Path, pages: None) -> AbstractBaseUser:
    return create_user(email="owner@example.com")


@pytest.fixture
def browser(owner: AbstractBaseUser) -> Client:
    browser = Client()
    browser.force_login(owner)
    return browser


@pytest.fixture
def key(owner: AbstractBaseUser) -> ApiKey:
    return services.create(user=owner, name="production")[0]


def shown(browser: Client, address: str = CHAT) -> str:
    answer = browser.get(address)
    assert answer.status_code == 200
    assert "no-store" in answer["cache-control"]
    return answer.content.decode()


def test_without_a_key_it_leads_to_the_first(browser: Client) -> None:
    page = shown(browser)

    assert "A key comes first" in page
    assert 'href="/dashboard/keys/create/"' in page


def test_it_says_that_nothing_is_stored_and_that_it_counts(browser: Client, key: ApiKey) -> None:
    page = shown(browser)

    assert "Nothing you write is stored" in page
    assert "counts against the key’s limits" in page


def test_it_offers_own_keys_that_work(browser: Client, key: ApiKey) -> None:
    revoked, _ = services.create(user=key.user, name="revoked one")
    services.revoke(key=revoked)
    services.create(user=create_user(email="stranger@example.com"), name="strange one")

    page = shown(browser)

    assert f'<option value="{key.pk}" selected>production' in page
    assert "revoked one" not in page
    assert "strange one" not in page


def test_it_offers_the_models_of_the_key(browser: Client, key: ApiKey) -> None:
    Model.objects.create(name="north/a", display_name="North A")
    Model.objects.create(name="south/b")
    ApiKey.objects.filter(pk=key.pk).update(allowed_models=["north/*", "naxios/*"])

    page = shown(browser)

    assert ">North A</option>" in page
    assert ">Echo (demonstration)</option>" in page
    assert "south/b" not in page


def test_the_address_chooses_key_and_model(browser: Client, key: ApiKey) -> None:
    Model.objects.create(name="north/a")
    services.create(user=key.user, name="newer")

    page = shown(browser, f"{CHAT}?key={key.pk}&model=naxios/echo")

    assert f'<option value="{key.pk}" selected>' in page
    assert 'value="naxios/echo" data-multiplier="1000000" data-demonstration selected' in page


@pytest.mark.parametrize("nonsense", ["x", "0", "-1", "99999999999999999999", "²"])
def test_a_key_that_is_not_there_is_passed_over(browser: Client, key: ApiKey, nonsense: str) -> None:
    assert f'<option value="{key.pk}" selected>' in shown(browser, f"{CHAT}?key={nonsense}")


def test_the_page_holds_no_secret(browser: Client, key: ApiKey) -> None:
    assert key.secrets.get().prefix + "…" in shown(browser)
    assert not [word for word in shown(browser).split() if "nx_" in word and "…" not in word]


def test_opening_gives_a_secret_that_is_the_key_for_half_an_hour(browser: Client, key: ApiKey) -> None:
    answer = browser.post(OPEN, {"key": key.pk})

    opened = answer.json()
    principal = queries.principal(keys.digest(opened["secret"]))
    assert "no-store" in answer["cache-control"]
    assert principal is not None
    assert principal.key_id == key.pk
    assert principal.expires_at is not None
    assert [model["name"] for model in opened["models"]] == ["naxios/echo"]


def test_opening_a_key_that_has_ended_meanwhile_says_so(browser: Client, key: ApiKey) -> None:
    ApiKey.objects.filter(pk=key.pk).update(expires_at=timezone.now() - timedelta(seconds=1))

    answer = browser.post(OPEN, {"key": key.pk})

    assert answer.status_code == 422
    assert "has expired" in json.loads(answer.content)["error"]["message"]


def test_it_validates_ownership(browser: Client) -> None:
    strange, _ = services.create(user=create_user(email="stranger@example.com"), name="strange one")

    assert browser.post(OPEN, {"key": strange.pk}).status_code == 404


@pytest.mark.parametrize("nonsense", ["", "x", "²", "-1", "9" * 18, "9" * 5000])
def test_it_validates_the_key(browser: Client, nonsense: str) -> None:
    assert browser.post(OPEN, {"key": nonsense}).status_code == 404


def test_it_only_allows_post(browser: Client, key: ApiKey) -> None:
    assert browser.get(OPEN, {"key": key.pk}).status_code == 405


def test_other_sites_cannot_open_it(owner: AbstractBaseUser, key: ApiKey) -> None:
    browser = Client(enforce_csrf_checks=True)
    browser.force_login(owner)

    assert browser.post(OPEN, {"key": key.pk}).status_code == 403


@pytest.mark.parametrize("path", [CHAT, OPEN])
def test_a_visitor_is_sent_to_sign_in(database: Path, path: str) -> None:
    answer = Client().post(path) if path == OPEN else Client().get(path)

    assert answer.status_code == 302
    assert answer["location"].startswith("/accounts/login/")
