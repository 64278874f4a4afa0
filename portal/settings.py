"""The one settings file. Everything that differs between machines comes from the environment (portal/env.py)."""

import os
from pathlib import Path
from typing import Any

from csp.constants import NONE, SELF, UNSAFE_EVAL
from django.utils.translation import gettext_lazy as _

from portal.env import (
    allowed_hosts,
    clamd_address,
    database_from_url,
    env_list,
    env_secret,
    env_str,
    public_url,
    redis_url,
    tile_host,
    trusted_proxies,
)
from portal.time_limits import with_time_limits

BASE_DIR = Path(__file__).resolve().parent.parent

# -- Mode ------------------------------------------------------------------------------------------
# Production is the default, so that a forgotten variable makes the portal stricter, never looser.
MODE = env_str("PORTAL_MODE", "production", choices=("production", "development", "test"))
PRODUCTION = MODE == "production"
DEBUG = False
VAR = Path(env_str("PORTAL_VAR", str(BASE_DIR / "var")))

SECRET_KEY = env_secret("SECRET_KEY", 50)
FIELD_KEYS = env_list("FIELD_KEYS", secret=True, min_length=40)  # Fernet keys; the first encrypts, all decrypt
CERTIFICATE_KEYS = env_list("CERTIFICATE_KEYS", secret=True, min_length=40)  # Ed25519; the first signs, all verify
HASH_KEY = env_secret("HASH_KEY", 32)  # keyed hashes of searchable secrets

ALLOWED_HOSTS = env_list(
    "ALLOWED_HOSTS", default=None if PRODUCTION else ["localhost", "127.0.0.1", "[::1]", "testserver"]
)
TRUSTED_PROXIES = trusted_proxies(env_list("TRUSTED_PROXIES", default=[]))
HOTLINE = env_str("HOTLINE", "" if PRODUCTION else "0933-0000000")  # at the foot of every page; empty: none
PUBLIC_URL = env_str("PUBLIC_URL", "" if PRODUCTION else "http://localhost:8000", required=PRODUCTION)
if PRODUCTION:
    ALLOWED_HOSTS = allowed_hosts(ALLOWED_HOSTS)
    PUBLIC_URL = public_url(PUBLIC_URL, ALLOWED_HOSTS)

# -- Applications: roof first, ground last ------------------------------------------------------------
INSTALLED_APPS = [
    "portal.public",
    "logistics.documents",
    "logistics.firms",
    "logistics.licensing",
    "logistics.desk",
    "logistics.parcels",
    "logistics.training",
    "logistics.certificates",
    "logistics.registry",
    "members.devices",
    "members.access",
    "members.accounts",
    "portal.notify",
    "portal.audit",
    "portal.workdays",
    "portal.regions",
    "portal.core",
    "unfold.apps.BasicAppConfig",
    "unfold.contrib.filters",
    "members.access.site.OfficialsSiteConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.postgres",
    "django.contrib.humanize",
    "rest_framework",
    "drf_spectacular",
    "guardian",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.usersessions",
    "django_celery_beat",
    "leaflet",
    "csp",
]

MIDDLEWARE = [
    "portal.core.middleware.ProxyMiddleware",
    "portal.core.gate.GateMiddleware",
    "portal.core.middleware.DatabaseRestMiddleware",
    "portal.core.middleware.FastLaneMiddleware",
    "portal.core.limits.KnownBrowserMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "portal.core.policy.PolicyMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "allauth.usersessions.middleware.UserSessionsMiddleware",
    "portal.core.middleware.ErrorMiddleware",
    "members.access.middleware.AccessMiddleware",
]

ROOT_URLCONF = "portal.urls"
WSGI_APPLICATION = "portal.wsgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.i18n",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "portal.core.context.portal",
                "portal.notify.context.unread",
            ],
        },
    },
]

# -- Data --------------------------------------------------------------------------------------------
DATABASES = {"default": database_from_url(env_str("DATABASE_URL", required=True))}
DATABASES["default"].update(CONN_MAX_AGE=None, CONN_HEALTH_CHECKS=True)
# Server-side prepared statements: the driver prepares on first use (measured 1.07-1.4x on ORM reads).
DATABASES["default"].setdefault("OPTIONS", {}).update(prepare_threshold=1, server_side_binding=True)
# A web process gives up what it waits for, so that nothing a sender does holds a page
# (docs/decisions/time-limits-of-web.md).
# The worker and commands wait for locks as long as it takes.
WEB_PROCESS = os.environ.get("PORTAL_PROCESS") == "web"  # set by portal/wsgi.py
DATABASES["default"]["OPTIONS"]["options"] = with_time_limits(
    DATABASES["default"]["OPTIONS"].get("options", ""), web=WEB_PROCESS
)
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

