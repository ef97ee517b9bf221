"""One settings module, read from the environment and safe by default.

``PROCESS`` says which door this process is: ``public``, ``staff``, ``worker`` or ``owner``
(migrations and role synchronisation). ``DEMO=1`` fills every missing value with one that is good
enough to look at the product and that production refuses. The table of all variables stands in
docs/operators.md.
"""

from datetime import timedelta
from pathlib import Path

import environ
from csp.constants import NONE, SELF
from django.core.exceptions import ImproperlyConfigured
from django.utils.translation import gettext_lazy as _

from clinic import demo_secrets
from clinic.connection_limits import DATABASE_OPTIONS, limited
from clinic.embedded_postgres import connection_settings
from clinic.logs import logging_settings
from clinic.operating import operating

BASE_DIR = Path(__file__).resolve().parent.parent

env = environ.Env()
if (BASE_DIR / ".env").exists() and not env.bool("IGNORE_DOTENV", default=False):
    env.read_env(BASE_DIR / ".env")

# --- Which process this is -------------------------------------------------------------------

PROCESS = env("PROCESS", default="staff")
if PROCESS not in {"public", "staff", "worker", "owner"}:
    raise ImproperlyConfigured("PROCESS must be public, staff, worker or owner.")
DEMO = env.bool("DEMO", default=False)
DEBUG = False

_REQUIRED = {
    "public": ["SEALING_PUBLIC_KEY", "RECEIPT_KEY", "ALLOWED_HOSTS", "SITE_URL"],
    "staff": [
        "SEALING_PUBLIC_KEY",
        "SEALING_PRIVATE_KEYS",
        "LOOKUP_KEY",
        "RECEIPT_KEY",
        "ALLOWED_HOSTS",
        "SITE_URL",
        "STAFF_URL",
        "EMAIL_URL",
    ],
    "worker": [
        "SEALING_PUBLIC_KEY",
        "SEALING_PRIVATE_KEYS",
        "LOOKUP_KEY",
        "RECEIPT_KEY",
        "SITE_URL",
        "STAFF_URL",
        "EMAIL_URL",
    ],
    "owner": ["SITE_URL"],
}
_database_variable = "OWNER_DATABASE_URL" if PROCESS == "owner" else "DATABASE_URL"


def _check_environment() -> None:
    """Raise ImproperlyConfigured naming every missing or demo-only variable, in one message."""
    required = ["SECRET_KEY", _database_variable, *_REQUIRED[PROCESS]]
    missing = [name for name in required if not env(name, default="")]
    given = {name: env(name, default="") for name in demo_secrets.VALUES}
    demo = demo_secrets.published(given)
    if demo_secrets.VALUES["SECRET_KEY"] in env("SECRET_KEY_FALLBACKS", default="").split():
        demo.append("SECRET_KEY_FALLBACKS")
    problems = []
    if same := demo_secrets.used_twice(given):
        problems.append(f"one value for several keys: {', '.join(same)}")
    if missing:
        problems.append(f"missing environment variables: {', '.join(missing)}")
    if demo:
        problems.append(f"demo secrets are not allowed here: {', '.join(demo)}")
    if problems:
        raise ImproperlyConfigured(
            f"The {PROCESS} process cannot start: {'; '.join(problems)}. "
            "Set DEMO=1 to try the product with throw-away values."
        )


if not DEMO:
    _check_environment()


def _secret(name: str) -> str:
    return env(name, default=demo_secrets.VALUES[name] if DEMO else "")


PORT = env.int("PORT", default=8000)
DATA_DIR = Path(env("DATA_DIR", default=str(BASE_DIR / ".data"))).resolve()
SITE_URL = env("SITE_URL", default=f"http://localhost:{PORT}")
# The public door needs to know the staff door only to send staff there who come to it.
_staff_url = "" if PROCESS == "public" and not DEMO else f"http://localhost:{PORT + 1}"
STAFF_URL = env("STAFF_URL", default=_staff_url)

# --- Secrets ---------------------------------------------------------------------------------

