"""Networks that PyTorch trained on real data, and how they are exported: by both exporters, at every opset.

A case is asked in float64 of the same weights. Inputs are a tensor of numbers, categories as int64, or both.
"""

import contextlib
import dataclasses
import io
import logging
import warnings

import numpy as np
import torch
from torch import nn

import data_sets

PENGUIN_NUMBERS = ["bill_length_mm", "bill_depth_mm", "flipper_length_mm", "body_mass_g"]


@dataclasses.dataclass
class Network:
    name: str
    module: nn.Module
    inputs: list  # arrays [rows, ...], int64 or float32
    loss: object
    target: torch.Tensor


class Embedded(nn.Module):
    """Categories, each column looked up in a table of its own, beside numbers."""

    def __init__(self, sizes, numbers, classes):
        super().__init__()
        self.tables = nn.ModuleList(nn.Embedding(size, 3) for size in sizes)
        self.dense = nn.Sequential(nn.Linear(3 * len(sizes) + numbers, 12), nn.ReLU(), nn.Linear(12, classes))

    def forward(self, categories, numbers):
        looked_up = [table(categories[:, i]) for i, table in enumerate(self.tables)]
        return torch.softmax(self.dense(torch.cat([*looked_up, numbers], dim=1)), dim=1)


class Flattened(nn.Module):
    """One table for all columns."""

    def __init__(self, size, columns, outputs):
        super().__init__()
        self.table, self.dense = nn.Embedding(size, 4), nn.Linear(4 * columns, outputs)

    def forward(self, categories):
        return self.dense(self.table(categories).flatten(1))


def codes(column):
    return np.searchsorted(np.unique(column), column).astype(np.int64)


def numbers(data):
    x, y, _ = data_sets.load(data)
    return x.astype(np.float32), y


def dense(data, layers, name):
    """A classifier of `layers` (the last gives the classes' scores), or a regressor of diabetes."""
    x, y = numbers(data)
    if data == "diabetes":
        return Network(name, layers, [x], nn.MSELoss(), torch.tensor(y, dtype=torch.float32)[:, None])
    return Network(name, layers, [x], nn.CrossEntropyLoss(), torch.tensor(y))


def penguins():
    table, species = data_sets.load("penguins")[:2]
    x = table[PENGUIN_NUMBERS].fillna(table[PENGUIN_NUMBERS].mean()).to_numpy(np.float32)
    x = (x - x.mean(axis=0)) / x.std(axis=0)
    categories = np.stack([codes(table["island"]), codes(table["sex"])], axis=1)
    return Network("embedding", Embedded([3, 3], 4, 3), [categories, x], nn.CrossEntropyLoss(), torch.tensor(codes(species)))


def barley():
    table, yields = data_sets.load("barley")[:2]
    columns = [codes(table[name]) for name in table]
    starts = np.cumsum([0] + [int(column.max()) + 1 for column in columns])
    categories = np.stack([column + start for column, start in zip(columns, starts)], axis=1)
    return Network("embedding_only", Flattened(int(starts[-1]), len(columns), 1), [categories], nn.MSELoss(),
                   torch.tensor(yields / 10, dtype=torch.float32)[:, None])


