"""Measures what the same rows cost in each dialect, beside native JSON.

One server, pinned to one core together with the load driver (`pelton bench`), serves models that the oracle tests hold to
scikit-learn, and each dialect asks for `predict` of the same real rows. The dialects take turns, so that a slow minute of
the machine falls on all of them. The table holds the processor time of the server an answer, the median over the rounds,
and its ratio to native JSON.
"""

import argparse
import atexit
import http.client
import json
import os
import statistics
import struct
import sys
import tempfile
from pathlib import Path
from types import SimpleNamespace

from .environment import ROOT, build, machine, say
from .servers import drive, free_port, Server

FIXTURES = ROOT / "tests" / "oracle" / "fixtures"
MODELS = {"logistic_30": "logistic_binary_double", "network_64": "mlp_digits_float"}
DATATYPES = {"float64": ("FP64", "d"), "float32": ("FP32", "f")}


def fixture_rows(name):
    """The rows that a fixture of the oracle tests asks about (tests/oracle/oracle_cases.py, `packed`)."""
    data = (FIXTURES / f"{name}.expected").read_bytes()
    at = len(b"PELTONOR") + struct.calcsize("<Id")
    rows, columns = struct.unpack_from("<II", data, at)
    (classes,) = struct.unpack_from("<I", data, at + 8)
    at += 12
    for _ in range(classes):
        (length,) = struct.unpack_from("<I", data, at)
        at += 4 + length
    values = struct.unpack_from(f"<{rows * columns}d", data, at)
    return [list(values[i * columns:(i + 1) * columns]) for i in range(rows)]


class Exchange:
    """One dialect's request for the same rows."""

    def __init__(self, name, path, body, headers=("Content-Type: application/json",)):
        self.name = name
        self.path = path
        self.body = body if isinstance(body, bytes) else json.dumps(body, separators=(",", ":")).encode()
        self.headers = list(headers)


def exchanges(model, rows, card, tensor):
    """The dialects' requests for `rows` of a model; `tensor` is its input as V2's metadata has it."""
    single = len(rows) == 1
    code = DATATYPES[card["inputs"][0]["type"]][1]
    raw = b"".join(struct.pack(f"<{len(row)}{code}", *row) for row in rows)
    flat = [value for row in rows for value in row]
    shape = [len(rows), len(rows[0])]
    v2 = {"name": tensor["name"], "datatype": tensor["datatype"], "shape": shape}
    header = json.dumps({"inputs": [{**v2, "parameters": {"binary_data_size": len(raw)}}],
                         "outputs": [{"name": "predict", "parameters": {"binary_data": True}}]},
                        separators=(",", ":")).encode()
    csv = "".join(",".join(map(repr, row)) + "\n" for row in rows).encode()
    infer = f"/v2/models/{model}/infer"
    return [
        Exchange("native JSON", f"/predict/{model}", {"x": rows[0] if single else rows}),
        Exchange("native CSV", f"/predict/{model}", csv, ["Content-Type: text/csv; header=absent"]),
        Exchange(f"native raw {card['inputs'][0]['type']}", f"/predict/{model}", raw,
                 [f"Content-Type: application/octet-stream; dtype={card['inputs'][0]['type']}"]),
        Exchange("V2 JSON", infer, {"inputs": [{**v2, "data": flat}], "outputs": [{"name": "predict"}]}),
        Exchange("V2 binary", infer, header + raw,
                 ["Content-Type: application/octet-stream", f"Inference-Header-Content-Length: {len(header)}"]),
        Exchange("V1 instances", f"/v1/models/{model}:predict", {"instances": rows}),
        Exchange("MLflow inputs", "/invocations", {"inputs": rows}),
        Exchange("MLflow split", "/invocations",
                 {"dataframe_split": {"columns": list(range(len(rows[0]))), "data": rows}}),
        Exchange("SageMaker CSV", "/invocations", csv, ["Content-Type: text/csv"]),
    ]


