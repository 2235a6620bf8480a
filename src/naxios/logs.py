"""Logging: structlog for our own events, the same output for the libraries' records, and no content in either.

Two rules keep prompts and completions out of logs whatever goes wrong. Only declared fields are written; an
undeclared one is named, its value is dropped. And an exception is logged as its type and where it was raised,
never with its message, because messages quote the data that they stumbled over.
"""

import logging.config
import traceback
from typing import Any

import structlog
from structlog.typing import EventDict, WrappedLogger

from naxios.domain.inventory import Category, Declaration, Deletion, Fields, Retention


def _logged(purpose: str, category: Category = Category.TECHNICAL) -> Declaration:
    return Declaration(category, purpose, Retention.LOG_PERIOD, False, Deletion.EXPIRE)


LOG_FIELDS: Fields = {
    "event": _logged("what happened, in words of ours"),
    "timestamp": _logged("when"),
    "level": _logged("how serious"),
    "logger": _logged("which part wrote it"),
    "exception": _logged("type and place of a fault, without its message"),
    "undeclared_fields": _logged("names of fields that were dropped because nobody declared them"),
    "request_id": _logged("ties a log line to a usage record and a support question", Category.USAGE),
    "key_id": _logged("which key asked", Category.USAGE),
    "endpoint": _logged("what was asked for", Category.USAGE),
    "model": _logged("model of a request, once it is known to exist", Category.USAGE),
    "provider": _logged("provider of a request", Category.USAGE),
    "status": _logged("how a request ended", Category.USAGE),
    "code": _logged("why a request was refused", Category.USAGE),
    "duration_ms": _logged("how long it took", Category.USAGE),
    "attempts": _logged("how many routes were tried", Category.USAGE),
    "retry": _logged("a client's own count of retries", Category.USAGE),
    "rest_seconds": _logged("how long a failing route is left alone", Category.CONFIGURATION),
    "segment": _logged("file name of a journal segment"),
    "count": _logged("how many"),
    "url": _logged("the server's own address"),
    "path": _logged("a file or directory of the server"),
    "step": _logged("a step of starting or stopping"),
    "pid": _logged("the server's process"),
    "mail_id": _logged("which mail of the outbox", Category.SECURITY),
    "event_type": _logged("kind of a payment provider's event", Category.CONFIGURATION),
    "reason": _logged("why something could not be done, in words of ours"),
    "account_id": _logged("which account, where one did something that has to be seen", Category.SECURITY),
}

_TALKS_ABOUT_ITSELF = ("uvicorn", "naxios")
"""Loggers whose messages are about the server. Others quote what they handle, as Django does with the URLs that it
does not know: only their templates are written."""


def django_logging(level: str, style: str) -> None:
    """Send everything to standard error at ``level``, as ``console`` or ``json`` lines."""
    logging.raiseExceptions = False  # a record that cannot be formatted would be printed with all its arguments
    renderer = structlog.processors.JSONRenderer() if style == "json" else structlog.dev.ConsoleRenderer(colors=False)
    shared: list[structlog.typing.Processor] = [
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    last: list[structlog.typing.Processor] = [place_of_exception, only_declared_fields, renderer]
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            *shared,
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=True,
    )
    logging.config.dictConfig(
        {
            "version": 1,
            "disable_existing_loggers": False,
            "formatters": {
                "all": {
                    "()": structlog.stdlib.ProcessorFormatter,
                    "processors": [structlog.stdlib.ProcessorFormatter.remove_processors_meta, *last],
                    "foreign_pre_chain": [only_templates_of_others, *shared],
                    "pass_foreign_args": True,
                }
            },
            "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "all"}},
            "root": {"handlers": ["stderr"], "level": level.upper()},
            "loggers": {
                "asyncio": {"level": "ERROR"},
                "discord": {"level": "WARNING"},
                "django": {"level": "WARNING"},
                "fido2": {"level": "WARNING"},
                "stripe": {"level": "WARNING"},  # whose texts are formatted before, with addresses and what was sent
                "uvicorn": {"level": "WARNING"},
                "uvicorn.access": {"handlers": [], "propagate": False},
            },
        }
    )


def only_templates_of_others(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
    """Replace a library's formatted message by its template, which holds no data."""
    record: logging.LogRecord = event["_record"]
    event.pop("positional_args", None)
    if not record.name.startswith(_TALKS_ABOUT_ITSELF):
        # asyncio formats its messages before it logs them, exception texts included.
        event["event"] = "unhandled error" if record.name == "asyncio" else str(record.msg)
        if hasattr(record, "status_code"):  # Django's, whose templates say no more than "%s: %s"
            event["status"] = record.status_code
    return event


def place_of_exception(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
    """Render ``exc_info`` as the exception's type and its frames, without its message and without source lines."""
    exc_info: Any = event.pop("exc_info", None)
    if exc_info is True:
        import sys

        exc_info = sys.exc_info()
    error = exc_info if isinstance(exc_info, BaseException) else exc_info[1] if exc_info else None
    if error is not None:
        frames = traceback.extract_tb(error.__traceback__)[-12:]
        where = " < ".join(f"{frame.name} ({frame.filename}:{frame.lineno})" for frame in reversed(frames))
        event["exception"] = f"{type(error).__module__}.{type(error).__qualname__} in {where}"
    return event


def only_declared_fields(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
    """Drop every field that ``LOG_FIELDS`` does not declare, and say which."""
    undeclared = sorted(name for name in event if name not in LOG_FIELDS)
    for name in undeclared:
        del event[name]
    if undeclared:
        event["undeclared_fields"] = undeclared
    return event
