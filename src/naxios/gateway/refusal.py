"""Why a request is not served: one exception, rendered in the caller's dialect at the front of the gateway."""

from naxios.domain import clock

Headers = list[tuple[bytes, bytes]]


class Refusal(Exception):
    """An answer other than success.

    Attributes
    ----------
    status : HTTP status.
    code : a short, stable name that programs switch on.
    message : what, why and what next, for the person who reads it.
    param : the field of the request that is at fault, if one is.
    retry_after : microseconds after which the same request can succeed, if that is known.
    retry : whether an SDK should try again by itself (``x-should-retry``); ``None`` leaves it to the SDK.
    headers : further headers, for example the limits' standing.
    """

    def __init__(
        self,
        status: int,
        code: str,
        message: str,
        *,
        param: str | None = None,
        retry_after: int | None = None,
        retry: bool | None = None,
        headers: Headers | None = None,
    ) -> None:
        super().__init__(code)
        self.status = status
        self.code = code
        self.message = message
        self.param = param
        self.retry_after = retry_after
        self.retry = retry
        self.headers = headers or []

    def all_headers(self) -> Headers:
        """Headers of the answer, besides its request id and content type."""
        headers = list(self.headers)
        if self.retry_after is not None:
            headers.append((b"retry-after", b"%d" % max(1, -(-self.retry_after // clock.SECOND))))
            if self.retry_after < clock.MINUTE:
                headers.append((b"retry-after-ms", b"%d" % max(1, -(-self.retry_after // 1000))))
        if self.retry is not None:
            headers.append((b"x-should-retry", b"true" if self.retry else b"false"))
        return headers


def server_stopped() -> Refusal:
    """503: the server stops before it could answer, or in the middle of its answer."""
    return Refusal(503, "server_stopped", "The server is stopping. Send the request again.", retry_after=clock.SECOND)


def bad_request(message: str, *, param: str | None = None, code: str = "invalid_request") -> Refusal:
    """400: the request itself is at fault."""
    return Refusal(400, code, message, param=param, retry=False)
