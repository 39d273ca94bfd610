"""PyTorch's exports: python torch_fixtures.py DIRECTORY writes those that are committed as fixtures,
python torch_fixtures.py --check PELTON DIRECTORY asks Pelton about every network, exporter and opset.

Apart from make_fixtures.py because torch is two gigabytes (with it: onnxscript, and what data_sets.py needs).
"""

import json
import pathlib
import struct
import subprocess
import sys

import numpy as np
import onnx
import torch

import torch_networks

PREDICT = 0
TOLERANCE = 1e-5
OPSETS = {"plain": [None], "dynamo": [None, 17, 18, 19, 20, 21, 22, 23], "torchscript": [None, *range(9, 21)]}


def without_traces(file):
    """Drops what the exporter notes about the source code a node came from."""
    proto = onnx.load(file, load_external_data=False)
    graph = proto.graph
    for part in [graph, *graph.node, *graph.input, *graph.output, *graph.value_info, *graph.initializer]:
        part.ClearField("metadata_props")
        part.ClearField("doc_string")
    file.write_bytes(proto.SerializeToString())


def table_of(rows):
    return np.hstack([array.astype(np.float64) for array in rows])


def write_fixture(network, directory, name, exporter, opset=None, **more):
    file = directory / f"{name}.onnx"
    torch_networks.exported(network, file, exporter, opset, **more)
    without_traces(file)
    data = directory / f"{name}.onnx.data"
    if data.exists() and data.stat().st_size == 0:
        data.unlink()  # of a network so small that all of it is in the graph
    rows = torch_networks.asked(network)
    table, y = table_of(rows), torch_networks.answers(network, rows)
    out = [b"PELTONOR", struct.pack("<Id", 1, TOLERANCE), struct.pack("<III", *table.shape, 0), table.tobytes()]
    out += [struct.pack("<I", 1), struct.pack("<III", 0, PREDICT, y.shape[1]), y.astype(np.float64).tobytes()]
    (directory / f"{name}.expected").write_bytes(b"".join(out))


def write_fixtures(directory):
    networks = {network.name: network for network in torch_networks.trained()}
    for name in ("mlp", "mlp_regressor", "mlp_softmax", "batch_norm", "layer_norm", "embedding", "embedding_only"):
        write_fixture(networks[name], directory, f"torch_{name}_float", "dynamo")
    write_fixture(networks["layer_norm"], directory, "torch_layer_norm_opset_9_float", "torchscript", 9)
    write_fixture(networks["embedding"], directory, "torch_embedding_opset_9_float", "torchscript", 9)
    for network in torch_networks.plain():
        write_fixture(network, directory, f"torch_{network.name}_float", "dynamo", external_data=False)
    write_fixture(networks["mish"], directory, "torch_mish_opset_13_float", "torchscript", 13)


def outcome(pelton, file, network):
    rows = torch_networks.asked(network)
    asked = file.with_suffix(".ndjson")
    asked.write_text("".join(json.dumps(row) + "\n" for row in table_of(rows).tolist()))
    result = subprocess.run([pelton, "predict", "--format", "ndjson", file, asked], capture_output=True, text=True)
    if result.returncode != 0:
        return "refuses (" + " ".join(result.stderr.split()) + ")"
    got = np.array([np.ravel(json.loads(line)["result"]) for line in result.stdout.splitlines()], np.float64)
    want = torch_networks.answers(network, rows)
    off = np.abs(want - got).max(axis=0) / np.maximum(np.abs(want).max(axis=0), 1e-30) if want.shape == got.shape else [9.0]
    return f"exact ({max(off):.1g})" if max(off) <= TOLERANCE else f"WRONG ({max(off):.2g})"


def check(pelton, directory):
    failed = False
    for network in torch_networks.trained():
        for exporter, opsets in OPSETS.items():
            for opset in opsets:
                file = directory / f"{network.name}_{exporter}_{opset or 'default'}.onnx"
                try:
                    torch_networks.exported(network, file, exporter, opset)
                except Exception as error:  # whatever the exporter raises where an opset lacks an operator
                    said = "not exported (" + " ".join(str(error).split())[:100] + ")"
                else:
                    said = outcome(pelton, file, network)
                failed |= not said.startswith(("exact", "not exported"))
                print(f"{file.stem}: {said}", flush=True)
    return failed


def main():
    if sys.argv[1] == "--check":
        directory = pathlib.Path(sys.argv[3])
        directory.mkdir(parents=True, exist_ok=True)
        sys.exit(check(sys.argv[2], directory))
    torch.set_num_threads(1)
    write_fixtures(pathlib.Path(sys.argv[1]))


if __name__ == "__main__":
    main()
