"""The pages under ``/staff/codes/``. Codes are in one answer, when they are made, and nowhere else."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from naxios.accounts.access import staff_required
from naxios.accounts.origin import Origin
from naxios.accounts.rate_limits import limited
from naxios.codes import downloads, queries, services
from naxios.codes.forms import TAKE_BACK, BatchForm, DownloadForm, FindForm, UndoForm, VoidBatchForm, VoidForm
from naxios.codes.models import Batch, Code
from naxios.errors import Refused
from naxios.plans import queries as plans
from naxios.web.context import base_url_of
from naxios.web.requests import SignedInRequest


@staff_required
@never_cache
@require_safe
def batches(request: HttpRequest) -> HttpResponse:
    """Every batch, with how much of it was redeemed."""
    return _batches(request, FindForm())


@staff_required
@never_cache
@require_POST
@limited("staff_codes")
def find(request: HttpRequest) -> HttpResponse:
    """To the page of a code that somebody sent. Sent as a form, so that the code stands in no address."""
    form = FindForm(request.POST)
    if form.is_valid():
        try:
            found = queries.by_text(form.cleaned_data["code"])
        except Refused as refused:
            form.add_error("code", str(refused))
        else:
            if found is not None:
                return redirect("codes:code", found.pk)
            form.add_error("code", "It is well formed, but none of ours. It may be of another server.")
    return _batches(request, form, status=422)


@staff_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@limited("staff_codes")
def create(request: SignedInRequest) -> HttpResponse:
    """Make a batch and show its codes, this once."""
    choices = [(plan.name, str(plan)) for plan in plans.all_plans() if not plan.is_free]
    form = BatchForm(request.POST or None, plans=choices)
    if request.method == "POST" and form.is_valid():
        try:
            made, written = services.create_batch(**form.wanted(), actor=request.user, origin=Origin.of(request))
        except services.SentBefore:
            return _already_shown(request, queries.made_by(form.cleaned_data["form_token"]))
        except Refused as refused:
            form.add_error(None, str(refused))
        else:
            context = {
                "batch": made,
                "codes": "\n".join(written),
                "is_one": len(written) == 1,
                "filled_in": downloads.link(base_url_of(request), written[0]),
            }
            return render(request, "codes/created.html", context)
    return render(request, "codes/create.html", {"form": form}, status=422 if form.errors else 200)


@staff_required
@never_cache
@require_POST
@limited("staff_codes")
def download(request: HttpRequest, batch_id: int) -> HttpResponse:
    """The codes that the page of a new batch shows, as CSV: it sends them along, since they are stored nowhere."""
    found = _batch(batch_id)
    form = DownloadForm(request.POST)
    try:
        written = downloads.read(found, form.cleaned_data["codes"] if form.is_valid() else "")
    except Refused as refused:
        messages.error(request, str(refused))
        return redirect("codes:batch", found.pk)
    answer = HttpResponse(
        downloads.as_csv(found, written, base_url_of(request)), content_type="text/csv; charset=utf-8"
    )
    answer.headers["Content-Disposition"] = f'attachment; filename="codes-{found.pk}.csv"'
    return answer


@staff_required
@never_cache
@require_safe
def batch(request: HttpRequest, batch_id: int) -> HttpResponse:
    """One batch: its terms, its redemptions and its codes."""
    found = _batch(batch_id)
    show, number = request.GET.get("show", ""), request.GET.get("page", 1)
    if show not in queries.SHOWS:
        show = ""
    context = {
        "listed": queries.listed([found])[0],
        "undone": queries.undone_of(found),
        "show": show,
        "shows": queries.SHOWS,
        "codes": queries.codes_of(found, show=show, page=number) if show else None,
        "redemptions": None if show else queries.redemptions_of(found, page=number),
    }
    return render(request, "codes/batch.html", {"batch": found, **context})


@staff_required
@never_cache
@require_safe
def code(request: HttpRequest, code_id: int) -> HttpResponse:
    """One code: how often it was redeemed, and by whom."""
    found = _code(code_id)
    redemptions = queries.redemptions_of(found.batch, page=request.GET.get("page", 1), code=found)
    context = {
        "code": found,
        "batch": found.batch,
        "standing": queries.standing(found.batch),
        "redemptions": redemptions,
    }
    return render(request, "codes/code.html", context)


@staff_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@limited("staff_codes")
def void_batch(request: SignedInRequest, batch_id: int) -> HttpResponse:
    """Let no code of a batch be redeemed any more, and take back what they gave if that is wanted."""
    found = _batch(batch_id)
    form = VoidBatchForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        cleaned = form.cleaned_data
        try:
            undone = services.void_batch(
                batch=found,
                actor=request.user,
                take_back=cleaned["given"] == TAKE_BACK,
                why=cleaned["why"],
                origin=Origin.of(request),
            )
        except Refused as refused:
            form.add_error("why", str(refused))
        else:
            messages.success(request, f"{found} is voided.{_undone(undone)}")
            return redirect("codes:batch", found.pk)
    context = {"batch": found, "form": form, "listed": queries.listed([found])[0]}
    return _form(request, "codes/void_batch.html", context)


@staff_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@limited("staff_codes")
def void_code(request: SignedInRequest, code_id: int) -> HttpResponse:
    """Let one code be redeemed no more."""
    found = _code(code_id)
    form = VoidForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        services.void_code(code=found, actor=request.user, why=form.cleaned_data["why"], origin=Origin.of(request))
        messages.success(request, f"The code that ends in {found.end} is voided.")
        return redirect("codes:code", found.pk)
    return _form(request, "codes/void_code.html", {"code": found, "form": form})


@staff_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@limited("staff_codes")
def undo(request: SignedInRequest, redemption_id: int) -> HttpResponse:
    """End what one redemption gave."""
    redemption = queries.redemption(redemption_id)
    if redemption is None:
        raise Http404
    form = UndoForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            is_new = services.undo_redemption(
                redemption=redemption, actor=request.user, origin=Origin.of(request), **form.cleaned_data
            )
        except Refused as refused:
            form.add_error("why", str(refused))
        else:
            text = "The redemption is undone." if is_new else "The redemption was undone before, and stays so."
            messages.success(request, text)
            return redirect("codes:code", redemption.code_id)
    return _form(request, "codes/undo.html", {"redemption": redemption, "form": form})


def _batches(request: HttpRequest, form: FindForm, status: int = 200) -> HttpResponse:
    context = {"batches": queries.batches(request.GET.get("page", 1)), "form": form}
    return render(request, "codes/batches.html", context, status=status)


def _batch(batch_id: int) -> Batch:
    found = queries.batch_by_id(batch_id)
    if found is None:
        raise Http404
    return found


def _code(code_id: int) -> Code:
    found = queries.code_by_id(code_id)
    if found is None:
        raise Http404
    return found


def _already_shown(request: HttpRequest, made: Batch | None) -> HttpResponse:
    text = "This form was sent already, and its codes were shown then. If they are lost, void the batch."
    messages.info(request, text)
    return redirect("codes:batch", made.pk) if made else redirect("codes:batches")


def _undone(count: int) -> str:
    return f" {count:,} redemption{'s were' if count > 1 else ' was'} undone." if count else ""


def _form(request: HttpRequest, template: str, context: dict[str, Any]) -> HttpResponse:
    return render(request, template, context, status=422 if context["form"].errors else 200)
