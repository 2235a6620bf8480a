"""Django's settings. What an operator may change comes from ``naxios.config``; the rest is decided here."""

from email.utils import formataddr
from typing import Any
from urllib.parse import urlsplit

import environ
from csp.constants import NONE, SELF

from naxios import config as _config
from naxios.logs import django_logging
from naxios.mail import smtp_url as _smtp_url

_loaded = _config.load()

BASE_URL = _loaded.base_url
SITE = _loaded.site
SECRET_KEY = _loaded.secret_key
DEBUG = False
# The host is checked against the base URL once one is set; without one the server is the embedded, local default.
ALLOWED_HOSTS = [urlsplit(_loaded.base_url).hostname or "*"] if _loaded.base_url else ["*"]
CSRF_TRUSTED_ORIGINS = [_loaded.base_url] if _loaded.base_url else []

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "csp",
    "naxios.invalidation",
    "naxios.accounts",
    "naxios.plans",
    "naxios.catalogue",
    "naxios.keys",
    "naxios.usage",
    "naxios.discord",
    "naxios.abuse",
    "naxios.codes",
    "naxios.billing",
    "naxios.privacy",
    "naxios.mail",
    "naxios.dashboard",
    "naxios.playground",
    "naxios.api",
    "naxios.staff",
    "naxios.status",
    "naxios.web",
    "django.forms",  # after naxios.web, whose field template takes the place of its own
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.socialaccount",
    "allauth.usersessions",
    "ninja",
]
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.middleware.gzip.GZipMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "naxios.accounts.middleware.SessionActivityMiddleware",
    "naxios.accounts.middleware.EntrancePagesMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
]
ROOT_URLCONF = "naxios.urls"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "naxios.web.context.site",
                "naxios.accounts.context.entrance",
                "naxios.discord.context.discord",
            ],
            "builtins": ["naxios.web.templatetags.components", "naxios.web.templatetags.numbers"],
        },
    }
]
FORM_RENDERER = "django.forms.renderers.TemplatesSetting"
MESSAGE_STORAGE = "django.contrib.messages.storage.session.SessionStorage"

_SQLITE: dict[str, Any] = {
    "ENGINE": "django.db.backends.sqlite3",
    "NAME": _loaded.home / "naxios.sqlite3",
    "CONN_MAX_AGE": None,
    "OPTIONS": {
        "timeout": 20,
        # Taking the write lock at BEGIN makes writers queue; upgrading a read lock later fails at once instead.
        "transaction_mode": "IMMEDIATE",
        # FULL: a drained journal segment is deleted once its transaction is on disk, so it has to be there for good.
        "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA foreign_keys=ON;",
    },
}
DATABASES: dict[str, dict[str, Any]] = {
    "default": _SQLITE
    if _loaded.uses_sqlite
    else {**environ.Env.db_url_config(_loaded.database_url), "CONN_HEALTH_CHECKS": True, "CONN_MAX_AGE": 600}
}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

AUTH_USER_MODEL = "accounts.User"
PASSWORD_HASHERS = ["naxios.accounts.hashers.PasswordHasher"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}", "OPTIONS": options}
    for name, options in (
        ("UserAttributeSimilarityValidator", {"user_attributes": ["email"]}),
        ("MinimumLengthValidator", {"min_length": 10}),
        ("CommonPasswordValidator", {}),
        ("NumericPasswordValidator", {}),
    )
]
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "dashboard:home"
ACCOUNT_ADAPTER = "naxios.accounts.adapter.AccountAdapter"
ACCOUNT_FORMS = {
    "signup": "naxios.accounts.forms.SignUpForm",
    "login": "naxios.accounts.forms.SignInForm",
    "reset_password": "naxios.accounts.forms.ResetPasswordForm",
    "reset_password_from_key": "naxios.accounts.forms.ChoosePasswordForm",
    "change_password": "naxios.accounts.forms.ChangePasswordForm",
    "set_password": "naxios.accounts.forms.SetPasswordForm",
    "reauthenticate": "naxios.accounts.forms.ReauthenticateForm",
}
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_EMAIL_VERIFICATION = "mandatory"
ACCOUNT_LOGIN_ON_EMAIL_CONFIRMATION = True  # in the browser that signed up, and only there
ACCOUNT_LOGIN_ON_PASSWORD_RESET = True
ACCOUNT_LOGOUT_REDIRECT_URL = "web:home"
ACCOUNT_PREVENT_ENUMERATION = True
ACCOUNT_REAUTHENTICATION_REQUIRED = True
ACCOUNT_REAUTHENTICATION_TIMEOUT = 600
ACCOUNT_SESSION_REMEMBER = True
ACCOUNT_RATE_LIMITS = {  # besides allauth's own for each of its forms
    "first_staff": "10/m/ip",
    "reset_password": "20/m/ip,3/m/key,10/d/key",
    "confirm_email_link": "30/m/ip",
    "change_email": "3/m/user,20/d/user",
    "account_settings": "30/m/user",
    "staff_accounts": "60/m/user",
    "billing": "30/m/user,200/h/user",
    "billing_staff": "60/m/user",
    "passkey_challenge": "30/m/ip",
    "discord_sign_in": "20/m/ip",
    "discord_callback": "30/m/ip",
    "discord_sign_up": "20/m/ip",
    "discord_connect": "10/m/user",
    "discord_check": "3/m/user,60/d/user",
    "discord_key": "10/m/user",
    "discord_avatar": "30/m/user",
    "review_check": "6/m/user,30/d/user",
    "decide_reviews": "60/m/user",
    "check_integrations": "30/m/user",
    "redeem_code": "30/m/user,120/m/ip",  # codes that do not exist are counted besides, by naxios.codes.attempts
    "staff_codes": "60/m/user",
}

