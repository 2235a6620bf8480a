"""Events on their way to the endpoints of a test: at once or when the test says so, in order or not, true or forged."""

import http.client
import queue
import random
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from tests.stand_ins.stripe.shapes import blank
from tests.stand_ins.stripe.signatures import payload, signature_header
from tests.stand_ins.stripe.store import Resource, new_id
from tests.stand_ins.stripe.world import World

TIMEOUT_SECONDS = 20

# Takes a delivery's body and headers in place of a URL, and says the status that a server would have answered.
Receiver = Callable[[bytes, dict[str, str]], int]


@dataclass
class Delivery:
    """One attempt. ``status`` is 0 where nobody answered."""

    event: Resource
    url: str
    body: bytes
    headers: dict[str, str]
    status: int = 0
    answer: bytes = b""

    @property
    def accepted(self) -> bool:
        return 200 <= self.status < 300


@dataclass
class Endpoint:
    """Where events go. ``secrets`` are those in force: the newest first, a second one only while secrets are rolled."""

    resource: Resource
    secrets: list[str]
    receiver: Receiver | None = None
    waiting: list[str] = field(default_factory=list)

    @property
    def secret(self) -> str:
        return self.secrets[0]

    def wants(self, type_: str) -> bool:
        enabled = self.resource["enabled_events"]
        return self.resource["status"] == "enabled" and ("*" in enabled or type_ in enabled)

    def roll(self) -> str:
        """A new secret; until :meth:`expire` events are signed with the old one too."""
        self.secrets.insert(0, new_id("whsec", 32))
        return self.secret

    def expire(self) -> None:
        """The old secrets end."""
        del self.secrets[1:]


