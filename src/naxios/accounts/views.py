"""Pages of signing in that allauth does not have."""

from allauth.core import ratelimit
from django.contrib.auth import login
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from naxios.accounts import links, queries, services
from naxios.accounts.forms import FirstStaffForm
from naxios.errors import Refused


@sensitive_post_parameters("password")
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def first_staff(request: HttpRequest, token: str) -> HttpResponse:
    """Make the first staff account, with the link that ``naxios serve`` prints."""
    if not ratelimit.consume(request, action="first_staff"):
        return render(request, "429.html", status=429)
    if not links.is_first_staff_token(token) or queries.staff_exists():
        return render(request, "accounts/first_staff_over.html", status=410)
    form = FirstStaffForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            user = services.create_first_staff(**form.cleaned_data)
        except Refused as refused:
            form.add_error(None, str(refused))
        else:
            login(request, user)
            return redirect("staff:home")
    return render(request, "accounts/first_staff.html", {"form": form}, status=422 if form.errors else 200)
