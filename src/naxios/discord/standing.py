"""What follows when it turns out that somebody is verified, or is not any more. The one place that changes it."""

from datetime import datetime, timedelta

from django.urls import reverse
from django.utils import timezone

from naxios.accounts import events
from naxios.accounts.origin import NOWHERE, Origin
from naxios.discord import free_tier, rules, signals, words
from naxios.discord.models import Identity
from naxios.discord.verification import Reason, Verdict
from naxios.invalidation import services as invalidation
from naxios.mail import services as mail

CHECKED_EVERY = timedelta(hours=6)
"""The bot tells of changes at once; this finds what it missed, and is all there is without one."""
TRIED_AGAIN_AFTER = timedelta(minutes=15)

_State = Identity.Verification


def apply(*, identity: Identity, verdict: Verdict, origin: Origin = NOWHERE) -> None:
    """Make ``identity``, whose row the caller has locked, what ``verdict`` says.

    A verdict that Discord did not give changes nothing until the time of grace is over.
    """
    now = timezone.now()
    before, reason_before = identity.verification, identity.reason
    if verdict.is_verified is None:
        _not_told(identity, now)
    else:
        identity.checked_at, identity.failing_since = now, None
        identity.next_check_at = min(now + CHECKED_EVERY, verdict.until or now + CHECKED_EVERY)
        if verdict.is_verified:
            identity.verification, identity.reason = _State.VERIFIED, Reason.NONE
        else:
            _not_verified(identity, verdict.reason)
    if identity.verification != before:
        identity.decided_at = now
    identity.save()
    free_tier.settle(identity=identity)
    if identity.verification != before:
        _tell(identity, origin)
    elif identity.reason != reason_before:
        invalidation.account_changed(identity.user_id)  # its keys say why


def postpone(*, identity: Identity, until: datetime) -> None:
    """Ask Discord again at ``until``: nobody's fault, nothing to be counted."""
    Identity.objects.filter(pk=identity.pk).update(next_check_at=until)


def _not_told(identity: Identity, now: datetime) -> None:
    identity.failing_since = identity.failing_since or now
    identity.next_check_at = now + TRIED_AGAIN_AFTER
    if identity.verification == _State.UNVERIFIED:
        identity.reason = identity.reason or Reason.UNKNOWN
    elif identity.is_verified and now - identity.failing_since >= rules.grace():
        _not_verified(identity, Reason.UNKNOWN)


def _not_verified(identity: Identity, reason: Reason) -> None:
    if identity.verification == _State.VERIFIED:
        identity.verification = _State.LAPSED
    identity.reason = reason


def _tell(identity: Identity, origin: Origin) -> None:
    facts = {"user_id": identity.user_id, "discord_id": identity.discord_id}
    if identity.is_verified:
        events.record(user=identity.user, kind=events.Kind.VERIFIED, detail=identity.username, origin=origin)
        signals.tell(signals.verified, **facts)
        return
    told = words.of_reason(Reason(identity.reason))
    events.record(user=identity.user, kind=events.Kind.VERIFICATION_LAPSED, detail=told.what, origin=origin)
    context = {"told": told, "path": reverse("discord:home")}
    mail.send(to=identity.user.email, template="discord/mail/verification_lapsed.txt", context=context)
    signals.tell(signals.lapsed, **facts, reason=identity.reason)
