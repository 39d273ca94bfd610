"""The server under test: how it is started, and what the system says of it."""

import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
START_TIMEOUT_S = 60
STOP_TIMEOUT_S = 60

# Timeouts are short, so that each runs out a hundred times in half an hour; callers on a busy machine must keep them.
SETTINGS = """\
[server]
threads = 2
request_timeout_ms = 120000
[timeouts]
first_byte_ms = 15000
handshake_ms = 15000
header_ms = 15000
body_ms = 30000
idle_ms = 60000
write_ms = 30000
linger_ms = 5000
[tls]
certificate = "certificate.pem"
key = "key.pem"
watch_ms = 1000
[log]
level = "error"
[[listen]]
host = "127.0.0.1"
tls = false
[[listen]]
host = "127.0.0.1"
[[listen]]
unix = "pelton.sock"
[[model]]
name = "article"
fit = {{ data = "article.csv", target = "y", kind = "linear" }}
[[model]]
name = "loans"
path = "{root}/tests/e2e/fixtures/loans.onnx"
[[model]]
name = "forest"
path = "{root}/tests/oracle/fixtures/forest_regressor_float.onnx"
"""


def make_identity(folder):
    """A fresh certificate of localhost and its key, put in place whole."""
    fresh = folder / "fresh"
    fresh.mkdir(exist_ok=True)
    subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes",
                    "-keyout", fresh / "key.pem", "-out", fresh / "certificate.pem", "-days", "2", "-subj",
                    "/CN=localhost"], check=True, capture_output=True)
    for name in ("certificate.pem", "key.pem"):
        os.replace(fresh / name, folder / name)


class Server:
    """`pelton serve` in a folder of its own; `port`, `tls_port` and `unix` are where it listens."""

    def __init__(self, program, folder):
        self.folder = Path(folder)
        make_identity(self.folder)
        shutil.copy(ROOT / "configs" / "quickstart.csv", self.folder / "article.csv")
        (self.folder / "soak.toml").write_text(SETTINGS.format(root=ROOT))
        self.unix = str(self.folder / "pelton.sock")
        self.log = open(self.folder / "log", "w+b")
        self.process = subprocess.Popen([program, "serve", "--config", "soak.toml"], cwd=self.folder,
                                        stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=self.log)
        self.pid = self.process.pid
        self.port = self._port_of("http://")
        self.tls_port = self._port_of("https://")
        if not self.process.stdout.readline().decode().startswith("listening on unix:"):
            self._give_up()

    def _port_of(self, scheme):
        line = self.process.stdout.readline().decode()
        if not line.startswith(f"listening on {scheme}127.0.0.1:"):
            self._give_up()
        return int(line.rsplit(":", 1)[1])

    def _give_up(self):
        self.process.kill()
        sys.exit(f"pelton did not start:\n{self.log_text()}")

    def log_text(self):
        self.log.seek(0)
        return self.log.read().decode(errors="replace")[-4000:]

    def signal(self, number):
        self.process.send_signal(number)

    def stop(self):
        """SIGTERM; its exit code."""
        self.signal(signal.SIGTERM)
        try:
            return self.process.wait(STOP_TIMEOUT_S)
        except subprocess.TimeoutExpired:
            self.process.kill()
            return self.process.wait()


class Sample:
    """Memory in KiB, descriptors and threads of a process at this moment."""

    def __init__(self, pid):
        memory = {}
        for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()[1:]:
            name, value = line.split(":")
            memory[name] = int(value.split()[0])
        self.resident = memory["Rss"]
        self.proportional = memory["Pss"]
        self.anonymous = memory["Anonymous"]
        self.descriptors = len(os.listdir(f"/proc/{pid}/fd"))
        self.threads = len(os.listdir(f"/proc/{pid}/task"))
        with open(f"/proc/{pid}/stat") as stat:
            fields = stat.read().rsplit(")", 1)[1].split()
        self.processor_s = (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def line(self):
        return (f"rss {self.resident} KiB  pss {self.proportional}  anonymous {self.anonymous}  "
                f"descriptors {self.descriptors}  threads {self.threads}  cpu {self.processor_s:.1f} s")


def descriptors_settle(pid, wanted, patience_s):
    """Waits until the process has no more descriptors than `wanted`; how many it has in the end."""
    deadline = time.monotonic() + patience_s
    while (now := Sample(pid).descriptors) > wanted and time.monotonic() < deadline:
        time.sleep(0.1)
    return now
