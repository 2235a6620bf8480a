"""The security page: sessions and what happened."""

from datetime import timedelta

import pytest
from allauth.usersessions.models import UserSession
from django.contrib.sessions.models import Session
from django.core.cache import cache
from django.test import Client
from django.utils import timezone

from naxios.accounts import events, sessions
from naxios.accounts.models import User
from naxios.accounts.origin import Origin
from tests.unit.accounts.people import confirm, events_of, person, signed_in, text_of

PAGE = "/dashboard/security/"
FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:133.0) Gecko/20100101 Firefox/133.0"


@pytest.mark.usefixtures("ada")
def test_it_works() -> None:
    page = text_of(signed_in(headers={"user-agent": FIREFOX}).get(PAGE))

    assert "Change password" in page
    assert "Set up app" in page
    assert "Firefox on Linux" in page
    assert "127.0.0.1" in page
    assert "this browser" in page


def test_it_needs_an_account(visitor: Client) -> None:
    assert visitor.get(PAGE)["Location"] == f"/accounts/login/?next={PAGE}"


@pytest.mark.parametrize("path", ["/accounts/2fa/", "/accounts/2fa/webauthn/", "/accounts/sessions/"])
@pytest.mark.usefixtures("ada")
def test_allauths_own_pages_lead_here(path: str) -> None:
    assert signed_in().get(path)["Location"] == PAGE


class TestSessions:
    """Where an account is signed in."""

    def test_they_are_listed_with_the_present_one_first(self, ada: User) -> None:
        signed_in(headers={"user-agent": FIREFOX}, REMOTE_ADDR="192.0.2.7")
        browser = signed_in()

        listed = sessions.of_user(ada, browser.session.session_key)

        assert [(session.device, session.address, session.is_current) for session in listed] == [
            ("Unknown device", "127.0.0.1", True),
            ("Firefox on Linux", "192.0.2.7", False),
        ]

    def test_one_can_be_ended(self, ada: User) -> None:
        elsewhere, browser = signed_in(headers={"user-agent": FIREFOX}), signed_in()
        number = UserSession.objects.get(session_key=elsewhere.session.session_key).pk

        answer = browser.post(f"{PAGE}sessions/{number}/end/", follow=True)

        assert "Signed out there." in text_of(answer)
        assert elsewhere.get(PAGE).status_code == 302
        assert browser.get(PAGE).status_code == 200
        assert events_of(ada)[-1] == ("session_ended", "Firefox on Linux, 127.0.0.1")

    def test_nobody_can_end_those_of_others(self, ada: User) -> None:
        browser = signed_in()
        person("eve@example.com")
        number = UserSession.objects.get().pk

        signed_in("eve@example.com").post(f"{PAGE}sessions/{number}/end/")

        assert browser.get(PAGE).status_code == 200

    def test_the_present_one_is_ended_by_signing_out_only(self, ada: User) -> None:
        browser = signed_in()

        browser.post(f"{PAGE}sessions/{UserSession.objects.get().pk}/end/")

        assert browser.get(PAGE).status_code == 200

    def test_all_others_can_be_ended_at_once(self, ada: User) -> None:
        others, browser = [signed_in(), signed_in()], signed_in()

        browser.post(f"{PAGE}sessions/end-others/")

        assert [other.get(PAGE).status_code for other in others] == [302, 302]
        assert browser.get(PAGE).status_code == 200
        assert events_of(ada)[-1] == ("session_ended", "2 sessions")

    def test_a_link_ends_none(self, ada: User) -> None:
        assert signed_in().get(f"{PAGE}sessions/end-others/").status_code == 405

    def test_use_is_noted_every_five_minutes(self, ada: User) -> None:
        browser = signed_in()
        long_ago = timezone.now() - timedelta(hours=3)
        UserSession.objects.update(last_seen_at=long_ago)

        browser.get(PAGE, REMOTE_ADDR="192.0.2.7")
        first = UserSession.objects.get()
        assert first.ip == "192.0.2.7"
        assert first.last_seen_at > long_ago

        UserSession.objects.update(last_seen_at=long_ago)
        browser.get(PAGE)
        assert UserSession.objects.get().last_seen_at == long_ago

        cache.clear()  # five minutes later
        browser.get(PAGE)
        assert UserSession.objects.get().last_seen_at > long_ago

    def test_a_changed_password_leaves_one_in_the_list(self, ada: User) -> None:
        browser, _ = signed_in(), signed_in()
        confirm(browser)

        browser.post("/accounts/password/change/", {"password1": "quite another phrase"})

        assert len(sessions.of_user(ada, browser.session.session_key)) == 1

    def test_expired_ones_are_forgotten(self, ada: User) -> None:
        signed_in()
        lasting = signed_in()
        Session.objects.exclude(session_key=lasting.session.session_key).update(
            expire_date=timezone.now() - timedelta(minutes=1)
        )

        sessions.forget_expired()

        assert Session.objects.count() == 1
        assert UserSession.objects.get().session_key == lasting.session.session_key


class TestEvents:
    """What happened to an account."""

    def test_they_stand_newest_first_with_device_and_address(self, ada: User) -> None:
        events.record(user=ada, kind=events.Kind.KEY_CREATED, detail="production", origin=Origin("192.0.2.7", FIREFOX))

        page = text_of(signed_in().get(PAGE))

        assert page.index("Signed in<span") < page.index("API key created<span")
        assert ": production" in page
        assert "Firefox on Linux, 192.0.2.7" in page

    def test_they_are_those_of_the_account_alone(self, ada: User) -> None:
        events.record(user=person("eve@example.com"), kind=events.Kind.KEY_CREATED, detail="hers")

        assert "hers" not in text_of(signed_in().get(PAGE))

    def test_they_come_in_pages(self, ada: User) -> None:
        for number in range(20):
            events.record(user=ada, kind=events.Kind.KEY_CREATED, detail=f"key-{number:02}")
        browser = signed_in()

        first, second = text_of(browser.get(PAGE)), text_of(browser.get(f"{PAGE}?page=2"))

        assert "key-19" in first
        assert "key-00" not in first
        assert "key-00" in second
        assert "?page=2" in first

    @pytest.mark.parametrize("page", ["0", "99", "x", ""])
    def test_a_page_that_does_not_exist_shows_another(self, ada: User, page: str) -> None:
        assert signed_in().get(f"{PAGE}?page={page}").status_code == 200
