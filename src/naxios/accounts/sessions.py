"""Where an account is signed in: listed by device, ended one by one or all but the present one."""

from datetime import datetime
from typing import NamedTuple

from allauth.usersessions.models import UserSession
from django.contrib.sessions.backends.db import SessionStore
from django.contrib.sessions.models import Session
from django.db import transaction
from django.utils import timezone

from naxios.accounts import devices, events
from naxios.accounts.models import User
from naxios.accounts.origin import NOWHERE, Origin


class SignedIn(NamedTuple):
    """One session as its owner sees it."""

    number: int
    device: str
    is_handheld: bool
    address: str
    created_at: datetime
    last_seen_at: datetime
    is_current: bool


def of_user(user: User, current_key: str | None) -> list[SignedIn]:
    """The sessions of ``user``, the present one first and then those seen last."""
    sessions = [
        SignedIn(
            session.pk,
            devices.describe(session.user_agent),
            devices.is_handheld(session.user_agent),
            session.ip,
            session.created_at,
            session.last_seen_at,
            session.session_key == current_key,
        )
        for session in UserSession.objects.purge_and_list(user)
    ]
    return sorted(sessions, key=lambda session: (session.is_current, session.last_seen_at), reverse=True)


@transaction.atomic
def end(*, user: User, number: int, current_key: str | None, origin: Origin = NOWHERE) -> None:
    """Sign ``user`` out of session ``number``, if it is theirs, still there and not the present one."""
    session = UserSession.objects.filter(user=user, pk=number).exclude(session_key=current_key).first()
    if session is not None:
        session.end()
        detail = f"{devices.describe(session.user_agent)}, {session.ip}"
        events.record(user=user, kind=events.Kind.SESSION_ENDED, detail=detail, origin=origin)


@transaction.atomic
def end_others(*, user: User, current_key: str | None, origin: Origin = NOWHERE) -> int:
    """Sign ``user`` out of every session but ``current_key``; returns how many ended."""
    others = list(UserSession.objects.filter(user=user).exclude(session_key=current_key))
    ended = [session for session in others if session.exists()]
    for session in others:
        session.end()
    if ended:
        detail = f"{len(ended)} session{'s' if len(ended) > 1 else ''}"
        events.record(user=user, kind=events.Kind.SESSION_ENDED, detail=detail, origin=origin)
    return len(ended)


def seen(*, session_key: str, origin: Origin) -> None:
    """Note that a session is in use, and from where."""
    seen_from = {"ip": origin.address} if origin.address else {}
    UserSession.objects.filter(session_key=session_key).update(last_seen_at=timezone.now(), **seen_from)


def forget_expired() -> None:
    """Delete sessions that have expired, and what is listed about them."""
    SessionStore.clear_expired()
    UserSession.objects.exclude(session_key__in=Session.objects.values("session_key")).delete()
