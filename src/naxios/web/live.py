"""Parts of pages that ask for themselves again and again."""

from collections.abc import Callable
from functools import wraps

from django.http import HttpResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from naxios.web.requests import SignedInRequest

View = Callable[[SignedInRequest], HttpResponse]


def live_part(view: View) -> View:
    """A view of such a part, for who is signed in.

    Who has been signed out since gets the whole page anew, which asks to sign in again: a part alone could not say so.
    """

    @never_cache
    @require_safe
    @wraps(view)
    def guarded(request: SignedInRequest) -> HttpResponse:
        if not request.user.is_authenticated:
            return HttpResponse(status=401, headers={"HX-Refresh": "true"})
        return view(request)

    return guarded
