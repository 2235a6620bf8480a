"""What can be done with accounts."""

from allauth.account.models import EmailAddress
from django.contrib.auth.base_user import AbstractBaseUser
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import IntegrityError, transaction
from django.utils import timezone

from naxios.accounts import events, known_devices, notices
from naxios.accounts.models import EmailChange, User
from naxios.accounts.origin import NOWHERE, Origin
from naxios.errors import Refused
from naxios.invalidation import services as invalidation

LONGEST_NAME = 100


@transaction.atomic
def create_user(
    *, email: str, password: str | None = None, is_staff: bool = False, is_verified: bool = False, how: str = "by staff"
) -> User:
    """A new account; without ``password`` nobody can sign in to it until one is set by link.

    Parameters
    ----------
    is_verified : whether the address is known to be its owner's. If not, a link sent or handed over shows it.
    how : what the account's first security event says.

    Raises
    ------
    Refused
        The address is not one or has an account already, or the password is too weak.
    """
    email = email.strip().lower()
    user = User(email=email, is_staff=is_staff)
    try:
        validate_email(email)
        if password is not None:
            validate_password(password, user)
    except ValidationError as error:
        raise Refused(" ".join(error.messages)) from None
    user.set_password(password)
    try:
        with transaction.atomic():
            user.save()
    except IntegrityError:
        raise Refused(f"There is an account for {email} already.") from None
    EmailAddress.objects.create(user=user, email=email, primary=True, verified=is_verified)
    events.record(user=user, kind=events.Kind.SIGNED_UP, detail=how)
    return user


@transaction.atomic
def create_first_staff(*, email: str, password: str) -> User:
    """The first staff account. Who holds the link runs the server, so the address counts as verified.

    Raises
    ------
    Refused
        There is one already, or as for :func:`create_user`.
    """
    # Two people may hold the link. Creating first and counting then lets the database's own order decide.
    user = create_user(email=email, password=password, is_staff=True, is_verified=True, how="with the first link")
    if User.objects.select_for_update().filter(is_staff=True).exclude(pk=user.pk).exists():
        raise Refused("The first staff account exists already. Sign in, or ask its owner.")
    return user


def lock(*, user: AbstractBaseUser) -> None:
    """Let nobody else who locks ``user`` go on before the present transaction has ended."""
    User.objects.select_for_update().get(pk=user.pk)


def lock_if_there(*, user_id: int) -> None:
    """The same by id, also for an account that is gone. Before any other lock, as deletion does."""
    User.objects.select_for_update().filter(pk=user_id).first()


@transaction.atomic
def suspend(*, user: User) -> None:
    """Stop all keys of ``user``, until resumed."""
    if user.suspended_at is None:
        user.suspended_at = timezone.now()
        user.save(update_fields=["suspended_at"])
        invalidation.account_changed(user.pk)
        events.record(user=user, kind=events.Kind.SUSPENDED)


@transaction.atomic
def resume(*, user: User) -> None:
    """Let the keys of ``user`` work again."""
    if user.suspended_at is not None:
        user.suspended_at = None
        user.save(update_fields=["suspended_at"])
        invalidation.account_changed(user.pk)
        events.record(user=user, kind=events.Kind.RESUMED)


@transaction.atomic
def rename(*, user: User, name: str) -> None:
    """Call ``user`` by ``name``; empty for none.

    Raises
    ------
    Refused
        The name is too long.
    """
    name = " ".join(name.split())
    if len(name) > LONGEST_NAME:
        raise Refused(f"A name has at most {LONGEST_NAME} characters.")
    user.name = name
    user.save(update_fields=["name"])


@transaction.atomic
def note_sign_in(*, user: User, how: str, device: str, origin: Origin = NOWHERE) -> None:
    """Record that ``user`` signed in, and tell them if it was with a browser that they never signed in with before."""
    is_first = not known_devices.has_any(user)
    is_known = known_devices.recognise(user=user, device=device)
    events.record(user=user, kind=events.Kind.SIGNED_IN, detail=how, origin=origin)
    if not is_known and not is_first:
        events.record(user=user, kind=events.Kind.NEW_DEVICE, detail=origin.device, origin=origin)
        notices.send(user=user, notice="new_device", context={"origin": origin})


@transaction.atomic
def password_changed(*, user: User, by_link: bool = False, origin: Origin = NOWHERE) -> None:
    """What follows from a new password: it is recorded and told, and an e-mail change that was asked for before is off.

    Parameters
    ----------
    by_link : the password was chosen with a link sent to the address, which is thereby shown to be its owner's.
    """
    EmailChange.objects.filter(user=user).delete()
    if by_link:
        _verify_address(user, origin)
    events.record(
        user=user, kind=events.Kind.PASSWORD_CHANGED, detail="with a link by e-mail" if by_link else "", origin=origin
    )
    notices.send(user=user, notice="password_changed", context={"origin": origin})


def _verify_address(user: User, origin: Origin) -> None:
    # No other address is ever stored for an account before it is verified.
    if EmailAddress.objects.filter(user=user, email=user.email, verified=False).update(verified=True, primary=True):
        events.record(user=user, kind=events.Kind.EMAIL_VERIFIED, detail=user.email, origin=origin)
