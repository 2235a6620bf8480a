"""Where payment providers tell that something has happened. It is not believed: it only says where to look."""

import structlog
from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from naxios.billing import events
from naxios.billing.providers import NotGenuine, registry
from naxios.errors import Refused

LARGEST_BODY = 512 * 1024

log = structlog.get_logger(__name__)


@csrf_exempt
@require_POST
def receive(request: HttpRequest, provider: str) -> HttpResponse:
    """Keep a genuine event, once, and answer at once: the background does what follows from it."""
    try:
        sender = registry.by_name(provider)
    except Refused:
        raise Http404 from None
    if len(request.body) > LARGEST_BODY:
        return _answer("This is larger than any event.", 413)
    try:
        hint = sender.hint(request.body, request.headers)
    except NotGenuine as error:
        log.warning("a webhook was refused", provider=sender.name, reason=str(error))
        return _answer("This event is not genuine.", 400)
    if hint is not None:
        events.store(sender.name, hint)
    return _answer("Thank you.", 200)


def _answer(text: str, status: int) -> HttpResponse:
    return HttpResponse(text + "\n", status=status, content_type="text/plain")
