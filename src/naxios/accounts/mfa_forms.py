"""The forms of second factors: allauth's, with our fields."""

from allauth.mfa.adapter import get_adapter
from allauth.mfa.base import forms as base
from allauth.mfa.models import Authenticator
from allauth.mfa.totp import forms as totp
from allauth.mfa.webauthn import forms as webauthn
from django import forms
from django.conf import settings
from django.core.cache import cache

from naxios.accounts.fields import code_field

LONGEST_NAME = 60


class _OnceOnly(forms.Form):
    """Refuses a code of an app that was used before.

    allauth forgets used codes after one step of 30 seconds; with a tolerance of one step to each side, a code lives
    for three.
    """

    code = code_field("Code", autofocus=True)

    def clean_code(self) -> str:
        code: str = super().clean_code()  # type: ignore[misc]
        authenticator = self.authenticator  # type: ignore[attr-defined]
        seconds = 30 * (2 * settings.MFA_TOTP_TOLERANCE + 1)
        is_app = authenticator.type == Authenticator.Type.TOTP
        if is_app and not cache.add(f"code-used:{authenticator.pk}:{code.strip()}", True, seconds):
            raise get_adapter().validation_error("incorrect_code")
        return code


class AuthenticateForm(_OnceOnly, base.AuthenticateForm):  # type: ignore[misc]
    """The second step of signing in."""


class ReauthenticateForm(_OnceOnly, base.ReauthenticateForm):  # type: ignore[misc]
    """A code, to confirm that it is the same person."""


class ActivateTOTPForm(totp.ActivateTOTPForm):  # type: ignore[misc]
    """The first code of an authenticator app, which shows that it has the secret."""

    code = code_field("Six-digit code from the app", maxlength=7)


class AddPasskeyForm(webauthn.AddWebAuthnForm):  # type: ignore[misc]
    """A new passkey, named by its owner. It always verifies its user, so it can be used to sign in by itself."""

    name = forms.CharField(label="Name", max_length=LONGEST_NAME, help_text="Such as the device that it lives on.")
    passwordless = forms.BooleanField(widget=forms.HiddenInput, initial=True)


class EditPasskeyForm(webauthn.EditWebAuthnForm):  # type: ignore[misc]
    """Another name for a passkey."""

    name = forms.CharField(label="Name", max_length=LONGEST_NAME, widget=forms.TextInput(attrs={"autofocus": True}))
