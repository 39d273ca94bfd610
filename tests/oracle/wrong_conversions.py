"""Conversions of skl2onnx whose file does not say what the model does, so that no runtime can be right.

Each is shown by ONNX Runtime: report() fails when one of them has been mended, and so should leave
this list. They are why golden rows travel with a model.
"""

import warnings

import numpy as np
import onnxruntime
from skl2onnx import to_onnx
from sklearn.ensemble import HistGradientBoostingRegressor
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LogisticRegression, SGDClassifier
from sklearn.multiclass import OneVsRestClassifier
from sklearn.neural_network import MLPRegressor
from sklearn.preprocessing import Binarizer, Normalizer
from sklearn.svm import SVC
from sklearn.tree import DecisionTreeRegressor

import data_sets
import oracle_cases

THRESHOLDS = "the trees' thresholds are written as float, in a graph that compares doubles"
SCALED = "whole numbers that lie on a split fall on its other side once scaled in float"
FLOATS = "the trees' leaves are written as float, in a graph of doubles"

# Cases of the catalogue, by the start of their names, that are wrong in the file.
CASES = {
    "lda_binary": "two classes' probabilities are softmax of the margin and its opposite, not its logistic",
    "one_vs_rest_svc": "margins are divided by their sum",
    "one_vs_rest_trees_float": "probabilities that are all 0 are divided by their sum",
    "stacking_double": THRESHOLDS, "stacking_binary_double": FLOATS, "stacking_passthrough_double": FLOATS,
    "stacking_regressor_double": FLOATS, "forest_unseen_double": THRESHOLDS,
    "kbins_ordinal_float": "edges of bins are rounded: a value on an edge falls into the bin before",
    "quantile_uniform_float": "of several quantiles that are equal the first counts, not the middle",
    "calibrated_isotonic": "the calibration goes by steps, not by lines between them",
    "cars_forest_float": SCALED, "cars_ordinal_forest_float": SCALED,
    "tfidf_sublinear": "counts become log(1 + count), not 1 + log(count)",
    "knn_regressor_distance": "neighbours are weighed by distance otherwise than scikit-learn does",
    "knn_classifier_distance": "neighbours are weighed by distance otherwise than scikit-learn does",
    "bernoulli_nb_double": "some constants are written as float, in a graph of doubles",
    "binarizer_double": "a value equal to the threshold becomes 1",
}


def reason(name):
    """Why the file of the case says something else than the model, or None where it does not."""
    return next((why for start, why in CASES.items() if name.startswith(start)), None)



def runtime(model, rows, dtype):
    with oracle_cases.numbers_for_flags():
        proto = to_onnx(model, rows[:1].astype(dtype))
    session = onnxruntime.InferenceSession(proto.SerializeToString(), providers=["CPUExecutionProvider"])
    return np.asarray(session.run(None, {"X": rows.astype(dtype)})[0])


def differs(model, rows, dtype=np.float32, method="predict"):
    want = getattr(model, method)(rows.astype(dtype).astype(np.float64))
    got = runtime(model, rows, dtype)
    if got.shape != want.shape:
        return True
    return not np.allclose(got, want, rtol=1e-3, atol=1e-6)


def conversions():
    iris, species, _ = data_sets.load("iris")
    diabetes, progression, _ = data_sets.load("diabetes")
    rng = np.random.RandomState(0)
    wide = rng.uniform(-4, 4, (5000, 4))
    zeros = np.zeros((1, 10))
    gaps = diabetes.copy()
    gaps[::5, 1] = np.nan
    empty = gaps.copy()
    empty[:, 2] = np.nan
    yield ("SVC(break_ties=True): the label goes by votes", differs(SVC(break_ties=True).fit(iris, species), wide))
    yield ("SGDClassifier(modified_huber), several classes: ties of clipped probabilities go to the first class",
           differs(SGDClassifier(loss="modified_huber", random_state=0).fit(iris, species), wide))
    yield ("SGDClassifier(log_loss), several classes: the label goes by saturated probabilities",
           differs(SGDClassifier(loss="log_loss", random_state=0).fit(iris, species), wide))
    yield ("OneVsRestClassifier: the label goes by saturated probabilities",
           differs(OneVsRestClassifier(LogisticRegression()).fit(iris, species), 20 * wide))
    for norm in ("l1", "l2"):
        yield (f"Normalizer('{norm}') in double: a row of zeros becomes NaN",
               differs(Normalizer(norm).fit(diabetes), zeros, np.float64, "transform"))
    yield ("Normalizer('max'): divides by the largest value, not the largest absolute value",
           differs(Normalizer("max").fit(diabetes), -np.abs(diabetes[:3]), method="transform"))
    yield ("Binarizer in double: a value equal to the threshold becomes 1",
           differs(Binarizer(threshold=0.5).fit(diabetes), np.full((1, 10), 0.5), np.float64, "transform"))
    yield ("MLPRegressor with several targets: they come out one below the other",
           differs(MLPRegressor(hidden_layer_sizes=(4,), max_iter=20).fit(diabetes, np.c_[progression, progression]),
                   diabetes[:4]))
    yield ("SimpleImputer(add_indicator=True): the indicator columns are missing",
           differs(SimpleImputer(add_indicator=True).fit(gaps), gaps[:5], method="transform"))
    yield ("SimpleImputer with a column that is always missing: the column stays",
           differs(SimpleImputer().fit(empty), empty[:5], method="transform"))
    yield ("trees fitted with missing values: every split sends them to the right",
           differs(DecisionTreeRegressor(max_depth=5, random_state=0).fit(gaps, progression), gaps[:60]))
    yield ("HistGradientBoostingRegressor(loss='poisson'): the margin is given for the prediction",
           differs(HistGradientBoostingRegressor(loss="poisson", max_iter=5).fit(diabetes, progression), diabetes[:4]))
    kinds = diabetes.copy()
    kinds[:, 1] = np.arange(len(kinds)) % 5
    shifted = progression + np.array([0, 9, -9, 4, 2])[np.arange(len(kinds)) % 5]
    yield ("HistGradientBoostingRegressor(categorical_features=...): categories are compared as numbers",
           differs(HistGradientBoostingRegressor(categorical_features=[1], max_iter=20).fit(kinds, shifted),
                   kinds[:20]))


def report():
    mended = 0
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for name, wrong in conversions():
            print(("wrong conversion: " if wrong else "MENDED, take it off the list: ") + name)
            mended |= not wrong
    return mended


if __name__ == "__main__":
    raise SystemExit(report())
