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
from sklearn.naive_bayes import BernoulliNB
from sklearn.neighbors import KNeighborsClassifier, KNeighborsRegressor
from sklearn.neural_network import MLPRegressor
from sklearn.preprocessing import Binarizer, Normalizer
from sklearn.svm import SVC
from sklearn.tree import DecisionTreeRegressor

import data_sets
import oracle_cases

THRESHOLDS = "the trees' thresholds are written as float, in a graph that compares doubles"
SCALED = "whole numbers that lie on a split fall on its other side once scaled in float"
FLOATS = "the trees' leaves are written as float, in a graph of doubles"
EVEN = "distances are negated before max(…, 1e-6), so that all neighbours weigh the same"

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
    "knn_regressor_distance": EVEN, "knn_classifier_distance": EVEN,
    "bernoulli_nb_double": "1e-9 is added to every 1 − p before its logarithm is taken",
    "binarizer_double": "a value equal to the threshold becomes 1",
}


def reason(name):
    """Why the file of the case says something else than the model, or None where it does not."""
    return next((why for start, why in CASES.items() if name.startswith(start)), None)



def runtime(model, rows, dtype, method="predict"):
    """What ONNX Runtime makes of the file: its first output, or the probabilities that are its second."""
    options = {"zipmap": False} if method == "predict_proba" else None
    with oracle_cases.numbers_for_flags():
        proto = to_onnx(model, rows[:1].astype(dtype), options=options)
    session = onnxruntime.InferenceSession(proto.SerializeToString(), providers=["CPUExecutionProvider"])
    return np.asarray(session.run(None, {"X": rows.astype(dtype)})[1 if method == "predict_proba" else 0])


def bernoulli_with(model, rows, added):
    """BernoulliNB's probabilities with log(1 + added − p) for log(1 − p)."""
    other = np.log(1 + added - np.exp(model.feature_log_prob_))
    joint = (rows > model.binarize) @ (model.feature_log_prob_ - other).T + model.class_log_prior_ + other.sum(axis=1)
    likely = np.exp(joint - joint.max(axis=1, keepdims=True))
    return likely / likely.sum(axis=1, keepdims=True)


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
    for make in (KNeighborsRegressor, KNeighborsClassifier):
        target = progression if make is KNeighborsRegressor else progression > np.median(progression)
        even, weighed = make(4).fit(diabetes[40:], target[40:]), make(4, weights="distance").fit(diabetes[40:], target[40:])
        method = "predict" if make is KNeighborsRegressor else "predict_proba"
        answer = runtime(weighed, diabetes[:40], np.float64, method)
        yield (f"{make.__name__}(weights='distance'): the answer of weights='uniform'",
               np.allclose(answer, getattr(even, method)(diabetes[:40]).reshape(answer.shape), rtol=1e-9)
               and not np.allclose(answer, getattr(weighed, method)(diabetes[:40]).reshape(answer.shape), rtol=1e-3))
    bernoulli = BernoulliNB().fit(iris, species)
    answer = runtime(bernoulli, iris, np.float64, "predict_proba")
    yield ("BernoulliNB in double: 1e-9 is added to every 1 − p",
           np.allclose(answer, bernoulli_with(bernoulli, iris, 1e-9), rtol=1e-12)
           and not np.allclose(answer, bernoulli.predict_proba(iris), rtol=1e-10, atol=0))
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
