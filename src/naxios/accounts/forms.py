"""The forms of signing up, signing in and of one's settings. allauth's, with our fields and fewer of them."""

from typing import Any

from allauth.account import forms as allauth_forms
from allauth.account.adapter import get_adapter
from django import forms
from django.contrib.auth.hashers import make_password

from naxios.accounts.fields import email_field, new_password, present_password


class SignUpForm(allauth_forms.SignupForm):  # type: ignore[misc]
    """E-mail address, password, and the one thing that has to be asked: whether the person is 13 or older."""

    is_old_enough = forms.BooleanField(
        label="I am 13 or older",
        error_messages={"required": "An account is for people of 13 and older. Nothing was stored."},
    )
    field_order = ("email", "password1", "is_old_enough")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.password_hash = ""
        self.fields["email"] = email_field(autofocus=True)
        self.fields["password1"] = new_password()

    def hash_password(self) -> None:
        """Hash the password, which takes long: done for every address, known or not, and before a transaction."""
        self.password_hash = make_password(self.cleaned_data["password1"])


class SignInForm(allauth_forms.LoginForm):  # type: ignore[misc]
    """E-mail address and password."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["login"] = email_field(autocomplete="username", autofocus=True)
        self.fields["password"] = present_password()


class ResetPasswordForm(allauth_forms.ResetPasswordForm):  # type: ignore[misc]
    """The address to send a link to."""

    email = email_field(autofocus=True)


class _NewPassword(forms.Form):
    """A new password for ``user``, checked as allauth checks it."""

    user: Any
    password1 = new_password("New password", autofocus=True)
    password2 = None
    oldpassword = None

    def clean_password1(self) -> str:
        return str(get_adapter().clean_password(self.cleaned_data["password1"], user=self.user))


class ChoosePasswordForm(_NewPassword, allauth_forms.ResetPasswordKeyForm):  # type: ignore[misc]
    """A new password, with a link sent by e-mail."""


class ChangePasswordForm(_NewPassword, allauth_forms.ChangePasswordForm):  # type: ignore[misc]
    """Another password. The present one, a passkey or a code has been asked for before."""


class SetPasswordForm(_NewPassword, allauth_forms.SetPasswordForm):  # type: ignore[misc]
    """A password for an account that has none."""


class ReauthenticateForm(allauth_forms.ReauthenticateForm):  # type: ignore[misc]
    """The password once more."""

    password = present_password(autofocus=True)


class FirstStaffForm(forms.Form):
    """E-mail address and password of the first staff account. The rules of both are the service's."""

    email = email_field(autocomplete="username", autofocus=True)
    password = new_password()


class NameForm(forms.Form):
    """What to be called. The service says how long a name may be."""

    name = forms.CharField(
        label="What to call you",
        required=False,
        help_text="Only you and staff see it.",
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
    )


class NewEmailForm(forms.Form):
    """The address to use from now on."""

    email = email_field(autofocus=True)