def untrained():
    torch.manual_seed(0)
    sequence = nn.Sequential
    networks = [
        dense("cancer", sequence(nn.Linear(30, 16), nn.ReLU(), nn.Linear(16, 2)), "mlp"),
        dense("diabetes", sequence(nn.Linear(10, 16), nn.Tanh(), nn.Linear(16, 8), nn.Sigmoid(), nn.Linear(8, 1)),
              "mlp_regressor"),
        dense("iris", sequence(nn.Linear(4, 8), nn.ReLU(), nn.Linear(8, 3), nn.Softmax(dim=1)), "mlp_softmax"),
        dense("digits", sequence(nn.Linear(64, 24), nn.ReLU(), nn.Linear(24, 10), nn.LogSoftmax(dim=1)), "mlp_digits"),
        dense("wine", sequence(nn.BatchNorm1d(13), nn.Linear(13, 10), nn.BatchNorm1d(10), nn.ReLU(), nn.Dropout(0.2),
                               nn.Linear(10, 3)), "batch_norm"),
        dense("wine", sequence(nn.LayerNorm(13), nn.Linear(13, 10), nn.GELU(), nn.LayerNorm(10), nn.Linear(10, 3)),
              "layer_norm"),
        penguins(), barley(),
    ]
    activations = {
        "leaky_relu": nn.LeakyReLU(0.1), "elu": nn.ELU(), "selu": nn.SELU(), "celu": nn.CELU(0.7), "silu": nn.SiLU(),
        "mish": nn.Mish(), "softplus": nn.Softplus(), "softsign": nn.Softsign(), "hardtanh": nn.Hardtanh(),
        "hardsigmoid": nn.Hardsigmoid(), "hardswish": nn.Hardswish(), "relu6": nn.ReLU6(), "prelu": nn.PReLU(6),
        "gelu_tanh": nn.GELU(approximate="tanh"), "log_sigmoid": nn.LogSigmoid(), "glu": nn.GLU(dim=1),
    }
    for name, activation in activations.items():
        width = 3 if name == "glu" else 6
        networks.append(dense("iris", sequence(nn.Linear(4, 6), activation, nn.Linear(width, 3)), name))
    return networks


def trained():
    networks = untrained()
    for network in networks:
        inputs = [torch.tensor(array) for array in network.inputs]
        optimizer = torch.optim.Adam(network.module.parameters(), lr=0.02)
        for _ in range(60):
            optimizer.zero_grad()
            network.loss(network.module.train()(*inputs), network.target).backward()
            optimizer.step()
        network.module.eval()
    return networks


def asked(network, seed=1):
    """Real rows, as arrays an input; of numbers also some far away."""
    picked = np.random.RandomState(seed).permutation(len(network.inputs[0]))[:16]
    rows = [array[picked].copy() for array in network.inputs]
    if len(rows) == 1 and rows[0].dtype == np.float32:
        rows = [np.vstack([rows[0], 30 * rows[0][:3], np.zeros((1, rows[0].shape[1]), np.float32)])]
    return rows


def answers(network, rows):
    """[rows, width] in float64, of the weights as they are in the file: float32."""
    module = network.module.double()
    with torch.no_grad():
        y = module(*(torch.tensor(array) if array.dtype == np.int64 else torch.tensor(array).double() for array in rows))
    module.float()
    return y.numpy().reshape(len(rows[0]), -1)


def plain():
    """Networks with the weights they start with, asked about made-up rows."""
    torch.manual_seed(0)
    x = torch.randn(40, 6).numpy()
    for name, activation, last in (("mlp_relu", nn.ReLU(), []), ("mlp_tanh_softmax", nn.Tanh(), [nn.Softmax(dim=1)])):
        layers = nn.Sequential(nn.Linear(6, 10), activation, nn.Linear(10, 7), activation, nn.Linear(7, 3), *last)
        yield Network(name, layers.eval(), [x], None, None)


def exported(network, file, exporter, opset=None, **more):
    """Writes the file: "dynamo", "torchscript", or "plain", which is torch.onnx.export with nothing said."""
    example = tuple(torch.tensor(array[:1] if exporter == "plain" else array[:2]) for array in network.inputs)
    if opset is not None:
        more["opset_version"] = opset
    names = [f"input{i}" for i in range(len(example))]
    logging.disable(logging.WARNING)
    with warnings.catch_warnings(), contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()):
        warnings.simplefilter("ignore")
        if exporter == "dynamo":
            batch = torch.export.Dim("rows")
            torch.onnx.export(network.module, example, file, dynamic_shapes=tuple({0: batch} for _ in example), **more)
        elif exporter == "torchscript":
            torch.onnx.export(network.module, example, file, dynamo=False, input_names=names,
                              dynamic_axes={name: {0: "rows"} for name in names}, **more)
        else:
            torch.onnx.export(network.module, example, file, **more)
    logging.disable(logging.NOTSET)
