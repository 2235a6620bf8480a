"""Audit events: what staff did, written in the transaction of what they did. None is ever changed or deleted here."""

from typing import TYPE_CHECKING

from django.contrib.auth.base_user import AbstractBaseUser

from naxios.accounts.origin import NOWHERE, Origin
from naxios.staff.models import AuditEvent

if TYPE_CHECKING:
    from django.db.models import QuerySet

COMMAND_LINE = "command line"


def record(
    *,
    actor: AbstractBaseUser | None,
    act: str,
    subject: AbstractBaseUser | None = None,
    detail: str = "",
    origin: Origin = NOWHERE,
) -> None:
    """Note that ``actor`` (``None``: whoever has the command line) did ``act``, such as ``code_batch_created``.

    Parameters
    ----------
    subject : whose account it was done to, if it was done to one.
    detail : to what, and why; never a secret.
    """
    AuditEvent.objects.create(
        actor_id=None if actor is None else actor.pk,
        actor_name=COMMAND_LINE if actor is None else actor.get_username(),
        act=act,
        subject_id=None if subject is None else subject.pk,
        detail=detail[:500],
        address=origin.address,
    )


def events() -> "QuerySet[AuditEvent]":
    """Every event, newest first, with the accounts that it names at hand."""
    return AuditEvent.objects.select_related("actor", "subject").order_by("-pk")
