"""Fields that the forms of accounts share."""

from typing import Any

from django import forms

LONGEST_PASSWORD = 1000
"""Argon2 takes any length; a limit keeps somebody from making it work on megabytes."""


class RevealablePassword(forms.PasswordInput):
    """A password that can be looked at while it is typed. The button appears where scripts run."""

    template_name = "accounts/widgets/password.html"


def email_field(**attributes: Any) -> forms.EmailField:
    """An e-mail address; ``attributes`` are the input's."""
    return forms.EmailField(
        label="E-mail address",
        max_length=254,
        widget=forms.EmailInput(attrs={"autocomplete": "email", **attributes}),
    )


def present_password(**attributes: Any) -> forms.CharField:
    """The password that an account has."""
    return _password("Password", {"autocomplete": "current-password", **attributes})


def new_password(label: str = "Password", **attributes: Any) -> forms.CharField:
    """A password to be chosen: typed once, since it can be looked at."""
    hint = "At least 10 characters. A few unrelated words make a good one."
    return _password(label, {"autocomplete": "new-password", **attributes}, hint)


def code_field(label: str, **attributes: Any) -> forms.CharField:
    """A code from an app or a list."""
    widget = forms.TextInput(attrs={"autocomplete": "one-time-code", "inputmode": "numeric", **attributes})
    return forms.CharField(label=label, max_length=20, widget=widget)


def _password(label: str, attributes: dict[str, Any], hint: str = "") -> forms.CharField:
    widget = RevealablePassword(attrs=attributes)
    return forms.CharField(label=label, strip=False, max_length=LONGEST_PASSWORD, help_text=hint, widget=widget)
