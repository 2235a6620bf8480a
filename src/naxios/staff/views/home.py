"""The console: pages for staff only."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from naxios.accounts import queries as accounts
from naxios.accounts.access import staff_required
from naxios.accounts.rate_limits import limited
from naxios.catalogue import queries as catalogue
from naxios.domain.checks import Finding, Health
from naxios.errors import Refused
from naxios.keys import queries as keys
from naxios.staff import audit, checkup
from naxios.usage import queries as usage

DAYS_SHOWN = 14
DETECT_COMMANDS = "naxios providers detect > catalogue.toml\nnaxios apply catalogue.toml"

TONES = {Health.WORKS: "ok", Health.PARTLY: "warn", Health.BROKEN: "danger", Health.NOT_CONFIGURED: ""}


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


@staff_required
@limited("check_integrations", reading=True)
@never_cache
@require_safe
def integrations(request: HttpRequest) -> HttpResponse:
    """How third parties fare. The page comes at once and asks for their answers, which may take seconds."""
    asked = "checked" in request.GET
    context = {
        "subjects": checkup.SUBJECTS,
        "findings": [_shown(finding) for finding in checkup.integrations()] if asked else None,
    }
    return render(request, "staff/integrations.html", context)


def _shown(finding: Finding) -> dict[str, object]:
    return {
        "subject": finding.subject,
        "health": finding.health,
        "tone": TONES[finding.health],
        "text": finding.text,
        "settings": finding.settings,
        "lines": "\n".join(finding.settings),
        "label": f"Settings for {finding.subject}",
    }


@staff_required
@never_cache
@require_safe
def audit_events(request: HttpRequest) -> HttpResponse:
    """What staff did, in the console and on the command line; what is asked for stands in the address."""
    act, actor, subject = (request.GET.get(name, "").strip() for name in ("act", "actor", "subject"))
    subject_id, problem = None, ""
    if subject:
        try:
            subject_id = accounts.find(subject).pk
        except Refused as refused:
            subject_id, problem = 0, str(refused)  # nobody has it
    context = {
        "events": audit.page(request.GET.get("page", 1), act=act, actor=actor, subject_id=subject_id),
        "acts": audit.acts(),
        "actors": audit.actors(),
        "asked": {"act": act, "actor": actor, "subject": subject},
        "is_filtered": bool(act or actor or subject),
        "problem": problem,
    }
    return render(request, "staff/audit.html", context, status=422 if problem else 200)
