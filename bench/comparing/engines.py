"""Measures Pelton's scoring beside other engines for the same models: processor time a row, one thread, one core.

Fits the models once (bench/peers/fit_engine_models.py, kept in build/engine-models), starts every engine of a model
pinned to the same core, checks that each gives the library's margins, and lets them take turns (A B C A B C ...) at
each batch size, so that a slow minute of the machine falls on all of them. No two calls after each other score the
same rows. Engines with a C or C++ interface are called through it (bench/peers/engines). Engines that have only
Python are told twice: as called, and less what the same call costs with a model of one split (left out where that is
nearly all of it).

Tables hold medians over the rounds. An engine's ratio is its time over Pelton's: above 1, Pelton is faster.
"""

import argparse
import atexit
import hashlib
import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
from array import array
from pathlib import Path

from .environment import PEERS, ROOT, build, machine, say, virtual_environment

VENV = ROOT / "build" / "engines-venv"
CACHE = ROOT / "build" / "engine-models"
BATCHES = [1, 16, 256, 4096]
# Of each model: Pelton's file, how far its margins may be from the library's, relative to the largest, and what
# Pelton is asked for where that is no margin.
MODELS = {
    "xgb_500x6": ("ubj", 0),
    "xgb_100x10": ("ubj", 0),
    "lgbm_500x31": ("txt", 0),
    "rf_100_full": ("onnx", 1e-5),
    "catboost_500x6": ("json", 1e-14),
    "mlp_32x64x64": ("onnx", 1e-5),
    "svr_1500x30": ("onnx", 1e-4),
    "table_6+4": ("onnx", 1e-5, "predict_proba"),
}
LEAST_SHARE = 0.1  # of a call that is the engine's own, for it to be told apart from Python's
LEAST_CORRELATION = 0.95  # of margins from trees that are not the same, but fitted to the same rows


class Absent(Exception):
    """An engine that cannot take part, and why."""


class Engine:
    """One contender: a process that holds the model and scores when told to."""

    def __init__(self, name, command, tolerance, core, in_python=False):
        self.name = name
        self.tolerance = tolerance
        self.in_python = in_python
        self.log = tempfile.TemporaryFile()
        environment = {**os.environ, "OMP_NUM_THREADS": "1", "PYTHONDONTWRITEBYTECODE": "1"}
        self.process = subprocess.Popen(["taskset", "-c", str(core), *map(str, command)], stdin=subprocess.PIPE,
                                        stdout=subprocess.PIPE, stderr=self.log, text=True, env=environment)
        atexit.register(self.stop)

    def answer(self):
        """The next line that is an answer: libraries print notes of their own."""
        for line in self.process.stdout:
            words = line.split()
            if words and (words[0] in ("ready", "done") or words[0][0].isdigit()):
                return words[0]
        self.log.seek(0)
        lines = self.log.read().decode(errors="replace").strip().splitlines()
        raise Absent(lines[-1] if lines else "it ended without a word")

    def ask(self, order):
        self.process.stdin.write(order + "\n")
        self.process.stdin.flush()
        return self.answer()

    def time(self, batch, seconds):
        return float(self.ask(f"time {batch} {seconds}"))

    def overhead(self, batch, seconds):
        return float(self.ask(f"overhead {batch} {seconds}"))

    def margins(self, batch):
        with tempfile.TemporaryDirectory(prefix="pelton-compare-") as scratch:
            file = Path(scratch) / "margins"
            self.ask(f"margins {batch} {file}")
            return doubles(file)

    def stop(self):
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait()


def doubles(file, kind="float64"):
    values = array({"float64": "d", "float32": "f"}[kind])
    values.frombytes(file.read_bytes())
    return values.tolist()


def check_margins(engine, expected):
    """A fast wrong answer is no contender, in whatever batches the rows come."""
    for batch in (1, max(BATCHES)):
        got = engine.margins(batch)
        if len(got) != len(expected):
            raise Absent(f"gives {len(got)} margins for {len(expected)} rows")
        if engine.tolerance is None:
            if not statistics.correlation(got, expected) >= LEAST_CORRELATION:
                raise Absent("its margins have little to do with the library's")
            continue
        size = max(map(abs, expected))
        worst = max(abs(a - b) for a, b in zip(got, expected)) / size
        if not worst <= engine.tolerance:
            raise Absent(f"wrong: in batches of {batch} its margins are off by {worst:.3g}, {engine.tolerance:g} is allowed")


