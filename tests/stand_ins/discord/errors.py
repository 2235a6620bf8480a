"""Errors as Discord answers them: a status, and JSON with a message and a code of its own."""

from typing import Any

from aiohttp import web


class ApiError(Exception):
    """Ends a request with an error of the API."""

    def __init__(self, status: int, code: int, message: str, **more: Any) -> None:
        super().__init__(message)
        self.status = status
        self.body = {"message": message, "code": code, **more}

    def response(self) -> web.Response:
        return web.json_response(self.body, status=self.status)


class OAuthError(ApiError):
    """Ends a request with an error of RFC 6749's shape, as the token's addresses give it."""

    def __init__(self, status: int, error: str, description: str | None = None) -> None:
        super().__init__(status, 0, error)
        self.body = {"error": error} | ({"error_description": description} if description else {})


def unauthorized() -> ApiError:
    return ApiError(401, 0, "401: Unauthorized")


def not_found() -> ApiError:
    return ApiError(404, 0, "404: Not Found")


def unknown(what: str) -> ApiError:
    """Such as ``unknown("Guild")``."""
    codes = {
        "Application": 10002,
        "Channel": 10003,
        "Guild": 10004,
        "Member": 10007,
        "Message": 10008,
        "User": 10013,
        "Webhook": 10015,
        "interaction": 10062,
        "application command": 10063,
    }
    return ApiError(404, codes[what], f"Unknown {what}")


def missing_access() -> ApiError:
    return ApiError(403, 50001, "Missing Access")


def invalid_form(field: str, code: str, message: str) -> ApiError:
    """``field`` is the way to what is wrong, such as ``0.options.1.name``."""
    errors: dict[str, Any] = {"_errors": [{"code": code, "message": message}]}
    for part in reversed(field.split(".")):
        errors = {part: errors}
    return ApiError(400, 50035, "Invalid Form Body", errors=errors)
