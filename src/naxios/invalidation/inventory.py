"""What the list of changes stores, declared."""

from naxios.domain.inventory import Category, Declaration, Deletion, Fields, Retention, configuration


def _change(purpose: str) -> Declaration:
    return Declaration(Category.TECHNICAL, purpose, Retention.HOUR, False, Deletion.EXPIRE)


MODELS: dict[str, Fields] = {
    "invalidation.Revision": {"id": configuration("the only row"), "number": configuration("counts changes")},
    "invalidation.Change": {
        "number": _change("orders changes"),
        "topic": _change("what kind of thing changed"),
        "subject": _change("id of the key or account that changed"),
        "created_at": _change("lets it be forgotten after an hour"),
    },
}
