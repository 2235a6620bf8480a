"""What keys store, declared."""

from naxios.domain.inventory import Category, Declaration, Deletion, Fields, Retention


def _key(purpose: str, *, export: bool = True, category: Category = Category.KEY) -> Declaration:
    return Declaration(category, purpose, Retention.KEY_LIFE, export, Deletion.ERASE)


_LIMIT = _key("a limit that its owner set")

MODELS: dict[str, Fields] = {
    "keys.ApiKey": {
        "id": _key("names the key in usage records"),
        "user": _key("whose key it is"),
        "name": _key("tells keys apart in lists"),
        "tags": _key("metadata that its owner gave it"),
        "tokens_per_day": _LIMIT,
        "requests_per_minute": _LIMIT,
        "tokens_per_minute": _LIMIT,
        "concurrency": _LIMIT,
        "allowed_models": _LIMIT,
        "created_at": _key("when it was made"),
        "expires_at": _key("when it ends"),
        "revoked_at": _key("when it was ended"),
        "last_used_at": _key("shows keys that nobody uses", category=Category.USAGE),
    },
    "keys.KeySecret": {
        "id": _key("names the row", export=False),
        "key": _key("which key it opens", export=False),
        "digest": _key("recognises the secret: a hash", export=False, category=Category.CREDENTIAL),
        "prefix": _key("the beginning that may be shown"),
        "purpose": _key("whether it is the key's own or the playground's", export=False),
        "form_token": _key("keeps a form that is sent twice from making two", export=False),
        "created_at": _key("when the key was made or rotated"),
        "expires_at": _key("when a rotated secret or the playground's stops"),
    },
}
