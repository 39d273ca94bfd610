"""Requests made up from the OpenAPI document: schemathesis_test.py PELTON SOURCE [CASES [OPTION...]].

Every answer must be one that the document tells of, and none a failure of the server. CASES: at most so many a route
and phase; 2,000 for a long look. OPTIONs are schemathesis's own.
"""

from __future__ import annotations

import os
import pathlib
import re
import subprocess
import sys
import tempfile

import requests

import models
from served import served

PELTON, SOURCE = sys.argv[1], pathlib.Path(sys.argv[2]).resolve()
CASES = sys.argv[3] if len(sys.argv) > 3 else "40"
HERE = pathlib.Path(__file__).resolve().parent


def main() -> int:
    os.environ.update(AIP_PREDICT_ROUTE="/vertex/predict", AIP_HEALTH_ROUTE="/vertex/health")
    with tempfile.TemporaryDirectory() as folder:
        with served(PELTON, *models.arguments(PELTON, SOURCE, pathlib.Path(folder))) as url:
            command = [str(pathlib.Path(sys.executable).parent / "schemathesis"),
                       "--config-file", str(HERE / "schemathesis.toml"),
                       "run", f"{url}/openapi.json", "--max-examples", CASES, "--generation-deterministic",
                       "--request-timeout", "60", "--no-color", *sys.argv[4:]]
            environment = {**os.environ, "SCHEMATHESIS_HOOKS": "schemathesis_hooks", "PYTHONPATH": str(HERE)}
            run = subprocess.run(command, cwd=folder, env=environment, check=False)
            # Whatever the checks say: no answer was a failure of the server. (501: the model has no explanations.)
            metrics = requests.get(f"{url}/metrics", timeout=60).text
            failures = re.findall(r'^pelton_requests_total\{.*code="5(?!01)\d\d"\}.*$', metrics, re.MULTILINE)
            print("answers of 5xx:", failures or "none")
            answers = re.findall(r'^pelton_requests_total\{.*\} (\d+)$', metrics, re.MULTILINE)
            print("answers in all:", sum(map(int, answers)))
            return 1 if failures else run.returncode


if __name__ == "__main__":
    sys.exit(main())
