"""F2 of the security figures: written corpora of malformed requests, each refused alike on both engines.

Naughty strings in well-formed requests are `test_naughty_strings.py`'s, generated requests are
`test_generated_requests.py`'s.
"""

import datetime as dt
import json
import re
import shutil
import statistics
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest
from tests import scale
from tests.installation import Installation
from tests.postgres_server import PostgresServer, migrate
from tests.web import raw
from tests.web.raw import Said

from samverk.app import all_routes
from samverk.i18n import translations
from samverk.web import faults

pytestmark = [pytest.mark.slow, pytest.mark.postgres]
NOW = dt.datetime(2026, 2, 20, 9, tzinfo=dt.UTC)
TENANT = "nord-gudbrandsdal"
API = f"/api/v1/{TENANT}".encode()
JSON, FORM = b"application/json", b"application/x-www-form-urlencoded"
MISSING = b"01900000-0000-7000-8000-00000000dead"
Headers = Sequence[tuple[bytes, bytes]]


@dataclass(frozen=True, slots=True)
class Site:
    """One installation on one engine, and the secrets of its secretariat."""

    installation: Installation
    token: bytes
    cookie: bytes
    csrf: str


@dataclass(frozen=True, slots=True)
class Case:
    """One malformed request and the statuses that are right for it."""

    name: str
    method: str
    target: bytes
    statuses: tuple[int, ...]
    headers: Headers = ()
    chunks: Sequence[bytes] = (b"",)
    kind: bytes | None = None


def _site(url: str, folder: Path) -> Site:
    installation = Installation(url, folder, NOW)
    installation.add_tenant("insam_nordgudbrandsdal")
    program, office = installation.program(TENANT, "secretariat"), installation.browser(TENANT, "secretariat")
    office.get("/meetings")
    token = program.client.headers["authorization"].encode()
    return Site(installation, token, office.client.cookies["samverk"].encode(), office.token)


@pytest.fixture(scope="module")
def sites(
    sqlite_template: Path, postgres: PostgresServer, worker_id: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[Site, Site]]:
    """The same region on SQLite and on PostgreSQL."""
    folder = tmp_path_factory.mktemp("hostile")
    shutil.copy(sqlite_template, folder / "samverk.sqlite3")
    template = postgres.template("samverk_template", migrate)
    made = (
        _site(f"sqlite:///{folder / 'samverk.sqlite3'}", folder),
        _site(postgres.create_database(f"hostile_{worker_id}", template), tmp_path_factory.mktemp("hostile")),
    )
    yield made
    for site in made:
        site.installation.close()


MULTIPART = b'--x\r\nContent-Disposition: form-data; name="a"; filename=""\r\n\r\nx\r\n--x--\r\n'
ROUND = b'{"cycle": "insam", "year": 2026, "period": 1}'


def body(name: str, content: bytes, *statuses: int, kind: bytes | None = JSON, headers: Headers = ()) -> Case:
    return Case(name, "POST", API + b"/rounds", statuses, headers, (content,), kind)


