"""The pages that Stripe hosts, over HTTP."""

import asyncio
from collections.abc import Callable

from aiohttp import web

from tests.stand_ins.stripe import checkout_page, html, invoice_page, portal_page
from tests.stand_ins.stripe.errors import Refused
from tests.stand_ins.stripe.hosted import Answer, Redirect, Shown
from tests.stand_ins.stripe.store import Resource
from tests.stand_ins.stripe.webhooks import Webhooks
from tests.stand_ins.stripe.world import World

REDIRECT_SECONDS = 10

Show = Callable[[World, Resource], Answer]
Press = Callable[[World, Resource, str, dict[str, str]], Answer]


class Pages:
    """Checkout, invoices and the billing portal."""

    def __init__(self, world: World, webhooks: Webhooks) -> None:
        self._world = world
        self._webhooks = webhooks

    def add_to(self, app: web.Application) -> None:
        app.router.add_route("*", "/c/pay/{id}", self._checkout)
        app.router.add_route("*", "/i/{id}", self._invoice)
        app.router.add_get("/i/{id}/pdf", self._invoice_pdf)
        app.router.add_route("*", "/p/session/{secret}", self._portal)

    async def _checkout(self, request: web.Request) -> web.StreamResponse:
        found = self._find(request, "checkout.session")
        return await self._hosted(request, found, checkout_page.show, checkout_page.press)

    async def _invoice(self, request: web.Request) -> web.StreamResponse:
        return await self._hosted(request, self._find(request, "invoice"), invoice_page.show, invoice_page.press)

    async def _invoice_pdf(self, request: web.Request) -> web.StreamResponse:
        found = self._find(request, "invoice")
        return await self._response(invoice_page.pdf(found) if found else Shown("Not found", status=404))

    async def _portal(self, request: web.Request) -> web.StreamResponse:
        with self._world.lock:
            found = self._world.portals.get(request.match_info["secret"])
        return await self._hosted(request, found, portal_page.show, portal_page.press)

    def _find(self, request: web.Request, kind: str) -> Resource | None:
        with self._world.lock:
            found = self._world.store.find(request.match_info["id"])
        return found if found and found["object"] == kind else None

    async def _hosted(
        self, request: web.Request, found: Resource | None, show: Show, press: Press
    ) -> web.StreamResponse:
        filled = {name: str(value) for name, value in (await request.post()).items()}
        with self._world.lock:
            if found is None:
                answer: Answer = Shown("Not found", status=404)
            elif request.method == "POST":
                answer = _pressed(self._world, found, press, filled)
            else:
                answer = show(self._world, found)
        return await self._response(answer)

    async def _response(self, answer: Answer) -> web.StreamResponse:
        if isinstance(answer, Redirect):
            if answer.waits and not self._webhooks.held:
                await asyncio.to_thread(self._webhooks.settle, REDIRECT_SECONDS)
            return web.Response(status=303, headers={"Location": answer.location})
        body = answer.body if isinstance(answer.body, bytes) else answer.body.encode()
        charset = None if answer.content_type == "application/pdf" else "utf-8"
        return web.Response(body=body, status=answer.status, content_type=answer.content_type, charset=charset)


def _pressed(world: World, found: Resource, press: Press, filled: dict[str, str]) -> Answer:
    try:
        return press(world, found, filled.pop("action", ""), filled)
    except Refused as refused:
        return Shown(html.page("Stripe", html.alert(str(refused))), status=refused.status)
