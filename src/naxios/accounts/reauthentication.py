"""Confirming who one is again, shortly before something dangerous."""

import time
from collections.abc import Callable
from functools import wraps
from typing import Any

from allauth.account.adapter import get_adapter
from allauth.account.internal.flows.login import get_authentication_records
from allauth.account.internal.flows.reauthentication import did_recently_reauthenticate, get_reauthentication_flows
from django.conf import settings
from django.contrib import messages
from django.contrib.auth import REDIRECT_FIELD_NAME
from django.contrib.auth.base_user import AbstractBaseUser
from django.contrib.auth.decorators import login_required
from django.contrib.auth.models import AnonymousUser
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.http import url_has_allowed_host_and_scheme, urlencode

View = Callable[..., HttpResponse]


def required(view: View) -> View:
    """Let through who has confirmed that it is them within the last minutes; others do so first.

    They come back to the page that they asked for, or to the one with the form that they sent. What the form held is
    not kept meanwhile, unlike with allauth's decorator: it may be a password, and sessions lie in the database.
    """

    @login_required
    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if is_recent(request):
            return view(request, *args, **kwargs)
        where = get_adapter().get_reauthentication_methods(request.user)[0]["url"]
        if request.method not in ("GET", "HEAD"):
            messages.info(request, "Confirm that it is you, then send the form again.")
        url = f"{where}?{urlencode({REDIRECT_FIELD_NAME: _page_of(request)})}"
        if request.headers.get("HX-Request"):
            return HttpResponse(status=204, headers={"HX-Redirect": url})
        return redirect(url)

    return guarded


def is_recent(request: HttpRequest) -> bool:
    """Whether who is signed in has confirmed it within the last minutes, by a password, passkey or code.

    Who has none of these has signed in elsewhere, as with Discord; that counts for as long. allauth would ask nothing.
    """
    if has_a_way_of_its_own(request.user):
        return bool(did_recently_reauthenticate(request))
    records = get_authentication_records(request, request.user)
    latest = max((record["at"] for record in records if record["method"] == "socialaccount"), default=0.0)
    return bool(time.time() - latest < settings.ACCOUNT_REAUTHENTICATION_TIMEOUT)


def has_a_way_of_its_own(user: AbstractBaseUser | AnonymousUser) -> bool:
    """Whether ``user`` can confirm that it is them without anybody else: with a password, passkey or code."""
    return bool(get_reauthentication_flows(user))


def _page_of(request: HttpRequest) -> str:
    """The page that was asked for; for a form that was sent, the page that it stood on."""
    stood_on = request.headers.get("HX-Current-URL") or request.headers.get("Referer", "")
    is_ours = url_has_allowed_host_and_scheme(stood_on, {request.get_host()}, require_https=request.is_secure())
    is_page = request.method in ("GET", "HEAD") and not request.headers.get("HX-Request")
    return request.get_full_path() if is_page or not is_ours else stood_on
