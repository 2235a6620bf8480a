"""What allauth tells: each of its signals becomes a call of a service, a security event or a notice."""

from typing import Any

from allauth.account import signals as account
from allauth.account.internal.flows.login import get_authentication_records
from allauth.account.models import EmailAddress
from allauth.mfa import signals as mfa
from allauth.mfa.models import Authenticator
from django.dispatch import Signal, receiver
from django.http import HttpRequest, HttpResponse

from naxios.accounts import events, failed_sign_ins, known_devices, notices, services, sessions
from naxios.accounts.models import User
from naxios.accounts.origin import Origin

Kind = events.Kind


@receiver(account.user_signed_up)
def signed_up(request: HttpRequest, user: User, **_: Any) -> None:
    events.record(user=user, kind=Kind.SIGNED_UP, origin=Origin.of(request))


@receiver(account.user_logged_in)
def signed_in(request: HttpRequest, user: User, response: HttpResponse, **_: Any) -> None:
    device = known_devices.id_of(request)
    services.note_sign_in(user=user, how=_how(request, user), device=device, origin=Origin.of(request))
    known_devices.remember(response, device)


@receiver((account.password_changed, account.password_set, account.password_reset))
def password_changed(request: HttpRequest, user: User, signal: Signal, **_: Any) -> None:
    origin, by_link = Origin.of(request), signal is account.password_reset
    services.password_changed(user=user, by_link=by_link, origin=origin)
    # The present session is ended by nobody but its own, now wrong, password hash, unless allauth has renewed it.
    sessions.end_others(user=user, current_key=request.session.session_key, origin=origin)


@receiver(account.email_confirmed)
def email_confirmed(request: HttpRequest, email_address: EmailAddress, **_: Any) -> None:
    user, email = email_address.user, email_address.email
    events.record(user=user, kind=Kind.EMAIL_VERIFIED, detail=email, origin=Origin.of(request))


@receiver(mfa.authenticator_added)
def factor_added(request: HttpRequest, user: User, authenticator: Authenticator, **_: Any) -> None:
    origin, factor = Origin.of(request), name_of(authenticator)
    if authenticator.type == Authenticator.Type.RECOVERY_CODES:
        events.record(user=user, kind=Kind.RECOVERY_CODES_MADE, origin=origin)
        return
    events.record(user=user, kind=Kind.MFA_ADDED, detail=factor, origin=origin)
    notices.send(user=user, notice="mfa_added", context={"factor": factor, "origin": origin})


@receiver(mfa.authenticator_removed)
def factor_removed(request: HttpRequest, user: User, authenticator: Authenticator, **_: Any) -> None:
    origin, factor = Origin.of(request), name_of(authenticator)
    events.record(user=user, kind=Kind.MFA_REMOVED, detail=factor, origin=origin)
    # Recovery codes go with the last factor, which has been told.
    if authenticator.type != Authenticator.Type.RECOVERY_CODES:
        notices.send(user=user, notice="mfa_removed", context={"factor": factor, "origin": origin})


@receiver(mfa.authenticator_reset)
def recovery_codes_made(request: HttpRequest, user: User, **_: Any) -> None:
    events.record(user=user, kind=Kind.RECOVERY_CODES_MADE, origin=Origin.of(request))
    notices.send(user=user, notice="recovery_codes_made", context={"origin": Origin.of(request)})


@receiver(mfa.authentication_failed)
def code_failed(request: HttpRequest, user: User, **_: Any) -> None:
    failed_sign_ins.note(email=user.email, why="wrong code", origin=Origin.of(request))


def name_of(authenticator: Authenticator) -> str:
    """A second factor in words."""
    match authenticator.type:
        case Authenticator.Type.WEBAUTHN:
            return f"passkey “{authenticator.wrap().name}”"
        case Authenticator.Type.TOTP:
            return "authenticator app"
        case _:
            return "recovery codes"


_METHODS = {
    ("password", None): "password",
    ("socialaccount", None): "Discord",
    ("password_reset", None): "link by e-mail",
    ("mfa", "totp"): "authenticator app",
    ("mfa", "recovery_codes"): "recovery code",
    ("mfa", "webauthn"): "passkey",
}


def _how(request: HttpRequest, user: User) -> str:
    """``with password and authenticator app``, from what allauth noted in the session."""
    records = get_authentication_records(request, user)
    named = [_METHODS.get((record["method"], record.get("type")), "") for record in records]
    return " and ".join(dict.fromkeys(name for name in named if name))
