"""What metering stores, declared: the database's tables and the journal before them. Never content."""

from naxios.domain.inventory import Category, Declaration, Deletion, Fields, Retention
from naxios.usage import latency


def _usage(purpose: str, *, export: bool = True, deletion: Deletion = Deletion.UNLINK) -> Declaration:
    return Declaration(Category.USAGE, purpose, Retention.USAGE_PERIOD, export, deletion)


def _passing(purpose: str) -> Declaration:
    return Declaration(Category.USAGE, purpose, Retention.MOMENT, False, Deletion.UNLINK)


_MEASURED = {
    "model": "which model served it",
    "provider": "which provider served it",
    "input_tokens": "limits and billing",
    "output_tokens": "limits and billing",
    "cached_tokens": "shows what a provider had cached",
    "reasoning_tokens": "shows what a model thought",
    "standard_tokens": "what limits and plans count",
}
_OF_A_REQUEST = {
    **_MEASURED,
    "request_id": "ties it to a support question",
    "endpoint": "which kind of request",
    "status": "how it ended",
    "error": "why it failed: a code of ours",
    "streamed": "how it was answered",
    "usage_source": "how the tokens were counted",
    "admitted_at": "which day it counts in",
    "duration": "how long it took",
    "first_byte": "how long until the first byte",
    "attempts": "how many routes were tried",
    "bonus_tokens": "how many tokens the bonus was charged",
}
_PERSON = _usage("whose usage it is", deletion=Deletion.ERASE)
_KEY = _usage("which key was used", deletion=Deletion.ERASE)

MODELS: dict[str, Fields] = {
    "usage.UsageRecord": {
        "id": _usage("names the record", export=False),
        "user": _PERSON,
        "key": _KEY,
        **{name: _usage(purpose) for name, purpose in _OF_A_REQUEST.items()},
    },
    "usage.UsageRollup": {
        "id": _usage("names the row", export=False),
        "user": _PERSON,
        "key": _KEY,
        **{name: _usage(purpose) for name, purpose in _MEASURED.items()},
        "period": _usage("hour, day or month"),
        "start": _usage("which hour, day or month"),
        "status": _usage("how they ended"),
        "requests": _usage("how many"),
        "errors": _usage("how many failed"),
        "duration": _usage("how long they took together"),
        "first_byte": _usage("how long until their first bytes, together"),
        "first_byte_count": _usage("how many had a first byte"),
        **dict.fromkeys(latency.COLUMNS, _usage("how many took how long")),
    },
    "usage.RefusalCount": {
        "id": _usage("names the row", export=False),
        "user": _PERSON,
        "key": _KEY,
        "code": _usage("which limit or rule refused"),
        "minute": _usage("when"),
        "count": _usage("how often"),
    },
    "usage.RefusalRollup": {
        "id": _usage("names the row", export=False),
        "user": _PERSON,
        "key": _KEY,
        "code": _usage("which limit or rule refused"),
        "day": _usage("when"),
        "count": _usage("how often"),
    },
    "usage.JournalPosition": {
        "segment": _passing("which file of the journal"),
        "offset": _passing("how far it has reached the database"),
    },
}

JOURNAL: dict[str, Fields] = {
    "UsageEntry": {
        "kind": _passing("what kind of entry"),
        "account_id": _passing("whose usage it is"),
        "key_id": _passing("which key was used"),
        **{name: _passing(purpose) for name, purpose in _OF_A_REQUEST.items()},
    },
    "RefusalEntry": {
        "kind": _passing("what kind of entry"),
        "account_id": _passing("whose request was refused"),
        "key_id": _passing("which key was used"),
        "code": _passing("which limit or rule refused"),
        "minute": _passing("when"),
        "count": _passing("how often"),
    },
    "SharedKeyEntry": {
        "kind": _passing("what kind of entry"),
        "account_id": _passing("whose key it is"),
        "key_id": _passing("which key was used"),
        "hour": _passing("when"),
        "networks": _passing("from how many networks the key was used: a number, no address"),
    },
}
