"""Links that let somebody in once: to make the first staff account, to choose a password, to use a new address."""

from allauth.account.forms import default_token_generator
from allauth.account.utils import user_pk_to_url_str
from django.core import signing
from django.urls import reverse

from naxios.accounts.models import EmailChange, User

_FIRST_STAFF_SALT = "naxios.first-staff"
_FIRST_STAFF_SECONDS = 24 * 60 * 60
_EMAIL_CHANGE_SALT = "naxios.email-change"
EMAIL_CHANGE_SECONDS = 3 * 24 * 60 * 60


def first_staff_path() -> str:
    """The path under which the first staff account can be made for 24 hours, as long as there is none."""
    return reverse("accounts:first_staff", args=[signing.dumps({}, salt=_FIRST_STAFF_SALT)])


def is_first_staff_token(token: str) -> bool:
    """Whether ``token`` comes from such a path and is not too old."""
    try:
        signing.loads(token, salt=_FIRST_STAFF_SALT, max_age=_FIRST_STAFF_SECONDS)
    except signing.BadSignature:
        return False
    return True


def password_path(user: User) -> str:
    """The path under which ``user`` can choose a password: once, within ``PASSWORD_RESET_TIMEOUT``."""
    key = default_token_generator.make_token(user)
    return reverse("account_reset_password_from_key", kwargs={"uidb36": user_pk_to_url_str(user), "key": key})


def email_change_path(change: EmailChange) -> str:
    """The path under which ``change`` can be confirmed, for three days and as long as it is the account's last."""
    return reverse("accounts:confirm_new_email", args=[signing.dumps(change.pk, salt=_EMAIL_CHANGE_SALT)])


def email_change_of(token: str) -> int | None:
    """The number of the change that ``token`` confirms; ``None`` if it is not one or too old."""
    try:
        return int(signing.loads(token, salt=_EMAIL_CHANGE_SALT, max_age=EMAIL_CHANGE_SECONDS))
    except signing.BadSignature:
        return None
