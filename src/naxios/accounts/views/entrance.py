"""Pages of the entrance that allauth does not have, and its sign-up with a transaction around it."""

from typing import Any

from allauth.account.utils import perform_login
from allauth.account.views import SignupView
from django.contrib import messages
from django.db import IntegrityError, transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from naxios.accounts import email_change, links, queries, services
from naxios.accounts.forms import FirstStaffForm
from naxios.accounts.origin import Origin
from naxios.accounts.rate_limits import limited
from naxios.errors import Refused


class SignUpView(SignupView):  # type: ignore[misc]
    """allauth's, as one transaction: an account, its address and the mail that confirms it, or nothing."""

    def form_valid(self, form: Any) -> Any:
        form.hash_password()
        try:
            with transaction.atomic():
                return super().form_valid(form)
        except IntegrityError:
            form.account_already_exists = True  # two forms with the same address at the same moment
            with transaction.atomic():
                return super().form_valid(form)


@sensitive_post_parameters("password")
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@limited("first_staff")
def first_staff(request: HttpRequest, token: str) -> HttpResponse:
    """Make the first staff account, with the link that ``naxios serve`` prints."""
    if not links.is_first_staff_token(token) or queries.staff_exists():
        return render(request, "accounts/first_staff_over.html", status=410)
    form = FirstStaffForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            user = services.create_first_staff(**form.cleaned_data)
        except Refused as refused:
            form.add_error(None, str(refused))
        else:
            signed_in: HttpResponse = perform_login(request, user, redirect_url=reverse("staff:home"))
            return signed_in
    return render(request, "accounts/first_staff.html", {"form": form}, status=422 if form.errors else 200)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@limited("confirm_email_link")
def confirm_new_email(request: HttpRequest, token: str) -> HttpResponse:
    """Begin to use a new address, with the link that was sent to it. Who opens it need not be signed in."""
    try:
        change = email_change.of_token(token)
        if request.method != "POST":
            return render(request, "accounts/confirm_new_email.html", {"change": change})
        email_change.confirm(token=token, origin=Origin.of(request))
    except Refused as refused:
        return render(request, "accounts/link_over.html", {"explanation": str(refused)}, status=410)
    messages.success(request, f"Your e-mail address is now {change.email}.")
    return redirect("accounts:settings" if request.user.is_authenticated else "account_login")
