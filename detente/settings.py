"""The settings of a workspace (`detente.toml`): name, default and meaning of each in one place.

An environment variable `DETENTE_<TABLE>__<KEY>` overrides the file, e.g. `DETENTE_FETCH__PACE_S=5`.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Annotated, Literal, get_args
from zoneinfo import available_timezones

from cronsim import CronSim, CronSimError
from pydantic import AfterValidator, BaseModel, Field
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict

from detente.people import Role
from detente.toml_file import Strict

__all__ = [
    "CompanySettings",
    "DeskSettings",
    "FetchSettings",
    "LimitSettings",
    "MailInSettings",
    "MailSettings",
    "OidcSettings",
    "PrefectSettings",
    "RetentionSettings",
    "ScheduleSettings",
    "Settings",
    "SlackSettings",
    "WebSettings",
    "setting_tables",
]


def _known_zone(name: str) -> str:
    if name not in available_timezones():
        raise ValueError(f"unknown time zone {name!r}: use a name of the IANA database, such as Europe/Berlin")
    return name


def _cron(line: str) -> str:
    try:
        CronSim(line, datetime.now(UTC))
    except CronSimError:
        raise ValueError(
            f"{line!r} is not a cron line: five fields (minute hour day month weekday), e.g. '0 7 * * 1'"
        ) from None
    return line


def _host_and_port(value: str) -> str:
    host, colon, port = value.rpartition(":")
    if not (colon and host and port.isdigit() and 0 < int(port) < 65536):
        raise ValueError(f"{value!r} is not host:port; write the exact host and port, e.g. 'intranet.acme.test:8080'")
    return value.lower()


TimeZoneName = Annotated[str, AfterValidator(_known_zone)]
CronLine = Annotated[str, AfterValidator(_cron)]
HostAndPort = Annotated[str, AfterValidator(_host_and_port)]


class CompanySettings(Strict):
    """Who you are."""

    name: str = Field(min_length=1, description="Your company's name, as reports print it.")
    currency: str = Field("USD", pattern=r"^[A-Z]{3}$", description="ISO 4217 code that reports prefer.")
    time_zone: TimeZoneName = Field("UTC", description="IANA zone in which weeks begin and schedules run.")
    contact: str = Field(
        "", description="Web or mail address that the User-Agent names, so that a site's owner can reach you."
    )


class FetchSettings(Strict):
    """How pages are fetched."""

    pace_s: float = Field(2.0, ge=0, description="Seconds between two requests to one host.")
    deadline_s: float = Field(60.0, gt=0, description="Seconds for one whole exchange, redirects and retries included.")
    connect_timeout_s: float = Field(10.0, gt=0, description="Seconds to connect, and to resolve a name.")
    max_body_bytes: int = Field(8_000_000, gt=0, description="Cap on the decoded body; more is 'too_large'.")
    max_redirects: int = Field(5, ge=0, le=10, description="Redirects followed before it counts as a loop.")
    retries: int = Field(2, ge=0, le=5, description="Further attempts after a failure that may pass.")
    hosts_at_once: int = Field(8, ge=1, le=64, description="Hosts that are read at the same time, one connection each.")
    full_every: int = Field(
        10, ge=1, description="Every n-th check ignores the validators: some servers answer 304 wrongly."
    )
    robots_max_age_h: float = Field(24.0, gt=0, le=24, description="Hours for which a robots.txt is believed.")
    allow_hosts: tuple[HostAndPort, ...] = Field(
        (), description="Exact host:port of intranet pages that may be dialled although their address is not public."
    )
    proxy: str | None = Field(None, description="URL of an HTTP proxy; the environment's proxies are not used.")


class ScheduleSettings(Strict):
    """When `detente serve` does what; cron lines in the workspace's time zone."""

    collect: CronLine = Field("0 5 * * *", description="Fetch all due pages and build.")
    weekly: CronLine = Field("0 7 * * 1", description="Collect, build and write last week's report.")


class PrefectSettings(Strict):
    """Where Prefect's server is."""

    api_url: str | None = Field(
        None, description="URL of a Prefect API; `detente serve` starts one when this is empty."
    )
    port: int = Field(4200, ge=1, le=65535, description="Loopback port of the server that `detente serve` starts.")


class WebSettings(Strict):
    """Where `detente serve` listens."""

    host: str = Field("127.0.0.1", description="Address to listen on; anything but loopback needs a way to sign in.")
    port: int = Field(8321, ge=0, le=65535, description="Port to listen on.")
    base_url: str = Field(
        "", description="Address that people type, e.g. https://intel.acme.test; links are made from it alone."
    )
    trusted_proxies: tuple[str, ...] = Field((), description="Addresses of proxies whose X-Forwarded headers count.")
    session_hours: float = Field(168.0, gt=0, le=720, description="Hours after which a session ends by itself: a week.")


