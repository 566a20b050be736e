"""Every setting, read once from `CDP_*` variables into one frozen object that is passed down."""

import os
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from ipaddress import ip_network
from pathlib import Path
from urllib.parse import urlsplit

from sqlalchemy.engine import URL, make_url

from cdp import witness_setting
from cdp.witness_setting import WitnessSetting
from consent.errors import Invalid

_MOST = 10_000_000
_FLAGS = {"1": True, "true": True, "yes": True, "0": False, "false": False, "no": False, "": False}
_ORIGIN = re.compile(r"[a-z0-9][a-z0-9.:-]{0,99}(/[a-z0-9._-]{1,40}){0,3}")


def _home(environment: Mapping[str, str]) -> Path:
    return Path(environment.get("CDP_HOME") or Path.home() / ".cdp").expanduser().absolute()


def _text(environment: Mapping[str, str], name: str) -> str | None:
    """Return the setting `name`, or the content of the file that `name`_FILE points at."""
    path = environment.get(f"{name}_FILE")
    if path:
        return Path(path).read_text(encoding="utf-8").strip()
    return environment.get(name) or None


def _required(environment: Mapping[str, str], name: str) -> str:
    value = _text(environment, name)
    if value is None:
        raise Invalid(f"the setting {name} is missing", field=name)
    return value


def _file(environment: Mapping[str, str], name: str) -> Path | None:
    """Return the file that a setting names; raises Invalid when it is not there."""
    stated = environment.get(name)
    if not stated:
        return None
    path = Path(stated).expanduser()
    if not path.is_file():
        raise Invalid(f"the setting {name} names no file", field=name)
    return path


def _flag(environment: Mapping[str, str], name: str) -> bool:
    value = environment.get(name, "").lower()
    if value not in _FLAGS:
        raise Invalid(f"the setting {name} is 1 or 0", field=name)
    return _FLAGS[value]


def _networks(environment: Mapping[str, str], name: str) -> tuple[str, ...]:
    """Return the addresses and networks in a list with commas; everybody is no such list."""
    stated = [each.strip() for each in environment.get(name, "").split(",") if each.strip()]
    try:
        networks = [ip_network(each) for each in stated]
    except ValueError:
        raise Invalid(f"the setting {name} is a list of addresses and networks", field=name) from None
    if any(each.prefixlen == 0 for each in networks):
        raise Invalid(f"the setting {name} cannot trust everybody", field=name)
    return tuple(stated)


def _log_origin(environment: Mapping[str, str], base_url: str) -> str:
    """Return the name under which the logs are signed: a host, and perhaps a path."""
    host = urlsplit(base_url).hostname or ""
    stated = environment.get("CDP_LOG_ORIGIN") or (host if _ORIGIN.fullmatch(host) else "localhost")
    if not _ORIGIN.fullmatch(stated):
        raise Invalid("the setting CDP_LOG_ORIGIN is a name such as log.example.org", field="CDP_LOG_ORIGIN")
    return stated


def _driver(url: str) -> URL:
    """Return `url` with the driver that both lanes speak, whatever scheme the operator wrote."""
    return make_url(url).set(drivername="postgresql+psycopg")


def admin_url(environment: Mapping[str, str] = os.environ) -> URL:
    """Return where migrations run: a role that may create roles; only `cdp migrate` and `cdp up` use it."""
    return _driver(_required(environment, "CDP_DATABASE_URL"))


def app_password(environment: Mapping[str, str] = os.environ) -> str | None:
    """Return the password that the operator chose for the login role, in the URL of the application, if any."""
    url = _text(environment, "CDP_APP_DATABASE_URL")
    return None if url is None else _driver(url).password


def _passkey_domain(environment: Mapping[str, str]) -> str:
    """Return the domain that passkeys are for (WebAuthn's RP ID): the host of the base URL, or one above it."""
    host = urlsplit(environment.get("CDP_BASE_URL", "http://localhost:8000")).hostname or ""
    domain = environment.get("CDP_PASSKEY_DOMAIN") or host
    if host != domain and not host.endswith(f".{domain}"):
        raise Invalid(
            "the setting CDP_PASSKEY_DOMAIN is the host of CDP_BASE_URL or ends it", field="CDP_PASSKEY_DOMAIN"
        )
    return domain


@dataclass(frozen=True, slots=True)
class OidcSettings:
    """Another service that may log customers in (OpenID Connect), and which of its claims say who somebody is."""

    issuer: str
    client_id: str
    client_secret: str | None = field(repr=False)
    name: str
    scope: str
    email_claim: str
    verified_claim: str


def _oidc(environment: Mapping[str, str]) -> OidcSettings | None:
    """Return the provider that the settings name, if any."""
    issuer = environment.get("CDP_OIDC_ISSUER", "")
    if not issuer:
        return None
    return OidcSettings(
        issuer=issuer,
        client_id=_required(environment, "CDP_OIDC_CLIENT_ID"),
        client_secret=_text(environment, "CDP_OIDC_CLIENT_SECRET"),
        name=environment.get("CDP_OIDC_NAME") or (urlsplit(issuer).hostname or issuer),
        scope=environment.get("CDP_OIDC_SCOPE") or "openid email",
        email_claim=environment.get("CDP_OIDC_EMAIL_CLAIM") or "email",
        verified_claim=environment.get("CDP_OIDC_VERIFIED_CLAIM") or "email_verified",
    )


