"""A sign-in provider for tests: a real HTTP server in a process of its own, so that its warnings are not ours."""

import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager

from tests.browser.conftest import free_port

SERVE = "from oidc_provider_mock import app; app(require_nonce=True).run(port={port}, threaded=True)"


@contextmanager
def running() -> Iterator[str]:
    """Yield the issuer of a provider at which everybody is whoever they say."""
    port = free_port()
    command = [sys.executable, "-W", "ignore", "-c", SERVE.format(port=port)]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    issuer, patience = f"http://127.0.0.1:{port}", time.monotonic() + 30
    try:
        while True:
            try:
                urllib.request.urlopen(f"{issuer}/.well-known/openid-configuration", timeout=1).read()
                break
            except OSError:
                assert process.poll() is None, "the provider did not start"
                assert time.monotonic() < patience, "the provider did not get ready"
                time.sleep(0.1)
        yield issuer
    finally:
        process.terminate()
        process.wait(10)
