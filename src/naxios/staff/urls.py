from django.urls import path

from naxios.staff.views import accounts, home, margin

app_name = "staff"
urlpatterns = [
    path("", home.home, name="home"),
    path("integrations/", home.integrations, name="integrations"),
    path("audit/", home.audit_events, name="audit"),
    path("margin/", margin.shown, name="margin"),
    path("margin.csv", margin.download, name="margin_download"),
    path("accounts/", accounts.search, name="accounts"),
    path("accounts/<int:user_id>/", accounts.detail, name="account"),
    path("accounts/<int:user_id>/grant-plan/", accounts.grant_plan, name="grant_plan"),
    path("accounts/<int:user_id>/grant-bonus/", accounts.grant_bonus, name="grant_bonus"),
    path("accounts/<int:user_id>/entitlements/<int:number>/pause/", accounts.pause, name="pause"),
    path("accounts/<int:user_id>/entitlements/<int:number>/resume/", accounts.resume, name="resume"),
    path("accounts/<int:user_id>/entitlements/<int:number>/end/", accounts.end, name="end"),
    path("accounts/<int:user_id>/bonuses/<int:number>/take-back/", accounts.take_back, name="take_back"),
]
