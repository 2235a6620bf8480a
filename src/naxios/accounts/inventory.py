"""What accounts and signing in store, declared; Django's and allauth's tables behind them included."""

from naxios.domain.inventory import Category, Declaration, Deletion, Fields, Retention


def _account(purpose: str, *, export: bool = True, category: Category = Category.ACCOUNT) -> Declaration:
    return Declaration(category, purpose, Retention.ACCOUNT_LIFE, export, Deletion.ERASE)


def _session(purpose: str) -> Declaration:
    return Declaration(Category.SECURITY, purpose, Retention.SESSION, False, Deletion.ERASE)


def _event(purpose: str, *, export: bool = True) -> Declaration:
    return Declaration(Category.SECURITY, purpose, Retention.ACCOUNT_LIFE, export, Deletion.ERASE)


def _change(purpose: str, *, export: bool = True) -> Declaration:
    return Declaration(Category.ACCOUNT, purpose, Retention.THREE_DAYS, export, Deletion.ERASE)


def _device(purpose: str, *, export: bool = True) -> Declaration:
    return Declaration(Category.SECURITY, purpose, Retention.FOUR_HUNDRED_DAYS, export, Deletion.ERASE)


def _framework(purpose: str) -> Declaration:
    return Declaration(Category.CONFIGURATION, purpose, Retention.UNTIL_CHANGED, False, Deletion.KEEP)


_LINK = _account("ties a permission to an account", export=False, category=Category.SECURITY)

MODELS: dict[str, Fields] = {
    "accounts.User": {
        "id": _account("names the account in every other record"),
        "email": _account("signing in, and reaching the person"),
        "name": _account("what the person wants to be called"),
        "password": _account("signing in: an Argon2 hash", export=False, category=Category.CREDENTIAL),
        "last_login": _account("shows when somebody last signed in", category=Category.SECURITY),
        "is_staff": _account("who may use the console", category=Category.SECURITY),
        "is_superuser": _account("who may do everything in the console", category=Category.SECURITY),
        "is_active": _account("whether signing in is possible", category=Category.SECURITY),
        "created_at": _account("when the account was made"),
        "age_confirmed_at": _account("when the person said that they are 13 or older"),
        "suspended_at": _account("since when its keys are stopped", category=Category.SECURITY),
        "groups": _LINK,
        "user_permissions": _LINK,
    },
    "accounts.User_groups": {"id": _LINK, "user": _LINK, "group": _LINK},
    "accounts.User_user_permissions": {"id": _LINK, "user": _LINK, "permission": _LINK},
    "accounts.SecurityEvent": {
        "id": _event("names the event", export=False),
        "user": _event("to whose account it happened", export=False),
        "kind": _event("what happened"),
        "at": _event("when it happened"),
        "detail": _event("to what it happened, such as a key's name"),
        "address": _event("from where it was done, to recognise misuse"),
        "user_agent": _event("with which browser it was done, to recognise misuse"),
    },
    "accounts.KnownDevice": {
        "id": _device("names the row", export=False),
        "user": _device("whose browser it is", export=False),
        "digest": _device("recognises the browser: a keyed hash of its cookie", export=False),
        "created_at": _device("when it was first used"),
        "last_seen_at": _device("when it last signed in"),
    },
    "accounts.EmailChange": {
        "id": _change("names the change", export=False),
        "user": _change("who asked for it", export=False),
        "email": _change("which address to use once it is confirmed"),
        "requested_at": _change("lets the link run out"),
    },
    "mfa.Authenticator": {
        "id": _account("names the factor", export=False, category=Category.SECURITY),
        "user": _account("whose factor it is", export=False, category=Category.SECURITY),
        "type": _account("which kind of factor it is", category=Category.SECURITY),
        "data": _account("recognises the factor: encrypted or public", export=False, category=Category.CREDENTIAL),
        "created_at": _account("when it was added", category=Category.SECURITY),
        "last_used_at": _account("when it was last used", category=Category.SECURITY),
    },
    "usersessions.UserSession": {
        "id": _session("names the row"),
        "user": _session("who is signed in"),
        "created_at": _session("since when"),
        "ip": _session("from where, to recognise sessions in the list"),
        "last_seen_at": _session("when it was last used"),
        "session_key": _session("which session it is"),
        "user_agent": _session("with which browser, to recognise sessions in the list"),
        "data": _session("kept by the library, empty here"),
    },
    "account.EmailAddress": {
        "id": _account("names the row", export=False),
        "user": _account("whose address it is", export=False),
        "email": _account("signing in, and reaching the person"),
        "verified": _account("whether the address was shown to be theirs"),
        "primary": _account("which address is used"),
    },
    "account.EmailConfirmation": {
        "id": _account("names the row", export=False),
        "email_address": _account("which address is being confirmed", export=False),
        "created": _account("lets the confirmation run out", export=False),
        "sent": _account("lets the confirmation run out", export=False),
        "key": _account("what the confirmation link holds", export=False, category=Category.CREDENTIAL),
    },
    "sessions.Session": {
        "session_key": _session("names the session"),
        "session_data": _session(
            "who is signed in and how, an unfinished sign-up with Discord, notices for the next page"
        ),
        "expire_date": _session("when it ends"),
    },
    "auth.Group": {
        "id": _framework("names the group"),
        "name": _framework("a group of permissions"),
        "permissions": _framework("which permissions it has"),
    },
    "auth.Group_permissions": {
        "id": _framework("names the row"),
        "group": _framework("which group"),
        "permission": _framework("which permission"),
    },
    "auth.Permission": {
        "id": _framework("names the permission"),
        "name": _framework("what it allows"),
        "content_type": _framework("on which table"),
        "codename": _framework("its short name"),
    },
    "contenttypes.ContentType": {
        "id": _framework("names the table"),
        "app_label": _framework("part of the software"),
        "model": _framework("kind of record"),
    },
}

COOKIES: Fields = {
    "naxios_session": _session("keeps somebody signed in"),
    "naxios_device": Declaration(
        Category.SECURITY,
        "recognises the browser at the next sign-in",
        Retention.FOUR_HUNDRED_DAYS,
        False,
        Deletion.EXPIRE,
    ),
    "naxios_csrf": Declaration(
        Category.SECURITY, "protects forms from other sites", Retention.SESSION, False, Deletion.EXPIRE
    ),
}
