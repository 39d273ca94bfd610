"""Measures Pelton beside a server that only echoes, and beside the Python servers it replaces.

Builds what it needs, starts every server, and lets them take turns (A B C A B C ...), so that a slow
minute of the machine falls on all of them. Three measurements, all of POST /predict {"x":[2,3]}:

  pinned     server and client share one core, closed loop: processor time of the server an answer
  saturated  free to use every core, closed loop: answers a second, latency under full load
  open       a fixed modest rate, Poisson arrivals: latency as callers feel it

The load driver is `pelton bench`. Tables hold medians over the rounds, with least and most.
"""

import argparse
import atexit
import http.client
import json
import os
import shutil
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from .environment import PEERS, ROOT, build, machine, run_quietly, say, virtual_environment

VENV = ROOT / "build" / "peers-venv"
BODY = b'{"x":[2,3]}'
EXPECTED = 2.0
START_TIMEOUT_S = 60
WORKERS = 2


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class UnixConnection(http.client.HTTPConnection):
    def __init__(self, path, timeout=5):
        super().__init__("localhost", timeout=timeout)
        self.path = path

    def connect(self):
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.settimeout(self.timeout)
        self.sock.connect(self.path)


class Server:
    """One contender: how it is started, where it listens, what the client must send it."""

    def __init__(self, name, command, *, unix=None, port=None, headers=(), env=None, cwd=None):
        self.name = name
        self.command = [str(part) for part in command]
        self.unix = unix
        self.port = port
        self.headers = list(headers)
        self.env = {**os.environ, **(env or {})}
        self.cwd = cwd
        self.body = None  # a file to send instead of what pelton bench sends by itself
        self.process = None
        self.log = None

    @property
    def url(self):
        return f"unix:{self.unix}" if self.unix else f"http://127.0.0.1:{self.port}"

    def start(self, core):
        pin = ["taskset", "-c", str(core)] if core is not None else []
        self.log = tempfile.TemporaryFile()
        self.process = subprocess.Popen(pin + self.command, stdout=self.log, stderr=self.log, stdin=subprocess.DEVNULL,
                                        env=self.env, cwd=self.cwd, start_new_session=True)
        deadline = time.monotonic() + START_TIMEOUT_S
        while True:
            try:
                return self.check()
            except OSError as refused:
                if self.process.poll() is not None or time.monotonic() > deadline:
                    self.log.seek(0)
                    sys.exit(f"{self.name} did not start ({refused}):\n{self.log.read().decode(errors='replace')[-2000:]}")
                time.sleep(0.05)

    def check(self):
        """One request, whose answer must be right: a fast wrong answer is no contender."""
        connection = (UnixConnection(self.unix) if self.unix
                      else http.client.HTTPConnection("127.0.0.1", self.port, timeout=5))
        connection.request("POST", "/predict", BODY, {"Content-Type": "application/json", "Connection": "close"})
        answer = connection.getresponse()
        text = answer.read()
        connection.close()
        if answer.status != 200 or abs(json.loads(text)["result"] - EXPECTED) > 1e-9:
            sys.exit(f"{self.name}: answered {answer.status} {text[:200]!r}, expected a result of {EXPECTED}")

    def stop(self):
        if self.process is None:
            return
        for stop_signal in (signal.SIGTERM, signal.SIGKILL):
            try:
                os.killpg(self.process.pid, stop_signal)
                self.process.wait(timeout=5)
            except (ProcessLookupError, subprocess.TimeoutExpired):
                continue
        self.process = None