REDIS_URL = redis_url(env_str("REDIS_URL", required=True))
CACHES = {
    "default": {
        "BACKEND": "portal.core.cache.ForgivingCache",
        "LOCATION": REDIS_URL,
        "KEY_PREFIX": "portal",
    }
}
# Rows, not the cache: a session ended while Redis was away must not come back with it (docs/decisions/redis-away.md).
SESSION_ENGINE = "django.contrib.sessions.backends.db"

# -- People ------------------------------------------------------------------------------------------
AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = [
    "allauth.account.auth_backends.AuthenticationBackend",
    "guardian.backends.ObjectPermissionBackend",
]
GUARDIAN_USER_OBJ_PERMS_MODEL = "guardian.UserObjectPermission"
ANONYMOUS_USER_NAME = None  # guardian's anonymous row would be a user nobody can log in as
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "my_parcels"
LOGOUT_REDIRECT_URL = "home"

# -- Language and time ----------------------------------------------------------------------------------
LANGUAGE_CODE = "zh-hans"
LANGUAGES = [("zh-hans", _("简体中文")), ("en", _("English"))]
LOCALE_PATHS = [BASE_DIR / "locale"]
TIME_ZONE = "Asia/Shanghai"
USE_TZ = True

CSRF_FAILURE_VIEW = "members.access.middleware.csrf_failed"

# -- Static files ----------------------------------------------------------------------------------------
STATIC_URL = "/static/"
STATICFILES_DIRS = [BASE_DIR / "static"]
STATIC_ROOT = VAR / "static"
MEDIA_ROOT = VAR / "media"
STORAGES = {
    "default": {"BACKEND": "portal.core.storage.MediaStorage"},
    "staticfiles": {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
        if MODE == "test"
        else "whitenoise.storage.CompressedManifestStaticFilesStorage"
    },
}
WHITENOISE_USE_FINDERS = MODE == "test"
WHITENOISE_MIMETYPES = {".webmanifest": "application/manifest+json"}

# -- Browser security ----------------------------------------------------------------------------------
CONTENT_SECURITY_POLICY: dict[str, Any] = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:"],
        "font-src": [SELF],
        "media-src": [SELF],
        "connect-src": [SELF],
        "manifest-src": [SELF],
        "form-action": [SELF],
        "base-uri": [NONE],
        "frame-ancestors": [NONE],
    },
}
# The officials' theme evaluates the expressions in its templates (Alpine). Why: docs/decisions/officials-policy.md.
OFFICIALS_POLICY = {"script-src": [UNSAFE_EVAL]}
SECURE_SSL_REDIRECT = PRODUCTION
SECURE_HSTS_SECONDS = 31_536_000 if PRODUCTION else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = PRODUCTION
SECURE_HSTS_PRELOAD = PRODUCTION
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = PRODUCTION
# "__Host-": browsers keep it only over https and from this very host; no neighbouring host can plant one.
_COOKIE_PREFIX = "__Host-" if PRODUCTION else ""
SESSION_COOKIE_NAME = f"{_COOKIE_PREFIX}sessionid"
CSRF_COOKIE_NAME = f"{_COOKIE_PREFIX}csrftoken"
KNOWN_BROWSER_COOKIE = f"{_COOKIE_PREFIX}known"  # portal/core/limits/browsers.py
SESSION_COOKIE_AGE = 14 * 24 * 3600
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
CSRF_TRUSTED_ORIGINS = [PUBLIC_URL] if PRODUCTION else []
DATA_UPLOAD_MAX_MEMORY_SIZE = 6 * 1024 * 1024
FILE_UPLOAD_MAX_MEMORY_SIZE = 1024 * 1024
FILE_UPLOAD_PERMISSIONS, FILE_UPLOAD_DIRECTORY_PERMISSIONS = 0o600, 0o700  # carriers' files hold names and phones
MAX_IMPORT_BYTES = 50 * 1024 * 1024
MOST_RUNNING_IMPORTS = 3  # files of one person or device that are worked on at the same time
CLAMD = clamd_address(env_str("CLAMD"))  # the virus scanner for evidence; empty: none, and files are kept as unscanned

