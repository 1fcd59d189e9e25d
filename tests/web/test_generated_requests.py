"""F1 of the security figures: thousands of generated requests against a real server, held against the description.

Schemathesis makes them from the description, right ones, wrong ones and chains of them; every check it knows is on.
Written corpora are `test_hostile_requests.py`'s.
"""

import copy
import time
from collections import Counter
from collections.abc import Iterator
from typing import Any

import pytest
import schemathesis
from bench import servers
from schemathesis.engine import from_schema
from schemathesis.engine.events import FatalError, NonFatalError, ScenarioFinished
from tests import scale
from tests.web import served
from tests.web.served import MISSING, TENANT, Region

from samverk.app import all_routes
from samverk.web.openapi import describe

pytestmark = pytest.mark.slow
CASES, HALVES = 2_000, ("first", "second")
"""How many requests, made by two runs from different seeds, so that a long one can use two processors."""
FREE_WITHIN_RULES = {
    # What answers look like is each form's own questionnaire's; their texts and keys are held by the body's gate.
    "save_answers": ["400", "422"],
    "submit_answers": ["400", "422"],
    # Dates are right or wrong beside each other.
    "open_round": ["422"],
}
"""Operations whose own rules refuse what the description alone allows."""
SLOWEST = 1.0
"""Within how many seconds 99 of 100 requests are answered, also of the whole region's papers."""


@pytest.fixture(scope="module")
def region(tmp_path_factory: pytest.TempPathFactory) -> Region:
    return served.prepare(tmp_path_factory.mktemp("generated") / "data")


@pytest.fixture(scope="module")
def server(region: Region) -> Iterator[servers.Server]:
    with servers.samverk(region.folder, core=None) as running:
        yield running


def pinned(region: Region) -> dict[str, Any]:
    """Return the description with ids that exist, so that right requests reach the services."""
    document = copy.deepcopy(describe(all_routes()))
    known = {
        "tenant": [TENANT],
        "arrangement_id": [*region.arrangements[:3], "arrangement-1"],
        "round_id": [*region.open_rounds, MISSING],
        "form_id": [*region.forms[:12], MISSING],
        "meeting_id": [*region.meetings, MISSING],
        "point_id": [*region.points, MISSING],
        "If-Match": ['"1"', '"2"', '"3"', '"999"'],
    }
    for path in document["paths"].values():
        for operation in path.values():
            name = operation["operationId"]
            for parameter in operation["parameters"]:
                values = known.get(parameter["name"])
                if parameter["name"] == "round_id" and name == "close_round":
                    values = [region.spare_round, MISSING]
                if parameter["name"] == "round_id" and name == "compile_round":
                    # Printing takes a second: one in ten.
                    values = [*region.open_rounds, *(f"{MISSING[:-1]}{digit}" for digit in "123456789")]
                if parameter["name"] == "form_id" and name == "react_to_answer":
                    values = [*region.partner_forms[:6], MISSING]
                if values:
                    parameter["schema"] = {"type": "string", "enum": values}
    properties = document["components"]["schemas"]["NewPoint"]["properties"]
    properties["item"] = {"type": "string", "enum": [*region.items, MISSING]}
    for name in ("owner", "raiser"):
        properties[name] = {"anyOf": [{"type": "string", "enum": [*region.parties, MISSING]}, {"type": "null"}]}
    document["components"]["schemas"]["NewMeeting"]["properties"]["body"] = {"enum": ["directors", "nothing"]}
    document["components"]["schemas"]["OpenRound"]["properties"]["cycle"] = {"enum": ["insam", "nothing"]}
    return document


def configured(region: Region, port: int, seed: int, cases: int) -> Any:
    right = ["2xx", "401", "403", "404", "409", "412", "429"]
    return schemathesis.Config.from_dict(
        {
            "base-url": f"http://127.0.0.1:{port}",
            "headers": {"Authorization": f"Bearer {region.token}"},
            "seed": seed,
            "workers": 1,
            "generation": {"max-examples": cases, "database": "none", "no-shrink": True},
            "checks": {
                "positive_data_acceptance": {"expected-statuses": right},
                "negative_data_rejection": {"expected-statuses": [*right[1:], "400", "414", "415", "422", "428"]},
                "missing_required_header": {"expected-statuses": ["401", "428"]},
            },
            "operations": [
                {
                    "include-operation-id": name,
                    "checks": {"positive_data_acceptance": {"expected-statuses": [*right, *more]}},
                }
                for name, more in FREE_WITHIN_RULES.items()
            ],
        }
    )


@pytest.mark.parametrize("half", HALVES)
def test_generated_requests_get_what_the_description_promises(
    half: str, region: Region, server: servers.Server, capsys: pytest.CaptureFixture[str]
) -> None:
    wanted, seed = scale.count(CASES // len(HALVES)), scale.seed() + 1_000 * HALVES.index(half)
    seen: Counter[int] = Counter()
    failures: dict[str, str] = {}
    times: list[float] = []
    began, turn = time.monotonic(), 0
    while sum(seen.values()) < wanted and turn < 50:
        turn += 1
        config = configured(region, server.port, seed + turn, cases=max(10, (wanted - sum(seen.values())) // 40))
        schema = schemathesis.openapi.from_dict(pinned(region), config=config)
        for event in from_schema(schema).execute():
            if isinstance(event, (FatalError, NonFatalError)):
                failures[f"error {event}"] = str(getattr(event, "value", event))
            if not isinstance(event, ScenarioFinished):
                continue
            for interaction in event.recorder.interactions.values():
                answer = interaction.response
                if answer is not None:
                    seen[answer.status_code] += 1
                    times.append(answer.elapsed)
            for checks in event.recorder.checks.values():
                for check in checks:
                    if check.failure_info is not None:
                        failure = check.failure_info.failure
                        where = f"{event.recorder.label} {check.name} {failure.title}"
                        failures.setdefault(where, f"{failure.message} {check.failure_info.code_sample}"[:1500])
    p99 = sorted(times)[len(times) * 99 // 100]
    with capsys.disabled():
        print(f"\n{sum(seen.values())} generated requests in {time.monotonic() - began:.0f} s,"
              f" statuses {dict(sorted(seen.items()))}, p99 {p99:.3f} s")  # fmt: skip

    assert not failures, "\n\n".join(f"{where}\n{words}" for where, words in failures.items())
    assert {status for status in seen if status >= 500} == set()
    assert p99 <= SLOWEST
    with capsys.disabled():
        scale.made("F1", f"generated requests with every check, {half} half", sum(seen.values()), wanted, seed)
