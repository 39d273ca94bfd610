"""Tree ensembles made up at random, every mode, aggregate and transform, held against ONNX Runtime.

write(DIRECTORY, SEED) puts each as NAME.onnx with NAME.expected, as make_fixtures.py does, the answers being ONNX
Runtime's on one thread, which sums trees in their order: without a transform they have to be the same bits.

What ONNX Runtime 1.32 does otherwise than the specification says is left out: it looks for 1.5 as 1 in larger sets of
members, drops the base value of a target that a row's leaves do not mention, takes TreeEnsemble's SOFTMAX for LOGISTIC and the
other way round, labels a row of a classifier that weighs
both of two classes 1 wherever the second one's score is positive; and so is what it leaves undefined.
"""

import dataclasses

import numpy as np
import onnxruntime
from onnx import TensorProto, helper, numpy_helper

import oracle_cases

MODES = ["BRANCH_LEQ", "BRANCH_LT", "BRANCH_GTE", "BRANCH_GT", "BRANCH_EQ", "BRANCH_NEQ"]
NUMBERS = {"BRANCH_LEQ": 0, "BRANCH_LT": 1, "BRANCH_GTE": 2, "BRANCH_GT": 3, "BRANCH_EQ": 4, "BRANCH_NEQ": 5,
           "BRANCH_MEMBER": 6}
TYPES = {"float": (TensorProto.FLOAT, np.float32), "double": (TensorProto.DOUBLE, np.float64),
         "int64": (TensorProto.INT64, np.int64), "int32": (TensorProto.INT32, np.int32)}
FEATURES = 4
TRANSFORMS = ["NONE", "SOFTMAX", "LOGISTIC", "SOFTMAX_ZERO", "PROBIT"]
# ONNX Runtime transforms in float, and its PROBIT subtracts what nearly cancels.
ALLOWED = {"NONE": 0.0, "SOFTMAX": 2e-6, "LOGISTIC": 2e-6, "SOFTMAX_ZERO": 2e-6, "PROBIT": 1e-3}


@dataclasses.dataclass
class Split:
    mode: str
    feature: int
    value: float
    members: list
    missing: bool
    yes: object
    no: object


def tree(rng, depth, leaf, modes):
    """A random tree; leaf() makes a leaf's weights, a list of (target, weight)."""
    if depth == 0 or rng.random() < 0.15:
        return leaf()
    members = sorted({float(v) for v in rng.integers(-2, 6, rng.integers(1, 4))})
    value = float(np.float32(rng.choice([rng.normal(), float(rng.integers(-2, 6)), rng.normal() * 3])))
    mode = str(rng.choice(modes))
    if mode in ("BRANCH_EQ", "BRANCH_NEQ"):
        value = float(rng.integers(-3, 8))
    feature = FEATURES - 1 if mode in ("BRANCH_MEMBER", "BRANCH_EQ") else int(rng.integers(FEATURES))
    return Split(mode, feature, value, members, bool(rng.random() < 0.4),
                 tree(rng, depth - 1, leaf, modes), tree(rng, depth - 1, leaf, modes))


def keyed(rng, forest, prefix, precise):
    """The attributes of TreeEnsembleRegressor and TreeEnsembleClassifier, nodes in random order but for roots."""
    lists = {name: [] for name in ("treeids", "nodeids", "featureids", "values", "modes", "truenodeids",
                                   "falsenodeids", "missing_value_tracks_true")}
    votes = {name: [] for name in ("treeids", "nodeids", "ids", "weights")}
    for number, root in enumerate(forest):
        rows, open_nodes = [], [(root, 0)]
        count = 1
        while open_nodes:
            node, key = open_nodes.pop()
            if isinstance(node, list):
                rows.append((key, 0, 0.0, "LEAF", 0, 0, 0))
                for target, weight in node:
                    for name, value in zip(votes, (number, key, target, weight)):
                        votes[name].append(value)
                continue
            rows.append((key, node.feature, node.value, node.mode, count, count + 1, int(node.missing)))
            open_nodes += [(node.yes, count), (node.no, count + 1)]
            count += 2
        rest = [rows[i + 1] for i in rng.permutation(len(rows) - 1)]
        for row in rows[:1] + rest:
            for name, value in zip(lists, (number,) + row):
                lists[name].append(value)
    attributes = {"nodes_" + name: values for name, values in lists.items()}
    attributes.update({prefix + name: values for name, values in votes.items()})
    if precise:
        for name in ("nodes_values", prefix + "weights"):
            attributes[name + "_as_tensor"] = numpy_helper.from_array(np.array(attributes.pop(name), np.float64))
    return attributes


