"""What the outbox stores, declared."""

from naxios.domain.inventory import Category, Declaration, Deletion, Fields, Retention


def _mail(purpose: str, *, category: Category = Category.TECHNICAL) -> Declaration:
    return Declaration(category, purpose, Retention.THIRTY_DAYS, False, Deletion.EXPIRE)


MODELS: dict[str, Fields] = {
    "mail.OutboxMail": {
        "id": _mail("names the mail"),
        "to": _mail("whom to reach", category=Category.ACCOUNT),
        "subject": _mail("what the mail is about"),
        "body_encrypted": _mail("the text to be delivered; blank afterwards", category=Category.CREDENTIAL),
        "created_at": _mail("when it was written"),
        "sent_at": _mail("when the mail server took it"),
        "given_up_at": _mail("when it turned out that it cannot be delivered"),
        "attempts": _mail("how often it was tried"),
        "next_attempt_at": _mail("when it is tried again"),
        "last_error": _mail("what kind of failure kept it back"),
    },
}
