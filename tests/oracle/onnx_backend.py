"""The node tests of the ONNX project for tree ensembles, as fixtures.

They come from the onnx package (onnx.backend.test.case.node, Apache License 2.0, copyright ONNX Project
Contributors): the model, its rows and what the specification says it answers. Their number of rows is left open,
which the originals fix.
"""

import warnings

import numpy as np
from onnx.backend.test.case.node import collect_testcases

import oracle_cases

def write(directory):
    """NAME.onnx and NAME.expected of each; gives how many and how many bytes."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        cases = [case for case in collect_testcases("TreeEnsemble") if "tree_ensemble" in case.name]
    total = 0
    for case in cases:
        (inputs, outputs), = case.data_sets
        rows, answer = np.asarray(inputs[0], np.float64), np.asarray(outputs[0], np.float64)
        for value in (*case.model.graph.input, *case.model.graph.output):
            value.type.tensor_type.shape.dim[0].Clear()
        name = case.name.replace("test_ai_onnx_ml_", "onnx_")
        files = {
            ".onnx": case.model.SerializeToString(),
            ".expected": oracle_cases.packed(rows, [], 0.0, [{"predict": answer.reshape(len(rows), -1)}]),
        }
        for suffix, data in files.items():
            (directory / (name + suffix)).write_bytes(data)
            total += len(data)
    return len(cases), total
