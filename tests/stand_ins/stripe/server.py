"""The stand-in as a server over a real socket, and what a test can do to it."""

import asyncio
import http.client
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import urlsplit

import stripe
from aiohttp import web

from tests.stand_ins.stripe import checkout_page, disputes, payment_methods
from tests.stand_ins.stripe.api import Answered, Api, Asked, failure, received
from tests.stand_ins.stripe.clock import DAY, HOUR, Clock
from tests.stand_ins.stripe.faults import Fault, Faults
from tests.stand_ins.stripe.pages import Pages
from tests.stand_ins.stripe.store import Resource
from tests.stand_ins.stripe.webhooks import Webhooks
from tests.stand_ins.stripe.world import Settings, World


class StandInStripe:
    """One Stripe account in test mode. Runs in a thread of its own between :meth:`start` and :meth:`stop`.

    Attributes
    ----------
    url : the API's address, for ``base_addresses={"api": url}``; the hosted pages are under it too.
    api_key, api_keys : the account's secret key; all that are valid. Take one out and it is revoked.
    asked : every request to the API, also those that met a fault.
    webhooks, faults, settings, clock : what a test turns.
    """

    def __init__(self) -> None:
        self.api_key = "sk_test_stand_in_0123456789abcdef"
        self.api_keys = {self.api_key}
        self.asked: list[Asked] = []
        self.faults = Faults()
        self.world = World()
        self.webhooks = Webhooks(self.world)
        self._api = Api(self.world, self.webhooks, self.api_keys)
        self._pages = Pages(self.world, self.webhooks)
        self._loop = asyncio.new_event_loop()
        self._ready = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)

    @property
    def url(self) -> str:
        return self.world.url

    @property
    def settings(self) -> Settings:
        return self.world.settings

    @property
    def clock(self) -> Clock:
        return self.world.clock

    def start(self, port: int = 0) -> None:
        self._port = port
        self.webhooks.start()
        self._thread.start()
        assert self._ready.wait(10)

    def stop(self) -> None:
        self.webhooks.stop()
        self._loop.call_soon_threadsafe(self._stopped.set)
        self._thread.join(10)

    def client(self, **options: Any) -> stripe.StripeClient:
        """The official library's client, for a test that acts as the program or as a person in the dashboard."""
        options.setdefault("max_network_retries", 0)
        return stripe.StripeClient(self.api_key, base_addresses={"api": self.url}, **options)

    def advance(self, *, days: float = 0, hours: float = 0, seconds: float = 0) -> None:
        """Let time pass with everything that it brings; returns once events were sent, unless they are held.

        Events that were not accepted before are sent again first.
        """
        self.webhooks.wait()
        self.webhooks.retry()
        with self.world.lock:
            self.clock.advance(int(days * DAY + hours * HOUR + seconds))
        self.webhooks.wait()

    def events(self, *types: str) -> list[Resource]:
        """What happened, oldest first; only these types if some are named."""
        with self.world.lock:
            events = self.world.store.all("event")
        return [event for event in events if not types or event["type"] in types]

    def event(self, type_: str) -> Resource:
        """The latest event of this type."""
        found = self.events(type_)
        assert found, f"there is no {type_} among {[event['type'] for event in self.events()]}"
        return found[-1]

    def object(self, id_: str) -> Resource:
        """An object as it is now."""
        with self.world.lock:
            found = self.world.store.find(id_)
        assert found is not None, f"there is no {id_}"
        return found

    def let_cards_fail(self, customer: str) -> None:
        """From now on the customer's payment methods are declined."""
        self._set_cards(customer, payment_methods.DECLINED)

    def let_cards_work(self, customer: str) -> None:
        self._set_cards(customer, payment_methods.WORKS)

    def open_dispute(self, paid: str, *, reason: str = "fraudulent", amount: int | None = None) -> Resource:
        """The payer of a charge or a payment intent goes to the bank."""
        with self.world.lock:
            dispute = disputes.open_dispute(self.world, paid, reason=reason, amount=amount)
        self.webhooks.wait()
        return dispute

    def close_dispute(self, id_: str, *, won: bool) -> None:
        """The bank decides."""
        with self.world.lock:
            disputes.close_dispute(self.world, self.world.store.get("dispute", id_), won=won)
        self.webhooks.wait()

    def press(self, page_url: str, action: str, **filled: str) -> tuple[int, str]:
        """Press a button of a hosted page without a browser: the status, and where it leads or the page."""
        parts = urlsplit(page_url)
        connection = http.client.HTTPConnection(parts.hostname or "", parts.port, timeout=30)
        try:
            headers = {"Content-Type": "application/x-www-form-urlencoded"}
            connection.request("POST", parts.path, checkout_page.encoded(action, **filled), headers)
            answer = connection.getresponse()
            text = answer.read().decode()
            return answer.status, answer.getheader("Location") or text
        finally:
            connection.close()

    def pay(self, session_url: str, card: str = checkout_page.PAY, **filled: str) -> str:
        """Pay on the hosted page: the address that it leads back to. ``card`` is pay, fail_later or bank."""
        status, location = self.press(session_url, card, **filled)
        assert status == 303, f"{status}: {location}"
        return location

    def _set_cards(self, customer: str, behaviour: str) -> None:
        with self.world.lock:
            for method in self.world.store.all("payment_method", customer=customer):
                self.world.cards[method["id"]] = behaviour

    def _run(self) -> None:
        asyncio.set_event_loop(self._loop)
        self._loop.run_until_complete(self._serve())
        self._loop.close()

    async def _serve(self) -> None:
        self._stopped = asyncio.Event()
        app = web.Application()
        self._pages.add_to(app)
        app.router.add_route("*", "/{path:.*}", self._answer)
        runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
        await runner.setup()
        site = web.TCPSite(runner, "127.0.0.1", self._port)
        await site.start()
        self.world.url = f"http://127.0.0.1:{runner.addresses[0][1]}"
        self._ready.set()
        await self._stopped.wait()
        await runner.cleanup()

    async def _answer(self, request: web.Request) -> web.StreamResponse:
        headers = {name.lower(): value for name, value in request.headers.items()}
        asked = received(request.method, request.path, request.query_string, headers, await request.read())
        self.asked.append(asked)
        fault = self.faults.next_for(request.path)
        if fault is None:
            return _response(self._locked(asked))
        return await self._go_wrong(request, asked, fault)

    async def _go_wrong(self, request: web.Request, asked: Asked, fault: Fault) -> web.StreamResponse:
        answered = self._locked(asked) if fault.after_effect or fault.answers else None
        await asyncio.sleep(fault.seconds)
        if fault.answers and answered is not None:
            return _response(answered)
        if fault.status:
            return _response(failure(fault.status))
        assert request.transport is not None
        request.transport.abort()
        return web.Response()  # to nobody

    def _locked(self, asked: Asked) -> Answered:
        with self.world.lock:
            return self._api.answer(asked)


def _response(answered: Answered) -> web.Response:
    return web.Response(
        body=answered.body, status=answered.status, content_type="application/json", headers=answered.headers
    )


@contextmanager
def running_stripe(**settings: Any) -> Iterator[StandInStripe]:
    """A Stripe account for as long as the context lasts; ``settings`` are those of :class:`Settings`."""
    standing_in = StandInStripe()
    standing_in.world.settings = Settings(**settings)
    standing_in.start()
    try:
        yield standing_in
    finally:
        standing_in.stop()
