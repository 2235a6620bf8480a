"""The addresses of billing. Under ``/dashboard/billing/`` for people, ``/billing/`` for payment providers."""

from django.urls import path

from naxios.billing.views import checkout, home, invoices, revenue, staff, subscription, webhook

app_name = "billing"
urlpatterns = [
    path("dashboard/billing/", home.home, name="home"),
    path("dashboard/billing/buy/<str:kind>/<slug:name>/", checkout.buy, name="buy"),
    path("dashboard/billing/checkouts/<uuid:key>/", checkout.returned, name="returned"),
    path("dashboard/billing/checkouts/<uuid:key>/pay/", checkout.pay, name="pay"),
    path("dashboard/billing/checkouts/<uuid:key>/abandon/", checkout.abandon, name="abandon"),
    path("dashboard/billing/portal/<slug:provider>/", subscription.portal, name="portal"),
    path("dashboard/billing/subscriptions/<int:number>/change/", subscription.change, name="change"),
    path("dashboard/billing/subscriptions/<int:number>/cancel/", subscription.cancel, name="cancel"),
    path("dashboard/billing/subscriptions/<int:number>/resume/", subscription.resume, name="resume"),
    path("dashboard/billing/invoices/<str:number>/", invoices.invoice, name="invoice"),
    path("staff/revenue/", revenue.shown, name="revenue"),
    path("staff/billing/", staff.billing, name="staff"),
    path("staff/billing/invoices/<str:number>/<slug:act>/", staff.settle_invoice, name="settle_invoice"),
    path("staff/billing/events/<int:number>/retry/", staff.retry, name="retry"),
    path("staff/billing/payments/<str:reference>/refund/", staff.refund, name="refund"),
    path("billing/<slug:provider>/webhook", webhook.receive, name="webhook"),
]
