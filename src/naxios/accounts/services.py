"""What can be done with accounts."""

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import IntegrityError, transaction
from django.utils import timezone

from naxios.accounts.models import User
from naxios.errors import Refused
from naxios.invalidation import services as invalidation


@transaction.atomic
def create_user(*, email: str, password: str | None = None, is_staff: bool = False) -> User:
    """A new account; without ``password`` nobody can sign in to it until one is set by link.

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
    return user


@transaction.atomic
def create_first_staff(*, email: str, password: str) -> User:
    """The first staff account.

    Raises
    ------
    Refused
        There is one already, or as for :func:`create_user`.
    """
    # Two people may hold the link. Creating first and counting then lets the database's own order decide.
    user = create_user(email=email, password=password, is_staff=True)
    if User.objects.select_for_update().filter(is_staff=True).exclude(pk=user.pk).exists():
        raise Refused("The first staff account exists already. Sign in, or ask its owner.")
    return user


@transaction.atomic
def suspend(*, user: User) -> None:
    """Stop all keys of ``user``, until resumed."""
    if user.suspended_at is None:
        user.suspended_at = timezone.now()
        user.save(update_fields=["suspended_at"])
        invalidation.account_changed(user.pk)


@transaction.atomic
def resume(*, user: User) -> None:
    """Let the keys of ``user`` work again."""
    if user.suspended_at is not None:
        user.suspended_at = None
        user.save(update_fields=["suspended_at"])
        invalidation.account_changed(user.pk)
