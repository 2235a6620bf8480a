"""Resetting, changing and setting a password."""

import pytest
from allauth.account.models import EmailAddress
from django.test import Client

from naxios.accounts.links import password_path
from naxios.accounts.models import User
from naxios.accounts.services import create_user
from tests.unit.accounts.people import (
    ADA,
    confirm,
    events_of,
    link_in,
    mails_to,
    sign_in,
    sign_up,
    signed_in,
    text_of,
)

NEW = "quite another phrase"


def _choose(browser: Client, link: str, password: str = NEW) -> str:
    """Open a link to choose a password, choose, and return where that leads."""
    form = browser.get(link, follow=True)
    answer = browser.post(form.redirect_chain[-1][0], {"password1": password})
    assert answer.status_code == 302, text_of(answer)
    return str(answer["Location"])


@pytest.mark.usefixtures("ada")
class TestResetting:
    """With a link by e-mail."""

    def test_it_works(self) -> None:
        browser = Client()
        asked = browser.post("/accounts/password/reset/", {"email": ADA})
        assert asked["Location"] == "/accounts/password/reset/done/"
        (mail,) = mails_to()
        assert mail.subject == "Choose a new password"

        assert _choose(browser, link_in(mail)) == "/dashboard/"

        assert browser.get("/dashboard/settings/").status_code == 200
        assert sign_in(Client(), password=NEW).status_code == 302

    def test_all_other_sessions_end(self) -> None:
        elsewhere = signed_in()
        browser = Client()
        browser.post("/accounts/password/reset/", {"email": ADA})

        _choose(browser, link_in(mails_to()[0]))

        assert elsewhere.get("/dashboard/settings/").status_code == 302

    def test_its_owner_is_told(self, ada: User) -> None:
        browser = Client()
        browser.post("/accounts/password/reset/", {"email": ADA})

        _choose(browser, link_in(mails_to()[0]))

        assert mails_to()[1].subject == "Your password was changed"
        kinds = [event for event in events_of(ada) if event[0] != "signed_up"]
        assert kinds == [("password_changed", "with a link by e-mail"), ("signed_in", "link by e-mail")]

    def test_a_link_works_once(self) -> None:
        browser = Client()
        browser.post("/accounts/password/reset/", {"email": ADA})
        link = link_in(mails_to()[0])
        _choose(browser, link)

        assert "This link is over" in text_of(Client().get(link, follow=True))

    def test_the_mail_has_this_servers_address_whatever_the_request_says(self) -> None:
        Client(headers={"host": "evil.example.com"}).post("/accounts/password/reset/", {"email": ADA})

        (mail,) = mails_to()
        assert "http://127.0.0.1:8000/accounts/password/reset/key/" in mail.body
        assert "evil.example.com" not in mail.body

    def test_one_who_is_signed_in_may_do_so_too(self) -> None:
        browser = signed_in()
        browser.post("/accounts/password/reset/", {"email": ADA})

        assert _choose(browser, link_in(mails_to()[0])) == "/dashboard/"

        assert browser.get("/dashboard/settings/").status_code == 200


class TestFirstPasswords:
    """Of accounts that staff made: their link shows that the address is theirs."""

    def test_it_works(self, visitor: Client) -> None:
        user = create_user(email=ADA)

        assert _choose(visitor, password_path(user)) == "/dashboard/"

        assert EmailAddress.objects.get(user=user).verified
        assert ("email_verified", ADA) in events_of(user)
        assert sign_in(Client(), password=NEW)["Location"] == "/dashboard/"

    def test_one_who_signed_up_and_lost_the_first_link_is_let_in_too(self, visitor: Client) -> None:
        sign_up(visitor, ADA)
        visitor.post("/accounts/password/reset/", {"email": ADA})

        assert _choose(visitor, link_in(mails_to()[1])) == "/dashboard/"

    def test_a_weak_one_is_refused(self, visitor: Client) -> None:
        form = visitor.get(password_path(create_user(email=ADA)), follow=True)

        answer = visitor.post(form.redirect_chain[-1][0], {"password1": "short"})

        assert "at least 10 characters" in text_of(answer)


@pytest.mark.usefixtures("ada")
class TestChanging:
    """By somebody who is signed in and has just confirmed that it is them."""

    def test_it_works(self, ada: User) -> None:
        browser = signed_in()
        confirm(browser)

        answer = browser.post("/accounts/password/change/", {"password1": NEW})

        assert answer["Location"] == "/dashboard/security/"
        assert mails_to()[-1].subject == "Your password was changed"
        assert ("password_changed", "") in events_of(ada)
        assert sign_in(Client(), password=NEW).status_code == 302

    def test_the_present_session_stays_and_all_others_end(self) -> None:
        browser, elsewhere = signed_in(), signed_in()
        confirm(browser)

        browser.post("/accounts/password/change/", {"password1": NEW})

        assert browser.get("/dashboard/settings/").status_code == 200
        assert elsewhere.get("/dashboard/settings/").status_code == 302

    def test_it_asks_to_confirm_first(self) -> None:
        browser = signed_in()

        page = browser.get("/accounts/password/change/")
        sent = browser.post("/accounts/password/change/", {"password1": NEW})

        assert page["Location"] == "/accounts/reauthenticate/?next=%2Faccounts%2Fpassword%2Fchange%2F"
        assert sent["Location"].startswith("/accounts/reauthenticate/")
        assert sign_in(Client(), password=NEW).status_code == 200, "nothing has changed"

    def test_the_new_password_is_not_kept_while_it_asks(self) -> None:
        browser = signed_in()

        browser.post("/accounts/password/change/", {"password1": NEW})

        assert NEW not in str(dict(browser.session))
