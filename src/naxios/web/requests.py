"""What views are handed."""

from typing import TYPE_CHECKING

from django.http import HttpRequest

if TYPE_CHECKING:
    from naxios.accounts.models import User


class SignedInRequest(HttpRequest):
    """A request as views behind ``login_required`` get it: made by an account."""

    user: "User"