def indexed(forest, dtype):
    """The attributes of TreeEnsemble."""
    lists = {name: [] for name in ("splits", "featureids", "modes", "truenodeids", "trueleafs", "falsenodeids",
                                   "falseleafs", "missing_value_tracks_true")}
    targets, weights, members, roots = [], [], [], []

    def child(node):
        if isinstance(node, list):
            targets.append(node[0][0])
            weights.append(node[0][1])
            return len(targets) - 1, 1
        return add(node), 0

    def add(node):
        place = len(lists["splits"])
        for name in lists:
            lists[name].append(0)
        if node.mode == "BRANCH_MEMBER":
            members.extend(node.members + [np.nan])
        yes, no = child(node.yes), child(node.no)
        values = (0.0 if node.mode == "BRANCH_MEMBER" else node.value, node.feature, NUMBERS[node.mode], *yes, *no,
                  int(node.missing))
        for name, value in zip(lists, values):
            lists[name][place] = value
        return place

    for root in forest:
        roots.append(add(root))
    tensor = numpy_helper.from_array
    attributes = {"nodes_" + name: values for name, values in lists.items()}
    attributes["nodes_splits"] = tensor(np.array(attributes["nodes_splits"], dtype))
    attributes["nodes_modes"] = tensor(np.array(attributes["nodes_modes"], np.uint8))
    attributes.update(tree_roots=roots, leaf_targetids=targets, leaf_weights=tensor(np.array(weights, dtype)))
    if members:
        attributes["membership_values"] = tensor(np.array(members, dtype))
    return attributes


def model(op, version, attributes, dtype, outputs):
    node = helper.make_node(op, ["x"], [name for name, _ in outputs], "trees", domain="ai.onnx.ml", **attributes)
    results = [helper.make_tensor_value_info(name, kind, None) for name, kind in outputs if kind is not None]
    graph = helper.make_graph([node], "g", [helper.make_tensor_value_info("x", TYPES[dtype][0], [None, FEATURES])],
                              results)
    proto = helper.make_model(graph, opset_imports=[helper.make_opsetid("ai.onnx.ml", version),
                                                    helper.make_opsetid("", 18)])
    proto.ir_version = 9
    return proto


def rows(rng, dtype):
    values = np.where(rng.random((40, FEATURES)) < 0.5, rng.integers(-3, 8, (40, FEATURES)),
                      rng.normal(size=(40, FEATURES)) * 3)
    if dtype in ("float", "double"):
        values = values.astype(np.float32).astype(np.float64)
        values[:, -1] = np.rint(values[:, -1])  # members are looked for there
        values[rng.random(values.shape) < 0.1] = np.nan
        values[0, :2] = [np.inf, -np.inf]
        return values
    return np.rint(values)


def expected(proto, dtype, table, tolerance, classes=()):
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    session = onnxruntime.InferenceSession(proto.SerializeToString(), options, providers=["CPUExecutionProvider"])
    answer = np.asarray(session.run(None, {"x": table.astype(TYPES[dtype][1])})[0])
    if classes:
        answer = np.array([list(classes).index(label) for label in answer])
    return oracle_cases.packed(table, [str(label) for label in classes], tolerance,
                          [{"predict": answer.astype(np.float64).reshape(len(table), -1)}])


def weight(rng, dtype, lowest=-2.0):
    value = rng.uniform(lowest, 2)
    return float(value if dtype == "double" else np.float32(value))


