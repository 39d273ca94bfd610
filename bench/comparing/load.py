"""Measures how Pelton and the servers it replaces bear load: up to what they can do, beyond it, and afterwards.

Each server runs on one processor and the load driver, `pelton bench`, on another; servers take turns. For each:

  saturation  the most answers a second in closed loop, the better of 16 and 64 connections
  50, 80 %    of its own saturation, Poisson arrivals: percentiles, and p99 over p50 within windows of 100 ms
  SLO         the highest rate whose p99 stays under --slo (--peer-slo for the Python servers)
  150, 300 %  goodput: answers within --objective (--peer-objective) a second, counted from when they were due
  recovery    after seconds of 300 % the load falls to 50 %: how long until p99 of windows of 100 ms is,
              for half a second, within twice what it was before

Then a cheap model's latency alone and beside a dear model of the same server that is asked for 150 %. Tables
hold medians over the rounds, with least and most. A star marks a figure that the driver limited, not the server:
it was busy for more than nine tenths of the time.
"""

import argparse
import atexit
import json
import os
import re
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request
from pathlib import Path

from .environment import ROOT, build, machine, say
from .load_servers import article, DEAR_MODELS, dear_model, go_first, load_servers, pelton, prefer_session
from .load_tables import print_tables
from .servers import spread

SATURATING_CONNECTIONS = (16, 64)
CONNECTIONS = 256
OVERLOAD_CONNECTIONS = 2048  # callers who do not wait for each other
BUSY_DRIVER = 0.9
WINDOW_S = 0.1
STEADY_WINDOWS = 5


def bench(options, server, *arguments, url=None, wait=True):
    """Starts the load driver; its report, or the process if it is not to be waited for."""
    command = ["taskset", "-c", str(options.cores[1])] if options.cores else []
    command += [options.pelton, "bench", url or server.url + server.path, "--json", "--body", server.body, *arguments]
    for header in server.headers:
        command += ["--header", header]
    process = subprocess.Popen([str(part) for part in command], stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                               text=True, start_new_session=True)
    prefer_session(process.pid)
    return report_of(server, process) if wait else process


def report_of(server, process):
    try:
        out, errors = process.communicate(timeout=600)
    finally:
        process.kill()  # where we were interrupted; it leads a session of its own
    if not out:
        sys.exit(f"{server.name}: {errors}")
    return json.loads(out)


def saturate(options, server, url=None):
    """The report of the most answers a second in closed loop, of several numbers of connections."""
    reports = [bench(options, server, "--connections", count, "--duration", options.seconds, "--pid",
                     server.process.pid, url=url)
               for count in SATURATING_CONNECTIONS]
    best = max(reports, key=lambda report: report["achieved_rps"])
    if not best["achieved_rps"]:
        sys.exit(f"{server.name} answered nothing: {best['errors']}")
    return best


def offer(options, server, rate, connections=CONNECTIONS):
    return bench(options, server, "--rate", rate, "--connections", connections, "--duration", options.seconds,
                 "--objective", server.objective_ms)


def search(options, server, saturation):
    return bench(options, server, "--search-slo", server.slo_ms, "--rate", saturation / 2, "--connections", CONNECTIONS,
                 "--duration", options.seconds / 2)["highest_rps"]


def overload_and_recover(options, server, saturation):
    before, over, after = options.recovery
    steps = f"{saturation / 2}:{before},{saturation * 3}:{over},{saturation / 2}:{after}"
    report = bench(options, server, "--steps", steps, "--connections", OVERLOAD_CONNECTIONS, "--windows")
    return recovery_s(report["windows"].get("list", []), before, before + over)


def recovery_s(windows, overload_from_s, overload_to_s):
    """Seconds from the end of an overload to the end of the first window that is as before it.

    As before: in the half second that it begins nothing fails, and its own p99 and the median of that half second's
    windows' are within twice the median of the windows' p99 until the overload. None where the run ended first.
    """
    def number(second):
        return round(second / WINDOW_S)

    by_number = {number(window["from_s"]): window for window in windows}
    before = [window["p99_ms"] for at, window in by_number.items() if at < number(overload_from_s)]
    if not before:
        return None
    usual = 2 * statistics.median(before)
    for first in range(number(overload_to_s), max(by_number) - STEADY_WINDOWS + 2):
        some = [by_number[at] for at in range(first, first + STEADY_WINDOWS) if at in by_number]
        if (first in by_number and not any(window["failed"] for window in some) and some[0]["p99_ms"] <= usual
                and statistics.median(window["p99_ms"] for window in some) <= usual):
            return round((first + 1) * WINDOW_S - overload_to_s, 1)
    return None


def in_turns(options, title, servers, measure):
    """Each server's measurements, by name; they take turns."""
    found = {server.name: [] for server in servers}
    for turn in range(options.rounds):
        say(f"{title}: round {turn + 1} of {options.rounds}")
        for server in servers:
            found[server.name].append(measure(server))
    return found


