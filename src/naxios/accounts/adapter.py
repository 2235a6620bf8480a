"""How allauth fits in here: where people land, how mails are written, and what is said when something is wrong."""

from typing import Any
from urllib.parse import quote

from allauth.account.adapter import DefaultAccountAdapter
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone

from naxios import config
from naxios.accounts import failed_sign_ins
from naxios.accounts.models import User
from naxios.accounts.origin import Origin
from naxios.mail import services as mail


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]
    """Mails go to the outbox, with links under this server's own address: a request's ``Host`` may be anybody's."""

    error_messages = {
        **DefaultAccountAdapter.error_messages,
        "email_password_mismatch": "This e-mail address and this password do not go together.",
        "incorrect_password": "This is not your password.",
        "too_many_login_attempts": "Too many attempts. Wait five minutes, then try again.",
        "rate_limited": "Too many attempts. Wait a few minutes, then try again.",
    }

    def save_user(self, request: HttpRequest, user: User, form: Any, commit: bool = True) -> User:
        user.email = form.cleaned_data["email"]
        user.password = form.password_hash
        user.age_confirmed_at = timezone.now()
        user.save()
        return user

    def get_login_redirect_url(self, request: HttpRequest) -> str:
        if getattr(request.user, "is_staff", False):
            return reverse("staff:home")
        return str(super().get_login_redirect_url(request))

    def get_reauthentication_methods(self, user: Any) -> list[dict[str, Any]]:
        """allauth's, or the sign-in with Discord for who has nothing else."""
        methods: list[dict[str, Any]] = super().get_reauthentication_methods(user)
        if methods or not user.is_authenticated:
            return methods
        return [{"id": "discord", "description": "Use Discord", "url": reverse("discord_confirm")}]

    def get_password_change_redirect_url(self, request: HttpRequest) -> str:
        return reverse("accounts:security")

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        mail.send(to=email, template=f"{template_prefix}.txt", context={"email": email, **context})

    def get_email_confirmation_url(self, request: HttpRequest, emailconfirmation: Any) -> str:
        return config.load().address + reverse("account_confirm_email", args=[emailconfirmation.key])

    def get_reset_password_from_key_url(self, key: str) -> str:
        path = reverse("account_reset_password_from_key", kwargs={"uidb36": "UID", "key": "KEY"})
        return config.load().address + path.replace("UID-KEY", quote(key))

    def authentication_failed(self, request: HttpRequest, **credentials: Any) -> None:
        failed_sign_ins.note(email=credentials.get("email", ""), why="wrong password", origin=Origin.of(request))

    def _get_login_attempts_cache_key(self, request: HttpRequest, **credentials: Any) -> str:
        # allauth puts the request's Host before it, with which every made-up Host would have attempts of its own.
        return str(credentials.get("email", "")).lower()