def contenders(programs, scratch, with_peers):
    """Every server, in the order of the table. Called once a measurement: ports and sockets are fresh."""
    floor_unix, pelton_unix = f"{scratch}/floor.sock", f"{scratch}/pelton.sock"
    ports = [free_port() for _ in range(6)]
    serve = [programs.pelton, "serve", "--config", ROOT / "configs" / "quickstart.toml"]
    servers = [
        Server("floor, TCP", [programs.floor, ports[0]], port=ports[0]),
        Server("pelton, TCP", [*serve, "--port", ports[1]], port=ports[1]),
        Server("floor, unix", [programs.floor, f"unix:{floor_unix}"], unix=floor_unix),
        Server("pelton, unix", [*serve, "--port", ports[2], "--unix", pelton_unix], unix=pelton_unix),
    ]
    if not with_peers:
        return servers
    python = virtual_environment(VENV, PEERS / "requirements.txt")
    model = VENV / "model.joblib"
    run_quietly([python / "python", PEERS / "fit_model.py", model])
    env = {"PEERS_MODEL": str(model), "PYTHONPATH": str(PEERS), "PYTHONDONTWRITEBYTECODE": "1",
           # One BLAS thread a worker, as for any server with several workers.
           "OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}
    gunicorn = [python / "gunicorn", "--workers", WORKERS, "--no-control-socket", "--worker-tmp-dir", scratch]
    return servers + [
        # The sync worker answers one request a connection and closes it.
        Server("gunicorn sync, Flask", [*gunicorn, "--bind", f"127.0.0.1:{ports[3]}", "flask_app:app"],
               port=ports[3], headers=["Connection: close"], env=env, cwd=scratch),
        Server("gunicorn gthread, Flask",
               [*gunicorn, "--worker-class", "gthread", "--threads", 4, "--keep-alive", 75, "--bind",
                f"127.0.0.1:{ports[4]}", "flask_app:app"], port=ports[4], env=env, cwd=scratch),
        Server("uvicorn, FastAPI",
               [python / "uvicorn", "--workers", WORKERS, "--no-access-log", "--log-level", "warning", "--port", ports[5],
                "fastapi_app:app"], port=ports[5], env=env, cwd=scratch),
    ]


def drive(programs, server, seconds, core=None, rate=None):
    """One run of the load driver; its report."""
    command = ["taskset", "-c", str(core)] if core is not None else []
    command += [str(programs.pelton), "bench", server.url, "--json", "--connections", "64", "--duration", str(seconds),
                "--pid", str(server.process.pid)]
    if server.body:
        command += ["--body", str(server.body)]
    for header in server.headers:
        command += ["--header", header]
    if rate is not None:
        command += ["--rate", str(rate)]
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, timeout=seconds + 60)
    if not done.stdout:
        sys.exit(f"{server.name}: {done.stderr}")
    return json.loads(done.stdout)


def measure(title, programs, options, core=None, rate=None):
    """Starts every server, lets them take turns, and gives each one's reports."""
    with tempfile.TemporaryDirectory(prefix="pelton-compare-") as scratch:
        servers = contenders(programs, scratch, not options.no_peers)
        for server in servers:
            atexit.register(server.stop)
        try:
            say(f"{title}: starting {len(servers)} servers")
            for server in servers:
                server.start(core)
                drive(programs, server, 0.3, core, rate)  # warm
            reports = {server.name: [] for server in servers}
            for turn in range(options.rounds):
                say(f"{title}: round {turn + 1} of {options.rounds}")
                for server in servers:
                    reports[server.name].append(drive(programs, server, options.seconds, core, rate))
            return reports
        finally:
            for server in servers:
                server.stop()


def spread(values):
    return {"median": statistics.median(values), "min": min(values), "max": max(values)}


def summarize(pinned, saturated, opened):
    """Per server: what each measurement is made for."""
    summary = {}
    for name in pinned:
        failed = sum(sum(report["errors"].values()) for runs in (pinned, saturated, opened) for report in runs[name])
        summary[name] = {
            "cpu_us_per_request": spread([r["server_cpu_us_per_request"] for r in pinned[name]]),
            "pinned_rps": spread([r["achieved_rps"] for r in pinned[name]]),
            "saturated_rps": spread([r["achieved_rps"] for r in saturated[name]]),
            "saturated_p50_ms": spread([r["latency_ms"]["p50"] for r in saturated[name]]),
            "saturated_p99_ms": spread([r["latency_ms"]["p99"] for r in saturated[name]]),
            "open_p50_ms": spread([r["latency_ms"]["p50"] for r in opened[name]]),
            "open_p99_ms": spread([r["latency_ms"]["p99"] for r in opened[name]]),
            "failed_requests": failed,
        }
    for name, row in summary.items():
        # A Python server is compared with what it would be replaced by: both over TCP.
        floor, ours = ("floor, unix", "pelton, unix") if name.endswith("unix") else ("floor, TCP", "pelton, TCP")
        cpu = row["cpu_us_per_request"]["median"]
        row["cpu_over_floor"] = cpu / summary[floor]["cpu_us_per_request"]["median"]
        row["cpu_over_pelton"] = cpu / summary[ours]["cpu_us_per_request"]["median"]
        row["rps_over_pelton"] = row["saturated_rps"]["median"] / summary[ours]["saturated_rps"]["median"]
    return summary