def load_summary(reports):
    latency = {name: spread([report["latency_ms"][name] for report in reports]) for name in ("p50", "p99", "p99_9")}
    plain = [report["latency_ms"]["p99"] / report["latency_ms"]["p50"]
             for report in reports if report["latency_ms"]["p50"]]
    windows = [report["windows"]["p99_over_p50"] for report in reports if report["windows"]["count"]]
    return {"offered_rps": reports[0]["offered_rps"], "latency_ms": latency,
            "p99_over_p50": spread(plain) if plain else None,
            "window_p99_over_p50": spread(windows) if windows else None,
            "failed_share": statistics.median(failed_share(report) for report in reports),
            "driver_busy": driver_busy(reports)}


def driver_busy(reports):
    return statistics.median(report["client_cpu_share"] for report in reports) > BUSY_DRIVER


def server_share(report):
    return report["server_cpu_us_per_request"] * report["achieved_rps"] / 1e6


def failed_share(report):
    return sum(report["errors"].values()) / report["requests"]


def overload_summary(reports, saturation):
    goodput = [report["objective"]["goodput_rps"] for report in reports]
    return {"offered_rps": reports[0]["offered_rps"], "goodput_rps": spread(goodput),
            "share_of_saturation": spread([value / saturation for value in goodput]),
            "failed_share": statistics.median(failed_share(report) for report in reports),
            "p99_ms": statistics.median(report["latency_ms"]["p99"] for report in reports),
            "driver_busy": driver_busy(reports)}


def recovery_summary(times):
    known = [time for time in times if time is not None]
    return {"recovered": len(known), "rounds": len(times), "s": spread(known) if known else None}


def measure_servers(options, servers):
    for server in servers:
        bench(options, server, "--connections", 16, "--duration", 1)  # warm, and its cost learned
    saturated = in_turns(options, "saturation", servers, lambda server: saturate(options, server))
    most = {name: statistics.median(report["achieved_rps"] for report in reports)
            for name, reports in saturated.items()}
    offered = {share: in_turns(options, f"{share:.0%} of saturation", servers,
                               lambda server: offer(options, server, share * most[server.name],
                                                    CONNECTIONS if share < 1 else OVERLOAD_CONNECTIONS))
               for share in (0.5, 0.8, 1.5, 3.0)}
    highest = in_turns(options, "SLO", servers, lambda server: search(options, server, most[server.name]))
    recovered = in_turns(options, "recovery", servers,
                         lambda server: overload_and_recover(options, server, most[server.name]))
    summary = {}
    for server in servers:
        name = server.name
        summary[name] = {
            "saturation": {"rps": spread([report["achieved_rps"] for report in saturated[name]]),
                           "connections": statistics.mode(report["connections"] for report in saturated[name]),
                           "driver_share": statistics.median(report["client_cpu_share"] for report in saturated[name]),
                           "server_share": statistics.median(server_share(report) for report in saturated[name]),
                           "driver_busy": driver_busy(saturated[name])},
            "at_50": load_summary(offered[0.5][name]), "at_80": load_summary(offered[0.8][name]),
            "slo": {"ms": server.slo_ms, "rps": spread(highest[name]),
                    "share_of_saturation": spread([rate / most[name] for rate in highest[name]])},
            "objective_ms": server.objective_ms,
            "at_150": overload_summary(offered[1.5][name], most[name]),
            "at_300": overload_summary(offered[3.0][name], most[name]),
            "recovery": recovery_summary(recovered[name]),
        }
    return summary


def scored(server, model):
    """Seconds spent scoring a model's batches, and how many batches there were."""
    with urllib.request.urlopen(server.url + "/metrics", timeout=5) as answer:
        text = answer.read().decode()
    totals = []
    for what in ("sum", "count"):
        sample = rf'^pelton_score_duration_seconds_{what}\{{[^}}]*model="{model}"[^}}]*\}} (\S+)'
        totals.append(sum(map(float, re.findall(sample, text, re.MULTILINE))))
    return totals


def cheap_beside_dear(options, scratch):
    """The article's model alone and beside a saturated one, by turns, in one server on one processor."""
    name = options.dear
    server = pelton(options, "Pelton, both models", [*article(), f"dear={dear_model(name)}"], path="/predict/article")
    server.body = write_body(scratch, server)
    atexit.register(server.stop)
    server.start(options.cores[0] if options.cores else None)
    dear_url = server.url + "/predict/dear"
    try:
        for url in (None, dear_url):
            bench(options, server, "--connections", 16, "--duration", 1, url=url)  # warm, and its cost learned
        most = saturate(options, server, url=dear_url)["achieved_rps"]
        cheap = ["--rate", options.cheap_rate, "--duration", options.seconds]
        alone, beside, slices = [], [], []
        for turn in range(options.rounds):
            say(f"cheap beside dear: round {turn + 1} of {options.rounds}")
            alone.append(bench(options, server, *cheap))
            before = scored(server, "dear")
            dear = bench(options, server, "--rate", 1.5 * most, "--connections", OVERLOAD_CONNECTIONS, "--duration",
                         options.seconds + 2, url=dear_url, wait=False)
            time.sleep(1)  # while the overload builds up
            beside.append(bench(options, server, *cheap))
            report_of(server, dear)
            after = scored(server, "dear")
            if after[1] == before[1]:
                sys.exit(f"{server.name}: no batch of the dear model was scored while it was overloaded")
            slices.append(1e3 * (after[0] - before[0]) / (after[1] - before[1]))
    finally:
        server.stop()
    alone, beside = latency_summary(alone), latency_summary(beside)
    bound = 2 * alone["p99_ms"]["median"] + statistics.median(slices)
    return {"dear": name, "dear_saturation_rps": most, "cheap_rps": options.cheap_rate, "slice_ms": spread(slices),
            "p99_bound_ms": bound, "within_bound": beside["p99_ms"]["median"] <= bound, "alone": alone, "beside": beside}


