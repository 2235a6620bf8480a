"""What goes wrong between a program and Stripe, for so many requests whose path begins so."""

from dataclasses import dataclass


@dataclass
class Fault:
    """One thing that goes wrong.

    Attributes
    ----------
    status : answered instead of the answer; 0 closes the connection without any.
    seconds : waited before; longer than the client's patience is a timeout.
    after_effect : the request is carried out all the same, and only its answer is lost.
    """

    prefix: str
    times: int
    status: int = 0
    seconds: float = 0
    after_effect: bool = False
    answers: bool = False


class Faults:
    """The faults to come; each is used up by the requests that it meets. ``method`` of a request does not matter."""

    def __init__(self) -> None:
        self._faults: list[Fault] = []

    def fail(self, prefix: str = "/v1/", *, status: int = 500, times: int = 1) -> None:
        """Stripe has a bad day."""
        self._faults.append(Fault(prefix, times, status=status))

    def limit_rate(self, prefix: str = "/v1/", *, times: int = 1) -> None:
        """Too many requests."""
        self._faults.append(Fault(prefix, times, status=429))

    def drop(self, prefix: str = "/v1/", *, times: int = 1, after_effect: bool = False) -> None:
        """The connection breaks: before the request was carried out, or just after."""
        self._faults.append(Fault(prefix, times, after_effect=after_effect))

    def hang(self, prefix: str = "/v1/", *, seconds: float, times: int = 1, after_effect: bool = False) -> None:
        """Silence for so long, and then no answer."""
        self._faults.append(Fault(prefix, times, seconds=seconds, after_effect=after_effect))

    def delay(self, prefix: str = "/v1/", *, seconds: float, times: int = 1) -> None:
        """The true answer, but late."""
        self._faults.append(Fault(prefix, times, seconds=seconds, answers=True))

    def clear(self) -> None:
        self._faults.clear()

    def next_for(self, path: str) -> Fault | None:
        """The first fault that meets this path, one use less."""
        for fault in self._faults:
            if path.startswith(fault.prefix):
                fault.times -= 1
                if fault.times <= 0:
                    self._faults.remove(fault)
                return fault
        return None
