"""What abuse stores, declared."""

from naxios.domain.inventory import Category, Declaration, Deletion, Fields, Retention, configuration


def _sighting(purpose: str) -> Declaration:
    return Declaration(Category.SECURITY, purpose, Retention.THIRTY_DAYS_UNUSED, False, Deletion.ERASE)


def _departure(purpose: str) -> Declaration:
    return Declaration(Category.SECURITY, purpose, Retention.THIRTY_DAYS, False, Deletion.ERASE)


def _signal(purpose: str, *, export: bool = True) -> Declaration:
    return Declaration(Category.SECURITY, purpose, Retention.NINETY_DAYS_UNSEEN, export, Deletion.ERASE)


def _review(purpose: str, *, export: bool = True) -> Declaration:
    return Declaration(Category.SECURITY, purpose, Retention.ACCOUNT_LIFE, export, Deletion.ERASE)


MODELS: dict[str, Fields] = {
    "abuse.Settings": {
        "id": configuration("names the row"),
        "values": configuration("what signs of misuse weigh, and from how much on something happens"),
    },
    "abuse.Sighting": {
        "id": _sighting("names the row"),
        "user": _sighting("who signed up or in"),
        "what": _sighting("whether it is a network or a browser"),
        "digest": _sighting("tells which accounts share a network or a browser: a keyed hash"),
        "signed_up_at": _sighting("tells many sign-ups from one network within an hour"),
        "last_seen_at": _sighting("lets it run out"),
    },
    "abuse.GuildDeparture": {
        "id": _departure("names the row"),
        "user": _departure("who left the Discord server"),
        "at": _departure("when"),
    },
    "abuse.Signal": {
        "id": _signal("names the sign", export=False),
        "user": _signal("whose account it is about", export=False),
        "kind": _signal("which sign of misuse was seen"),
        "subject": _signal("which key or mail domain it is about"),
        "amount": _signal("how strong it was"),
        "first_at": _signal("when it was first seen"),
        "last_at": _signal("when it was last seen"),
        "settled_amount": _signal("whether staff found it harmless"),
    },
    "abuse.Review": {
        "id": _review("names the review", export=False),
        "user": _review("whose account was looked at", export=False),
        "score": _review("what its signs weighed together"),
        "opened_at": _review("when the review began"),
        "closed_at": _review("when staff decided"),
        "outcome": _review("what staff decided"),
        "held_at": _review("since when the free tier was held"),
        "hold_ended_at": _review("until when the free tier was held"),
        "link_sent_at": _review("lets the link of the check run out", export=False),
    },
    "abuse.ReviewStep": {
        "id": _review("names the step", export=False),
        "review": _review("in which review it was done", export=False),
        "at": _review("when it was done"),
        "what": _review("what was done"),
        "actor": _review("which of the staff did it", export=False),
        "note": _review("why it was done", export=False),
    },
}
