"""What can be asked of accounts."""

from naxios.accounts.models import User
from naxios.errors import Refused
from naxios.keys import queries as keys


def find(who: str) -> User:
    """The account behind an id, an e-mail address or the beginning of a key (``nx_…``).

    Raises
    ------
    Refused
        There is none, or more than one.
    """
    who = who.strip()
    if who.startswith("nx_"):
        owners = keys.owners_by_prefix(who)
        if len(owners) > 1:
            raise Refused(f"More than one account has a key that begins with {who}. Give more of it.")
        user = User.objects.filter(pk__in=owners).first()
    elif who.isascii() and who.isdigit() and len(who) < 19:
        user = User.objects.filter(pk=int(who)).first()
    else:
        user = User.objects.filter(email=who.lower()).first()
    if user is None:
        raise Refused(f"There is no account {who!r}. Name it by id, e-mail address or the beginning of a key.")
    return user


def staff_exists() -> bool:
    """Whether anyone can sign in to the staff console."""
    return User.objects.filter(is_staff=True).exists()


def count() -> int:
    """Accounts there are."""
    return User.objects.count()