BODIES = (
    body("invalid UTF-8", b'{"cycle": "\xff\xfe"}', 400),
    body("overlong UTF-8", b'{"cycle": "\xc0\xaf"}', 400),
    body("UTF-16", '{"cycle": "insam"}'.encode("utf-16"), 400),
    body("a byte order mark", b"\xef\xbb\xbf" + ROUND, 400),
    body("100,000 nested brackets", b"[" * 100_000, 400),
    body("100,000 nested braces", b'{"a":' * 100_000, 400),
    body("closed nested brackets", b"[" * 50_000 + b"]" * 50_000, 400),
    body("an unfinished string of brackets", b'"' + b"[" * 100_000, 400),
    body("the same key twice", b'{"cycle": "insam", "cycle": "insam", "year": 2026, "period": 1}', 400),
    body("the same key twice, once escaped", b'{"cycle": "x", "\\u0063ycle": "insam", "year": 1, "period": 1}', 400),
    body("the same key twice, once composed", '{"å": 1, "a\u030a": 2}'.encode(), 400),
    body("the same key twice, far inside", b'{"cycle": {"a": [{"b": 1, "b": 2}]}}', 400),
    body("colons in strings are no keys", b'{"cycle": ":::", "year": 2026, "period": 1}', 422),
    body("NUL, escaped", b'{"cycle": "a\\u0000", "year": 2026, "period": 1}', 400),
    body("NUL, raw", b'{"cycle": "a\x00"}', 400),
    body("NUL in a key", b'{"a\\u0000": 1}', 400),
    body("a lone surrogate, escaped", b'{"cycle": "\\ud800"}', 400),
    body("a lone low surrogate", b'{"cycle": "\\udfff"}', 400),
    body("a lone surrogate, raw", b'{"cycle": "\xed\xa0\x80"}', 400),
    body("surrogates the wrong way round", b'{"cycle": "\\udc00\\ud800"}', 400),
    body("2^63", b'{"cycle": "insam", "year": 9223372036854775808, "period": 1}', 400),
    body("-2^63-1", b'{"cycle": "insam", "year": -9223372036854775809, "period": 1}', 400),
    body("2^53+1", b'{"cycle": "insam", "year": 9007199254740993, "period": 1}', 400),
    body("400 digits", b'{"year": ' + b"9" * 400 + b"}", 400),
    body("1e400", b'{"year": 1e400}', 400),
    body("1e300", b'{"year": 1e300}', 400),
    body("-1e400", b'{"year": -1e400}', 400),
    body("1e-400", b'{"cycle": "insam", "year": 1e-400, "period": 1}', 422),
    body("a fraction", b'{"cycle": "insam", "year": 2026.5, "period": 1}', 422),
    body("NaN", b'{"year": NaN}', 400),
    body("Infinity", b'{"year": Infinity}', 400),
    body("a leading zero", b'{"year": 02026}', 400),
    body("hexadecimal", b'{"year": 0x7ea}', 400),
    body("a comma too many", b'{"cycle": "insam",}', 400),
    body("single quotes", b"{'cycle': 'insam'}", 400),
    body("a comment", b'{/* x */"cycle": "insam"}', 400),
    body("two values", ROUND + ROUND, 400),
    body("rubbish behind", ROUND + b"\x00", 400),
    body("nothing", b"", 400),
    body("white space", b"  \n ", 400),
    body("null", b"null", 422),
    body("a list", b"[]", 422),
    body("a number", b"1", 422),
    body("a text", b'"text"', 422),
    body("true for a number", b'{"cycle": "insam", "year": true, "period": 1}', 422),
    body("an unknown field", b'{"cycle": "insam", "year": 2026, "period": 1, "__proto__": {}}', 422),
    body("a date that is none", b'{"cycle": "insam", "year": 2026, "period": 1, "opens": "2026-02-30"}', 422),
    body("a year of five digits", b'{"cycle": "insam", "year": 2026, "period": 1, "opens": "12026-01-01"}', 422),
    body("too large", b'"' + b"x" * 1_100_000 + b'"', 413),
    body("too large by its own word", b"{}", 413, headers=((b"content-length", b"99999999999"),)),
    body("a million commas", b"[" + b"," * 900_000 + b"]", 400),
    body("no content type", ROUND, 415, kind=None),
    body("an empty content type", ROUND, 415, kind=b""),
    body("text", ROUND, 415, kind=b"text/plain"),
    body("a form", b"cycle=insam", 415, kind=FORM),
    body("XML", b'<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]><x>&e;</x>', 415, kind=b"application/xml"),
    body("JSON in Latin-1", ROUND, 415, kind=JSON + b"; charset=latin-1"),
    body("JSON with a parameter", ROUND, 415, kind=JSON + b"; boundary=x"),
    body("almost JSON", ROUND, 415, kind=b"application/json+x"),
    body("JSON, twice", ROUND, 400, headers=((b"content-type", b"text/plain"),)),
    body(
        "multipart with an empty file name",
        b'--x\r\nContent-Disposition: form-data; name="a"; filename=""\r\n\r\nx\r\n--x--\r\n',
        415,
        kind=b"multipart/form-data; boundary=x",
    ),
    Case("chunked and too large", "POST", API + b"/rounds", (413,), (), (b"x" * 65_536,) * 20, JSON),
    Case("cut off", "POST", API + b"/rounds", (400,), (), (b'{"cycle": "in', b"sam"), JSON),
    Case("an own key that is none", "POST", API + b"/rounds", (400,), ((b"idempotency-key", b"a b"),), (ROUND,), JSON),
    Case("a key too long", "POST", API + b"/rounds", (400,), ((b"idempotency-key", b"a" * 201),), (ROUND,), JSON),
    Case("an empty key", "POST", API + b"/rounds", (400,), ((b"idempotency-key", b""),), (ROUND,), JSON),
    Case(
        "a key of other letters",
        "POST",
        API + b"/rounds",
        (400,),
        ((b"idempotency-key", "å".encode()),),
        (ROUND,),
        JSON,
    ),
)

