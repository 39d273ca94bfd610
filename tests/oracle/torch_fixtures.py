"""Writes the two fixtures that torch.onnx.export made: python torch_fixtures.py DIRECTORY (needs torch, onnxscript).

Apart from make_fixtures.py because torch is two gigabytes: these are written once and committed.
"""

import pathlib
import struct
import sys

import onnx
import torch

PREDICT = 0


def without_traces(file):
    """Drops what the exporter notes about the source code a node came from."""
    proto = onnx.load(file)
    graph = proto.graph
    for part in [graph, *graph.node, *graph.input, *graph.output, *graph.value_info, *graph.initializer]:
        part.ClearField("metadata_props")
        part.ClearField("doc_string")
    onnx.save(proto, file)


def network(activation, last):
    torch.manual_seed(0)
    layers = [torch.nn.Linear(6, 10), activation, torch.nn.Linear(10, 7), activation, torch.nn.Linear(7, 3)]
    return torch.nn.Sequential(*layers, *last).eval()


def main():
    directory = pathlib.Path(sys.argv[1])
    cases = {
        "torch_mlp_relu_float": network(torch.nn.ReLU(), []),
        "torch_mlp_tanh_softmax_float": network(torch.nn.Tanh(), [torch.nn.Softmax(dim=1)]),
    }
    for name, model in cases.items():
        file = directory / (name + ".onnx")
        rows = torch.randn(1, 6)
        batch = torch.export.Dim("rows")
        torch.onnx.export(model, (rows,), file, dynamic_shapes=({0: batch},), external_data=False, verbose=False)
        without_traces(file)
        generator = torch.Generator().manual_seed(1)
        x = torch.randn(16, 6, generator=generator).float()
        x = torch.cat([x, 100 * x[:4], torch.zeros(1, 6)]).double()
        with torch.no_grad():
            y = model.double()(x)
        out = [b"PELTONOR", struct.pack("<Id", 1, 1e-5), struct.pack("<III", *x.shape, 0), x.numpy().tobytes()]
        out += [struct.pack("<I", 1), struct.pack("<III", 0, PREDICT, y.shape[1]), y.numpy().tobytes()]
        (directory / (name + ".expected")).write_bytes(b"".join(out))


if __name__ == "__main__":
    main()
