"""What access tokens store, declared."""

from naxios.domain.inventory import Category, Declaration, Deletion, Fields, Retention


def _token(purpose: str, *, export: bool = True, category: Category = Category.KEY) -> Declaration:
    return Declaration(category, purpose, Retention.ACCOUNT_LIFE, export, Deletion.ERASE)


MODELS: dict[str, Fields] = {
    "api.AccessToken": {
        "id": _token("names the access token"),
        "user": _token("whose access token it is", export=False),
        "name": _token("tells access tokens apart in lists"),
        "digest": _token("recognises the token: a hash", export=False, category=Category.CREDENTIAL),
        "prefix": _token("the beginning of an access token that may be shown"),
        "read_only": _token("whether an access token may change anything"),
        "created_at": _token("when an access token was made"),
        "expires_at": _token("when an access token ends"),
        "last_used_at": _token("shows access tokens that nobody uses"),
    },
}
