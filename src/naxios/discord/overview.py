"""What the console shows of Discord: how members stand, whose standing is in doubt, problems, and claims."""

from dataclasses import dataclass
from datetime import datetime

from django.core.paginator import Page, Paginator
from django.db.models import QuerySet

from naxios.discord import queries, rules
from naxios.discord.claims import digest
from naxios.discord.models import FreeTierClaim, Identity, Problem
from naxios.domain.entitlements import FREE
from naxios.plans import queries as plans

IDENTITIES_A_PAGE = 30
MOST_IN_GRACE = 50


@dataclass(frozen=True)
class InGrace:
    """Somebody who stays verified although Discord does not tell about them."""

    identity: Identity
    ends_at: datetime


@dataclass(frozen=True)
class Overview:
    """The console's page; ``counts`` by state, in the order of the states."""

    counts: list[tuple[str, int]]
    claims: int
    problems: list[Problem]
    in_grace: list[InGrace]
    in_grace_count: int
    found: "Page[Identity]"
    claim_of_search: FreeTierClaim | None
    free_is_open: bool


def overview(*, search: str = "", state: str = "", number: str | int = 1) -> Overview:
    """Everything about Discord; the list holds those whose id or username fits ``search`` and who are in ``state``."""
    in_doubt = Identity.objects.filter(verification=Identity.Verification.VERIFIED, failing_since__isnull=False)
    in_grace = in_doubt.select_related("user").order_by("failing_since")[:MOST_IN_GRACE]
    return Overview(
        counts=[(value.label, Identity.objects.filter(verification=value).count()) for value in Identity.Verification],
        claims=FreeTierClaim.objects.count(),
        problems=list(Problem.objects.order_by("since")),
        in_grace=[
            InGrace(identity, identity.failing_since + rules.grace()) for identity in in_grace if identity.failing_since
        ],
        in_grace_count=in_doubt.count(),
        found=Paginator(_found(search, state), IDENTITIES_A_PAGE).get_page(number),
        claim_of_search=_claim_of_search(search),
        free_is_open=plans.is_open(plans.by_name(FREE)),
    )


def claim_of(identity: Identity) -> FreeTierClaim | None:
    """The free tier of a Discord account, wherever it is."""
    return FreeTierClaim.objects.filter(digest=digest(identity.discord_id)).select_related("user").first()


def claim(number: int) -> FreeTierClaim | None:
    """One claim, with its account at hand."""
    return FreeTierClaim.objects.filter(pk=number).select_related("user").first()


def identity_of(claim: FreeTierClaim) -> Identity | None:
    """The connected Discord account that ``claim`` is about, if its account has it connected."""
    identity = queries.of_user(claim.user_id) if claim.user_id else None
    return identity if identity is not None and digest(identity.discord_id) == bytes(claim.digest) else None


def _found(search: str, state: str) -> QuerySet[Identity]:
    found = Identity.objects.select_related("user").order_by("-linked_at", "-pk")
    search = search.strip().removeprefix("@")
    if search.isascii() and search.isdigit():
        found = found.filter(discord_id=search)
    elif search:
        found = found.filter(username__icontains=search)
    return found.filter(verification=state) if state in Identity.Verification else found


def _claim_of_search(search: str) -> FreeTierClaim | None:
    """The claim of a Discord id, also of one that is not connected to any account: its hash tells."""
    search = search.strip()
    if not (search.isascii() and search.isdigit()):
        return None
    return FreeTierClaim.objects.filter(digest=digest(search)).select_related("user").first()