SECRET_KEY = _secret("SECRET_KEY")
# Earlier values of this process's own: what was signed or encrypted under them stays good.
SECRET_KEY_FALLBACKS = env("SECRET_KEY_FALLBACKS", default="").split()
RECEIPT_KEY = _secret("RECEIPT_KEY")
SEALING_PUBLIC_KEY = _secret("SEALING_PUBLIC_KEY")
# The public door can seal an inquiry but must never be able to open one.
_may_open = PROCESS != "public"
SEALING_PRIVATE_KEYS = _secret("SEALING_PRIVATE_KEYS").split() if _may_open else []
LOOKUP_KEY = _secret("LOOKUP_KEY") if _may_open else ""

# --- Hosts and transport ---------------------------------------------------------------------

_local_hosts = ["localhost", "127.0.0.1", "[::1]"]
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", default=_local_hosts if DEMO else [])
TRUSTED_PROXIES = env.int("TRUSTED_PROXIES", default=0)
CSRF_TRUSTED_ORIGINS = [url for url in (SITE_URL, STAFF_URL) if url.startswith("https://")]
SECURE_SSL_REDIRECT = not DEMO
SECURE_REDIRECT_EXEMPT = [r"^healthz$", r"^readyz$", r"^metrics$"]
if TRUSTED_PROXIES:
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
SECURE_HSTS_SECONDS = 0 if DEMO else 31536000
SECURE_HSTS_INCLUDE_SUBDOMAINS = not DEMO
SECURE_HSTS_PRELOAD = not DEMO
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY" if PROCESS == "public" else "SAMEORIGIN"
if PROCESS != "public":
    SILENCED_SYSTEM_CHECKS = ["security.W019"]  # Wagtail's previews are frames of our own

# Browsers take cookies of these names over https alone, the second from no other host.
SESSION_COOKIE_NAME = "clinic_staff" if DEMO else "__Secure-clinic_staff"
CSRF_COOKIE_NAME = "csrftoken" if DEMO else "__Host-csrftoken"
SESSION_COOKIE_PATH = "/admin/"
SESSION_COOKIE_SECURE = not DEMO
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_AGE = 12 * 60 * 60
SESSION_EXPIRE_AT_BROWSER_CLOSE = True
STAFF_IDLE_LOGOUT = timedelta(minutes=15)
STAFF_SESSION_LIMIT = timedelta(hours=12)
CSRF_COOKIE_SECURE = not DEMO
# Not in a cookie: what a screen says to one person must not be read on the next one's way.
MESSAGE_STORAGE = "django.contrib.messages.storage.session.SessionStorage"
CSRF_COOKIE_HTTPONLY = True
CSRF_FAILURE_VIEW = "clinic.error_pages.csrf_failure"

DATA_UPLOAD_MAX_MEMORY_SIZE = 2_621_440
DATA_UPLOAD_MAX_NUMBER_FIELDS = 5000 if PROCESS != "public" else 200

# --- Applications ----------------------------------------------------------------------------

INSTALLED_APPS = [
    "trials.inquiries",
    "trials",
    "education",
    "clinic",
    "wagtail.contrib.settings",
    "wagtail.contrib.simple_translation",
    "wagtail.contrib.typed_table_block",
    "wagtail.contrib.redirects",
    "wagtail.embeds",
    "wagtail.sites",
    "wagtail.users",
    "wagtail.snippets",
    "wagtail.documents",
    "wagtail.images",
    "wagtail.search",
    "wagtail.admin",
    "wagtail.locales",
    "wagtail",
    "modelcluster",
    "taggit",
    "allauth",
    "clinic.account_models.AccountModels" if PROCESS == "public" else "allauth.account",
    "allauth.mfa",
    "csp",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.postgres",
    "django.contrib.humanize",
    "django.forms",
]