class DeskSettings(Strict):
    """Where the desk's database is."""

    url: str = Field(
        "", description="SQLAlchemy URL of a PostgreSQL database; empty: data/desk.sqlite. Never with a password."
    )


class OidcSettings(Strict):
    """Sign-in by an OpenID Connect provider."""

    issuer: str = Field(description="The provider's issuer URL.")
    client_id: str = Field(description="Client id that the provider gave.")
    client_secret_file: str = Field(description="File that holds the client secret; only its owner may read it.")
    groups_claim: str = Field("groups", description="Claim that lists a person's groups.")
    roles: dict[str, tuple[Role, ...]] = Field(
        default_factory=dict, description="Which roles a group gives, by the group's name."
    )


class MailSettings(Strict):
    """The mail server that messages leave by."""

    host: str = Field(description="Name of the SMTP server.")
    port: int = Field(587, ge=1, le=65535, description="Its port.")
    sender: str = Field(description="Address in From.")
    user: str = Field("", description="User to sign in as; empty: nobody.")
    password_file: str = Field("", description="File that holds the password; only its owner may read it.")
    security: Literal["starttls", "tls", "none"] = Field("starttls", description="How the connection is secured.")


class MailInSettings(Strict):
    """The mailbox in which sightings arrive."""

    host: str = Field(description="Name of the IMAP server.")
    port: int = Field(993, ge=1, le=65535, description="Its port; TLS always.")
    user: str = Field(description="User to sign in as.")
    password_file: str = Field(description="File that holds the password; only its owner may read it.")
    folder: str = Field("INBOX", description="Folder that is read.")
    done_folder: str = Field("Detente/Done", description="Where a mail goes that became a sighting.")
    refused_folder: str = Field("Detente/Refused", description="Where a mail goes that could not be taken.")
    authserv_id: str = Field(
        "", description="Name of your server in Authentication-Results; with it, a sender counts only with a DKIM pass."
    )


class SlackSettings(Strict):
    """The Slack app whose commands and shortcuts arrive here."""

    signing_secret_file: str = Field(description="File that holds the signing secret; only its owner may read it.")


class RetentionSettings(Strict):
    """How long what is kept, in days."""

    attachments_days: int = Field(400, ge=1, description="Files of sightings.")
    text_days: int = Field(730, ge=1, description="Text of sightings, questions and answers.")
    sessions_days: int = Field(90, ge=1, description="Ended sessions and used links.")


class LimitSettings(Strict):
    """Bounds on time and room."""

    lock_timeout_s: float = Field(120.0, ge=0, description="Seconds to wait for the warehouse's lock.")
    keep_published: int = Field(3, ge=1, description="Published files kept for readers that still have one open.")
    sql_seconds: float = Field(30.0, gt=0, description="Seconds that `detente sql` lets one statement run.")
    sql_memory: str = Field("1GB", description="Memory that `detente sql` lets one statement use.")
    text_chars: int = Field(20_000, ge=100, description="Characters of a sighting's text at most.")
    files: int = Field(6, ge=0, le=50, description="Files with one sighting at most.")
    file_bytes: int = Field(10_000_000, ge=1, description="Bytes of one file at most.")
    image_pixels: int = Field(50_000_000, ge=1, description="Pixels of one photo at most.")
    sightings_per_minute: int = Field(30, ge=1, description="Sightings that one person may send in a minute.")


class Settings(Strict, BaseSettings):
    """Everything in `detente.toml`; environment variables win over the file."""

    model_config = SettingsConfigDict(
        extra="forbid", frozen=True, env_prefix="DETENTE_", env_nested_delimiter="__", env_ignore_empty=True
    )

    company: CompanySettings
    fetch: FetchSettings = FetchSettings()
    schedule: ScheduleSettings = ScheduleSettings()
    prefect: PrefectSettings = PrefectSettings()
    limits: LimitSettings = LimitSettings()
    web: WebSettings = WebSettings()
    desk: DeskSettings = DeskSettings()
    oidc: OidcSettings | None = Field(None, description="Sign-in by an OpenID Connect provider; none by default.")
    mail: MailSettings | None = Field(None, description="The mail server that messages leave by; none by default.")
    mail_in: MailInSettings | None = Field(None, description="The mailbox in which sightings arrive; none by default.")
    slack: SlackSettings | None = Field(None, description="The Slack app; none by default.")
    retention: RetentionSettings = RetentionSettings()

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Environment before file; no other source."""
        return env_settings, init_settings


def setting_tables() -> Mapping[str, type[BaseModel]]:
    """The model of every table of `detente.toml`, by its name; those that may be left out included."""
    found: dict[str, type[BaseModel]] = {}
    for name, field in Settings.model_fields.items():
        kinds = [kind for kind in (field.annotation, *get_args(field.annotation)) if isinstance(kind, type)]
        found[name] = next(kind for kind in kinds if issubclass(kind, BaseModel))
    return found