def latency_summary(reports):
    return {"p50_ms": spread([report["latency_ms"]["p50"] for report in reports]),
            "p99_ms": spread([report["latency_ms"]["p99"] for report in reports]),
            "window_p99_ms": spread([report["window_median_ms"]["p99"] for report in reports]),
            "failed_share": statistics.median(failed_share(report) for report in reports)}


def write_body(scratch, server):
    file = Path(scratch) / f"body of {server.name}.json".replace(" ", "-")
    file.write_text(json.dumps(server.request, separators=(",", ":")))
    return file


def measure(options, result):
    with tempfile.TemporaryDirectory(prefix="pelton-compare-") as scratch:
        servers, result["left_out"] = load_servers(options, scratch)
        if options.only:
            servers = [server for server in servers if any(word in server.name for word in options.only.split(","))]
        if not servers:
            sys.exit(f"bench/compare load: no server's name holds any of {options.only!r}")
        for server in servers:
            server.body = write_body(scratch, server)
            atexit.register(server.stop)
        try:
            for server in servers:
                say(f"starting {server.name}")
                server.start(options.cores[0] if options.cores else None)
            result["servers"] = measure_servers(options, servers)
        finally:
            for server in servers:
                server.stop()
        result["cheap_beside_dear"] = cheap_beside_dear(options, scratch)


def parse_options(arguments):
    parser = argparse.ArgumentParser(prog="bench/compare load", description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quick", action="store_true", help="1 round of 0.5 s instead of 3 of 2 s")
    parser.add_argument("--rounds", type=int, help="turns each server gets")
    parser.add_argument("--seconds", type=float, help="length of one run")
    parser.add_argument("--slo", type=float, default=5, help="p99 in ms to find the highest rate for (5)")
    parser.add_argument("--peer-slo", type=float, default=50, help="the same for the Python servers (50)")
    parser.add_argument("--objective", type=float, default=20, help="ms within which answers count under overload (20)")
    parser.add_argument("--peer-objective", type=float, default=50, help="the same for the Python servers (50)")
    parser.add_argument("--cheap-rate", type=float, default=1000, help="requests a second of the cheap model (1000)")
    parser.add_argument("--dear", choices=list(DEAR_MODELS), default="0.6 ms", help="the model beside it (0.6 ms)")
    parser.add_argument("--only", help="words of the names of servers to measure, with commas between")
    parser.add_argument("--no-peers", action="store_true", help="only the floor and Pelton")
    parser.add_argument("--no-pin", action="store_true", help="leave servers and driver where the system puts them")
    parser.add_argument("--no-build", action="store_true", help="take the programs as they lie in build/")
    parser.add_argument("--pelton", type=Path, default=ROOT / "build" / "release" / "pelton", help="program to measure")
    parser.add_argument("--floor", type=Path, help="the echoing server's program")
    parser.add_argument("--json", action="store_true", help="report as JSON")
    options = parser.parse_args(arguments)
    options.rounds = options.rounds or (1 if options.quick else 3)
    options.seconds = options.seconds or (0.5 if options.quick else 2)
    options.recovery = (1, 1, 4) if options.quick else (2, 3, 8)  # seconds before, of, and after the overload
    options.floor = options.floor or ROOT / "build" / "bench" / "bench" / "peers" / "epoll_floor"
    positive = ("rounds", "seconds", "slo", "peer_slo", "objective", "peer_objective", "cheap_rate")
    if any(getattr(options, name) <= 0 for name in positive):
        parser.error("rounds, seconds, objectives and rates must be above 0")
    cores = sorted(os.sched_getaffinity(0))
    options.cores = None if options.no_pin else (cores[0], cores[-1])
    if options.cores and len(cores) < 2:
        parser.error("server and driver want a processor each; --no-pin does without")
    return options


def main(arguments):
    options = parse_options(arguments)
    for tool in ([] if options.no_pin else ["taskset"]) + ([] if options.no_build else ["cmake", "ninja"]):
        if shutil.which(tool) is None:
            sys.exit(f"bench/compare load needs {tool}")
    if not options.no_build:
        build("release", "pelton")
        build("bench", "epoll_floor")
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
    result = {"machine": machine(),
              "settings": {"rounds": options.rounds, "seconds": options.seconds, "pinned": not options.no_pin,
                           "recovery_s": options.recovery,
                           "before_other_work": go_first()}}
    measure(options, result)
    if options.json:
        print(json.dumps(result, indent=2))
    else:
        print_tables(result)