def print_table(result):
    summary, options = result["servers"], result["settings"]
    where = result["machine"]
    print(f"{where['processor']}, {where['cores']} cores, Linux {where['kernel']}; load average at start "
          f"{where['load_average_at_start']:.2f}")
    print(f"{options['rounds']} rounds of {options['seconds']} s, 64 connections; medians (least - most)\n")
    print(f"{'pinned to one core':24} {'CPU us/request':>26} {'x floor':>8} {'x pelton':>9} {'answers/s':>10}")
    for name, row in summary.items():
        cpu = row["cpu_us_per_request"]
        print(f"{name:24} {cpu['median']:8.2f} ({cpu['min']:6.2f} -{cpu['max']:7.2f}) {row['cpu_over_floor']:8.2f} "
              f"{row['cpu_over_pelton']:9.2f} {row['pinned_rps']['median']:10.0f}")
    print(f"\n{'saturated, all cores':24} {'answers/s':>30} {'x pelton':>9} {'p50 ms':>8} {'p99 ms':>8}")
    for name, row in summary.items():
        rps = row["saturated_rps"]
        print(f"{name:24} {rps['median']:10.0f} ({rps['min']:7.0f} -{rps['max']:8.0f}) {row['rps_over_pelton']:9.3f} "
              f"{row['saturated_p50_ms']['median']:8.2f} {row['saturated_p99_ms']['median']:8.2f}")
    title = f"open loop, {options['rate']:g}/s"
    print(f"\n{title:24} {'p50 ms':>8} {'p99 ms':>26} {'failed, all runs':>17}")
    for name, row in summary.items():
        p99 = row["open_p99_ms"]
        print(f"{name:24} {row['open_p50_ms']['median']:8.3f} {p99['median']:8.3f} ({p99['min']:6.3f} -{p99['max']:7.3f}) "
              f"{row['failed_requests']:17}")


def parse_options(arguments):
    parser = argparse.ArgumentParser(prog="bench/compare servers", description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quick", action="store_true", help="2 rounds of 1 s instead of 5 of 3 s")
    parser.add_argument("--rounds", type=int, help="turns each server gets")
    parser.add_argument("--seconds", type=float, help="length of one run")
    parser.add_argument("--rate", type=float, default=200, help="of the open-loop runs (200 a second)")
    parser.add_argument("--no-peers", action="store_true", help="only the floor and Pelton")
    parser.add_argument("--no-build", action="store_true", help="take the programs as they lie in build/")
    parser.add_argument("--pelton", type=Path, default=ROOT / "build" / "release" / "pelton", help="program to measure")
    parser.add_argument("--floor", type=Path, help="the echoing server's program")
    parser.add_argument("--json", action="store_true", help="report as JSON")
    options = parser.parse_args(arguments)
    options.rounds = options.rounds or (2 if options.quick else 5)
    options.seconds = options.seconds or (1 if options.quick else 3)
    if options.rounds < 1 or options.seconds <= 0 or options.rate <= 0:
        parser.error("rounds, seconds and rate must be above 0")
    options.floor = options.floor or ROOT / "build" / "bench" / "bench" / "peers" / "epoll_floor"
    return options


def main(arguments):
    options = parse_options(arguments)
    for tool in ["taskset"] + ([] if options.no_build else ["cmake", "ninja"]):
        if shutil.which(tool) is None:
            sys.exit(f"bench/compare needs {tool}")
    if not options.no_build:
        build("release", "pelton")
        build("bench", "epoll_floor")
    core = max(os.sched_getaffinity(0))
    result = {"machine": machine(),
              "settings": {"rounds": options.rounds, "seconds": options.seconds, "rate": options.rate}}
    pinned = measure("pinned", options, options, core=core)
    saturated = measure("saturated", options, options)
    opened = measure("open loop", options, options, rate=options.rate)
    result["servers"] = summarize(pinned, saturated, opened)
    if options.json:
        print(json.dumps(result, indent=2))
    else:
        print_table(result)