ADDRESSES = tuple(
    Case(name, "GET", target, statuses)
    for name, target, statuses in (
        ("an address of 4 KB", API + b"/points?state=" + b"a" * 4_096, (414,)),
        ("a path of 4 KB", b"/" + b"a" * 4_200, (414,)),
        ("a huge query of many names", API + b"/points?" + b"&".join(b"a%d=1" % one for one in range(500)), (422,)),
        ("a parameter twice", API + b"/points?limit=1&limit=2", (400,)),
        ("a parameter twice, once escaped", API + b"/points?limit=1&l%69mit=2", (400,)),
        ("an unknown parameter", API + b"/points?debug=1", (422,)),
        ("a limit of 201", API + b"/points?limit=201", (422,)),
        ("a limit of 0", API + b"/points?limit=0", (422,)),
        ("a limit below 0", API + b"/points?limit=-1", (422,)),
        ("a limit of another script", API + "/points?limit=٣".encode(), (422,)),
        ("a limit of 30 digits", API + b"/points?limit=" + b"9" * 30, (422,)),
        ("a limit as a number of ten", API + b"/points?limit=1e2", (422,)),
        ("a list for a limit", API + b"/points?limit[]=1", (422,)),
        ("an empty limit", API + b"/points?limit=", (422,)),
        ("NUL in the query", API + b"/points?state=a%00", (400,)),
        ("line breaks in the query", API + b"/points?state=a%0d%0ax:%20y", (422,)),
        ("invalid UTF-8 in the query", API + b"/points?state=%ff%fe", (400,)),
        ("half an escape", API + b"/points?state=%f", (422,)),
        ("invalid UTF-8 in the language", API + b"/points?lang=%ff", (400,)),
        ("a day that is none", API + b"/arrangements?as_of=2026-02-30", (422,)),
        ("the first day of all", API + b"/arrangements?as_of=0000-00-00", (422,)),
        ("a digit of another script", API + "/forms/٣".encode(), (404,)),
        ("a digit of another script, escaped", API + b"/forms/%D9%A3", (404,)),
        ("an id in capitals", API + b"/forms/" + MISSING.upper(), (404,)),
        ("an id without dashes", API + b"/forms/" + MISSING.replace(b"-", b""), (404,)),
        ("an id in braces", API + b"/forms/{" + MISSING + b"}", (404,)),
        ("an id and a line break", API + b"/forms/" + MISSING + b"%0a", (404,)),
        ("an id and NUL", API + b"/forms/" + MISSING + b"%00", (400,)),
        ("SQL for an id", API + b"/forms/1%27%20OR%20%271%27=%271", (404,)),
        ("no id", API + b"/forms/", (404,)),
        ("a slash, escaped", API + b"/forms%2f" + MISSING, (404,)),
        ("dots", API + b"/../../etc/passwd", (404,)),
        ("dots, escaped", API + b"/%2e%2e/%2e%2e/etc/passwd", (404,)),
        ("dots, escaped twice", API + b"/%252e%252e%252fetc", (404,)),
        ("a backslash", API + b"/..%5c..%5cwindows", (404,)),
        ("a semicolon", API + b"/points;x=1", (404,)),
        ("invalid UTF-8 in the path", API + b"/%ff%fe", (404,)),
        ("NUL in the region", b"/api/v1/a%00b/points", (404,)),
        ("line breaks in the region", b"/api/v1/a%0d%0ab/points", (404,)),
        ("another script for the region", "/api/v1/нord/points".encode(), (404,)),
        ("a region in capitals", b"/api/v1/" + TENANT.upper().encode() + b"/points", (404,)),
        ("a region of 5,000 letters cut to fit", b"/api/v1/" + b"a" * 4_000 + b"/points", (404,)),
        ("the interface without a region", b"/api/v1/", (404,)),
        ("another version", b"/api/v2/" + TENANT.encode() + b"/points", (404,)),
        ("a file outside", b"/static/..%2f..%2fsettings.py", (404,)),
        ("a file with NUL", b"/static/a%00.css", (404,)),
        ("a folder of files", b"/static/", (404,)),
    )
)

