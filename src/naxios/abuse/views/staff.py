"""Reviews, for staff: which there are, what is known, and what to do about it."""

from collections.abc import Callable
from typing import NamedTuple

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from naxios.abuse import queries, reviews, words
from naxios.abuse.forms import DecisionForm, SuspendForm
from naxios.abuse.models import Review, Signal
from naxios.accounts import queries as accounts
from naxios.accounts.access import staff_required
from naxios.accounts.origin import Origin
from naxios.accounts.rate_limits import limited
from naxios.errors import Refused
from naxios.plans import queries as plans
from naxios.web.requests import SignedInRequest

_DECISIONS: dict[str, Callable[..., None]] = {"clear": reviews.clear, "hold": reviews.hold, "release": reviews.release}
_DONE = {
    "clear": "Cleared. The same signs will not open another review.",
    "hold": "Its free tier is held. Its owner has been told what to do.",
    "release": "Its free tier is released. Its owner has been told.",
}


class Sign(NamedTuple):
    """One sign as the page shows it."""

    signal: Signal
    told: words.Told
    weight: int


@staff_required
@never_cache
@require_safe
def listed(request: SignedInRequest) -> HttpResponse:
    """The review queue."""
    shown = request.GET.get("show", "open")
    shown = shown if shown in queries.SHOWN else "open"
    context = {
        "reviews": queries.page(shown, request.GET.get("page", 1)),
        "shown": shown,
        "counts": queries.counts(),
        "policy": queries.policy(),
    }
    return render(request, "abuse/reviews.html", context)


@staff_required
@never_cache
@require_safe
def detail(request: SignedInRequest, number: int) -> HttpResponse:
    """One review: the account, its signs, what has been done, and what can be."""
    return _detail(request, _review(number), DecisionForm())


@staff_required
@require_POST
@limited("decide_reviews")
def decide(request: SignedInRequest, number: int) -> HttpResponse:
    """Clear, hold or release."""
    review, form = _review(number), DecisionForm(request.POST)
    decision = request.POST.get("decision", "")
    if decision not in _DECISIONS or not form.is_valid():
        return _detail(request, review, form, status=422)
    try:
        act = _DECISIONS[decision]
        act(review=review, actor=request.user, note=form.cleaned_data["note"], origin=Origin.of(request))
    except Refused as refused:
        form.add_error("note", str(refused))
        return _detail(request, _review(number), form, status=422)
    messages.success(request, _DONE[decision])
    return redirect("abuse:review", number)


@staff_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@limited("decide_reviews")
def suspend(request: SignedInRequest, number: int) -> HttpResponse:
    """Suspend the account, which is a decision of its own."""
    review, form = _review(number), SuspendForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            reason = form.cleaned_data["reason"]
            reviews.suspend(review=review, actor=request.user, reason=reason, origin=Origin.of(request))
        except Refused as refused:
            form.add_error("reason", str(refused))
        else:
            messages.success(request, "The account is suspended.")
            return redirect("abuse:review", number)
    context = {"review": review, "form": form}
    return render(request, "abuse/suspend.html", context, status=422 if form.errors else 200)


def _detail(request: SignedInRequest, review: Review, form: DecisionForm, status: int = 200) -> HttpResponse:
    policy = queries.policy()
    related = queries.related(review.user_id)
    shown = related[: queries.MOST_RELATED]
    names = accounts.emails(other.user_id for other in shown)
    signs = [
        Sign(signal, words.for_staff(signal, policy), getattr(policy.weights, signal.kind))
        for signal in queries.signals_of(review.user_id)
    ]
    context = {
        "review": review,
        "plan": plans.plan_of(review.user_id),
        "signs": signs,
        "related": [(other, names.get(other.user_id, "")) for other in shown],
        "more_related": len(related) - len(shown),
        "steps": review.steps.select_related("actor").order_by("-at", "-pk"),
        "policy": policy,
        "form": form,
    }
    return render(request, "abuse/review.html", context, status=status)


def _review(number: int) -> Review:
    try:
        return queries.review(number)
    except Refused:
        raise Http404 from None
