"""What the installation is told from outside: `SAMVERK_…` variables or `samverk.toml`, read once at start.

What a tenant configures is not here.
"""

import os
import re
import secrets
import tomllib
from dataclasses import dataclass, field, fields
from ipaddress import IPv4Network, IPv6Network, ip_network
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from samverk.errors import SettingsError

LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})
_KEY = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,38}[a-z0-9])?")
VARIABLES = (
    "database_url",
    "owner_url",
    "secret",
    "public_url",
    "files",
    "smtp_url",
    "mail_from",
    "threads",
    "hook_seconds",
    "plugin_folders",
    "scanner",
    "reads_per_minute",
    "writes_per_minute",
    "trusted_proxies",
    "log",
)


@dataclass(frozen=True, slots=True)
class Provider:
    """A sign-in provider of one region (OpenID Connect): `[[oidc]]` in `samverk.toml`."""

    tenant: str
    key: str
    name: str
    issuer: str
    client_id: str
    client_secret: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Settings:
    """The settings of one process. `data` is the folder of the embedded database and the files."""

    data: Path
    database_url: str
    secret: str
    public_url: str
    smtp_url: str | None = None
    mail_from: str = "samverk@localhost"
    threads: int = 8
    demonstration: bool = False
    owner_url: str | None = None
    """The database as its owner, for `samverk migrate` on PostgreSQL; the serving processes do not need it."""
    hook_seconds: float = 2.0
    scanner: str | None = None
    """A command that is given each file that people send; exit 0 takes it, 1 refuses it."""
    files_folder: Path | None = None
    safe_mode: bool = False
    oidc: tuple[Provider, ...] = ()
    reads_per_minute: int = 6_000
    writes_per_minute: int = 6_000
    """How often one person in a region may ask and change; all behind one address five times as much."""
    trusted_proxies: tuple[IPv4Network | IPv6Network, ...] = ()
    """Whose X-Forwarded-For is believed."""
    log: str = "text"

    @property
    def files(self) -> Path:
        """Return the folder of the files that people send, outside everything that is served."""
        return self.files_folder or self.data / "files"

    @property
    def is_loopback(self) -> bool:
        """True when people reach the installation over plain http on this machine only."""
        return _is_loopback(self.public_url)

    @property
    def host(self) -> str:
        """Return host and port as a browser sends them in `Host`."""
        return urlsplit(self.public_url).netloc

    @property
    def is_sqlite(self) -> bool:
        return self.database_url.startswith("sqlite")


def read(data: Path, *, port: int = 8000, demonstration: bool = False, safe_mode: bool = False) -> Settings:
    """Read the settings for a data folder. Variables win over `samverk.toml` in the working folder.

    Without SAMVERK_SECRET a secret is made and kept in the data folder. Raises SettingsError in one sentence.
    """
    given, providers = _given()
    url, owner = _database_url(given, data), given.get("owner_url")
    threads = given.get("threads", "8")
    if not threads.isascii() or not threads.isdigit() or not 1 <= int(threads) <= 64:
        raise SettingsError("SAMVERK_THREADS must be a number from 1 to 64; correct it.")
    public_url = (given.get("public_url") or f"http://127.0.0.1:{port}").rstrip("/")
    return Settings(
        data=data,
        database_url=url,
        secret=given.get("secret") or _own_secret(data),
        public_url=public_url,
        smtp_url=given.get("smtp_url"),
        mail_from=given.get("mail_from", "samverk@localhost"),
        threads=int(threads),
        demonstration=demonstration,
        owner_url=_with_driver(owner) if owner else None,
        scanner=given.get("scanner") or None,
        files_folder=Path(given["files"]) if given.get("files") else None,
        hook_seconds=_hook_seconds(given.get("hook_seconds", "2")),
        safe_mode=safe_mode,
        oidc=_providers(providers, is_loopback=_is_loopback(public_url)),
        reads_per_minute=_per_minute("READS", given.get("reads_per_minute", "6000")),
        writes_per_minute=_per_minute("WRITES", given.get("writes_per_minute", "6000")),
        trusted_proxies=_networks(given.get("trusted_proxies", "")),
        log=_log(given.get("log", "text")),
    )


def plugin_folders() -> tuple[Path, ...]:
    """Return the folders in which plugins lie that are no distribution: their files only, no code.

    Raises SettingsError for one that is not there.
    """
    given, _providers = _given()
    found = tuple(Path(one).absolute() for one in given.get("plugin_folders", "").split(os.pathsep) if one)
    for folder in found:
        if not folder.is_dir():
            raise SettingsError(f"SAMVERK_PLUGIN_FOLDERS names {folder}, which is no folder; correct it.")
    return found


def database_url(data: Path) -> str:
    """Return the address of the database alone; nothing is made in the data folder."""
    return _database_url(_given()[0], data)


