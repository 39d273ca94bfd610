"""The server under test, on a free port."""

from __future__ import annotations

import contextlib
import subprocess
from collections.abc import Iterator


@contextlib.contextmanager
def served(pelton: str, *arguments: str) -> Iterator[str]:
    """Serves with the arguments of `pelton serve`; gives the address, such as http://127.0.0.1:4711."""
    command = [pelton, "serve", "--port", "0", *arguments]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as server:
        try:
            assert server.stdout is not None
            first = server.stdout.readline()
            assert first.startswith("listening on http://"), first
            yield first.removeprefix("listening on ").strip()
        finally:
            server.terminate()
            assert server.wait(timeout=60) == 0
