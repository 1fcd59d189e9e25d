"""What the installation is told from outside: `SAMVERK_…` variables or `samverk.toml`, read once at start.

What a tenant configures is not here.
"""

import os
import secrets
import tomllib
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from samverk.errors import SettingsError

LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})
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
)


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
    safe_mode: bool = False

    @property
    def is_loopback(self) -> bool:
        """True when people reach the installation over plain http on this machine only."""
        parts = urlsplit(self.public_url)
        return parts.scheme == "http" and (parts.hostname or "") in LOOPBACK

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
    given = _given()
    url, owner = _database_url(given, data), given.get("owner_url")
    threads = given.get("threads", "8")
    if not threads.isascii() or not threads.isdigit() or not 1 <= int(threads) <= 64:
        raise SettingsError("SAMVERK_THREADS must be a number from 1 to 64; correct it.")
    return Settings(
        data=data,
        database_url=url,
        secret=given.get("secret") or _own_secret(data),
        public_url=(given.get("public_url") or f"http://127.0.0.1:{port}").rstrip("/"),
        smtp_url=given.get("smtp_url"),
        mail_from=given.get("mail_from", "samverk@localhost"),
        threads=int(threads),
        demonstration=demonstration,
        owner_url=_with_driver(owner) if owner else None,
        hook_seconds=_hook_seconds(given.get("hook_seconds", "2")),
        safe_mode=safe_mode,
    )


def database_url(data: Path) -> str:
    """Return the address of the database alone; nothing is made in the data folder."""
    return _database_url(_given(), data)


def _given() -> dict[str, str]:
    return _file(Path("samverk.toml")) | {
        name: os.environ[f"SAMVERK_{name.upper()}"] for name in VARIABLES if f"SAMVERK_{name.upper()}" in os.environ
    }


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


def handed_over() -> Settings:
    """Read the settings of a serving process; the command line leaves what a person chose in the environment."""
    given = os.environ
    return read(
        Path(given["SAMVERK_SERVE_DATA"]),
        port=int(given["SAMVERK_SERVE_PORT"]),
        demonstration=given.get("SAMVERK_SERVE_DEMO") == "1",
        safe_mode=given.get("SAMVERK_SERVE_SAFE") == "1",
    )


def _file(path: Path) -> dict[str, str]:
    if not path.is_file():
        return {}
    try:
        data = tomllib.loads(path.read_text("utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise SettingsError(f"{path} is not readable TOML ({error}); correct it.") from error
    unknown = sorted(set(data) - set(VARIABLES))
    if unknown:
        raise SettingsError(f"{path} has settings that are not known ({', '.join(unknown)}); remove them.")
    return {key: str(value) for key, value in data.items()}


def _own_secret(data: Path) -> str:
    path = data / "secret"
    if path.is_file():
        return path.read_text("ascii").strip()
    data.mkdir(parents=True, exist_ok=True)
    secret = secrets.token_urlsafe(32)
    path.touch(mode=0o600)
    path.write_text(secret + "\n", "ascii")
    return secret
