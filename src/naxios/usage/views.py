"""The pages under ``/dashboard/usage/``. Everybody sees their own usage alone."""

from collections.abc import AsyncIterator, Iterable
from itertools import islice
from typing import NamedTuple

from asgiref.sync import sync_to_async
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpResponse, StreamingHttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from naxios.usage import downloads, explore, filters, recent
from naxios.usage.filters import Filters
from naxios.usage.forms import GROUPS, FilterForm
from naxios.usage.periods import PRESETS, choices_of_steps
from naxios.usage.shown import usage_page
from naxios.web.live import live_part
from naxios.web.requests import SignedInRequest

LINES_AT_ONCE = 500

_FORMATS = {"csv": ("text/csv; charset=utf-8", downloads.as_csv), "json": ("application/json", downloads.as_json)}


class _Asked(NamedTuple):
    filters: Filters
    form: FilterForm
    key_names: dict[int, str]


@login_required
@never_cache
@require_safe
def explore_usage(request: SignedInRequest) -> HttpResponse:
    """Figures, charts and requests of a stretch of time; the address says which."""
    asked = _asked(request)
    window = asked.filters.window
    periods = [
        (label, asked.filters.query(period=name, by=None, **{"from": None, "to": None}), name == asked.filters.period)
        for name, label in PRESETS.items()
    ]
    context = {
        **_live_context(request, asked),
        "form": asked.form,
        "periods": periods,
        "steps": choices_of_steps(window.start, window.end),
        "groups": GROUPS,
        "key_names": asked.key_names,
        "models": explore.models_used(request.user.pk),
    }
    return render(request, "usage/explore.html", context, status=422 if asked.form.errors else 200)


@live_part
def live(request: SignedInRequest) -> HttpResponse:
    """The part of the page that changes; nothing (204) while it is as it was ``seen``."""
    asked = _asked(request)
    if request.GET.get("seen") == explore.stamp(asked.filters, timezone.now()):
        return HttpResponse(status=204)
    return render(request, "usage/_live.html", _live_context(request, asked))


@login_required
@never_cache
@require_safe
def download(request: SignedInRequest) -> HttpResponse | StreamingHttpResponse:
    """What the page shows, as CSV or JSON: the sums of each step (``rows=steps``), or each request."""
    asked = _asked(request)
    rows, format = request.GET.get("rows", "steps"), request.GET.get("format", "csv")
    if rows not in ("steps", "requests") or format not in _FORMATS or asked.form.errors:
        raise Http404
    if rows == "steps":
        table = downloads.steps(explore.report(asked.filters))
    else:
        table = downloads.requests(recent.every(asked.filters), asked.key_names)
    content_type, write = _FORMATS[format]
    window = asked.filters.window
    name = f"usage-{rows}-{window.start:%Y-%m-%d}-{window.steps[-1] if window.steps else window.end:%Y-%m-%d}.{format}"
    return StreamingHttpResponse(
        _streamed(write(table)),
        content_type=content_type,
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )


def _asked(request: SignedInRequest) -> _Asked:
    """What the address asks for; a key of somebody else is as unknown as one that never was."""
    read, form = filters.read(request.GET, user_id=request.user.pk, now=timezone.now())
    key_names = explore.key_names(request.user.pk)
    if read.key_id is not None and read.key_id not in key_names:
        raise Http404
    return _Asked(read, form, key_names)


def _live_context(request: SignedInRequest, asked: _Asked) -> dict[str, object]:
    now = timezone.now()
    before = recent.parse_cursor(request.GET.get("before", ""))
    return {
        "filters": asked.filters,
        "page": usage_page(asked.filters, before=before, now=now, key_names=asked.key_names),
        "first_page": before is None,
        "refreshes": before is None and asked.filters.window.end > now,
    }


async def _streamed(lines: Iterable[str]) -> AsyncIterator[str]:
    """``lines``, some at a time, read in the request's thread while the event loop goes on."""
    iterator = iter(lines)
    while part := await sync_to_async(lambda: "".join(islice(iterator, LINES_AT_ONCE)))():
        yield part
