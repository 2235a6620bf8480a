"""The console: pages for staff only."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from naxios.accounts import queries as accounts
from naxios.accounts.access import staff_required
from naxios.catalogue import queries as catalogue
from naxios.keys import queries as keys
from naxios.usage import queries as usage

DAYS_SHOWN = 14
DETECT_COMMANDS = "naxios providers detect > catalogue.toml\nnaxios apply catalogue.toml"


@staff_required
@never_cache
@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """How much there is of everything, what was used lately, and which providers are set up."""
    figures = [
        ("Accounts", accounts.count()),
        ("Active keys", keys.count()),
        ("Requests, all time", usage.request_count()),
        ("Standard tokens today", usage.tokens_today()),
    ]
    context = {
        "figures": figures,
        "days": usage.totals(by="day")[:DAYS_SHOWN],
        "providers": catalogue.listed_providers(),
        "detect_commands": DETECT_COMMANDS,
    }
    return render(request, "staff/home.html", context)
