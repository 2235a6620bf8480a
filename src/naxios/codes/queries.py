"""What can be asked of codes."""

from datetime import datetime
from typing import Generic, NamedTuple, TypeVar
from uuid import UUID

from django.core.paginator import Page, Paginator
from django.db.models import Count, Model
from django.utils import timezone

from naxios.codes.digests import digest
from naxios.codes.models import Batch, Code, Redemption
from naxios.domain import codes
from naxios.errors import Refused

BATCHES_A_PAGE = 25
CODES_A_PAGE = 50
_AT_ONCE = 500
SHOWS = {"all": "All codes", "unused": "Unused", "used": "Used", "voided": "Voided"}


Stored = TypeVar("Stored", bound=Model)
Row = TypeVar("Row")


class Shown(NamedTuple, Generic[Stored, Row]):
    """A page of what is stored, and its rows with what is said of each."""

    page: "Page[Stored]"
    rows: list[Row]


class ListedBatch(NamedTuple):
    """A batch with what a list says of it: ``used`` of ``most`` redemptions, and its standing in a word or two."""

    batch: Batch
    used: int
    most: int
    standing: str


class OwnRedemption(NamedTuple):
    """A redemption as its owner sees it."""

    redemption: Redemption
    standing: str


def by_text(typed: str) -> Code | None:
    """The code that ``typed`` means, with its batch at hand.

    Raises
    ------
    Refused
        It is no code.
    """
    try:
        written = codes.parse(typed)
    except codes.Malformed as malformed:
        raise Refused(str(malformed)) from None
    return Code.objects.filter(digest=digest(written)).select_related("batch__plan").first()


def code_by_id(code_id: int) -> Code | None:
    """One code, with its batch at hand."""
    return Code.objects.filter(pk=code_id).select_related("batch__plan").first()


def batch_by_id(batch_id: int) -> Batch | None:
    """One batch."""
    return Batch.objects.filter(pk=batch_id).select_related("plan", "created_by").first()


def batch(which: str) -> Batch:
    """The batch with this number or name.

    Raises
    ------
    Refused
        There is none.
    """
    which = which.strip()
    is_number = which.isascii() and which.isdigit() and len(which) < 19
    found = batch_by_id(int(which)) if is_number else Batch.objects.filter(name=which).first() if which else None
    if found is None:
        raise Refused(f"There is no batch {which!r}. `naxios code list` shows those that there are.")
    return found


def made_by(form_token: UUID) -> Batch | None:
    """The batch that the form with this token made."""
    return Batch.objects.filter(form_token=form_token).first()


def batches(number: str | int) -> "Shown[Batch, ListedBatch]":
    """A page of all batches, newest first."""
    page = Paginator(Batch.objects.select_related("plan").order_by("-pk"), BATCHES_A_PAGE).get_page(number)
    return Shown(page, listed(list(page)))


def every_batch() -> list[ListedBatch]:
    """All batches, newest first."""
    return listed(list(Batch.objects.select_related("plan").order_by("-pk")))


def listed(batches: list[Batch]) -> list[ListedBatch]:
    """``batches`` as lists show them."""
    redemptions = Redemption.objects.filter(batch__in=batches, returned=False).values_list("batch")
    used = dict(redemptions.annotate(count=Count("pk")))
    return [ListedBatch(one, used.get(one.pk, 0), one.count * one.max_uses, standing(one)) for one in batches]


def standing(batch: Batch, now: datetime | None = None) -> str:
    """Whether codes of ``batch`` can be redeemed, in a word or two."""
    now = now or timezone.now()
    if batch.voided_at is not None:
        return "voided"
    if batch.valid_until is not None and batch.valid_until <= now:
        return "expired"
    if batch.valid_from is not None and batch.valid_from > now:
        return "not valid yet"
    return "valid"


def codes_of(batch: Batch, *, show: str, page: str | int) -> "Page[Code]":
    """A page of a batch's codes, of those that ``show`` (a key of ``SHOWS``) asks for."""
    found = Code.objects.filter(batch=batch).order_by("pk")
    if show == "unused":
        found = found.filter(uses=0, voided_at=None)
    elif show == "used":
        found = found.filter(uses__gt=0)
    elif show == "voided":
        found = found.exclude(voided_at=None)
    return Paginator(found, CODES_A_PAGE).get_page(page)


def all_codes_of(batch: Batch) -> list[Code]:
    """Every code of a batch."""
    return list(Code.objects.filter(batch=batch).order_by("pk"))


def undone_of(batch: Batch) -> int:
    """How many redemptions of a batch were undone."""
    return Redemption.objects.filter(batch=batch).exclude(undone_at=None).count()


def redemptions_of(batch: Batch, *, page: str | int, code: Code | None = None) -> "Page[Redemption]":
    """A page of the redemptions of a batch, or of one of its codes; newest first."""
    found = Redemption.objects.filter(batch=batch).select_related("code", "user", "undone_by").order_by("-pk")
    return Paginator(found if code is None else found.filter(code=code), CODES_A_PAGE).get_page(page)


def all_redemptions_of(batch: Batch) -> list[Redemption]:
    """Every redemption of a batch, newest first."""
    return list(Redemption.objects.filter(batch=batch).select_related("code", "user").order_by("-pk"))


def redemption(redemption_id: int) -> Redemption | None:
    """One redemption, with everything that it names at hand."""
    found = Redemption.objects.filter(pk=redemption_id)
    return found.select_related("batch__plan", "code", "user", "undone_by").first()


def of_user(user_id: int, *, number: str | int = 1) -> "Shown[Redemption, OwnRedemption]":
    """A page of what an account redeemed, newest first."""
    now = timezone.now()
    found = Redemption.objects.filter(user_id=user_id).select_related("batch__plan", "code").order_by("-pk")
    page = Paginator(found, CODES_A_PAGE).get_page(number)
    return Shown(page, [OwnRedemption(one, _own_standing(one, now)) for one in page])


def belonging_to(batch: Batch, written: list[str]) -> bool:
    """Whether each of ``written`` is a code of ``batch``."""
    digests = sorted({digest(code) for code in written})
    parts = (digests[start : start + _AT_ONCE] for start in range(0, len(digests), _AT_ONCE))
    return sum(Code.objects.filter(batch=batch, digest__in=part).count() for part in parts) == len(digests)


def _own_standing(redemption: Redemption, now: datetime) -> str:
    if redemption.undone_at is not None:
        return "undone"
    if redemption.plan_from is not None and redemption.plan_from > now:
        return "begins later"
    ends = [redemption.plan_until] if redemption.batch.plan_id else []
    if redemption.batch.tokens:
        ends.append(redemption.bonus_until)
    return "over" if all(end is not None and end <= now for end in ends) else "counts"