# Outermost what puts headers on every answer, error pages included; then what refuses requests.
_OUTER_MIDDLEWARE = [
    "clinic.middleware.request_id.RequestIdMiddleware",
    "clinic.middleware.headers.SecurityHeadersMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "clinic.middleware.csp.CSPMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "clinic.middleware.bad_input.BadInputMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
]
_INNER_MIDDLEWARE = [
    "clinic.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
]
PUBLIC_MIDDLEWARE = [
    *_OUTER_MIDDLEWARE,
    *_INNER_MIDDLEWARE,
    "clinic.middleware.public_door.PublicDoorMiddleware",
    "wagtail.contrib.redirects.middleware.RedirectMiddleware",
]
STAFF_MIDDLEWARE = [
    *_OUTER_MIDDLEWARE,
    "django.contrib.sessions.middleware.SessionMiddleware",
    *_INNER_MIDDLEWARE,
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "clinic.middleware.refusals.RefusalMiddleware",
    "clinic.middleware.staff_session.StaffSessionMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "clinic.second_factor.SecondFactorMiddleware",
    "wagtail.contrib.redirects.middleware.RedirectMiddleware",
    "clinic.review_messages.ReviewRefusedMiddleware",
]
MIDDLEWARE = PUBLIC_MIDDLEWARE if PROCESS == "public" else STAFF_MIDDLEWARE
ROOT_URLCONF = "clinic.urls.public" if PROCESS == "public" else "clinic.urls.staff"
WSGI_APPLICATION = "clinic.wsgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.i18n",
                *(
                    []
                    if PROCESS == "public"
                    else [
                        "django.contrib.auth.context_processors.auth",
                        "django.contrib.messages.context_processors.messages",
                    ]
                ),
            ],
        },
    }
]
FORM_RENDERER = "django.forms.renderers.TemplatesSetting"

# --- Database --------------------------------------------------------------------------------

_DATABASE_USERS = {
    "public": "clinic_public",
    "staff": "clinic_staff",
    "worker": "clinic_worker",
    "owner": "postgres",
}
if DEMO and not env(_database_variable, default=""):
    _database_variable = "DATABASE_URL"
if env(_database_variable, default=""):
    DATABASES = {"default": env.db(_database_variable)}
    if env("DATABASE_ROLE", default=""):
        # The demo on somebody's own Postgres: one login, each process in its role.
        DATABASES["default"]["OPTIONS"] = {"options": f"-c role={env('DATABASE_ROLE')}"}
else:
    DATABASES = {"default": connection_settings(DATA_DIR, user=_DATABASE_USERS[PROCESS])}
DATABASES["default"].update(
    ENGINE="django.db.backends.postgresql",
    CONN_MAX_AGE=60,
    CONN_HEALTH_CHECKS=True,
    OPTIONS=DATABASE_OPTIONS | DATABASES["default"].get("OPTIONS", {}),
)
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
TASKS = {"default": {"BACKEND": "django_tasks.backends.immediate.ImmediateBackend"}}
PAGE_CACHE_BYTES = env.int("PAGE_CACHE_BYTES", default=64 * 1024 * 1024)  # per server process
# Only where people log in must processes remember something together.
_of_the_process = "django.core.cache.backends.locmem.LocMemCache"
_for_logins = "clinic.login_memory.LoginMemoryCache"
CACHES = {
    "default": {"BACKEND": _for_logins if PROCESS in {"staff", "owner"} else _of_the_process},
    "process": {"BACKEND": _of_the_process, "LOCATION": "process"},
}

# --- People ----------------------------------------------------------------------------------

AUTH_USER_MODEL = "clinic.User"
PASSWORD_HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher"]
AUTH_PASSWORD_VALIDATORS = [
    {
        "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
        "OPTIONS": {"min_length": 15},
    },
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
AUTHENTICATION_BACKENDS = ["clinic.role_backend.RoleBackend"]
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*", "password2*"]
ACCOUNT_EMAIL_VERIFICATION = "none"  # site administrators enter the addresses
ACCOUNT_EMAIL_UNKNOWN_ACCOUNTS = False
ACCOUNT_EMAIL_SUBJECT_PREFIX = ""
ACCOUNT_ADAPTER = "clinic.login.AccountAdapter"
ACCOUNT_SESSION_REMEMBER = False
ACCOUNT_LOGOUT_ON_PASSWORD_CHANGE = True
ACCOUNT_REAUTHENTICATION_REQUIRED = True
MFA_ADAPTER = "clinic.login.SecondFactorAdapter"
MFA_ALLOW_UNVERIFIED_EMAIL = True
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = DEMO  # the demo is served from http://localhost
MFA_REQUIRED = not DEMO
DEMO_PASSWORD = env("DEMO_PASSWORD", default="demo-demo-demo-demo") if DEMO else ""
LOGIN_REDIRECT_URL = "/admin/"
LOGIN_URL = "/admin/auth/login/"

# --- Languages and time ----------------------------------------------------------------------

LANGUAGE_CODE = "en"
LANGUAGES = WAGTAIL_CONTENT_LANGUAGES = [("en", _("English")), ("es", _("Spanish"))]
LOCALE_PATHS = [BASE_DIR / "clinic" / "locale"]
USE_I18N = True
USE_TZ = True
TIME_ZONE = env("TIME_ZONE", default="America/Los_Angeles")

# --- Files -----------------------------------------------------------------------------------

STATIC_URL = "/static/"
STATIC_ROOT = DATA_DIR / "static"
MEDIA_URL = "/media/"
MEDIA_ROOT = DATA_DIR / "media"
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}
WHITENOISE_MAX_AGE = 31536000