class Webhooks:
    """``held`` keeps events back until :meth:`deliver`. A receiver that is a function is called in a thread of the
    stand-in's unless events are held; what it touches, such as a database, decides whether that will do."""

    def __init__(self, world: World) -> None:
        self._world = world
        self.endpoints: list[Endpoint] = []
        self.deliveries: list[Delivery] = []
        self.held = False
        self._queue: queue.Queue[tuple[Endpoint, str] | None] = queue.Queue()
        self._thread = threading.Thread(target=self._work, daemon=True)
        world.listeners.append(self._notice)

    def register(
        self,
        url: str = "",
        *,
        secret: str | None = None,
        events: list[str] | None = None,
        receiver: Receiver | None = None,
    ) -> Endpoint:
        """A new endpoint, for all events unless it names some."""
        with self._world.lock:
            resource = blank(
                "webhook_endpoint",
                id=new_id("we"),
                created=self._world.now(),
                enabled_events=events or ["*"],
                livemode=False,
                metadata={},
                status="enabled",
                url=url,
            )
            self._world.store.add(resource)
            endpoint = Endpoint(resource, [secret or new_id("whsec", 32)], receiver)
            self.endpoints.append(endpoint)
            return endpoint

    def deliver(self, *, times: int = 1, shuffle: int | None = None, types: list[str] | None = None) -> list[Delivery]:
        """Send everything that was not accepted yet, in the calling thread: each event ``times`` times, in the order of
        their creation or shuffled by the number given."""
        self.wait()
        with self._world.lock:
            batch = [
                (endpoint, event_id)
                for endpoint in self.endpoints
                for event_id in endpoint.waiting
                if types is None or self._world.store.get("event", event_id)["type"] in types
            ]
        batch = [sent for sent in batch for _ in range(times)]
        if shuffle is not None:
            random.Random(shuffle).shuffle(batch)
        return [self._attempt(endpoint, event_id) for endpoint, event_id in batch]

    def retry(self) -> None:
        """Try again what was not accepted yet, as Stripe does after a while. Nothing, while events are held."""
        if self.held:
            return
        with self._world.lock:
            for endpoint in self.endpoints:
                for event_id in endpoint.waiting:
                    self._queue.put((endpoint, event_id))

    def send_again(self, event_id: str) -> list[Delivery]:
        """The same event once more, accepted or not, as a person does it in the dashboard."""
        return [self._attempt(endpoint, event_id) for endpoint in self.endpoints]

    def forge(self, event: Resource, *, secret: str = "whsec_somebody_elses") -> Delivery:
        """An event that Stripe never signed."""
        return self._send(self.endpoints[0], event, [secret], int(time.time()))

    def send_late(self, event: Resource, *, seconds: int = 301) -> Delivery:
        """A true event whose signature has grown old, as when somebody plays a recording back."""
        return self._send(self.endpoints[0], event, self.endpoints[0].secrets, int(time.time()) - seconds)

    def send_altered(self, event: Resource, body: bytes) -> Delivery:
        """The true signature of an event with another body."""
        endpoint = self.endpoints[0]
        mark = signature_header(payload(event), endpoint.secrets, int(time.time()))
        return self._post(endpoint, event, body, mark)

    def signed(self, event: Resource, *, secrets: list[str] | None = None) -> tuple[bytes, dict[str, str]]:
        """Body and headers of a delivery, for a test that carries it itself."""
        body = payload(event)
        in_force = secrets or self.endpoints[0].secrets
        return body, _headers(signature_header(body, in_force, int(time.time())))

    def settle(self, seconds: float) -> int:
        """Wait until everything that happened so far was sent, or so long: how many events are still to be sent."""
        end = time.monotonic() + seconds
        while self._queue.unfinished_tasks and time.monotonic() < end:
            time.sleep(0.005)
        return self._queue.unfinished_tasks

    def wait(self, seconds: float = 30) -> None:
        """Return when everything that happened so far was sent, unless events are held."""
        left = self.settle(seconds)
        assert not left, f"{left} events were not sent in time"

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        self._queue.put(None)
        self._thread.join(TIMEOUT_SECONDS)

    def _notice(self, event: Resource) -> None:
        for endpoint in self.endpoints:
            if not endpoint.wants(event["type"]):
                continue
            event["pending_webhooks"] += 1
            endpoint.waiting.append(event["id"])
            if not self.held:
                self._queue.put((endpoint, event["id"]))

    def _work(self) -> None:
        while (job := self._queue.get()) is not None:
            try:
                self._attempt(*job)
            finally:
                self._queue.task_done()

    def _attempt(self, endpoint: Endpoint, event_id: str) -> Delivery:
        with self._world.lock:
            event = dict(self._world.store.get("event", event_id))
        delivery = self._send(endpoint, event, endpoint.secrets, int(time.time()))
        with self._world.lock:
            if delivery.accepted and event_id in endpoint.waiting:
                endpoint.waiting.remove(event_id)
                self._world.store.get("event", event_id)["pending_webhooks"] -= 1
        return delivery

    def _send(self, endpoint: Endpoint, event: Resource, secrets: list[str], timestamp: int) -> Delivery:
        body = payload(event)
        return self._post(endpoint, event, body, signature_header(body, secrets, timestamp))

    def _post(self, endpoint: Endpoint, event: Resource, body: bytes, mark: str) -> Delivery:
        delivery = Delivery(event, endpoint.resource["url"], body, _headers(mark))
        if endpoint.receiver is not None:
            delivery.status = _received(endpoint.receiver, delivery)
        else:
            delivery.status, delivery.answer = _posted(delivery)
        self.deliveries.append(delivery)
        return delivery


def _headers(mark: str) -> dict[str, str]:
    return {
        "Content-Type": "application/json; charset=utf-8",
        "User-Agent": "Stripe/1.0 (+https://stripe.com/docs/webhooks)",
        "Stripe-Signature": mark,
    }


def _received(receiver: Receiver, delivery: Delivery) -> int:
    """What breaks is answered as a server answers it, so that one delivery does not end all others."""
    try:
        return receiver(delivery.body, delivery.headers)
    except Exception as broken:
        delivery.answer = repr(broken).encode()
        return 500


def _posted(delivery: Delivery) -> tuple[int, bytes]:
    """The answer's status and body. A redirect is an answer, as it is to Stripe."""
    parts = urlsplit(delivery.url)
    connection = http.client.HTTPConnection(parts.hostname or "", parts.port or 80, timeout=TIMEOUT_SECONDS)
    try:
        connection.request(
            "POST", parts.path + (f"?{parts.query}" if parts.query else ""), delivery.body, delivery.headers
        )
        answer = connection.getresponse()
        return answer.status, answer.read()
    except (OSError, http.client.HTTPException):
        return 0, b""
    finally:
        connection.close()
