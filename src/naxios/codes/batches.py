"""Making batches of codes. Reached through :mod:`naxios.codes.services`."""

from collections.abc import Callable
from datetime import datetime
from typing import Any
from uuid import UUID

from django.contrib.auth.base_user import AbstractBaseUser
from django.db import IntegrityError, transaction
from django.utils import timezone

from naxios.accounts.origin import NOWHERE, Origin
from naxios.codes.digests import digest
from naxios.codes.models import Batch, Code
from naxios.domain import codes
from naxios.domain.entitlements import FREE
from naxios.errors import Refused
from naxios.plans import queries as plans
from naxios.staff import audit

MOST_CODES = 100_000
MOST_DAYS = 3_650
MOST_TOKENS = 10**15
MOST_USES = 1_000_000
LONGEST_NAME = 100
LONGEST_NOTE = 500
_AT_ONCE = 2_000


class SentBefore(Refused):
    """The form that asks for a batch has been given one already; its codes could be shown only then."""


def create_batch(
    *,
    plan_name: str | None = None,
    days: int | None = None,
    tokens: int | None = None,
    bonus_days: int | None = None,
    count: int = 1,
    max_uses: int = 1,
    per_account: int | None = 1,
    valid_from: datetime | None = None,
    valid_until: datetime | None = None,
    name: str = "",
    note: str = "",
    actor: AbstractBaseUser | None = None,
    form_token: UUID | None = None,
    origin: Origin = NOWHERE,
    progress: Callable[[int], Any] = lambda made: None,
) -> tuple[Batch, list[str]]:
    """Make ``count`` codes that give ``days`` of a plan, ``tokens`` as a bonus, or both.

    The codes are returned, and stored nowhere: only hashes of them are.

    Parameters
    ----------
    bonus_days : how long the bonus can be used once it was redeemed; ``None`` until it is used up.
    max_uses : how often each code can be redeemed, by different accounts.
    per_account : how many of the codes one account can redeem; ``None`` for as many as it has.
    actor : the staff that makes them; ``None`` for whoever has the command line.
    progress : told how many more codes are stored.

    Raises
    ------
    Refused
        They would give nothing, or a number, a time or the name cannot be.
    SentBefore
        ``form_token`` has made a batch already.
    """
    name, note, now = " ".join(name.split()), note.strip(), timezone.now()
    _check_gift(plan_name, days, tokens, bonus_days)
    _check_number(count, 1, MOST_CODES, "A batch has", "codes")
    _check_number(max_uses, 1, MOST_USES, "A code has", "uses")
    if per_account is not None:
        _check_number(per_account, 1, MOST_USES, "An account redeems", "codes of a batch")
    _check_times(valid_from, valid_until, now)
    _check_words(name, note)
    written = _different(count)
    with transaction.atomic():
        batch = Batch(
            name=name,
            plan=plans.by_name(plan_name) if plan_name else None,
            days=days,
            tokens=tokens,
            bonus_days=bonus_days,
            count=count,
            max_uses=max_uses,
            per_account=per_account,
            valid_from=valid_from,
            valid_until=valid_until,
            note=note,
            created_by_id=None if actor is None else actor.pk,
            form_token=form_token,
        )
        _store(batch)
        for start in range(0, count, _AT_ONCE):
            some = written[start : start + _AT_ONCE]
            Code.objects.bulk_create(
                Code(batch=batch, digest=digest(code), end=codes.shown_end(code), max_uses=max_uses) for code in some
            )
            progress(len(some))
        detail = f"{batch}: {count:,} x {batch.gives}"
        audit.record(actor=actor, act="code_batch_created", detail=detail, origin=origin)
    return batch, written


def _different(count: int) -> list[str]:
    """``count`` new codes."""
    made: dict[str, None] = {}
    while len(made) < count:
        made[codes.generate()] = None
    return list(made)


def _store(batch: Batch) -> None:
    try:
        with transaction.atomic():
            batch.save()
    except IntegrityError:
        if batch.form_token and Batch.objects.filter(form_token=batch.form_token).exists():
            raise SentBefore("This form has been sent already. Its codes were shown then, and only then.") from None
        raise Refused(f"There is a batch called {batch.name} already. Choose another name.") from None


def _check_gift(plan_name: str | None, days: int | None, tokens: int | None, bonus_days: int | None) -> None:
    if plan_name == FREE:
        raise Refused("Nobody needs a code for the free plan. Choose another plan, or give bonus tokens.")
    if (plan_name is None) != (days is None):
        raise Refused("A plan is given for a number of days. State both, or neither.")
    if plan_name is None and tokens is None:
        raise Refused("A code has to give something: days of a plan, bonus tokens, or both.")
    if bonus_days is not None and tokens is None:
        raise Refused("Without bonus tokens there is nothing to end. Give tokens, or leave out how long they last.")
    if days is not None:
        _check_number(days, 1, MOST_DAYS, "A code gives", "days")
    if tokens is not None:
        _check_number(tokens, 1, MOST_TOKENS, "A code gives", "bonus tokens")
    if bonus_days is not None:
        _check_number(bonus_days, 1, MOST_DAYS, "A bonus lasts", "days")


def _check_number(number: int, least: int, most: int, who: str, what: str) -> None:
    if not least <= number <= most:
        raise Refused(f"{who} {least} to {most:,} {what}.")


def _check_times(valid_from: datetime | None, valid_until: datetime | None, now: datetime) -> None:
    if valid_until is not None and valid_until <= now:
        raise Refused("The codes would have expired already. Choose a later end, or none.")
    if valid_from is not None and valid_until is not None and valid_from >= valid_until:
        raise Refused("The codes would expire before they are valid. Choose a later end, or an earlier beginning.")


def _check_words(name: str, note: str) -> None:
    if len(name) > LONGEST_NAME:
        raise Refused(f"A batch's name has at most {LONGEST_NAME} characters.")
    if name.isdecimal():
        raise Refused("A batch's name has more than digits: by those alone its number is meant.")
    if len(note) > LONGEST_NOTE:
        raise Refused(f"A note has at most {LONGEST_NOTE} characters.")