def make_ready(options, name):
    """The model fitted and the peers' code for it made, unless that was done before; how each peer is started."""
    folder = options.cache
    folder.mkdir(parents=True, exist_ok=True)
    pins = PEERS / "requirements-engines.txt"
    steps = [("fitted", "fit_engine_models.py", [pins]), ("ready", "make_engine_code.py", [pins, PEERS / "to_onnx.py"])]
    made = b""
    for step, program, others in steps:
        made += b"".join(file.read_bytes() for file in [PEERS / program, *others])
        stamp, wanted = folder / f"{name}.{step}", hashlib.sha256(made).hexdigest()
        if stamp.exists() and stamp.read_text() == wanted:
            continue
        say(f"{name}: {program}, once")
        done = subprocess.run([options.python, PEERS / program, folder, name], stdout=subprocess.PIPE,
                              stderr=subprocess.STDOUT, text=True)
        if done.returncode != 0:
            sys.exit(f"{done.stdout}\n{program} {name}: exit code {done.returncode}")
        stamp.write_text(wanted)
    return json.loads((folder / f"{name}.peers.json").read_text())


def start_engines(options, name, peers, index, expected, core):
    """Every engine that can take part and is right, Pelton first, and what keeps the others away."""
    folder = options.cache
    ending, tolerance, *method = MODELS[name]
    rows = [folder / index["scored"], index["features"]]
    plans = {"pelton": {"driver": "engine_driver", "words": ["pelton", folder / f"{name}.{ending}", *method],
                        "tolerance": tolerance}}
    if not options.no_peers:
        plans |= peers
    programs = {"engine_driver": [options.driver], "python": [options.python, PEERS / "python_engine.py"]}
    engines, absent = [], {}
    for engine_name, plan in plans.items():
        try:
            if "absent" in plan:
                raise Absent(plan["absent"])
            engine = Engine(engine_name, [*programs[plan["driver"]], *rows, *plan["words"]], plan["tolerance"], core,
                            in_python=plan["driver"] == "python")
            engine.answer()
            check_margins(engine, expected)
            engines.append(engine)
        except Absent as why:
            absent[engine_name] = str(why)
    return engines, absent


def measure(options, name, core):
    """Lets the engines of one model take turns; their times a row, by engine and batch."""
    peers = make_ready(options, name)
    say(f"{name}: starting its engines")
    index = json.loads((options.cache / "index.json").read_text())[name]
    expected = doubles(options.cache / f"{name}.margins", index["margins"])
    engines, absent = start_engines(options, name, peers, index, expected, core)
    try:
        times = {engine.name: {batch: [] for batch in BATCHES} for engine in engines}
        overheads = {engine.name: {batch: [] for batch in BATCHES} for engine in engines if engine.in_python}
        for turn in range(options.rounds):
            say(f"{name}: round {turn + 1} of {options.rounds}")
            for batch in BATCHES:
                for engine in engines:
                    times[engine.name][batch].append(engine.time(batch, options.seconds))
                    if engine.in_python:
                        overheads[engine.name][batch].append(engine.overhead(batch, options.seconds / 4))
    finally:
        for engine in engines:
            engine.stop()
    return summarize(times, overheads, absent)


def without_overhead(times, overheads):
    """The median of what is left of each turn; nothing where the overhead is too much of it to tell."""
    left = statistics.median(whole - part for whole, part in zip(times, overheads))
    return left if left >= LEAST_SHARE * statistics.median(times) else None


def summarize(times, overheads, absent):
    """Medians, and each engine's time over Pelton's."""
    rows = {}
    for name, by_batch in times.items():
        rows[name] = {batch: {"median": statistics.median(values), "min": min(values), "max": max(values)}
                      for batch, values in by_batch.items()}
        if name in overheads:
            rows[f"{name}, less Python"] = {
                batch: {"median": without_overhead(values, overheads[name][batch])} for batch, values in by_batch.items()}
    ratios, best = {}, {}
    if "pelton" in rows:
        ours = {batch: rows["pelton"][batch]["median"] for batch in BATCHES}
        ratios = {name: {batch: row[batch]["median"] / ours[batch] for batch in BATCHES if row[batch]["median"]}
                  for name, row in rows.items() if name != "pelton"}
        for batch in BATCHES if ratios else []:
            known = {name: by_batch[batch] for name, by_batch in ratios.items() if batch in by_batch}
            name = min(known, key=known.get)
            best[batch] = {"peer": name, "ratio": known[name]}
    return {"ns_per_row": rows, "over_pelton": ratios, "best_peer": best, "absent": absent}


