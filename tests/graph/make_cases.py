"""Writes svm_cases.txt and linear_cases.txt: fitted machines with the answers of scikit-learn and ONNX Runtime.

Run with scikit-learn, skl2onnx, onnx and onnxruntime installed: python make_cases.py
Numbers are written so that they read back to the same bits.
"""
import pathlib
import warnings

import numpy as np
import onnxruntime
from onnx import TensorProto, helper
from sklearn.svm import SVC, SVR, NuSVC, NuSVR, OneClassSVM

warnings.filterwarnings("ignore")
HERE = pathlib.Path(__file__).parent
rng = np.random.RandomState(20)


def float32(a):
    return np.asarray(a, dtype=np.float32).astype(np.float64)


class Writer:
    def __init__(self, name):
        self.lines = []
        self.path = HERE / name

    def case(self, name):
        self.lines.append(f"case {name}")

    def text(self, key, value):
        self.lines.append(f"{key} text {value}")

    def numbers(self, key, values):
        values = np.asarray(values, dtype=np.float64).ravel()
        self.lines.append(" ".join([key, str(values.size)] + [repr(float(v)) for v in values]))

    def close(self):
        self.path.write_text("\n".join(self.lines) + "\n")


def run_op(op, x, outputs, **attributes):
    """The outputs of a model of one ai.onnx.ml node."""
    names = [f"out{i}" for i in range(outputs)]
    node = helper.make_node(op, ["x"], names, domain="ai.onnx.ml", **attributes)
    types = [TensorProto.INT64, TensorProto.FLOAT] if outputs == 2 else [TensorProto.FLOAT]
    graph = helper.make_graph([node], "g", [helper.make_tensor_value_info("x", TensorProto.FLOAT, [None, x.shape[1]])],
                              [helper.make_tensor_value_info(n, t, None) for n, t in zip(names, types)])
    model = helper.make_model(graph, ir_version=8, opset_imports=[helper.make_opsetid("ai.onnx.ml", 1), helper.make_opsetid("", 15)])
    session = onnxruntime.InferenceSession(model.SerializeToString(), providers=["CPUExecutionProvider"])
    return session.run(None, {"x": x.astype(np.float32)})


def data(classes, n=28, d=3):
    y = np.arange(n) % classes
    x = rng.randn(n, d)
    x[:, 0] += 0.9 * y
    x[:, 1] -= 1.5 * (y == 1)
    return float32(x), y


def svm_attributes(m):
    gamma = m._gamma if hasattr(m, "_gamma") else 0.0
    return dict(kernel=m.kernel.upper(), gamma=gamma, coef0=float(m.coef0), degree=float(m.degree))


def write_machine(out, m, x):
    a = svm_attributes(m)
    out.text("kernel", a["kernel"])
    out.numbers("parameters", [a["gamma"], a["coef0"], a["degree"]])
    out.numbers("vectors", m.support_vectors_)
    out.numbers("x", x)


def svm_classifiers():
    out = Writer("svm_cases.txt")
    for classes in (2, 3, 4):
        for make in (SVC, NuSVC):
            for kernel in ("linear", "poly", "rbf", "sigmoid"):
                for probability in (False, True):
                    if make is NuSVC and kernel != "rbf":
                        continue
                    x, y = data(classes)
                    options = dict(kernel=kernel, probability=probability, coef0=0.25, gamma=0.3, random_state=0)
                    if make is NuSVC:
                        options["nu"] = 0.3
                    m = make(decision_function_shape="ovo", **options).fit(x, y)
                    ovr = make(decision_function_shape="ovr", **options).fit(x, y)
                    rows = float32(rng.randn(7, x.shape[1]) * 1.5)
                    out.case(f"{make.__name__}_{kernel}_{classes}_{'proba' if probability else 'plain'}")
                    write_machine(out, m, rows)
                    out.numbers("per_class", m.n_support_)
                    out.numbers("coefficients", m._dual_coef_)
                    out.numbers("rho", m._intercept_)
                    out.numbers("decision", m.decision_function(rows))
                    out.numbers("ovr", ovr.decision_function(rows))
                    out.numbers("predict", m.predict(rows))
                    if probability:
                        out.numbers("prob_a", m._probA)
                        out.numbers("prob_b", m._probB)
                        out.numbers("probabilities", m.predict_proba(rows))
                    a = svm_attributes(m)
                    attributes = dict(
                        classlabels_ints=list(range(classes)), coefficients=m._dual_coef_.ravel().tolist(),
                        kernel_params=[a["gamma"], a["coef0"], a["degree"]], kernel_type=a["kernel"],
                        rho=m._intercept_.tolist(), support_vectors=m.support_vectors_.ravel().tolist(),
                        vectors_per_class=m.n_support_.tolist())
                    if probability:
                        attributes.update(prob_a=m._probA.tolist(), prob_b=m._probB.tolist())
                    for transform in ("NONE", "LOGISTIC", "SOFTMAX"):
                        label, scores = run_op("SVMClassifier", rows, 2, post_transform=transform, **attributes)
                        out.numbers("label_" + transform, label)
                        out.numbers("scores_" + transform, scores)
    out.close()


