"""An account as staff see it: its plan, entitlements and bonus, and what can be done about them. No content, ever."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from naxios.accounts import queries as accounts
from naxios.accounts.access import staff_required
from naxios.accounts.origin import Origin
from naxios.accounts.rate_limits import limited
from naxios.errors import Refused
from naxios.keys import queries as keys
from naxios.plans import listing
from naxios.plans import queries as plans
from naxios.staff import accounts as acts
from naxios.staff.forms import GrantBonusForm, GrantPlanForm, ReasonForm
from naxios.web.requests import SignedInRequest

if TYPE_CHECKING:
    from naxios.accounts.models import User

NEWEST = 10


@staff_required
@never_cache
@require_safe
def search(request: SignedInRequest) -> HttpResponse:
    """Find an account by id, e-mail address or the beginning of a key."""
    who, problem = request.GET.get("who", "").strip(), ""
    if who:
        try:
            return redirect("staff:account", accounts.find(who).pk)
        except Refused as refused:
            problem = str(refused)
    context = {"who": who, "problem": problem, "newest": accounts.newest(NEWEST)}
    return render(request, "staff/accounts.html", context, status=404 if problem else 200)


@staff_required
@never_cache
@require_safe
def detail(request: SignedInRequest, user_id: int) -> HttpResponse:
    """One account."""
    return _page(request, _account(user_id))


@staff_required
@never_cache
@require_POST
@limited("staff_accounts")
def grant_plan(request: SignedInRequest, user_id: int) -> HttpResponse:
    """Grant a plan."""
    user, form = _account(user_id), GrantPlanForm(request.POST, auto_id="plan_%s")
    if form.is_valid():
        wanted: dict[str, Any] = {"plan": plans.by_name(form.cleaned_data["plan"]), "reference": form.reference}
        wanted |= {name: form.cleaned_data[name] for name in ("days", "note")}
        if _done(form, lambda: acts.grant_plan(actor=request.user, user=user, **wanted, origin=Origin.of(request))):
            messages.success(request, f"{user} has the plan {wanted['plan']}, within a second.")
            return redirect("staff:account", user_id)
    return _page(request, user, plan_form=form)


@staff_required
@never_cache
@require_POST
@limited("staff_accounts")
def grant_bonus(request: SignedInRequest, user_id: int) -> HttpResponse:
    """Give bonus tokens."""
    user, form = _account(user_id), GrantBonusForm(request.POST, auto_id="bonus_%s")
    if form.is_valid():
        wanted = {name: form.cleaned_data[name] for name in ("tokens", "days", "note")}
        wanted["reference"] = form.reference
        if _done(form, lambda: acts.grant_bonus(actor=request.user, user=user, **wanted, origin=Origin.of(request))):
            messages.success(request, f"{user} has {wanted['tokens']:,} more bonus tokens, within a second.")
            return redirect("staff:account", user_id)
    return _page(request, user, bonus_form=form)


@staff_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@limited("staff_accounts")
def pause(request: SignedInRequest, user_id: int, number: int) -> HttpResponse:
    """Let an entitlement not count, until it is resumed."""
    entitlement = _entitlement(user_id, number)
    return _confirmed(
        request,
        entitlement.user,
        "staff/pause.html",
        {"entitlement": entitlement},
        lambda note: acts.pause(actor=request.user, entitlement=entitlement, reason=note, origin=Origin.of(request)),
        f"The plan {entitlement.plan} is paused. Resume it when it should count again.",
    )


@staff_required
@never_cache
@require_POST
@limited("staff_accounts")
def resume(request: SignedInRequest, user_id: int, number: int) -> HttpResponse:
    """Let a paused entitlement count again; pausing it again undoes this."""
    entitlement = _entitlement(user_id, number)
    try:
        acts.resume(actor=request.user, entitlement=entitlement, origin=Origin.of(request))
    except Refused as refused:
        messages.error(request, str(refused))
    else:
        messages.success(request, f"The plan {entitlement.plan} counts again, within a second.")
    return redirect("staff:account", user_id)


@staff_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@limited("staff_accounts")
def end(request: SignedInRequest, user_id: int, number: int) -> HttpResponse:
    """End an entitlement for good."""
    entitlement = _entitlement(user_id, number)
    return _confirmed(
        request,
        entitlement.user,
        "staff/end.html",
        {"entitlement": entitlement},
        lambda note: acts.end(actor=request.user, entitlement=entitlement, note=note, origin=Origin.of(request)),
        f"The plan {entitlement.plan} has ended for {entitlement.user}.",
    )


@staff_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@limited("staff_accounts")
def take_back(request: SignedInRequest, user_id: int, number: int) -> HttpResponse:
    """Take back what is left of a bonus, for good."""
    bonus = plans.bonus_grant(user_id=user_id, number=number)
    if bonus is None:
        raise Http404
    return _confirmed(
        request,
        bonus.user,
        "staff/take_back.html",
        {"bonus": bonus, "left": bonus.tokens - bonus.used},
        lambda note: acts.take_back(actor=request.user, bonus=bonus, note=note, origin=Origin.of(request)),
        f"What was left of the bonus is taken back from {bonus.user}.",
    )


def _account(user_id: int) -> "User":
    user = accounts.by_id(user_id)
    if user is None:
        raise Http404
    return user


def _entitlement(user_id: int, number: int) -> Any:
    entitlement = plans.entitlement(user_id=user_id, number=number)
    if entitlement is None:
        raise Http404
    return entitlement


def _done(form: Any, act: Callable[[], object]) -> bool:
    try:
        act()
    except Refused as refused:
        form.add_error(None, str(refused))
        return False
    return True


def _confirmed(
    request: SignedInRequest,
    user: "User",
    template: str,
    context: dict[str, object],
    act: Callable[[str], None],
    success: str,
) -> HttpResponse:
    """Ask why, then do it."""
    form = ReasonForm(request.POST or None)
    if request.method == "POST" and form.is_valid() and _done(form, lambda: act(form.cleaned_data["note"])):
        messages.success(request, success)
        return redirect("staff:account", user.pk)
    return render(request, template, {"account": user, "form": form, **context}, status=422 if form.errors else 200)


def _page(request: SignedInRequest, user: "User", **forms: Any) -> HttpResponse:
    plan, decision = plans.entitled(user.pk)
    now = timezone.now()
    context = {
        "account": user,
        "plan": plan,
        "decision": decision,
        "entitlements": listing.entitlements(user.pk, decision, now),
        "bonus": plans.bonus_of(user.pk),
        "bonuses": listing.bonuses(user.pk, now),
        "keys": keys.of_user(user.pk),
        "plan_form": GrantPlanForm(auto_id="plan_%s"),
        "bonus_form": GrantBonusForm(auto_id="bonus_%s"),
        **forms,
    }
    return render(request, "staff/account.html", context, status=422 if forms else 200)