# --- Mail ------------------------------------------------------------------------------------

if env("EMAIL_URL", default=""):
    vars().update(limited(env.email_url("EMAIL_URL")))
else:
    EMAIL_BACKEND = "django.core.mail.backends.filebased.EmailBackend"
    EMAIL_FILE_PATH = str(DATA_DIR / "mail")
EMAIL_TIMEOUT = 20
DEFAULT_FROM_EMAIL = env("DEFAULT_FROM_EMAIL", default="Clinic <no-reply@localhost>")
OPERATING = operating(env, is_demo=DEMO, sender=DEFAULT_FROM_EMAIL)
# Where mail servers report what they could not deliver; "bounces@…" becomes "bounces+<id>@…".
BOUNCE_ADDRESS = env("BOUNCE_ADDRESS", default="")

# --- Wagtail ---------------------------------------------------------------------------------

WAGTAIL_SITE_NAME = "Clinic"
WAGTAILADMIN_BASE_URL = STAFF_URL
WAGTAIL_I18N_ENABLED = True
WAGTAILSIMPLETRANSLATION_SYNC_PAGE_TREE = False
WAGTAIL_ENABLE_UPDATE_CHECK = False
WAGTAIL_ENABLE_WHATS_NEW_BANNER = False
WAGTAIL_GRAVATAR_PROVIDER_URL = None
WAGTAIL_PASSWORD_MANAGEMENT_ENABLED = False  # allauth's screens do this, with a second factor
WAGTAIL_PASSWORD_RESET_ENABLED = False
WAGTAIL_EMAIL_MANAGEMENT_ENABLED = False
WAGTAIL_WORKFLOW_REQUIRE_REAPPROVAL_ON_EDIT = True
WAGTAIL_FINISH_WORKFLOW_ACTION = "clinic.review.publish_reviewed"
WAGTAILADMIN_NOTIFICATION_INCLUDE_SUPERUSERS = False
WAGTAILADMIN_LOGIN_URL = LOGIN_URL
WAGTAIL_PRIVATE_PAGE_OPTIONS = {"SHARED_PASSWORD": False}
WAGTAILDOCS_PRIVATE_COLLECTION_OPTIONS = {"SHARED_PASSWORD": False}
WAGTAILDOCS_SERVE_METHOD = "serve_view"
WAGTAILDOCS_EXTENSIONS = ["pdf"]
WAGTAILDOCS_DOCUMENT_FORM_BASE = "clinic.upload_forms.DocumentForm"
WAGTAILIMAGES_IMAGE_MODEL = "clinic.ClinicImage"
WAGTAILIMAGES_IMAGE_FORM_BASE = "clinic.upload_forms.ImageForm"
WAGTAILIMAGES_MAX_IMAGE_PIXELS = 40_000_000
WAGTAILIMAGES_EXTENSIONS = ["avif", "gif", "jpg", "jpeg", "png", "webp"]
WAGTAILEMBEDS_FINDERS: list[dict[str, str]] = []
WAGTAILSEARCH_BACKENDS = {
    "default": {"BACKEND": "clinic.search_backend", "SEARCH_CONFIG": "english"}
}

# --- Content-Security-Policy -----------------------------------------------------------------

CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "img-src": [SELF, "data:"],
        "object-src": [NONE],
        "base-uri": [NONE],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
    }
}

# --- Trials ----------------------------------------------------------------------------------

REGISTRY_URL = env("REGISTRY_URL", default="https://clinicaltrials.gov/api/v2/")

# --- Logging: never personal data ------------------------------------------------------------

LOGGING = logging_settings(level=env("LOG_LEVEL", default="INFO"))
DEFAULT_EXCEPTION_REPORTER_FILTER = "clinic.error_reports.PrivateExceptionReporterFilter"