HEADERS = (
    Case("headers of 17 KB", "GET", API + b"/points", (431,), ((b"x-a", b"a" * 17_000),)),
    Case("a thousand headers", "GET", API + b"/points", (431,), tuple((b"x-%d" % n, b"a" * 12) for n in range(1_000))),
    Case("another host", "GET", API + b"/points", (400,), ((b"host", b"evil.example"),)),
    Case("If-Match twice", "GET", API + b"/points", (400,), ((b"if-match", b'"1"'), (b"if-match", b'"2"'))),
    Case("a method in a header", "POST", API + b"/points", (405,), ((b"x-http-method-override", b"GET"),)),
    Case("a method in a query", "POST", API + b"/points?_method=DELETE", (405,)),
    Case("DELETE by a header", "GET", API + b"/rounds/" + MISSING, (404,), ((b"x-http-method", b"DELETE"),)),
    Case("an address by a header", "GET", API + b"/nothing", (404,), ((b"x-original-url", API + b"/points"),)),
    Case("an address by another header", "GET", API + b"/nothing", (404,), ((b"x-rewrite-url", API + b"/points"),)),
    Case("a token of other letters", "GET", API + b"/points", (401,), ((b"authorization", b"Bearer \xff\xfe"),)),
)

HOSTS = (
    b"evil.example", b"127.0.0.1.evil.example", b"127.0.0.1:8000@evil.example", b"evil.example#127.0.0.1", b"",
    b"127.0.0.1:8000, evil.example", b"127.0.0.1:99999999", b"[::1", b"localhost\x00", b"..", b"-", b"127.1",
    "lоcalhost".encode(),
)  # fmt: skip


def send(site: Site, case: Case, *more: tuple[bytes, bytes]) -> Said:
    given = [*case.headers, *more]
    if not any(name == b"authorization" for name, _value in case.headers):
        given.append((b"authorization", site.token))
    if case.kind is not None:
        given.append((b"content-type", case.kind))
    return raw.ask(site.installation, case.method, case.target, given, case.chunks)


def is_problem(said: Said) -> bool:
    if said.headers.get("content-type") != "application/problem+json":
        return False
    value = json.loads(said.body)
    known = {"type", "title", "status", "detail", "instance", "errors"}
    is_whole = set(value) == known and value["status"] == said.status
    return is_whole and value["instance"] == f"urn:uuid:{said.headers['request-id']}"


@pytest.mark.parametrize("case", (*BODIES, *ADDRESSES, *HEADERS), ids=lambda case: case.name)
def test_a_malformed_request_is_refused_alike_on_both_engines(sites: tuple[Site, Site], case: Case) -> None:
    api = (b"accept", b"application/json")

    on_sqlite, on_postgres = (send(site, case, api) for site in sites)

    assert on_sqlite.status in case.statuses, on_sqlite.body[:300]
    assert is_problem(on_sqlite), on_sqlite.body[:300]
    assert on_sqlite.comparable == on_postgres.comparable
    assert "content-security-policy" in on_sqlite.headers


def test_every_refusal_takes_less_than_a_tenth_of_a_second_of_the_processor(sites: tuple[Site, Site]) -> None:
    slow = {}
    for case in (*BODIES, *ADDRESSES, *HEADERS):
        took = []
        for _turn in range(3):
            began = time.process_time()
            send(sites[0], case)
            took.append(time.process_time() - began)
        if statistics.median(took) > 0.1:
            slow[case.name] = statistics.median(took)

    assert slow == {}
    cases = len((*BODIES, *ADDRESSES, *HEADERS))
    scale.made("F2", "malformed requests on both engines", cases, 100)


@pytest.mark.parametrize("host", HOSTS)
def test_a_host_that_is_not_ours_is_refused(sites: tuple[Site, Site], host: bytes) -> None:
    scope_host = Case("host", "GET", f"/{TENANT}/".encode(), (400,))
    said = raw.ask(sites[0].installation, "GET", scope_host.target, (), host=host)

    assert (said.status, b"127.0.0.1" in said.body, b"evil" in said.body) == (400, False, False)


