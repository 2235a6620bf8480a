"""What the list of changes stores, declared."""

from naxios.domain.inventory import Category, Declaration, Deletion, Fields, Retention


def _change(purpose: str) -> Declaration:
    return Declaration(Category.TECHNICAL, purpose, Retention.MOMENT, False, Deletion.EXPIRE)


MODELS: dict[str, Fields] = {
    "invalidation.Revision": {"id": _change("the only row"), "number": _change("counts changes")},
    "invalidation.Change": {
        "number": _change("orders changes"),
        "topic": _change("what kind of thing changed"),
        "subject": _change("id of the key or account that changed"),
        "created_at": _change("lets it be forgotten after an hour"),
    },
}
