"""One line of JSON a request, and security events on a logger of their own (rule 50).

Never a body, a name, a mail address, a query string or a token: only what is listed here is ever written.
"""

import datetime as dt
import logging
import sys

import msgspec

requests = logging.getLogger("samverk.requests")
security = logging.getLogger("samverk.security")
FIELDS = ("request", "event", "tenant", "actor", "action", "status", "ms", "address")


class JsonLines(logging.Formatter):
    """Writes a record as one line of JSON; a fault's trace stands in it with its line breaks escaped."""

    def format(self, record: logging.LogRecord) -> str:
        moment = dt.datetime.fromtimestamp(record.created, dt.UTC).isoformat(timespec="milliseconds")
        line: dict[str, object] = {
            "at": moment.replace("+00:00", "Z"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage(),
        }
        line |= {name: value for name in FIELDS if (value := getattr(record, name, None)) is not None}
        if record.exc_info is not None and record.exc_info[1] is not None:
            # The words of a driver's fault hold what was sent; where it happened is enough to find it.
            line["fault"] = type(record.exc_info[1]).__name__
            line["where"] = _where(record.exc_info[1])
        return msgspec.json.encode(line).decode()


def _where(error: BaseException) -> list[str]:
    trace, places = error.__traceback__, []
    while trace is not None:
        code = trace.tb_frame.f_code
        places.append(f"{code.co_filename.rpartition('site-packages/')[2]}:{trace.tb_lineno} {code.co_name}")
        trace = trace.tb_next
    return places[-12:]


def to_json() -> None:
    """Let everything that is logged leave as lines of JSON on the error stream."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(JsonLines())
    root = logging.getLogger()
    root.handlers[:] = [handler]
    requests.setLevel(logging.INFO)
    security.setLevel(logging.INFO)


def answered(request: str, tenant: str | None, actor: str | None, action: str, status: int, ms: float) -> None:
    """Write the line of one request."""
    if requests.isEnabledFor(logging.INFO):
        fields = {"request": request, "tenant": tenant, "actor": actor, "action": action, "status": status}
        requests.info("request", extra=fields | {"ms": round(ms, 1)})


def event(kind: str, *, request: str = "", tenant: str | None = None, actor: str | None = None, address: str) -> None:
    """Write a security event: `sign-in-failed`, `other-region`, `forged-form`, `too-many-requests`, `wrong-host`."""
    fields = {"event": kind, "request": request or None, "tenant": tenant, "actor": actor, "address": address}
    security.warning(kind, extra=fields)
