"""The addresses of accounts. They come before allauth's: those listed last replace some of its pages."""

from allauth.account import views as allauth_views
from allauth.mfa.totp.views import activate_totp
from allauth.mfa.webauthn.views import add_webauthn, login_webauthn
from django.urls import path, re_path
from django.views.generic import RedirectView

from naxios.accounts.rate_limits import limited
from naxios.accounts.reauthentication import required
from naxios.accounts.views import entrance, security, settings

app_name = "accounts"
_to_security = RedirectView.as_view(pattern_name="accounts:security")
_to_settings = RedirectView.as_view(pattern_name="accounts:settings")

urlpatterns = [
    path("accounts/first-staff/<str:token>/", entrance.first_staff, name="first_staff"),
    path("accounts/new-email/<str:token>/", entrance.confirm_new_email, name="confirm_new_email"),
    path("dashboard/security/", security.security, name="security"),
    path("dashboard/security/sessions/<int:number>/end/", security.end_session, name="end_session"),
    path("dashboard/security/sessions/end-others/", security.end_other_sessions, name="end_other_sessions"),
    path("dashboard/settings/", settings.settings, name="settings"),
    path("dashboard/settings/email/", settings.change_email, name="change_email"),
    path("dashboard/settings/email/cancel/", settings.cancel_email_change, name="cancel_email_change"),
    # in place of allauth's
    path("accounts/signup/", entrance.SignUpView.as_view()),
    path("accounts/password/change/", required(allauth_views.password_change)),
    path("accounts/password/set/", required(allauth_views.password_set)),
    path("accounts/2fa/totp/activate/", required(activate_totp)),
    path("accounts/2fa/webauthn/add/", required(add_webauthn)),
    re_path(
        r"^accounts/confirm-email/(?P<key>[-:\w]+)/$",
        limited("confirm_email_link")(allauth_views.confirm_email),
    ),
    # each challenge begins a session, so they are counted though they only read
    path("accounts/2fa/webauthn/login/", limited("passkey_challenge", reading=True)(login_webauthn)),
    path("accounts/email/", _to_settings),
    path("accounts/2fa/", _to_security),
    path("accounts/2fa/webauthn/", _to_security),
    path("accounts/sessions/", _to_security),
]
