"""Writes a support vector regression of two features and as many vectors as asked: make_dear_model.py VECTORS FILE

A row costs a kernel value a vector, so its price is chosen by their number. The vectors and coefficients are
made up from one seed. ONNX is written field by field, so nothing but Python is needed
(message and field numbers: onnx.proto of the ONNX project; encoding: protobuf.dev/programming-guides/encoding).
"""

import random
import struct
import sys
from array import array
from pathlib import Path

FEATURES = 2
FLOAT_TENSOR = 1
ATTRIBUTE_TYPES = {float: 1, str: 3, int: 2, array: 6}  # AttributeProto.AttributeType


def varint(value):
    out = bytearray()
    while value > 0x7F:
        out.append(value & 0x7F | 0x80)
        value >>= 7
    out.append(value)
    return bytes(out)


def field(number, value):
    """One field of a message: a whole number, a text, or bytes (a message of its own, or packed numbers)."""
    if isinstance(value, int):
        return varint(number << 3) + varint(value)
    data = value.encode() if isinstance(value, str) else value
    return varint(number << 3 | 2) + varint(len(data)) + data


def attribute(name, value):
    kind = field(20, ATTRIBUTE_TYPES[type(value)])
    if isinstance(value, float):
        return field(1, name) + varint(2 << 3 | 5) + struct.pack("<f", value) + kind
    if isinstance(value, int):
        return field(1, name) + field(3, value) + kind
    if isinstance(value, str):
        return field(1, name) + field(4, value) + kind
    return field(1, name) + field(7, value.tobytes()) + kind


def tensor(name, width):
    """A ValueInfoProto of float32 [any number of rows, width]."""
    dimensions = field(1, field(2, "rows")) + field(1, field(1, width))
    return field(1, name) + field(2, field(1, field(1, FLOAT_TENSOR) + field(2, dimensions)))


def made_up_vectors(count):
    """Their coefficients, and their places one after another."""
    made_up = random.Random(1)
    return tuple(array("f", (made_up.gauss(0, 1) for _ in range(size))) for size in (count, count * FEATURES))


def support_vector_regression(vectors):
    coefficients, places = made_up_vectors(vectors)
    attributes = {"coefficients": coefficients, "kernel_params": array("f", [0.1, 0.0, 3.0]), "kernel_type": "RBF",
                  "n_supports": vectors, "post_transform": "NONE", "rho": array("f", [0.5]),
                  "support_vectors": places}
    if sys.byteorder == "big":
        for value in attributes.values():
            if isinstance(value, array):
                value.byteswap()
    node = (field(1, "x") + field(2, "y") + field(4, "SVMRegressor") + field(7, "ai.onnx.ml")
            + b"".join(field(5, attribute(name, value)) for name, value in attributes.items()))
    graph = field(1, node) + field(2, "dear") + field(11, tensor("x", FEATURES)) + field(12, tensor("y", 1))
    operators = [field(1, "") + field(2, 15), field(1, "ai.onnx.ml") + field(2, 3)]
    return field(1, 8) + field(7, graph) + b"".join(field(8, each) for each in operators)


if __name__ == "__main__":
    Path(sys.argv[2]).write_bytes(support_vector_regression(int(sys.argv[1])))
