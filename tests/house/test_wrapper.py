"""The request wrapper with a pool of two: eight requests at once are all answered, and none waits for itself."""

import datetime as dt
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import event
from tests.installation import Installation, httpx_client
from tests.postgres_server import PostgresServer, migrate


def test_eight_requests_on_a_pool_of_two(sqlite_url: str, tmp_path: Path) -> None:
    installation = Installation(sqlite_url, tmp_path, dt.datetime(2026, 2, 20, 9, tzinfo=dt.UTC), threads=2)
    tenant = installation.add_tenant("insam_nordgudbrandsdal")
    client = httpx_client(installation)
    client.get(f"/{tenant}/arrangements")
    started = time.monotonic()

    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda _turn: client.get(f"/{tenant}/arrangements").status_code, range(8)))

    installation.close()
    assert answers == [200] * 8
    assert time.monotonic() - started < 5


@pytest.mark.postgres
def test_a_connection_lost_during_the_commit_is_not_called_nothing_stored(
    postgres: PostgresServer, tmp_path: Path, worker_id: str, caplog: pytest.LogCaptureFixture
) -> None:
    url = postgres.create_database(f"uncertain_{worker_id}", postgres.template("samverk_template", migrate))
    installation = Installation(url, tmp_path, dt.datetime(2026, 2, 20, 9, tzinfo=dt.UTC))
    tenant = installation.add_tenant("insam_nordgudbrandsdal")
    office = installation.program(tenant, "secretariat")
    held_on = {"body": "directors", "held_on": "2026-05-05"}
    assert office.send("POST", "/meetings", held_on).status_code == 201

    def cut(connection: Any) -> None:
        pid = connection.connection.driver_connection.info.backend_pid
        with postgres._connection() as other:
            other.execute("SELECT pg_terminate_backend(%s)", [pid])
            while other.execute("SELECT 1 FROM pg_stat_activity WHERE pid = %s", [pid]).fetchone():
                time.sleep(0.01)

    event.listen(installation.database.engine, "commit", cut)
    answer = office.send("POST", "/meetings", held_on)
    event.remove(installation.database.engine, "commit", cut)

    assert (answer.status_code, answer.json()["type"]) == (503, "urn:samverk:problem:uncertain")
    assert "Sjå etter før du sender" in answer.json()["detail"]
    assert [record.exc_info for record in caplog.records if "lost during the commit" in record.message] == [None]
    assert office.send("POST", "/meetings", held_on).status_code == 201
    installation.close()
