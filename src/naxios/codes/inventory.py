"""What redemption codes store, declared."""

from naxios.domain.inventory import Category, Declaration, Deletion, Fields, Retention, configuration


def _redemption(purpose: str, *, export: bool = True) -> Declaration:
    return Declaration(Category.ACCOUNT, purpose, Retention.ACCOUNT_LIFE, export, Deletion.UNLINK)


def _attempt(purpose: str) -> Declaration:
    return Declaration(Category.SECURITY, purpose, Retention.DAY, False, Deletion.EXPIRE)


_STAFF = Declaration(Category.SECURITY, "which staff did it", Retention.AUDIT, False, Deletion.UNLINK)
_CODE = Declaration(
    Category.CREDENTIAL, "recognises the code: a keyed hash", Retention.UNTIL_CHANGED, False, Deletion.KEEP
)

MODELS: dict[str, Fields] = {
    "codes.Batch": {
        "id": configuration("names the batch"),
        "name": configuration("what staff call it"),
        "plan": configuration("which plan its codes give"),
        "days": configuration("for how long they give it"),
        "tokens": configuration("how many bonus tokens its codes give"),
        "bonus_days": configuration("how long those can be used"),
        "count": configuration("how many codes it has"),
        "max_uses": configuration("how often each code can be redeemed"),
        "per_account": configuration("how many of its codes one account can redeem"),
        "valid_from": configuration("from when its codes can be redeemed"),
        "valid_until": configuration("until when its codes can be redeemed"),
        "note": configuration("what staff noted about it"),
        "created_at": configuration("when it was made"),
        "created_by": _STAFF,
        "voided_at": configuration("since when its codes can be redeemed no more"),
        "form_token": configuration("keeps a form that is sent twice from making two"),
    },
    "codes.Code": {
        "id": configuration("names the code"),
        "batch": configuration("which batch it is of"),
        "digest": _CODE,
        "end": configuration("the last characters, which may be shown"),
        "max_uses": configuration("how often it can be redeemed"),
        "uses": configuration("how often it was redeemed"),
        "voided_at": configuration("since when it can be redeemed no more"),
    },
    "codes.Redemption": {
        "id": _redemption("names the redemption", export=False),
        "batch": _redemption("what it gave"),
        "code": _redemption("which code was redeemed"),
        "user": _redemption("who redeemed it", export=False),
        "turn": _redemption("keeps an account from redeeming more codes of a batch than it may", export=False),
        "at": _redemption("when"),
        "plan_from": _redemption("from when it gave a plan"),
        "plan_until": _redemption("until when it gave a plan"),
        "bonus_until": _redemption("until when its bonus tokens could be used"),
        "undone_at": _redemption("when it was undone"),
        "undone_by": _STAFF,
        "undone_why": _redemption("why it was undone"),
        "returned": _redemption("whether the code could be redeemed again then"),
    },
    "codes.FailedAttempts": {
        "id": _attempt("names the count"),
        "subject": _attempt("which account or network tried codes that do not exist: a keyed hash"),
        "since": _attempt("when counting began"),
        "count": _attempt("how often"),
    },
}