def print_table(result):
    where, settings = result["machine"], result["settings"]
    print(f"{where['processor']}, Linux {where['kernel']}; load average at start {where['load_average_at_start']:.2f}")
    print(f"one thread on one core; medians of {settings['rounds']} rounds of {settings['seconds']} s; "
          "ns a row (x Pelton's)")
    for name, found in result["models"].items():
        print(f"\n{name:30}" + "".join(f"{f'batch {batch}':>20}" for batch in BATCHES))
        for engine, row in found["ns_per_row"].items():
            ratios = found["over_pelton"].get(engine, {})
            cells = [f"{row[batch]['median']:.1f} " + (f"({ratios[batch]:5.1f})" if batch in ratios else " " * 7)
                     if row[batch]["median"] else "-" + " " * 8 for batch in BATCHES]
            print(f"{engine:30}" + "".join(f"{cell:>20}" for cell in cells))
        if found["best_peer"]:
            print(f"{'best peer':30}" + "".join(f"{best['ratio']:18.2f} x" for best in found["best_peer"].values()))
            print(" " * 30 + "".join(f"{best['peer'].removesuffix(', less Python'):>20}" for best in found["best_peer"].values()))
        for engine, why in found["absent"].items():
            print(f"{engine:30}  absent: {why}")


def parse_options(arguments):
    parser = argparse.ArgumentParser(prog="bench/compare engines", description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter,
                                     epilog="example: bench/compare engines --quick --models xgb_500x6,lgbm_500x31")
    parser.add_argument("--quick", action="store_true", help="2 rounds of 0.2 s instead of 5 of 0.5 s")
    parser.add_argument("--rounds", type=int, help="turns each engine gets at each batch size")
    parser.add_argument("--seconds", type=float, help="length of one turn")
    parser.add_argument("--models", help=f"some of {','.join(MODELS)}")
    parser.add_argument("--no-peers", action="store_true", help="only Pelton")
    parser.add_argument("--no-build", action="store_true", help="take the driver as it lies in build/")
    parser.add_argument("--driver", type=Path, default=ROOT / "build" / "bench" / "bench" / "peers" / "engine_driver",
                        help="program that holds Pelton and the C interfaces")
    parser.add_argument("--python", type=Path, default=os.environ.get("PELTON_ENGINES_PYTHON"),
                        help="interpreter that has the libraries (or PELTON_ENGINES_PYTHON); "
                             "without it build/engines-venv is made")
    parser.add_argument("--cache", type=Path, default=CACHE, help="where the fitted models are kept")
    parser.add_argument("--core", type=int, default=max(os.sched_getaffinity(0)), help="processor to run on")
    parser.add_argument("--json", action="store_true", help="report as JSON")
    options = parser.parse_args(arguments)
    options.rounds = options.rounds or (2 if options.quick else 5)
    options.seconds = options.seconds or (0.2 if options.quick else 0.5)
    options.models = options.models.split(",") if options.models else list(MODELS)
    if options.rounds < 1 or options.seconds <= 0:
        parser.error("rounds and seconds must be above 0")
    for name in options.models:
        if name not in MODELS:
            parser.error(f"no model is called {name}; there are {', '.join(MODELS)}")
    return options


def main(arguments):
    options = parse_options(arguments)
    for tool in ["taskset", "gcc"] + ([] if options.no_build else ["cmake", "ninja"]):
        if shutil.which(tool) is None:
            sys.exit(f"bench/compare needs {tool}")
    if not options.no_build:
        build("bench", "engine_driver")
    if options.python is None:
        options.python = virtual_environment(VENV, PEERS / "requirements-engines.txt", each_alone=True) / "python"
    result = {"machine": machine(), "settings": {"rounds": options.rounds, "seconds": options.seconds},
              "models": {name: measure(options, name, options.core) for name in options.models}}
    if options.json:
        print(json.dumps(result, indent=2))
    else:
        print_table(result)
    without = [name for name, found in result["models"].items() if "pelton" in found["absent"]]
    if without:
        sys.exit(f"Pelton did not take part in {', '.join(without)}")
