"""From choosing to having paid.

The provider's page is reached through a page of ours: a form's redirect to another host would be stopped by the content
security policy, whose ``form-action`` names none.
"""

from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from naxios.accounts.rate_limits import limited
from naxios.billing import items, queries, services
from naxios.billing.checkouts import AlreadyBetter, OpenElsewhere, Subscribed
from naxios.billing.models import Checkout
from naxios.billing.providers import Item
from naxios.errors import Refused
from naxios.plans import queries as plans
from naxios.web.requests import SignedInRequest


@login_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@limited("billing")
def buy(request: SignedInRequest, kind: str, name: str) -> HttpResponse:
    """What a plan or a token pack costs, and through whom to pay; sent, it begins the checkout."""
    item = _item(request, kind, name)
    refused, needs_consent = "", False
    if request.method == "POST":
        try:
            checkout = _started(request, item)
        except (OpenElsewhere, Subscribed) as elsewhere:
            messages.warning(request, str(elsewhere))
            return redirect("billing:home")
        except AlreadyBetter as better:
            refused, needs_consent = str(better), True
        except Refused as why:
            refused = str(why)
        else:
            return redirect("billing:pay", checkout.pk)
    context = {
        "item": item,
        "kind": kind,
        "providers": queries.providers(),
        "chosen": request.POST.get("provider", ""),
        "refused": refused,
        "needs_consent": needs_consent,
    }
    return render(request, "billing/buy.html", context, status=422 if refused else 200)


@login_required
@never_cache
@require_safe
def pay(request: SignedInRequest, key: UUID) -> HttpResponse:
    """On to the provider's page. Also good to come back to, as long as the checkout is open."""
    checkout = _own(request, key)
    if queries.open_checkout(request.user, key) is None:
        return redirect("billing:returned", checkout.pk)
    if checkout.url.startswith("/"):
        return redirect(checkout.url)
    return render(request, "billing/leaving.html", {"url": checkout.url, "checkout": checkout})


@login_required
@never_cache
@require_safe
@limited("billing", reading=True)
def returned(request: SignedInRequest, key: UUID) -> HttpResponse:
    """Back from the provider's page: how far it is, asked of the provider and not believed of the address."""
    checkout, trouble = _own(request, key), ""
    try:
        services.refresh(customer=checkout.customer)
    except Refused as why:
        trouble = str(why)
    checkout.refresh_from_db()
    context = {"checkout": checkout, "trouble": trouble, "entitled": plans.entitled(request.user.pk)}
    return render(request, "billing/returned.html", context)


@login_required
@require_POST
@limited("billing")
def abandon(request: SignedInRequest, key: UUID) -> HttpResponse:
    """Drop a checkout that was not paid."""
    try:
        services.abandon(checkout=_own(request, key))
    except Refused as why:
        messages.error(request, str(why))
    else:
        messages.success(request, "Dropped. Nothing was charged.")
    return redirect("billing:home")


def _item(request: SignedInRequest, kind: str, name: str) -> Item:
    try:
        if kind == "plan":
            return items.plan_item(plans.by_name(name), with_trial=queries.overview(request.user).has_trial)
        if kind == "pack":
            return items.pack_item(items.pack_by_name(name))
    except Refused:
        pass
    raise Http404


def _started(request: SignedInRequest, item: Item) -> Checkout:
    provider = request.POST.get("provider", "")
    if item.is_plan:
        anyway = request.POST.get("anyway") == "yes"
        return services.start_for_plan(user=request.user, plan_name=item.name, provider_name=provider, anyway=anyway)
    return services.start_for_pack(user=request.user, pack_name=item.name, provider_name=provider)


def _own(request: SignedInRequest, key: UUID) -> Checkout:
    checkout = queries.checkout_of(request.user, key)
    if checkout is None:
        raise Http404
    return checkout
