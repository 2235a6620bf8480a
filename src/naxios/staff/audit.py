"""Audit events: what staff did, written in the transaction of what they did. None is ever changed or deleted here."""

from typing import TYPE_CHECKING

from django.contrib.auth.base_user import AbstractBaseUser
from django.core.paginator import Page, Paginator

from naxios.accounts.origin import NOWHERE, Origin
from naxios.staff.models import AuditEvent

if TYPE_CHECKING:
    from django.db.models import QuerySet

COMMAND_LINE = "command line"
EVENTS_A_PAGE = 50


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


def page(number: str | int, *, act: str = "", actor: str = "", subject_id: int | None = None) -> "Page[AuditEvent]":
    """A page of events, newest first: of one kind, by one person (named as then), to one account, or any."""
    wanted = {"act": act, "actor_name": actor, "subject_id": subject_id}
    chosen = events().filter(**{field: value for field, value in wanted.items() if value not in ("", None)})
    return Paginator(chosen, EVENTS_A_PAGE).get_page(number)


def acts() -> list[str]:
    """Every kind of act that there has been."""
    return list(AuditEvent.objects.order_by("act").values_list("act", flat=True).distinct())


def actors() -> list[str]:
    """The names of all who have done something, as they were then."""
    return list(AuditEvent.objects.order_by("actor_name").values_list("actor_name", flat=True).distinct())