def svm_regressors():
    out = Writer("svm_regressor_cases.txt")
    x, _ = data(2)
    y = np.sin(x[:, 0]) + 0.3 * x[:, 1]
    for make in (SVR, NuSVR, OneClassSVM):
        for kernel in ("linear", "poly", "rbf", "sigmoid"):
            m = make(kernel=kernel, coef0=0.25, gamma=0.3).fit(x, y)
            rows = float32(rng.randn(7, x.shape[1]) * 1.5)
            out.case(f"{make.__name__}_{kernel}")
            write_machine(out, m, rows)
            out.numbers("coefficients", m._dual_coef_)
            out.numbers("rho", m._intercept_)
            one_class = make is OneClassSVM
            out.numbers("one_class", [one_class])
            out.numbers("decision", m.decision_function(rows) if one_class else m.predict(rows))
            out.numbers("predict", m.predict(rows))
            a = svm_attributes(m)
            result = run_op("SVMRegressor", rows, 1, coefficients=m._dual_coef_.ravel().tolist(),
                            kernel_params=[a["gamma"], a["coef0"], a["degree"]], kernel_type=a["kernel"],
                            n_supports=len(m.support_vectors_), rho=m._intercept_.tolist(),
                            support_vectors=m.support_vectors_.ravel().tolist(), one_class=int(one_class),
                            post_transform="NONE")
            out.numbers("onnx", result[0])
    out.close()


def linear_classifiers():
    out = Writer("linear_cases.txt")
    rows = float32(rng.randn(7, 5))
    for scores, classes in ((1, 2), (2, 2), (3, 3), (5, 5)):
        for positive in (False, True):
            coefficients = float32(rng.randn(scores, 5))
            coefficients = np.abs(coefficients) if positive else coefficients
            bias = float32(rng.randn(scores) * 0.3)
            for transform in ("NONE", "LOGISTIC", "SOFTMAX", "SOFTMAX_ZERO", "PROBIT"):
                if transform == "PROBIT":
                    if scores == 1:
                        continue  # the second score is left uninitialised there
                    # scores must be probabilities
                    used, shift = coefficients * 0.02, np.full(scores, 0.5)
                else:
                    used, shift = coefficients, bias
                used, shift = float32(used), float32(shift)
                out.case(f"{scores}_{classes}_{transform}_{'positive' if positive else 'mixed'}")
                out.text("transform", transform)
                out.numbers("classes", [classes])
                out.numbers("coefficients", used)
                out.numbers("intercepts", shift)
                out.numbers("x", rows)
                label, z = run_op("LinearClassifier", rows, 2, classlabels_ints=list(range(classes)),
                                  coefficients=used.ravel().tolist(), intercepts=shift.tolist(),
                                  post_transform=transform)
                out.numbers("label", label)
                out.numbers("scores", z)
                z = run_op("LinearRegressor", rows, 1, coefficients=used.ravel().tolist(), intercepts=shift.tolist(),
                           targets=scores, post_transform=transform)[0]
                out.numbers("regressor", z)
                if scores != classes:
                    continue
                # SVMClassifier without vectors: its linear mode
                label, z = run_op("SVMClassifier", rows, 2, classlabels_ints=list(range(classes)),
                                  coefficients=used.ravel().tolist(), rho=[float(shift[0])], kernel_type="LINEAR",
                                  kernel_params=[0.0, 0.0, 0.0], post_transform=transform)
                out.numbers("svm_label", label)
                out.numbers("svm_scores", z)
    out.close()


svm_classifiers()
svm_regressors()
linear_classifiers()