# -- REST ------------------------------------------------------------------------------------------------
REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": [
        "members.devices.authentication.DeviceAuthentication",
        "rest_framework.authentication.SessionAuthentication",
    ],
    "DEFAULT_PERMISSION_CLASSES": ["members.access.rest.DeclaredAccess"],
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["portal.core.rest.JsonParser"],
    "EXCEPTION_HANDLER": "portal.core.rest.exception_handler",
    "UNAUTHENTICATED_USER": "django.contrib.auth.models.AnonymousUser",
    "TEST_REQUEST_DEFAULT_FORMAT": "json",
}
SPECTACULAR_SETTINGS = {
    "TITLE": "县域物流服务管理平台 API",
    "VERSION": "1",
    "DESCRIPTION": (
        "For carriers' systems, scanners and whoever looks a parcel up. An error is `{error: {code, message, hint, "
        "fields, request_id}}`; `code` is stable. Batches answer row by row, and may be sent again with the same ids. "
        "Addresses are answered with and without a slash at their end. A method that an address does not know is "
        "answered 405 with `Allow`, in the same shape; as no operation stands for it, none of those below names it."
    ),
    "CONTACT": {"name": "县级物流服务中心", "url": PUBLIC_URL},
    "SERVERS": [{"url": PUBLIC_URL}],
    "TAGS": [
        {"name": "track", "description": "Where a parcel is"},
        {"name": "parcels", "description": "Announcing parcels"},
        {"name": "events", "description": "What happened to parcels"},
        {"name": "imports", "description": "The same by file"},
        {"name": "device", "description": "The terminal itself"},
        {"name": "certificates", "description": "Whether a certificate holds"},
        {"name": "kuaidi100", "description": "Pushes in the format of kuaidi100"},
    ],
    "OAS_VERSION": "3.1.0",
    "SERVE_INCLUDE_SCHEMA": False,
    "COMPONENT_SPLIT_REQUEST": True,
    "POSTPROCESSING_HOOKS": [
        "drf_spectacular.hooks.postprocess_schema_enums",
        "portal.public.schema.describe_public_api",
    ],
}

# -- Background work ------------------------------------------------------------------------------------
CELERY_BROKER_URL = REDIS_URL if REDIS_URL.startswith("redis") else REDIS_URL.replace("unix://", "redis+socket://", 1)
# A request must not wait for the broker: what waits is a row, which the next round finds (portal/core/queue.py).
CELERY_BROKER_TRANSPORT_OPTIONS = {"socket_connect_timeout": 1, "socket_timeout": 10}
CELERY_TASK_PUBLISH_RETRY = False
CELERY_TASK_ACKS_LATE = True  # a killed worker's task runs again; every task re-reads the state first
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_TASK_IGNORE_RESULT = True
CELERY_TIMEZONE = TIME_ZONE
CELERY_BEAT_SCHEDULER = "portal.core.beat:Scheduler"

# -- Maps --------------------------------------------------------------------------------------------------
# Without a tile source maps are drawn on neutral ground and ask nobody. A source's host may show images (img-src).
MAP_TILES_URL = env_str("MAP_TILES_URL")  # e.g. https://tiles.example.cn/{z}/{x}/{y}.png
MAP_TILES_ATTRIBUTION = env_str("MAP_TILES_ATTRIBUTION")
LEAFLET_CONFIG = {"TILES": [], "NO_GLOBALS": False, "RESET_VIEW": False}
if MAP_TILES_URL:
    CONTENT_SECURITY_POLICY["DIRECTIVES"]["img-src"].append(tile_host(MAP_TILES_URL))

# -- Logging: to standard error, nothing personal -----------------------------------------------------------
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "filters": {
        "scrub": {"()": "portal.core.logs.ScrubFilter"},
        "request": {"()": "portal.core.logs.RequestFilter"},
        "one_line": {"()": "portal.core.logs.OneLineFilter"},
    },
    "formatters": {"line": {"format": "%(asctime)s %(levelname)s %(name)s [%(request_id)s] %(message)s"}},
    "handlers": {
        "stderr": {
            "class": "logging.StreamHandler",
            "formatter": "line",
            "filters": ["one_line", "scrub", "request"],
        }
    },
    "root": {"handlers": ["stderr"], "level": "INFO" if MODE != "test" else "WARNING"},
}

# Third-party views need no declaration of ours; each is named by dotted path with the reason.
from portal.access_exceptions import ACCESS_EXCEPTIONS, ADMIN_MACHINERY  # noqa: E402,F401

# allauth's many switches live beside this file.
from portal.settings_members import *  # noqa: E402,F403
from portal.settings_messages import *  # noqa: E402,F403