SOCIALACCOUNT_ADAPTER = "naxios.discord.sign_in.social_adapter.SocialAdapter"
SOCIALACCOUNT_FORMS = {"signup": "naxios.discord.sign_in.forms.DiscordSignUpForm"}
SOCIALACCOUNT_AUTO_SIGNUP = False
SOCIALACCOUNT_STORE_TOKENS = False
SOCIALACCOUNT_EMAIL_AUTHENTICATION = False

MFA_ADAPTER = "naxios.accounts.mfa_adapter.MFAAdapter"
MFA_FORMS = {
    "authenticate": "naxios.accounts.mfa_forms.AuthenticateForm",
    "reauthenticate": "naxios.accounts.mfa_forms.ReauthenticateForm",
    "activate_totp": "naxios.accounts.mfa_forms.ActivateTOTPForm",
    "add_webauthn": "naxios.accounts.mfa_forms.AddPasskeyForm",
    "edit_webauthn": "naxios.accounts.mfa_forms.EditPasskeyForm",
}
MFA_SUPPORTED_TYPES = ["totp", "recovery_codes", "webauthn"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_TOTP_ISSUER = _loaded.site.name
MFA_TOTP_TOLERANCE = 1  # one step of 30 seconds: clocks of telephones are wrong
# Browsers offer passkeys to pages from https and from localhost only, and never to pages from a bare address.
_base = urlsplit(_loaded.base_url)
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = _base.scheme == "http" and _base.hostname == "localhost"
_has_secure_name = _base.scheme == "https" and not _config.is_address(_base.hostname or "")
PASSKEYS_WORK = MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN or _has_secure_name

vars().update(_smtp_url.settings_of(_loaded.email_url))
EMAIL_BACKEND = "naxios.mail.backend.OutboxBackend"
EMAIL_IS_DELIVERED = bool(_smtp_url.settings_of(_loaded.email_url))
EMAIL_TIMEOUT = 15
_is_named = "<" in _loaded.email_from
DEFAULT_FROM_EMAIL = _loaded.email_from if _is_named else formataddr((_loaded.site.name, _loaded.email_from))
SERVER_EMAIL = DEFAULT_FROM_EMAIL

_secure = _loaded.base_url.startswith("https://")
SESSION_COOKIE_NAME = "naxios_session"
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_SECURE = _secure
CSRF_COOKIE_NAME = "naxios_csrf"
CSRF_COOKIE_HTTPONLY = True
CSRF_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_SECURE = _secure
DEVICE_COOKIE_NAME = "naxios_device"
SECURE_HSTS_SECONDS = 31_536_000 if _secure else 0
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
_discord_pages = [_config.origin_of(_loaded.discord_api_url)] if _loaded.discord_is_configured else []
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:"],
        "font-src": [SELF],
        "connect-src": [SELF],
        # A form may lead on to another address only if this names it, also by a redirect.
        "form-action": [SELF, *_discord_pages],
        "frame-ancestors": [NONE],
        "base-uri": [NONE],
    }
}

# Holds the rate limits of forms. With its default of 300 entries anybody could push those of others out.
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.locmem.LocMemCache",
        "OPTIONS": {"MAX_ENTRIES": 100_000},
    }
}

LANGUAGE_CODE = "en"
USE_I18N = False
USE_TZ = True
TIME_ZONE = "UTC"

# Collected at start by naxios.server.static_files: compressed, and named by content so that browsers may keep them.
STATIC_URL = "/static/"
STATIC_ROOT = _loaded.home / "static"
WHITENOISE_SKIP_COMPRESS_EXTENSIONS = ("gz", "woff2", "png", "map")
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage",
        "OPTIONS": {"file_permissions_mode": 0o600},
    },
}

LOGGING_CONFIG = None
django_logging(_loaded.log_level, _loaded.log_format)
