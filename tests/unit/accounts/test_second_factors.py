"""Authenticator apps and recovery codes. Passkeys need a browser: see tests/browser/accounts."""

import re
from collections.abc import Iterator

import pytest
from allauth.mfa.models import Authenticator
from django.core.cache import cache
from django.db import connection
from django.test import Client, override_settings

from naxios.accounts import failed_sign_ins
from naxios.accounts.models import User
from tests.unit.accounts.codes import code_for, early_in_a_step
from tests.unit.accounts.people import confirm, events_of, mails_to, sign_in, signed_in, text_of


@pytest.fixture
def browser(ada: User) -> Client:
    """Hers, having confirmed that it is her."""
    browser = signed_in()
    confirm(browser)
    return browser


@pytest.fixture
def secret(browser: Client) -> Iterator[str]:
    """What her authenticator app holds, once it has been set up."""
    secret = _secret_on(browser)
    answer = browser.post("/accounts/2fa/totp/activate/", {"code": code_for(secret)})
    assert answer["Location"] == "/accounts/2fa/recovery-codes/", text_of(answer)
    yield secret


def _secret_on(browser: Client) -> str:
    found = re.search(r'<code id="secret">(\w+)</code>', text_of(browser.get("/accounts/2fa/totp/activate/")))
    assert found
    return found.group(1)


def _recovery_codes(browser: Client) -> list[str]:
    return re.findall(r"<li>(\d{8})</li>", text_of(browser.get("/accounts/2fa/recovery-codes/")))


def _second_step(code: str) -> Client:
    """A fresh browser that knows the password and gives ``code``."""
    browser = Client()
    assert sign_in(browser)["Location"] == "/accounts/2fa/authenticate/"
    browser.post("/accounts/2fa/authenticate/", {"code": code})
    return browser


def _is_in(browser: Client) -> bool:
    return browser.get("/dashboard/settings/").status_code == 200


class TestSettingUp:
    """An authenticator app."""

    def test_it_works(self, ada: User, browser: Client, secret: str) -> None:
        page = text_of(browser.get("/dashboard/security/"))

        assert "Remove app" in page
        assert "10 of 10 are left" in page
        kinds = dict(events_of(ada))
        assert kinds["mfa_added"] == "authenticator app"
        assert "recovery_codes_made" in kinds

    def test_its_owner_is_told(self, secret: str) -> None:
        (mail,) = mails_to()

        assert mail.subject == "A second step was added to your account"
        assert "authenticator app" in mail.body

    def test_a_wrong_code_is_refused(self, browser: Client) -> None:
        secret = _secret_on(browser)

        answer = browser.post("/accounts/2fa/totp/activate/", {"code": code_for(secret, steps=5)})

        assert "This did not work" in text_of(answer)
        assert not Authenticator.objects.exists()

    def test_nothing_that_opens_the_account_can_be_read_in_the_database(self, browser: Client, secret: str) -> None:
        codes = _recovery_codes(browser)

        with connection.cursor() as cursor:
            cursor.execute("SELECT data FROM mfa_authenticator")
            stored = str(cursor.fetchall())
        assert secret not in stored
        assert len(codes) == 10
        assert not any(code in stored for code in codes)

    def test_an_app_of_another_secret_key_is_not_readable(self, secret: str) -> None:
        from naxios.encryption import CannotDecrypt

        app = Authenticator.objects.get(type=Authenticator.Type.TOTP)

        with override_settings(SECRET_KEY="another"), pytest.raises(CannotDecrypt):
            app.wrap().validate_code(code_for(secret))

    def test_pages_with_secrets_are_kept_by_nobody(self, browser: Client, secret: str) -> None:
        for path in ("/accounts/2fa/recovery-codes/", "/accounts/2fa/recovery-codes/download/"):
            assert "no-store" in browser.get(path)["Cache-Control"]