def regressors(rng):
    """Cases as (name, proto, dtype, tolerance, classes)."""
    for number in range(60):
        newest = number % 2 == 1
        dtype = str(rng.choice(["float", "double"]))  # ONNX Runtime has no others
        targets = int(rng.choice([1, 1, 3]))
        aggregate = int(rng.integers(4))
        based = not newest and rng.random() < 0.5
        one_each = rng.random() < 0.5
        transforms = ["SOFTMAX_ZERO", "PROBIT"] if newest else TRANSFORMS
        transform = str(rng.choice(transforms)) if number % 3 == 0 else "NONE"
        lowest = 0.0 if transform == "PROBIT" else -2.0  # of probabilities

        def leaf():
            if newest or targets == 1:
                return [(int(rng.integers(targets)), weight(rng, dtype, lowest))]
            chosen = [k for k in range(targets) if based or rng.random() < 0.7] or [0]
            return [(k, weight(rng, dtype, lowest)) for k in chosen]

        one_mode = [str(rng.choice(MODES[:4]))]
        modes = one_mode if one_each else MODES[:4] + ["BRANCH_NEQ"] + (["BRANCH_MEMBER"] if newest else ["BRANCH_EQ"])
        forest = []
        while len(forest) < int(rng.integers(1, 7)):
            grown = tree(rng, 4, leaf, modes)
            if not newest or isinstance(grown, Split):
                forest.append(grown)
        attributes = indexed(forest, TYPES[dtype][1]) if newest else keyed(rng, forest, "target_", dtype == "double")
        attributes["n_targets"] = targets
        if newest:
            attributes["aggregate_function"] = aggregate
            attributes["post_transform"] = TRANSFORMS.index(transform)
        else:
            attributes["aggregate_function"] = ["AVERAGE", "SUM", "MIN", "MAX"][aggregate]
            attributes["post_transform"] = transform
            if based:
                base = [weight(rng, dtype, 0.0) for _ in range(targets)]
                if dtype == "double":
                    attributes["base_values_as_tensor"] = numpy_helper.from_array(np.array(base, np.float64))
                else:
                    attributes["base_values"] = base
        kind = TYPES[dtype][0] if newest else TensorProto.FLOAT
        proto = model("TreeEnsemble" if newest else "TreeEnsembleRegressor", 5 if newest else 3, attributes, dtype,
                      [("y", kind)])
        yield (f"random_{'newest' if newest else 'regressor'}_{number}_{dtype}_{transform.lower()}", proto, dtype,
               ALLOWED[transform], ())


def classifiers(rng):
    for number in range(60):
        dtype = str(rng.choice(list(TYPES)))
        classes = int(rng.choice([2, 2, 3, 5]))
        lone = int(rng.integers(2)) if classes == 2 else None
        transform = str(rng.choice(TRANSFORMS[:4])) if number % 2 else "NONE"
        lowest = float(rng.choice([0.0, -2.0]))
        boosted = rng.random() < 0.5
        turn = [0]

        def leaf():
            if lone is not None:
                return [(lone, weight(rng, dtype, lowest))]
            if boosted:
                return [(turn[0] % classes, weight(rng, dtype, lowest))]
            chosen = [k for k in range(classes) if rng.random() < 0.8] or [classes - 1]
            return [(k, weight(rng, dtype, lowest)) for k in chosen]

        forest = []
        for _ in range(int(rng.integers(1, 9))):
            forest.append(tree(rng, 3, leaf, MODES[:4] + ["BRANCH_NEQ", "BRANCH_EQ"]))
            turn[0] += 1
        text = rng.random() < 0.5
        labels = [f"class {k}" for k in range(classes)] if text else [int(k) * 7 - 5 for k in range(classes)]
        attributes = keyed(rng, forest, "class_", dtype == "double")
        attributes["classlabels_strings" if text else "classlabels_int64s"] = labels
        attributes["post_transform"] = transform
        if rng.random() < 0.5 and lone != 1:
            base = [weight(rng, dtype) for _ in range(1 if lone == 0 else classes)]
            if dtype == "double":
                attributes["base_values_as_tensor"] = numpy_helper.from_array(np.array(base, np.float64))
            else:
                attributes["base_values"] = base
        name = f"random_classifier_{number}_{dtype}_{transform.lower()}"
        label_kind = TensorProto.STRING if text else TensorProto.INT64
        yield (name + "_label", model("TreeEnsembleClassifier", 3, attributes, dtype,
                                      [("label", label_kind), ("scores", None)]), dtype, 0.0, labels)
        yield (name + "_scores", model("TreeEnsembleClassifier", 3, attributes, dtype,
                                       [("label", None), ("scores", TensorProto.FLOAT)]), dtype,
               ALLOWED[transform], ())


def write(directory, seed):
    rng = np.random.default_rng(seed)
    count = 0
    for source in (regressors(rng), classifiers(rng)):
        for name, proto, dtype, tolerance, classes in source:
            table = rows(rng, dtype)
            answers = expected(proto, dtype, table, tolerance, classes)
            (directory / f"{name}.onnx").write_bytes(proto.SerializeToString())
            (directory / f"{name}.expected").write_bytes(answers)
            count += 1
    return count