@pytest.mark.parametrize("host", [b"127.0.0.1:8000", b"localhost", b"LOCALHOST:9000", b"[::1]:8000"])
def test_a_host_of_this_machine_is_taken(sites: tuple[Site, Site], host: bytes) -> None:
    assert raw.ask(sites[0].installation, "GET", b"/healthz", (), host=host).status == 200


ROUTES = sorted({route.path for route in all_routes()})


@pytest.mark.parametrize("method", ["HEAD", "OPTIONS", "TRACE", "CONNECT", "PROPFIND", "get", "DELETE", "PATCH"])
def test_methods_that_no_route_takes_are_405_with_what_it_takes(sites: tuple[Site, Site], method: str) -> None:
    wrong = []
    for path in ROUTES:
        target = path.replace("{rest:path}", "x/y").replace("{tenant}", TENANT)
        target = re.sub(r"\{\w+_id\}", MISSING.decode(), target)
        said = raw.ask(sites[0].installation, method, target.encode(), ((b"accept", b"application/json"),))
        allowed = said.headers.get("allow", "")
        if (
            said.status != 405
            or not allowed
            or method in allowed.split(", ")
            or (method != "HEAD" and not is_problem(said))
        ):
            wrong.append((path, said.status, allowed))
        if method == "HEAD" and said.body:
            wrong.append((path, said.status, "a body"))

    assert wrong == []


@pytest.mark.parametrize("locale", ["nn", "nb", "sv", "en"])
@pytest.mark.parametrize(
    ("status", "method", "target", "headers"),
    [
        (400, "GET", b"/", ((b"host", b"evil.example"),)),
        (404, "GET", b"/nowhere", ()),
        (405, "DELETE", b"/sign-in", ()),
        (414, "GET", b"/" + b"a" * 5_000, ()),
        (431, "GET", b"/", ((b"x-a", b"a" * 20_000),)),
    ],
)
def test_a_browser_gets_a_page_in_the_language_it_asks_for(
    sites: tuple[Site, Site], locale: str, status: int, method: str, target: bytes, headers: Headers
) -> None:
    asked = ((b"accept", b"text/html"), (b"accept-language", f"{locale}-NO, en;q=0.5".encode()))

    said = raw.ask(sites[0].installation, method, target, (*headers, *asked))

    assert (said.status, said.headers["content-type"]) == (status, "text/html; charset=utf-8")
    title = faults.TITLES[status] if locale == "en" else translations(locale).gettext(faults.TITLES[status])
    assert f'<html lang="{locale}"' in said.body.decode()
    assert title in said.body.decode()


FORMS = (
    ("text", b"_csrf=x", b"text/plain", 415),
    ("no type", b"_csrf=x", None, 415),
    ("JSON", b"{}", JSON, 415),
    ("multipart", MULTIPART, b"multipart/form-data; boundary=x", 415),
    ("NUL", b"_csrf=%00", FORM, 400),
    ("a surrogate", b"_csrf=%ed%a0%80", FORM, 400),
    ("invalid UTF-8", b"a=%ff", FORM, 400),
    ("6,000 fields", b"&".join(b"a%d=1" % one for one in range(6_000)), FORM, 413),
    ("too large", b"a=" + b"x" * 1_100_000, FORM, 413),
    ("without the session's token", b"body=directors", FORM, 403),
)  # fmt: skip


@pytest.mark.parametrize(("name", "content", "kind", "status"), FORMS, ids=[one[0] for one in FORMS])
def test_a_malformed_form_is_refused_with_a_page_alike_on_both_engines(
    sites: tuple[Site, Site], name: str, content: bytes, kind: bytes | None, status: int
) -> None:
    answers = []
    for site in sites:
        headers = [
            (b"cookie", b"samverk=" + site.cookie),
            (b"accept", b"text/html"),
            (b"sec-fetch-site", b"same-origin"),
        ]
        headers += [(b"content-type", kind)] if kind is not None else []
        answers.append(raw.ask(site.installation, "POST", f"/{TENANT}/meetings".encode(), headers, (content,)))

    assert [said.status for said in answers] == [status, status]
    texts = [said.comparable[2].replace(site.csrf, "") for said, site in zip(answers, sites, strict=True)]
    assert texts[0] == texts[1]
    assert '<html lang="nn"' in texts[0]
