"""What Discord's REST API answers, as far as we read it. Everything else in an answer is skipped."""

from typing import Annotated

import msgspec

Snowflake = Annotated[str, msgspec.Meta(pattern=r"^[0-9]{1,19}\Z")]
"""An id: a number of 64 bits, as text."""
Name = Annotated[str, msgspec.Meta(min_length=1, max_length=100)]
PictureHash = Annotated[str, msgspec.Meta(pattern=r"^(a_)?[0-9a-z_]{1,60}\Z")]


class Profile(msgspec.Struct, frozen=True):
    """A user as others see them."""

    id: Snowflake
    username: Name
    global_name: Annotated[str, msgspec.Meta(max_length=100)] | None = None
    avatar: PictureHash | None = None


class Me(Profile, frozen=True):
    """A user as they see themselves. The address is theirs only if Discord says that it is ``verified``."""

    email: str | None = None
    verified: bool = False


class Member(msgspec.Struct, frozen=True):
    """Somebody in a guild."""

    roles: tuple[Snowflake, ...] = ()
    pending: bool = False
    user: Profile | None = None


class Guild(msgspec.Struct, frozen=True):
    """A guild, by name."""

    id: Snowflake
    name: Name


class TokenPair(msgspec.Struct, frozen=True):
    """A user's tokens. Never part of a text."""

    access_token: Annotated[str, msgspec.Meta(min_length=1, max_length=2000)]
    refresh_token: Annotated[str, msgspec.Meta(max_length=2000)] = ""
    expires_in: Annotated[int, msgspec.Meta(ge=0, le=10**9)] = 604_800
    scope: Annotated[str, msgspec.Meta(max_length=200)] = ""

    def __repr__(self) -> str:
        return "TokenPair(…)"


class ErrorBody(msgspec.Struct, frozen=True):
    """An error of the API."""

    code: int = 0


class TooMany(msgspec.Struct, frozen=True):
    """The body of a 429: seconds to wait, and whether that holds for everything."""

    retry_after: float = 1.0
    is_global: bool = msgspec.field(name="global", default=False)
