"""The servers of `bench/compare load`: each with its own processor, and what callers may expect of it."""

import http.client
import json
import os
import sys
from pathlib import Path

from .environment import PEERS, ROOT, run_quietly, say, virtual_environment
from .servers import EXPECTED, Server, contenders, free_port

MODELS = ROOT / "build" / "load-models"
MLSERVER_VENV = ROOT / "build" / "mlserver-venv"
DEAR_MODELS = {"0.1 ms": 220_000, "0.6 ms": 1_800_000}  # support vectors, for about so much a row
NICE = -10
AUTOGROUP_NICE = -15


class LoadServer(Server):
    """A contender that is asked for the rows of `body` at `path`.

    `slo_ms` is the p99 that its highest rate is searched for, `objective_ms` the latency within which an answer counts
    as goodput.
    """

    def __init__(self, name, command, *, path="/predict", body=None, expected=EXPECTED, slo_ms, objective_ms, **where):
        super().__init__(name, command, **where)
        self.path = path
        self.expected = expected
        self.request = body or {"x": [2, 3]}
        self.slo_ms = slo_ms
        self.objective_ms = objective_ms

    def start(self, core):
        super().start(core)
        prefer_session(self.process.pid)

    def check(self):
        """One request, whose answer must be right; of a model made up here only a number is expected."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=5)
        connection.request("POST", self.path, json.dumps(self.request),
                           {"Content-Type": "application/json", "Connection": "close"})
        answer = connection.getresponse()
        text = answer.read()
        connection.close()
        if answer.status in (404, 503) and self.process.poll() is None:
            raise ConnectionError(f"not ready: {answer.status}")
        if answer.status != 200 or not self.is_right(json.loads(text)):
            sys.exit(f"{self.name}: answered {answer.status} {text[:200]!r}")

    def is_right(self, answer):
        results = answer["result"] if "result" in answer else answer["outputs"][0]["data"]
        results = results if isinstance(results, list) else [results]
        return all(isinstance(value, float) and (self.expected is None or abs(value - self.expected) < 1e-9)
                   for value in results)


def go_first():
    """Puts this program, and what it starts from now on, before other work of the machine; whether it could."""
    try:
        os.setpriority(os.PRIO_PROCESS, 0, NICE)
        return True
    except OSError:
        return False


def prefer_session(process):
    """The same for the session that a process leads: where the kernel groups by session, nice counts within one only."""
    group = Path(f"/proc/{process}/autogroup")
    try:
        if group.exists():
            group.write_text(str(AUTOGROUP_NICE))
    except OSError:
        pass  # not ours to raise (go_first has told), or gone already


def dear_model(name):
    """The file of a dear model, written when it is not there yet."""
    vectors = DEAR_MODELS[name]
    file = MODELS / f"support-vectors-{vectors}.onnx"
    if not file.exists():
        say(f"writing a model of {vectors:,} support vectors")
        MODELS.mkdir(parents=True, exist_ok=True)
        part = file.with_suffix(".part")
        run_quietly([sys.executable, PEERS / "make_dear_model.py", str(vectors), part])
        part.rename(file)
    return file


def pelton(options, name, models, **what):
    port = free_port()
    command = [options.pelton, "serve", *models, "--port", port, "--slo", options.objective]
    return LoadServer(name, command, port=port, slo_ms=options.slo, objective_ms=options.objective, **what)


def article():
    return ["--config", ROOT / "configs" / "quickstart.toml"]


def mlserver(options, scratch):
    """MLServer with the article's model, or the reason why it cannot be had.

    Its workers are left out (parallel_workers 0), for on one processor they only cost it time.
    """
    try:
        python = virtual_environment(MLSERVER_VENV, PEERS / "requirements-mlserver.txt")
    except SystemExit as failure:
        lines = str(failure).strip().splitlines()
        return None, next((line for line in reversed(lines) if "ERROR" in line), lines[-1])
    folder = Path(scratch) / "mlserver"
    folder.mkdir()
    run_quietly([python / "python", PEERS / "fit_model.py", folder / "model.joblib"])
    ports = [free_port() for _ in range(3)]
    settings = {"host": "127.0.0.1", "http_port": ports[0], "grpc_port": ports[1], "metrics_port": ports[2],
                "parallel_workers": 0, "debug": False}
    (folder / "settings.json").write_text(json.dumps(settings))
    (folder / "model-settings.json").write_text(json.dumps({
        "name": "article", "implementation": "mlserver_sklearn.SKLearnModel", "parameters": {"uri": "./model.joblib"}}))
    env = {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}
    body = {"inputs": [{"name": "x", "datatype": "FP64", "shape": [1, 2], "data": [2, 3]}]}
    server = LoadServer("MLServer", [python / "mlserver", "start", folder], port=ports[0], env=env, cwd=folder,
                        path="/v2/models/article/infer", body=body, slo_ms=options.peer_slo,
                        objective_ms=options.peer_objective)
    return server, None


def python_servers(options, scratch):
    """The servers that `bench/compare servers` measures, as it starts them."""
    servers = []
    for server in contenders(options, scratch, True):
        if server.name.startswith(("floor", "pelton")):
            continue
        servers.append(LoadServer(server.name, server.command, port=server.port, headers=server.headers, env=server.env,
                                  cwd=server.cwd, slo_ms=options.peer_slo, objective_ms=options.peer_objective))
    return servers


def load_servers(options, scratch):
    """Every server in the order of the tables, and why others are left out, by name."""
    port = free_port()
    # Requests of many rows are dear enough for the driver to ask more than the server can do, and their rows still cheap.
    servers = [LoadServer("floor", [options.floor, port], port=port, slo_ms=options.slo,
                          objective_ms=options.objective),
               pelton(options, "Pelton, linear", article()),
               pelton(options, "Pelton, linear, 1000 rows", article(), body={"x": [[2, 3]] * 1000})]
    servers += [pelton(options, f"Pelton, {name} a row", [f"dear={dear_model(name)}"], expected=None)
                for name in DEAR_MODELS]
    if options.no_peers:
        return servers, {}
    servers += python_servers(options, scratch)
    server, reason = mlserver(options, scratch)
    return servers + ([server] if server else []), ({"MLServer": reason} if reason else {})
