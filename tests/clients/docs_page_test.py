"""The pages in a browser: docs_page_test.py PELTON SOURCE BROWSER."""

import pathlib
import subprocess
import sys

from served import served

PELTON, SOURCE, BROWSER = sys.argv[1], pathlib.Path(sys.argv[2]), sys.argv[3]
SCRIPT = pathlib.Path(__file__).resolve().parent / "docs_page.mjs"

if __name__ == "__main__":
    with served(PELTON, "--config", str(SOURCE / "configs/quickstart.toml")) as url:
        sys.exit(subprocess.run(["node", SCRIPT, BROWSER, url], cwd=sys.prefix, check=False).returncode)
