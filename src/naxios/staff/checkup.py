"""All third parties that a page of the console can look at, each asked at the same time as the others."""

from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from concurrent.futures import TimeoutError as FutureTimeoutError

import structlog
from django.db import connection

from naxios.billing import checks as billing
from naxios.discord import bot_state
from naxios.discord import checks as discord
from naxios.domain.checks import Finding, Health
from naxios.mail import checks as mail

log = structlog.get_logger(__name__)

ANSWER_SECONDS = 15
"""Each check has shorter limits of its own; this one is for those that miss them."""

_CHECKS: dict[str, Callable[[], Finding]] = {
    discord.SUBJECT: discord.check,
    bot_state.SUBJECT: bot_state.check,
    billing.SUBJECT: billing.check,
    mail.SUBJECT: mail.check,
}
SUBJECTS = tuple(_CHECKS)
"""What is looked at, in the order of the findings."""


def integrations() -> list[Finding]:
    """How Discord, the bot, payments and mail fare at this moment. Blocks for up to ``ANSWER_SECONDS``."""
    threads = ThreadPoolExecutor(len(_CHECKS), thread_name_prefix="checkup")
    asked = [(subject, threads.submit(_closing, check)) for subject, check in _CHECKS.items()]
    findings = [_finding(subject, answer) for subject, answer in asked]
    threads.shutdown(wait=False)
    return findings


def _closing(check: Callable[[], Finding]) -> Finding:
    try:
        return check()
    finally:
        connection.close()  # of this thread, should the check have asked the database


def _finding(subject: str, answer: "Future[Finding]") -> Finding:
    try:
        return answer.result(ANSWER_SECONDS)
    except FutureTimeoutError:
        return Finding(subject, Health.BROKEN, f"No answer within {ANSWER_SECONDS} seconds. Try again later.")
    except Exception as error:  # one part must not hide the others
        log.error("a check failed itself", part=subject, exc_info=error)
        return Finding(subject, Health.BROKEN, f"It could not be checked ({type(error).__name__}); the log says more.")
