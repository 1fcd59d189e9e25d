"""Eight programs that submit prepared forms at the same time, each over one connection; receipts are kept.

Run as a module it is the clients, in a process of its own; `measure.py` starts it and counts afterwards.
"""

import http.client
import json
import sys
import threading
import time
from pathlib import Path
from typing import Any


def _client(port: int, forms: list[dict[str, Any]], start: threading.Barrier, found: dict[str, Any]) -> None:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    connection.connect()
    bodies = [json.dumps(form["body"]).encode() for form in forms]
    start.wait()
    for form, body in zip(forms, bodies, strict=True):
        began = time.perf_counter()
        connection.request(
            "POST",
            form["path"],
            body,
            {
                "Authorization": f"Bearer {form['token']}",
                "Content-Type": "application/json",
                "If-Match": f'"{form["version"]}"',
            },
        )
        answer = connection.getresponse()
        content = answer.read()
        took = time.perf_counter() - began
        receipt = json.loads(content).get("content_hash") if answer.status == 200 else content[:200].decode()
        found[form["form_id"]] = (answer.status, receipt, took)


def submit(port: int, forms: list[dict[str, Any]]) -> dict[str, Any]:
    """Submit all forms, one client for each token; return seconds, receipts by form, faults and times."""
    by_token: dict[str, list[dict[str, Any]]] = {}
    for form in forms:
        by_token.setdefault(form["token"], []).append(form)
    start, found = threading.Barrier(len(by_token) + 1), dict[str, Any]()
    threads = [threading.Thread(target=_client, args=(port, own, start, found)) for own in by_token.values()]
    for thread in threads:
        thread.start()
    start.wait()
    began = time.perf_counter()
    for thread in threads:
        thread.join()
    seconds = time.perf_counter() - began
    times = sorted(took for _status, _receipt, took in found.values())
    return {
        "seconds": seconds,
        "clients": len(by_token),
        "receipts": {form_id: receipt for form_id, (status, receipt, _took) in found.items() if status == 200},
        "faults": [receipt for status, receipt, _took in found.values() if status != 200][:3],
        "p50_ms": times[len(times) // 2] * 1000,
        "p99_ms": times[int(len(times) * 0.99)] * 1000,
    }


if __name__ == "__main__":
    print(json.dumps(submit(int(sys.argv[1]), json.loads(Path(sys.argv[2]).read_text()))))