class TestSigningIn:
    """With a password and a second step."""

    def test_it_works(self, ada: User, secret: str) -> None:
        assert _is_in(_second_step(code_for(secret, steps=1)))

        assert ("signed_in", "password and authenticator app") in events_of(ada)

    def test_a_password_alone_is_not_enough(self, secret: str) -> None:
        browser = Client()
        sign_in(browser)

        assert not _is_in(browser)

    def test_a_wrong_code_is_refused_and_noted(self, ada: User, secret: str) -> None:
        assert not _is_in(_second_step("000000"))

        failed_sign_ins.record()
        assert events_of(ada)[-1] == ("sign_in_failed", "wrong code")

    @pytest.mark.parametrize("steps", [-1, 0, 1])
    def test_a_clock_may_be_wrong_by_half_a_minute(self, secret: str, steps: int) -> None:
        early_in_a_step()
        assert _is_in(_second_step(code_for(secret, steps=steps)))

    @pytest.mark.parametrize("steps", [-3, 3])
    def test_but_not_by_more(self, secret: str, steps: int) -> None:
        assert not _is_in(_second_step(code_for(secret, steps=steps)))

    def test_a_code_works_once(self, secret: str) -> None:
        code = code_for(secret, steps=1)
        assert _is_in(_second_step(code))

        assert not _is_in(_second_step(code))

    def test_a_code_works_once_even_when_allauth_has_forgotten_it(self, ada: User, secret: str) -> None:
        code = code_for(secret, steps=1)
        assert _is_in(_second_step(code))

        cache.delete(f"allauth.mfa.totp.used?user={ada.pk}&code={code}")  # as after 30 seconds

        assert not _is_in(_second_step(code))

    def test_guessing_codes_ends_after_five(self, secret: str) -> None:
        browser = Client()
        sign_in(browser)
        for number in range(5):
            browser.post("/accounts/2fa/authenticate/", {"code": f"00000{number}"})

        answer = browser.post("/accounts/2fa/authenticate/", {"code": code_for(secret, steps=1)})

        assert "Too many attempts" in text_of(answer)

    def test_a_recovery_code_works_once(self, ada: User, browser: Client, secret: str) -> None:
        code, other, *_ = _recovery_codes(browser)

        assert _is_in(_second_step(code))

        assert not _is_in(_second_step(code))
        assert ("signed_in", "password and recovery code") in events_of(ada)
        assert code not in _recovery_codes(browser)
        assert other in _recovery_codes(browser)


class TestRemoving:
    """What was set up."""

    def test_it_works(self, ada: User, browser: Client, secret: str) -> None:
        asked = text_of(browser.get("/accounts/2fa/totp/deactivate/"))
        assert "Remove the authenticator app?" in asked

        browser.post("/accounts/2fa/totp/deactivate/")

        assert not Authenticator.objects.exists()
        assert ("mfa_removed", "authenticator app") in events_of(ada)
        assert mails_to()[-1].subject == "A second step was removed from your account"
        assert _is_in(signed_in())

    def test_it_asks_to_confirm_first(self, secret: str) -> None:
        elsewhere = _second_step(code_for(secret, steps=1))

        assert elsewhere.post("/accounts/2fa/totp/deactivate/")["Location"].startswith("/accounts/reauthenticate/")

    def test_new_recovery_codes_end_the_old_ones(self, ada: User, browser: Client, secret: str) -> None:
        old = _recovery_codes(browser)

        browser.post("/accounts/2fa/recovery-codes/generate/")

        assert not set(old) & set(_recovery_codes(browser))
        assert mails_to()[-1].subject == "New recovery codes for your account"
        assert not _is_in(_second_step(old[0]))


def test_a_code_confirms_that_it_is_the_same_person(ada: User, browser: Client, secret: str) -> None:
    elsewhere = _second_step(code_for(secret, steps=1))

    answer = elsewhere.post(
        "/accounts/2fa/reauthenticate/", {"code": _recovery_codes(browser)[0], "next": "/dashboard/settings/email/"}
    )

    assert answer["Location"] == "/dashboard/settings/email/"
    assert elsewhere.get("/dashboard/settings/email/").status_code == 200


def test_passkeys_are_not_offered_where_browsers_do_not_offer_them(browser: Client) -> None:
    security = text_of(browser.get("/dashboard/security/"))

    assert "under https and under http://localhost only" in security
    assert "Add passkey" not in security
    assert "passkey" not in text_of(Client().get("/accounts/login/"))
