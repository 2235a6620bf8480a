"""Refusals in the shape of Stripe's API."""

from typing import Any

DOCS = "https://stripe.com/docs/error-codes"


class Refused(Exception):
    """An answer other than 200. ``saved`` says whether an idempotency key keeps it."""

    def __init__(
        self,
        message: str,
        *,
        status: int = 400,
        type_: str = "invalid_request_error",
        code: str | None = None,
        param: str | None = None,
        saved: bool = True,
        **more: Any,
    ) -> None:
        super().__init__(message)
        self.status = status
        self.saved = saved
        self.error: dict[str, Any] = {"message": message, "type": type_}
        if code is not None:
            self.error |= {"code": code, "doc_url": f"{DOCS}/{code.replace('_', '-')}"}
        if param is not None:
            self.error["param"] = param
        self.error |= more

    @property
    def body(self) -> dict[str, Any]:
        return {"error": self.error}


def missing(what: str, id_: str, param: str) -> Refused:
    """There is no such object."""
    return Refused(f"No such {what}: '{id_}'", status=404, code="resource_missing", param=param)


def not_modelled(what: str) -> Refused:
    """Stripe does something here that the stand-in does not: loud, so that no test relies on it."""
    return Refused(f"The stand-in for Stripe does not do this: {what}", status=501, type_="api_error", saved=False)


def card_declined(decline_code: str, **more: Any) -> Refused:
    return Refused(
        "Your card was declined.",
        status=402,
        type_="card_error",
        code="card_declined",
        decline_code=decline_code,
        **more,
    )
