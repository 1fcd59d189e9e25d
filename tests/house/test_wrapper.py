"""The request wrapper with a pool of two: eight requests at once are all answered, and none waits for itself."""

import datetime as dt
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from tests.installation import Installation, httpx_client


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