def files(data: Path) -> Path:
    """Return the folder of the files that people send alone; nothing is made in the data folder."""
    given = _given()[0].get("files")
    return Path(given) if given else data / "files"


def _given() -> tuple[dict[str, str], Any]:
    """Return the settings, and the sign-in providers of the file as they are written."""
    written = _file(Path("samverk.toml"))
    providers = written.pop("oidc", [])
    return {key: str(value) for key, value in written.items()} | {
        name: os.environ[f"SAMVERK_{name.upper()}"] for name in VARIABLES if f"SAMVERK_{name.upper()}" in os.environ
    }, providers


def _database_url(given: dict[str, str], data: Path) -> str:
    url = _with_driver(given.get("database_url") or f"sqlite:///{(data / 'samverk.sqlite3').resolve()}")
    if not url.startswith(("sqlite:///", "postgresql+psycopg://")):
        raise SettingsError("SAMVERK_DATABASE_URL must begin with sqlite:/// or postgresql://; correct it.")
    return url


def _with_driver(url: str) -> str:
    is_plain = url.startswith(("postgres://", "postgresql://"))
    return "postgresql+psycopg://" + url.split("://", 1)[1] if is_plain else url


def _hook_seconds(given: str) -> float:
    try:
        seconds = float(given)
    except ValueError:
        seconds = 0.0
    if not 0.1 <= seconds <= 10:
        raise SettingsError("SAMVERK_HOOK_SECONDS must be a number from 0.1 to 10; correct it.")
    return seconds


def _per_minute(what: str, given: str) -> int:
    if not given.isascii() or not given.isdigit() or not 1 <= int(given) <= 10_000_000:
        raise SettingsError(f"SAMVERK_{what}_PER_MINUTE must be a number from 1 to 10000000; correct it.")
    return int(given)


def _networks(given: str) -> tuple[IPv4Network | IPv6Network, ...]:
    try:
        return tuple(ip_network(one.strip()) for one in given.split(",") if one.strip())
    except ValueError as error:
        raise SettingsError(
            "SAMVERK_TRUSTED_PROXIES must be addresses or networks with commas between (10.0.0.0/8); correct it."
        ) from error


def _log(given: str) -> str:
    if given not in ("text", "json"):
        raise SettingsError("SAMVERK_LOG must be text or json; correct it.")
    return given


def _is_loopback(url: str) -> bool:
    parts = urlsplit(url)
    return parts.scheme == "http" and (parts.hostname or "") in LOOPBACK


def _providers(given: Any, *, is_loopback: bool) -> tuple[Provider, ...]:
    """Read the sign-in providers. An issuer is reached by https; by http only where all is on this machine."""
    names = {one.name for one in fields(Provider)}
    found: list[Provider] = []
    for number, table in enumerate(given if isinstance(given, list) else [given], 1):
        where = f"[[oidc]] number {number} in samverk.toml"
        if not isinstance(table, dict) or set(table) != names or not all(isinstance(v, str) for v in table.values()):
            raise SettingsError(f"{where} must have these settings, each a text: {', '.join(sorted(names))}.")
        one = Provider(**table)
        if not _KEY.fullmatch(one.key):
            raise SettingsError(f"{where}: the key must be small letters, digits and hyphens; correct it.")
        if not (one.issuer.startswith("https://") or (is_loopback and _is_loopback(one.issuer))):
            raise SettingsError(f"{where}: the issuer must begin with https://; correct it.")
        if any((one.tenant, one.key) == (other.tenant, other.key) for other in found):
            raise SettingsError(f"{where}: the key {one.key} is taken in {one.tenant}; choose another.")
        found.append(one)
    return tuple(found)


def handed_over() -> Settings:
    """Read the settings of a serving process; the command line leaves what a person chose in the environment."""
    given = os.environ
    return read(
        Path(given["SAMVERK_SERVE_DATA"]),
        port=int(given["SAMVERK_SERVE_PORT"]),
        demonstration=given.get("SAMVERK_SERVE_DEMO") == "1",
        safe_mode=given.get("SAMVERK_SERVE_SAFE") == "1",
    )


def _file(path: Path) -> dict[str, Any]:
    if not path.is_file():
        return {}
    try:
        data = tomllib.loads(path.read_text("utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise SettingsError(f"{path} is not readable TOML ({error}); correct it.") from error
    unknown = sorted(set(data) - {*VARIABLES, "oidc"})
    if unknown:
        raise SettingsError(f"{path} has settings that are not known ({', '.join(unknown)}); remove them.")
    return data


def _own_secret(data: Path) -> str:
    path = data / "secret"
    if path.is_file():
        return path.read_text("ascii").strip()
    data.mkdir(parents=True, exist_ok=True)
    secret = secrets.token_urlsafe(32)
    path.touch(mode=0o600)
    path.write_text(secret + "\n", "ascii")
    return secret
