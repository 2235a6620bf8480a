"""Every mail about an account: plain, named, and clear about what to do if it was not its reader."""

from pathlib import Path

import pytest
from django.test import override_settings
from django.utils import timezone

from naxios import accounts, web
from naxios.accounts.models import User
from naxios.accounts.origin import Origin
from naxios.branding import Site
from naxios.mail import services
from naxios.mail.models import OutboxMail

_FOLDERS = [Path(accounts.__path__[0]) / "templates", Path(web.__path__[0]) / "templates"]
_BASES = {"accounts/mail/notice.txt"}
TEMPLATES = sorted(
    str(path.relative_to(folder))
    for folder in _FOLDERS
    for part in ("accounts/mail", "account/email")
    for path in (folder / part).glob("*.txt")
    if str(path.relative_to(folder)) not in _BASES and not path.name.startswith("_")
)
DONE_BY_NOBODY = {f"accounts/mail/plan_{what}.txt" for what in ("by_staff", "ended", "ends")}
"""What time or staff did: nobody has to be told what to do if it was not them."""
CONTEXT = {
    "activate_url": "https://llm.example.com/accounts/confirm-email/token/",
    "at": timezone.now(),
    "email": "ada@example.com",
    "factor": "authenticator app",
    "key_name": "production",
    "key_prefix": "nx_abc",
    "new_email": "lovelace@example.com",
    "origin": Origin("192.0.2.7", "curl/8.11.0"),
    "password_reset_url": "https://llm.example.com/accounts/password/reset/key/token/",
    "path": "/accounts/new-email/token/",
    "token_name": "deploy",
    "token_prefix": "nxa_abc",
    "user": User(email="ada@example.com"),
}


@pytest.mark.parametrize("template", TEMPLATES)
def test_it_works(database: Path, template: str) -> None:
    services.send(to="ada@example.com", template=template, context=CONTEXT)

    mail = OutboxMail.objects.get()
    assert 10 < len(mail.subject) < 60
    assert not mail.subject.endswith(".")
    assert "\n\n\n" not in mail.body
    assert "&" not in mail.body
    assert "<" not in mail.body
    if template in DONE_BY_NOBODY:
        return
    assert max(mail.body.count(word) for word in ("was not you", "was not, ", "did not sign up")) > 0


def test_the_operators_name_stands_below(database: Path) -> None:
    with override_settings(SITE=Site(name="Ada's Models")):
        services.send(to="ada@example.com", template="accounts/mail/email_taken.txt", context=CONTEXT)

    assert "--\nAda's Models\nhttp://127.0.0.1:8000\n" in OutboxMail.objects.get().body
