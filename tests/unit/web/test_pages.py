"""The website's pages, as a visitor without an account sees them."""

from collections.abc import Iterator
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from django.conf import settings
from django.test import Client, RequestFactory, override_settings

from naxios.accounts.services import create_user
from naxios.branding import Site, site
from naxios.catalogue.models import Model
from naxios.keys import services as keys
from naxios.plans.models import Plan
from naxios.web import navigation

PUBLIC = ["/", "/models", "/pricing", "/docs", "/status", "/privacy", "/terms", "/contact", "/accounts/login/"]


@pytest.fixture
def visitor(database: Path, pages: None) -> Client:
    return Client()


class _Links(HTMLParser):
    def __init__(self, page: str) -> None:
        super().__init__()
        self.found: list[str] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found += [value for name, value in attrs if name in ("href", "src", "action") and value]


@pytest.mark.parametrize("path", PUBLIC)
def test_it_works(visitor: Client, path: str) -> None:
    assert visitor.get(path).status_code == 200


@pytest.mark.parametrize("path", PUBLIC)
def test_every_link_leads_somewhere_here(visitor: Client, path: str) -> None:
    links = _Links(visitor.get(path).content.decode()).found

    for link in links:
        parts = urlsplit(link)
        assert not parts.netloc, f"{path} leads to {link}"
        if parts.path and not parts.path.startswith("/static/"):
            assert visitor.get(parts.path).status_code in (200, 302, 405), link


@pytest.mark.parametrize("path", PUBLIC)
def test_nothing_is_inline(visitor: Client, path: str) -> None:
    answer = visitor.get(path)

    assert "unsafe" not in answer["content-security-policy"]
    page = answer.content.decode()
    assert "<style" not in page
    assert " style=" not in page
    assert " onclick" not in page


def test_models_are_listed_with_what_they_are(visitor: Client) -> None:
    Model.objects.create(
        name="gpt-5-mini", context_tokens=400_000, capabilities=["vision"], multiplier_millionths=250_000
    )

    page = visitor.get("/models").content.decode()

    for shown in ("gpt-5-mini", "400,000", "vision", "0.25", "demonstration"):
        assert shown in page


def test_models_can_be_searched(visitor: Client) -> None:
    Model.objects.create(name="gpt-5-mini")

    assert "gpt-5-mini" not in visitor.get("/models", {"q": "ECHO"}).content.decode()
    assert "No model matches" in visitor.get("/models", {"q": "<script>"}).content.decode()


def test_a_model_without_a_working_route_is_unavailable(visitor: Client) -> None:
    Model.objects.all().delete()
    Model.objects.create(name="lonely")

    assert "unavailable" in visitor.get("/models").content.decode()


def test_only_plans_that_anybody_can_have_are_priced(visitor: Client) -> None:
    Plan.objects.create(name="pro", display_name="Pro", price_minor=1500, currency="usd")
    Plan.objects.create(name="internal", display_name="For our own programs")

    page = visitor.get("/pricing").content.decode()

    assert "$15" in page
    assert "For our own programs" not in page


def test_the_quickstart_shows_a_chosen_keys_prefix(visitor: Client) -> None:
    user = create_user(email="dev@example.com")
    first, first_secret = keys.create(user=user, name="first")
    _, second_secret = keys.create(user=user, name="second")
    visitor.force_login(user)

    newest = visitor.get("/docs").content.decode()
    chosen = visitor.get("/docs", {"key": first.pk}).content.decode()

    assert f"Bearer {second_secret[:11]}…" in newest
    assert f"Bearer {first_secret[:11]}…" in chosen


def test_the_quickstart_never_shows_a_strangers_key(visitor: Client) -> None:
    theirs, secret = keys.create(user=create_user(email="dev@example.com"), name="theirs")
    visitor.force_login(create_user(email="other@example.com"))

    assert secret[:11] not in visitor.get("/docs", {"key": theirs.pk}).content.decode()


@override_settings(BASE_URL="https://llm.example.com")
def test_the_quickstart_shows_the_configured_address(visitor: Client) -> None:
    assert "https://llm.example.com/v1" in visitor.get("/docs").content.decode()


def test_the_policy_names_every_kind_of_personal_data(visitor: Client) -> None:
    page = visitor.get("/privacy").content.decode()

    for kind in ("Account details", "Api key names", "Api usage metadata", "Security and session records"):
        assert kind.lower() in page.lower()
    assert "Last updated" in page


@pytest.fixture
def branded(tmp_path: Path) -> Iterator[Site]:
    logo = tmp_path / "logo.svg"
    logo.write_text('<svg xmlns="http://www.w3.org/2000/svg"/>')
    made = site(name="Acme AI", contact="help@example.com", logo=str(logo), accent="#cc00aa")
    with override_settings(SITE=made):
        yield made


@pytest.mark.parametrize("path", PUBLIC)
def test_branding_replaces_the_name_everywhere(visitor: Client, branded: Site, path: str) -> None:
    page = visitor.get(path).content.decode()

    assert "Acme AI" in page.split("<title>")[1].split("</title>")[0]
    assert "/branding/logo" in page
    assert "/branding.css" in page
    assert "Naxios" not in page.replace("run with Naxios", "")


def test_branding_serves_logo_and_colours(visitor: Client, branded: Site) -> None:
    assert visitor.get("/branding/logo")["content-type"] == "image/svg+xml"
    assert b"--accent: light-dark(" in visitor.get("/branding.css").content


def test_contact_names_the_address_or_how_to_set_one(visitor: Client) -> None:
    assert "NAXIOS_CONTACT_EMAIL" in visitor.get("/contact").content.decode()

    with override_settings(SITE=replace(settings.SITE, contact="help@example.com")):
        assert "mailto:help@example.com" in visitor.get("/contact").content.decode()


def test_navigation_leaves_out_places_without_a_page() -> None:
    groups = (
        navigation.Group("", (navigation.Place("There", "web:docs", "x"), navigation.Place("No", "no:where", "x"))),
    )

    (shown,) = navigation.existing(groups, RequestFactory().get("/docs"))

    assert shown["places"] == [{"label": "There", "icon": "x", "url": "/docs", "current": True}]


def test_an_unknown_page_says_so(visitor: Client) -> None:
    answer = visitor.get("/nowhere")

    assert answer.status_code == 404
    assert b"start page" in answer.content
