"""Links that let somebody in once: to make the first staff account, and to choose a password."""

from allauth.account.forms import default_token_generator
from allauth.account.utils import user_pk_to_url_str
from django.core import signing
from django.urls import reverse

from naxios.accounts.models import User

_SALT = "naxios.first-staff"
_FIRST_STAFF_SECONDS = 24 * 60 * 60


def first_staff_path() -> str:
    """The path under which the first staff account can be made for 24 hours, as long as there is none."""
    return reverse("accounts:first_staff", args=[signing.dumps({}, salt=_SALT)])


def is_first_staff_token(token: str) -> bool:
    """Whether ``token`` comes from such a path and is not too old."""
    try:
        signing.loads(token, salt=_SALT, max_age=_FIRST_STAFF_SECONDS)
    except signing.BadSignature:
        return False
    return True


def password_path(user: User) -> str:
    """The path under which ``user`` can choose a password: once, within ``PASSWORD_RESET_TIMEOUT``."""
    key = default_token_generator.make_token(user)
    return reverse("account_reset_password_from_key", kwargs={"uidb36": user_pk_to_url_str(user), "key": key})
