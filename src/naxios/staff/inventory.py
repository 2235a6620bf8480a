"""What the audit of staff stores, declared."""

from naxios.domain.inventory import Category, Declaration, Deletion, Fields, Retention


def _audit(purpose: str) -> Declaration:
    return Declaration(Category.SECURITY, purpose, Retention.AUDIT, False, Deletion.UNLINK)


MODELS: dict[str, Fields] = {
    "staff.AuditEvent": {
        "id": _audit("names the event"),
        "at": _audit("when it was done"),
        "actor": _audit("who did it"),
        "actor_name": _audit("who did it, should their account be gone"),
        "act": _audit("what was done"),
        "subject": _audit("to whose account"),
        "detail": _audit("to what, and why"),
        "address": _audit("from where it was done"),
    },
}