@dataclass(frozen=True, slots=True)
class Quotas:
    """How many requests a minute one caller may make of the whole platform."""

    client: int = 1_200_000
    customer: int = 12_000
    address: int = 12_000


def _quotas(number: Callable[[str, int], int]) -> Quotas:
    usual = Quotas()
    return Quotas(
        client=number("CDP_CLIENT_REQUESTS", usual.client),
        customer=number("CDP_CUSTOMER_REQUESTS", usual.customer),
        address=number("CDP_ADDRESS_REQUESTS", usual.address),
    )


@dataclass(frozen=True, slots=True)
class Settings:
    """What the running system was told; made once, at the start."""

    home: Path
    app_url: URL = field(repr=False)
    base_url: str = "http://localhost:8000"
    log_origin: str = "localhost"
    is_demo: bool = False
    pool_size: int = 8
    processes: int = 1
    smtp_url: str | None = field(default=None, repr=False)
    mail_from: str = "mijn.klant <noreply@localhost>"
    operator_mail: str | None = None
    sms_url: str | None = field(default=None, repr=False)
    sms_token: str | None = field(default=None, repr=False)
    sms_from: str = "mijn.klant"
    passkey_domain: str = "localhost"
    oidc: OidcSettings | None = None
    allow_private_addresses: bool = False
    metrics_host: str = "127.0.0.1"
    remote_apply: bool = False
    trusted_proxies: tuple[str, ...] = ()
    request_seconds: int = 30
    token_seconds: int = 600
    link_seconds: int = 900
    session_seconds: int = 28_800
    idle_seconds: int = 1_800
    fresh_seconds: int = 300
    requests_per_day: int = 1_000
    requests_per_day_unverified: int = 20
    quotas: Quotas = field(default_factory=Quotas)
    witnesses: tuple[WitnessSetting, ...] = ()
    portal_name: str = "mijn.klant"
    portal_theme: Path | None = None
    portal_logo: Path | None = None
    portal_help: str | None = None

    @property
    def keys(self) -> Path:
        """The folder of the key ring."""
        return self.home / "keys"

    @property
    def log(self) -> Path:
        """The folder of the logs' private keys, and of what they signed."""
        return self.home / "log"

    @classmethod
    def read(cls, environment: Mapping[str, str] = os.environ) -> "Settings":
        """Return the settings in `environment`; raises Invalid with the name of what is missing or wrong."""

        def number(name: str, default: int) -> int:
            value = environment.get(name, str(default))
            if not value.isdecimal() or not 1 <= int(value) <= _MOST:
                raise Invalid(f"the setting {name} is a positive whole number", field=name)
            return int(value)

        base_url = environment.get("CDP_BASE_URL", "http://localhost:8000").rstrip("/")
        return cls(
            home=_home(environment),
            app_url=_driver(_required(environment, "CDP_APP_DATABASE_URL")),
            base_url=base_url,
            log_origin=_log_origin(environment, base_url),
            is_demo=_flag(environment, "CDP_DEMO"),
            pool_size=number("CDP_POOL_SIZE", 8),
            processes=number("CDP_PROCESSES", 1),
            smtp_url=_text(environment, "CDP_SMTP_URL"),
            mail_from=environment.get("CDP_MAIL_FROM", "mijn.klant <noreply@localhost>"),
            operator_mail=environment.get("CDP_OPERATOR_MAIL") or None,
            sms_url=_text(environment, "CDP_SMS_URL"),
            sms_token=_text(environment, "CDP_SMS_TOKEN"),
            sms_from=environment.get("CDP_SMS_FROM", "mijn.klant"),
            passkey_domain=_passkey_domain(environment),
            oidc=_oidc(environment),
            allow_private_addresses=_flag(environment, "CDP_ALLOW_PRIVATE_ADDRESSES"),
            metrics_host=environment.get("CDP_METRICS_HOST", "127.0.0.1"),
            remote_apply=_flag(environment, "CDP_REMOTE_APPLY"),
            trusted_proxies=_networks(environment, "CDP_TRUSTED_PROXIES"),
            request_seconds=number("CDP_REQUEST_SECONDS", 30),
            token_seconds=number("CDP_TOKEN_SECONDS", 600),
            link_seconds=number("CDP_LINK_SECONDS", 900),
            session_seconds=number("CDP_SESSION_SECONDS", 28_800),
            idle_seconds=number("CDP_IDLE_SECONDS", 1_800),
            fresh_seconds=number("CDP_FRESH_SECONDS", 300),
            requests_per_day=number("CDP_REQUESTS_PER_DAY", 1_000),
            requests_per_day_unverified=number("CDP_REQUESTS_PER_DAY_UNVERIFIED", 20),
            quotas=_quotas(number),
            witnesses=witness_setting.read(_text(environment, "CDP_WITNESSES") or ""),
            portal_name=environment.get("CDP_PORTAL_NAME") or "mijn.klant",
            portal_theme=_file(environment, "CDP_PORTAL_THEME"),
            portal_logo=_file(environment, "CDP_PORTAL_LOGO"),
            portal_help=environment.get("CDP_PORTAL_HELP") or None,
        )
