"""Runs the server (Granian) and, in the embedded case, the worker beside it as a child process.

Commands and their options are `cli`'s.
"""

import os
import subprocess
import sys
from pathlib import Path

from samverk.errors import SettingsError
from samverk.settings import Settings, handed_over


def serve(settings: Settings, data: Path, host: str, port: int, workers: int) -> None:
    """Serve until stopped. Raises SettingsError for what would be unsafe or cannot work."""
    if settings.is_sqlite and workers != 1:
        raise SettingsError("The embedded database takes one serving process; leave out --workers or use PostgreSQL.")
    if host not in ("127.0.0.1", "::1", "localhost") and settings.is_loopback:
        raise SettingsError(
            f"{host} is a public address and SAMVERK_PUBLIC_URL is not set to an https address; set it first."
        )
    os.environ |= {
        "SAMVERK_SERVE_DATA": str(data),
        "SAMVERK_SERVE_HOST": host,
        "SAMVERK_SERVE_PORT": str(port),
        "SAMVERK_SERVE_WORKERS": str(workers),
        "SAMVERK_SERVE_DEMO": "1" if settings.demonstration else "0",
        "SAMVERK_SERVE_SAFE": "1" if settings.safe_mode else "0",
    }
    sys.stdout.flush()
    if os.name == "posix" and "sqlalchemy" in sys.modules:
        # The server's first process only watches the others: it begins anew without what filling has imported.
        os.execv(sys.executable, [sys.executable, "-m", "samverk.serving"])  # noqa: S606
    _serve_from_environment()


def _serve_from_environment() -> None:
    settings = handed_over()
    worker = _start_worker(settings.data, settings) if settings.is_sqlite and settings.smtp_url else None
    try:
        run(
            "samverk.app:from_environment",
            os.environ["SAMVERK_SERVE_HOST"],
            int(os.environ["SAMVERK_SERVE_PORT"]),
            int(os.environ["SAMVERK_SERVE_WORKERS"]),
        )
    finally:
        if worker is not None:
            worker.terminate()
            worker.wait(10)


def run(target: str, host: str, port: int, workers: int = 1, *, is_factory: bool = True) -> None:
    """Run an application on the server until stopped; the benchmark runs its bare one with the same settings."""
    from granian import Granian  # brings its own event loop; only serving needs it
    from granian.constants import Interfaces, Loops
    from granian.log import LogLevels

    Granian(
        target,
        address=host,
        port=port,
        interface=Interfaces.ASGI,
        factory=is_factory,
        workers=workers,
        loop=Loops.uvloop,
        log_level=LogLevels.warning,
        websockets=False,
        respawn_failed_workers=True,
        # Connections, not requests: who is beyond them waits unheard until another hangs up. Files may be 1,024.
        backpressure=800,
    ).serve()


def _start_worker(data: Path, settings: Settings) -> "subprocess.Popen[bytes]":
    command = [sys.executable, "-m", "samverk.cli", "worker", "--data", str(data)]
    return subprocess.Popen(command, env=os.environ | {"SAMVERK_PUBLIC_URL": settings.public_url})  # noqa: S603


if __name__ == "__main__":
    _serve_from_environment()
