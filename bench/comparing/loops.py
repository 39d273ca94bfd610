"""Measures what event loops of one process cost each other: cache lines that both write, locks, allocators.

As many loops as there are processors (at most --loops): all in one process, each bound to a processor; or each in a process of its own,
which share nothing but the kernel. Each loop has a load driver of its own, 32 connections over a unix socket in closed loop. The
arrangements take turns; what counts is the servers' processor time an answer, and the ratio of the two says what
sharing a process costs. A request of the article's model, where scoring is next to nothing, shows it most.
"""

import argparse
import atexit
import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from .environment import ROOT, build, machine, say
from .servers import free_port, Server, spread

CONNECTIONS = 32


def processor_seconds(process):
    """User and system time of a process that runs; the clock's number is as in clock_getcpuclockid(3)."""
    return time.clock_gettime((~process.pid << 3) | 2)


def server(options, scratch, name, loops):
    unix = f"{scratch}/{name}.sock"
    environment = {"PELTON_SERVER_PIN": "true"} if loops > 1 else {}
    return Server(name, [options.pelton, "serve", "--config", ROOT / "configs" / "quickstart.toml", "--port", free_port(),
                         "--unix", unix, "--threads", loops], unix=unix, env=environment)


def drive(options, servers):
    """One run: a driver for each loop; the servers' microseconds of processor time an answer, and answers a second."""
    before = sum(processor_seconds(each.process) for each in servers)
    drivers = [subprocess.Popen([str(options.pelton), "bench", servers[i % len(servers)].url, "--json", "--connections",
                                 str(CONNECTIONS), "--duration", str(options.seconds)], stdout=subprocess.PIPE, text=True)
               for i in range(options.loops)]
    reports = [json.loads(driver.communicate(timeout=options.seconds + 60)[0]) for driver in drivers]
    spent = sum(processor_seconds(each.process) for each in servers) - before
    for report in reports:
        report["errors"].pop("unanswered")  # what was under way when the time was up
        if any(report["errors"].values()):
            sys.exit(f"requests failed: {report['errors']}")
    answers = sum(report["requests"] for report in reports)
    return {"cpu_us": 1e6 * spent / answers, "rps": sum(report["achieved_rps"] for report in reports)}


def measure(options, scratch):
    processors = sorted(os.sched_getaffinity(0))[:options.loops]
    together = [server(options, scratch, "together", options.loops)]
    apart = [server(options, scratch, f"apart-{i}", 1) for i in range(options.loops)]
    for each in together + apart:
        atexit.register(each.stop)
    together[0].start(None)
    for each, processor in zip(apart, processors):
        each.start(processor)
    arrangements = {"one process": together, "a process each": apart}
    found = {name: [] for name in arrangements}
    for turn in range(options.rounds + 1):
        say(f"round {turn} of {options.rounds}" if turn else "warming up")
        for name, servers in arrangements.items():
            run = drive(options, servers)
            if turn:
                found[name].append(run)
    return {name: {"cpu_us_per_request": spread([run["cpu_us"] for run in runs]), "rps": spread([run["rps"] for run in runs])}
            for name, runs in found.items()}


def print_table(result):
    where, settings = result["machine"], result["settings"]
    print(f"{where['processor']}, {where['cores']} cores, Linux {where['kernel']}; load average at start "
          f"{where['load_average_at_start']:.2f}")
    print(f"{settings['loops']} loops, {settings['rounds']} rounds of {settings['seconds']} s, {CONNECTIONS} connections a loop "
          "over unix sockets; medians (least - most)\n")
    print(f"{'':16} {'CPU us/request':>26} {'answers/s':>10}")
    for name, row in result["arrangements"].items():
        cpu = row["cpu_us_per_request"]
        print(f"{name:16} {cpu['median']:8.2f} ({cpu['min']:6.2f} -{cpu['max']:7.2f}) {row['rps']['median']:10.0f}")
    print(f"\none process / a process each: {result['ratio']:.3f}")


def main(arguments):
    parser = argparse.ArgumentParser(prog="bench/compare loops", description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--loops", type=int, default=len(os.sched_getaffinity(0)), help="event loops (one a processor)")
    parser.add_argument("--rounds", type=int, default=7, help="turns each arrangement gets (7)")
    parser.add_argument("--seconds", type=float, default=2, help="length of one run (2)")
    parser.add_argument("--no-build", action="store_true", help="take the program as it lies in build/")
    parser.add_argument("--pelton", type=Path, default=ROOT / "build" / "release" / "pelton", help="program to measure")
    parser.add_argument("--json", action="store_true", help="report as JSON")
    options = parser.parse_args(arguments)
    if options.loops < 1 or options.rounds < 1 or options.seconds <= 0:
        parser.error("loops, rounds and seconds must be above 0")
    if not options.no_build:
        build("release", "pelton")
    result = {"machine": machine(),
              "settings": {"loops": options.loops, "rounds": options.rounds, "seconds": options.seconds}}
    with tempfile.TemporaryDirectory(prefix="pelton-compare-") as scratch:
        arrangements = result["arrangements"] = measure(options, scratch)
    result["ratio"] = (arrangements["one process"]["cpu_us_per_request"]["median"]
                       / arrangements["a process each"]["cpu_us_per_request"]["median"])
    if options.json:
        print(json.dumps(result, indent=2))
    else:
        print_table(result)