def ask(port, method, path, body=None, headers=()):
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    connection.request(method, path, body, dict(header.split(": ", 1) for header in headers))
    answer = connection.getresponse()
    text = answer.read()
    connection.close()
    if answer.status != 200:
        sys.exit(f"{method} {path}: answered {answer.status} {text[:300]!r}")
    return text


class DialectServer(Server):
    def check(self):
        ask(self.port, "GET", "/readyz")


def measure(options, scratch, title, file, rows, core):
    port = free_port()
    server = DialectServer(title, [options.pelton, "serve", f"m={file}", "--port", port], port=port)
    atexit.register(server.stop)
    server.start(core)
    try:
        card = json.loads(ask(port, "GET", "/models/m"))
        tensor = json.loads(ask(port, "GET", "/v2/models/m"))["inputs"][0]
        asked = exchanges("m", rows, card, tensor)
        for number, exchange in enumerate(asked):
            exchange.file = Path(scratch) / f"body-{number}"
            exchange.file.write_bytes(exchange.body)
            ask(port, "POST", exchange.path, exchange.body, exchange.headers)
        costs = {exchange.name: [] for exchange in asked}
        for turn in range(options.rounds):
            say(f"{title}: round {turn + 1} of {options.rounds}")
            for exchange in asked:
                url = f"http://127.0.0.1:{port}{exchange.path}"
                target = SimpleNamespace(name=exchange.name, url=url, process=server.process,
                                         headers=[*exchange.headers], body=exchange.file)
                report = drive(options, target, options.seconds, core)
                if report["errors"] and sum(report["errors"].values()):
                    sys.exit(f"{exchange.name}: {report['errors']}")
                costs[exchange.name].append(report["server_cpu_us_per_request"])
        return {name: {"median": statistics.median(each), "min": min(each), "max": max(each)}
                for name, each in costs.items()}
    finally:
        server.stop()


def print_tables(result):
    where, settings = result["machine"], result["settings"]
    print(f"{where['processor']}, {where['cores']} cores, Linux {where['kernel']}; load average at start "
          f"{where['load_average_at_start']:.2f}")
    print(f"{settings['rounds']} rounds of {settings['seconds']} s, 64 connections, one core; CPU us a request: "
          "medians (least - most)")
    for title, costs in result["costs"].items():
        native = costs["native JSON"]["median"]
        print(f"\n{title:28} {'CPU us/request':>27} {'x native JSON':>14}")
        for name, cost in costs.items():
            print(f"{name:28} {cost['median']:8.2f} ({cost['min']:7.2f} -{cost['max']:8.2f}) {cost['median'] / native:14.2f}")


def main(arguments):
    parser = argparse.ArgumentParser(prog="bench/compare dialects", description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=5, help="turns each dialect gets (5)")
    parser.add_argument("--seconds", type=float, default=1, help="length of one run (1)")
    parser.add_argument("--rows", default="1,16", help="rows a request, several with commas between (1,16)")
    parser.add_argument("--no-build", action="store_true", help="take the program as it lies in build/")
    parser.add_argument("--pelton", type=Path, default=ROOT / "build" / "release" / "pelton", help="program to measure")
    parser.add_argument("--json", action="store_true", help="report as JSON")
    options = parser.parse_args(arguments)
    if not options.no_build:
        build("release", "pelton")
    core = max(os.sched_getaffinity(0))
    result = {"machine": machine(), "settings": {"rounds": options.rounds, "seconds": options.seconds}, "costs": {}}
    with tempfile.TemporaryDirectory(prefix="pelton-compare-") as scratch:
        for title, name in MODELS.items():
            rows = fixture_rows(name)
            for count in map(int, options.rows.split(",")):
                many = (rows * count)[:count]
                label = f"{title}, {count} row" + ("s" if count > 1 else "")
                result["costs"][label] = measure(options, scratch, label, FIXTURES / f"{name}.onnx",
                                                 many, core)
    if options.json:
        print(json.dumps(result, indent=2))
    else:
        print_tables(result)
