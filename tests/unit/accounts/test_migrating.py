"""Accounts of the version before, which knew no verified addresses, can go on signing in."""

from pathlib import Path

import pytest
from allauth.account.models import EmailAddress
from django.core.management import call_command
from django.test import Client

from naxios.accounts.models import User
from tests.unit.accounts.people import person, sign_in


@pytest.mark.usefixtures("pages")
@pytest.mark.parametrize("rows", ["none", "one that was never verified"])
def test_accounts_from_before_can_sign_in(database: Path, rows: str) -> None:
    user = person("Old@example.com")
    call_command("migrate", "accounts", "0003", verbosity=0)
    EmailAddress.objects.all().delete()
    if rows != "none":
        EmailAddress.objects.create(user=user, email=user.email)

    call_command("migrate", "accounts", verbosity=0)

    assert sign_in(Client(), "old@example.com")["Location"] == "/dashboard/"
    assert EmailAddress.objects.get(user=User.objects.get()).primary
