"""The form of a first sign-in with Discord."""

from typing import Any

from allauth.socialaccount import forms as allauth_forms
from django import forms
from django.contrib.auth.base_user import AbstractBaseUser
from django.contrib.auth.hashers import make_password
from django.http import HttpRequest

from naxios.accounts.fields import email_field


class DiscordSignUpForm(allauth_forms.SignupForm):  # type: ignore[misc]
    """The address, and whether the person is 13 or older. An address that Discord vouches for needs no link."""

    is_old_enough = forms.BooleanField(
        label="I am 13 or older",
        error_messages={"required": "An account is for people of 13 and older. Nothing was stored."},
    )
    field_order = ("email", "is_old_enough")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.password_hash = make_password(None)
        self.fields["email"] = email_field()
        self.fields["email"].help_text = (
            "Confirmed by Discord. If you enter another one, we send a link to it."
            if self.initial.get("email")
            else "Discord has not confirmed an address of yours, so we send a link to this one."
        )

    def save(self, request: HttpRequest) -> AbstractBaseUser:
        """Only the address that was chosen belongs to the account."""
        chosen = self.cleaned_data["email"]
        login = self.sociallogin
        login.email_addresses = [address for address in login.email_addresses if address.email == chosen]
        user: AbstractBaseUser = super().save(request)
        return user
