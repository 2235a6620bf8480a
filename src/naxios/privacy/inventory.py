"""The files under ``NAXIOS_HOME``, declared by the pattern of their names."""

from naxios.domain.inventory import Category, Declaration, Deletion, Fields, Retention, configuration


def _tables(purpose: str) -> Declaration:
    return Declaration(Category.ACCOUNT, purpose, Retention.ACCOUNT_LIFE, True, Deletion.ERASE)


FILES: Fields = {
    "secret_key": configuration("encrypts credentials, signs sessions and links"),
    "secret_key.*": configuration("one that was being made when its process was killed; never used"),
    "naxios.sqlite3": _tables("the database: each of its fields is declared by itself"),
    "naxios.sqlite3-wal": _tables("the database's own journal"),
    "naxios.sqlite3-shm": _tables("the database's own index of it"),
    "running.json": configuration("the running server's process and address"),
    "running.new": configuration("the same, being written when its process was killed"),
    "serve.lock": configuration("only one server at a time"),
    "bot.lock": configuration("only one Discord bot at a time"),
    "membership.lock": configuration("only one process looks after Discord memberships at a time"),
    "static.lock": configuration("static files are collected by one process at a time"),
    "static/**": configuration("the website's own style sheets, scripts, fonts and icons"),
    "migrate.lock": configuration("only one migration at a time"),
    "journal/*.journal": Declaration(
        Category.USAGE,
        "usage on its way to the database: its fields are declared by themselves",
        Retention.MOMENT,
        False,
        Deletion.UNLINK,
    ),
    "journal/*.journal.new": configuration("an empty segment, being made when its process was killed"),
    "journal/drain.lock": configuration("only one reader of the journal at a time"),
}
