"""How allauth's second factors fit in here."""

from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator
from django.conf import settings

from naxios import encryption
from naxios.accounts.models import User


class MFAAdapter(DefaultMFAAdapter):  # type: ignore[misc]
    """Secrets are encrypted at rest; passkeys are called so."""

    error_messages = {
        **DefaultMFAAdapter.error_messages,
        "incorrect_code": "This did not work. Codes change every 30 seconds and work once; try the next one.",
        "unverified_email": "Confirm your e-mail address first, with the link that was sent to it.",
        "cannot_generate_recovery_codes": "Recovery codes belong to an authenticator app or a passkey. Add one first.",
    }

    def encrypt(self, text: str) -> str:
        return encryption.encrypt(text).decode()

    def decrypt(self, encrypted_text: str) -> str:
        return encryption.decrypt(encrypted_text.encode())

    def generate_authenticator_name(self, user: User, type: Authenticator.Type) -> str:
        count = Authenticator.objects.filter(user=user, type=type).count()
        return f"Passkey {count + 1}" if count else "Passkey"

    def _get_site_name(self) -> str:
        return settings.SITE.name
