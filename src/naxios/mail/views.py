"""The outbox, for staff. Each reading of a mail is logged: its link may open somebody's account."""

import structlog
from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from naxios.accounts.access import staff_required
from naxios.mail import queries
from naxios.mail.checks import SMTP_SETTINGS

log = structlog.get_logger(__name__)


@staff_required
@never_cache
@require_safe
def outbox(request: HttpRequest) -> HttpResponse:
    """Every mail of the last 30 days: to whom, about what, and how far it is."""
    context = {
        "mails": queries.page(request.GET.get("page", 1)),
        "is_delivered": settings.EMAIL_IS_DELIVERED,
        "smtp_settings": "\n".join(SMTP_SETTINGS),
    }
    return render(request, "mail/outbox.html", context)


@staff_required
@never_cache
@require_safe
def detail(request: HttpRequest, number: int) -> HttpResponse:
    """One mail, with its text where no mail server delivers it."""
    mail = queries.by_id(number)
    if mail is None:
        raise Http404
    text = queries.readable_text(mail)
    if text:
        log.warning("a mail in the outbox was read", mail_id=mail.pk, account_id=request.user.pk)
    context = {"mail": mail, "text": text, "is_delivered": settings.EMAIL_IS_DELIVERED}
    return render(request, "mail/detail.html", context)
