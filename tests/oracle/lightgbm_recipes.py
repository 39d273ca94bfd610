"""Models that LightGBM fits: every objective, kind of boosting and of missing value, on scikit-learn's data sets."""

import dataclasses

import lightgbm
import numpy as np
import pandas

import tree_recipes
from tree_recipes import Fitted, Part


@dataclasses.dataclass
class Case:
    name: str
    data: str = "diabetes"
    objective: str = "regression"
    params: dict = dataclasses.field(default_factory=dict)
    rounds: int = 5
    target: object = None  # y -> y
    features: object = None  # x -> x: what the model is fitted on and asked with
    gaps: bool = False  # values missing from the training rows
    names: list = None
    parts: tuple = ()  # (first, last) ranges of rounds asked beside the whole
    weights: bool = False
    early: bool = False
    groups: bool = False  # ranking
    categorical: bool = False
    frame: bool = False  # fitted from a table whose categories have names


def above(y):
    return (y > 140).astype(float)


def objectives():
    cases = [Case("regression", parts=((0, 2), (3, 5))), Case("regression_sqrt", params={"reg_sqrt": True}),
             Case("regression_l1", objective="regression_l1"), Case("huber", objective="huber", params={"alpha": 0.8}),
             Case("fair", objective="fair", params={"fair_c": 2.0}), Case("poisson", objective="poisson"),
             Case("quantile", objective="quantile", params={"alpha": 0.3}), Case("mape", objective="mape"),
             Case("gamma", objective="gamma"), Case("tweedie", objective="tweedie"),
             Case("binary", "cancer", "binary", parts=((1, 4),)),
             Case("binary_sigmoid", "cancer", "binary", {"sigmoid": 0.7, "is_unbalance": True}),
             Case("multiclass", "iris", "multiclass", parts=((2, 4),)),
             Case("multiclass_digits", "digits", "multiclass", {"num_leaves": 7}, rounds=2),
             Case("multiclassova", "wine", "multiclassova", {"sigmoid": 1.3}),
             Case("cross_entropy", objective="cross_entropy", target=lambda y: y / 400),
             Case("cross_entropy_lambda", objective="cross_entropy_lambda", target=lambda y: y / 400)]
    for kind in ("lambdarank", "rank_xendcg"):
        cases.append(Case(kind, objective=kind, target=above, groups=True, rounds=4))
    return cases


def boostings():
    forest = {"boosting": "rf", "bagging_freq": 1, "bagging_fraction": 0.6, "feature_fraction": 0.8}
    dart = {"boosting": "dart", "drop_rate": 0.4}
    return [Case("dart", params=dart, rounds=10), Case("dart_multiclass", "iris", "multiclass", dart, parts=((1, 3),)),
            Case("goss", params={"data_sample_strategy": "goss"}), Case("forest", params=forest, parts=((1, 4),)),
            Case("forest_binary", "cancer", "binary", forest), Case("forest_multiclass", "wine", "multiclass", forest),
            Case("bagging", params={"bagging_freq": 1, "bagging_fraction": 0.5, "extra_trees": True})]


def missing():
    def sparse(x):
        return np.where(np.abs(x - np.median(x, axis=0)) < x.std(axis=0) / 3, 0.0, x)

    def small(x):
        return x * 1e-36

    linear = {"linear_tree": True, "num_leaves": 5}
    return [Case("missing_nan", gaps=True), Case("missing_nan_binary", "cancer", "binary", gaps=True),
            Case("missing_unused", params={"use_missing": False}, gaps=True),
            Case("missing_zero", params={"zero_as_missing": True}, features=sparse),
            Case("missing_zero_nan", params={"zero_as_missing": True}, features=sparse, gaps=True),
            Case("around_zero", features=lambda x: sparse(x) - 3 * np.sign(sparse(x)), gaps=True),
            Case("tiny_values", features=small, params={"zero_as_missing": True}),
            Case("linear", params=linear), Case("linear_gaps", params=linear, gaps=True),
            Case("linear_binary", "cancer", "binary", {**linear, "linear_lambda": 0.1}, gaps=True)]


def trees():
    cats = {"min_data_per_group": 5, "cat_smooth": 1.0, "min_data_in_leaf": 5}
    return [Case("categories", "categories", params={**cats, "max_cat_to_onehot": 4}, categorical=True),
            Case("categories_one_hot", "categories", params={**cats, "max_cat_to_onehot": 100}, categorical=True),
            Case("categories_gaps", "categories", params=cats, categorical=True, gaps=True),
            Case("categories_multiclass", "categories", "multiclass", cats, categorical=True, rounds=4,
                 target=lambda y: np.digitize(y, [100, 200])),
            Case("categories_linear", "categories", params={**cats, "linear_tree": True}, categorical=True, rounds=3),
            Case("categories_by_name", "categories", params=cats, categorical=True, frame=True),
            Case("monotone", params={"monotone_constraints": [1, 0, 1, -1, 0, 0, 0, 0, 0, 0]}),
            Case("deep", params={"num_leaves": 150, "min_data_in_leaf": 1, "min_sum_hessian_in_leaf": 0}, rounds=2),
            Case("max_depth", params={"max_depth": 3}), Case("stumps", params={"num_leaves": 2}, rounds=30),
            Case("tiny", "linnerud", target=lambda y: y[:, 0], rounds=1, params={"min_data_in_leaf": 2}),
            Case("one_leaf", params={"min_data_in_leaf": 1000}, rounds=3),
            Case("one_leaf_binary", "cancer", "binary", {"min_data_in_leaf": 1000}, rounds=2),
            Case("mixed_leaves", "cancer", "binary", {"min_gain_to_split": 18.0}, rounds=12),
            Case("feature_names", "iris", "multiclass", names=["sepal_length", "sépale", "pétale", "width"], rounds=3),
            Case("early_stopping", "cancer", "binary", {"learning_rate": 0.9}, early=True, rounds=40),
            Case("weights", "cancer", "binary", {"scale_pos_weight": 3.0}, weights=True),
            Case("bins", params={"max_bin": 5, "learning_rate": 0.7}),
            Case("wide_values", target=lambda y: y * 1e12), Case("narrow_values", target=lambda y: y * 1e-12)]


def all_cases():
    return objectives() + boostings() + missing() + trees()


def named(data, table):
    """A table whose categorical columns have names for their ids."""
    frame = pandas.DataFrame({f"c{i}": table[:, i] for i in range(table.shape[1])})
    for column in data.categorical:
        frame[f"c{column}"] = pandas.Categorical.from_codes(tree_recipes.positions(data, column, table[:, column]),
                                                            tree_recipes.category_names(data, column))
    return frame


def train(case, data):
    x = tree_recipes.with_gaps(data.x) if case.gaps else data.x
    y = data.y if case.target is None else case.target(data.y)
    params = {"objective": case.objective, "num_leaves": 12, "min_data_in_leaf": 8, "num_threads": 1, "seed": 1,
              "deterministic": True, "verbosity": -1, **case.params}
    if case.objective.startswith("multiclass"):
        params["num_class"] = len(set(y))
    more = {"feature_name": case.names or "auto", "free_raw_data": False}
    if case.categorical and not case.frame:
        more["categorical_feature"] = list(data.categorical)
    if case.groups:
        more["group"] = [len(y) // 17] * 17
    if case.weights:
        more["weight"] = np.linspace(0.2, 3, len(y))
    if not case.early:
        return lightgbm.train(params, lightgbm.Dataset(named(data, x) if case.frame else x, y, **more), case.rounds)
    half = np.arange(len(y)) % 2 == 0
    known = lightgbm.Dataset(x[half], y[half], **more)
    return lightgbm.train(params, known, case.rounds, valid_sets=[known.create_valid(x[~half], y[~half])],
                          callbacks=[lightgbm.early_stopping(3, verbose=False)])


def thresholds(booster):
    """By column, what the model compares with: numeric splits only."""
    found = {}
    waiting = [tree["tree_structure"] for tree in booster.dump_model()["tree_info"]]
    while waiting:
        node = waiting.pop()
        if "split_feature" in node:
            waiting += [node["left_child"], node["right_child"]]
            if node["decision_type"] == "<=":
                found.setdefault(node["split_feature"], []).append(node["threshold"])
    return found


def answers(case, booster, rows, first, last):
    span = {"start_iteration": first, "num_iteration": -1 if last is None else last - first}

    def flat(values):
        return np.asarray(values, np.float64).reshape(len(rows), -1)

    value = flat(booster.predict(rows, **span))
    result = {"decision_function": (flat(booster.predict(rows, raw_score=True, **span)), 0), "predict": (value, 2),
              "leaf": (flat(booster.predict(rows, pred_leaf=True, **span)), 0)}
    if case.objective == "binary":
        result["predict_proba"] = (np.c_[1 - value, value], 2)
    elif case.objective in ("multiclass", "multiclassova"):
        result["predict_proba"] = (value, 2)
    return result


def fit(case, seed=tree_recipes.SEED):
    data = tree_recipes.load(case.data, seed)
    if case.features is not None:
        data = dataclasses.replace(data, x=case.features(data.x))
    if not case.categorical:
        data = dataclasses.replace(data, categorical=())
    # Answers are the file's: what a booster still in memory says can differ from what it wrote.
    written = train(case, data).model_to_string()
    booster = lightgbm.Booster(model_str=written)
    booster.pandas_categorical = None  # rows hold the numbers that categories stand for
    rows = tree_recipes.hard_rows(data, thresholds(booster), seed, np.float64, odd_categories=not case.frame)
    names = {}
    if case.frame:
        for column in data.categorical:
            rows[:, column] = tree_recipes.positions(data, column, rows[:, column])
            names[column] = tree_recipes.category_names(data, column)
    parts = [Part.whole(answers(case, booster, rows, 0, None))]
    parts += [Part(first, last, False, answers(case, booster, rows, first, last)) for first, last in case.parts]
    columns = [f"c{i}" for i in range(data.x.shape[1])] if case.frame else case.names
    return Fitted(f"lightgbm_{case.name}", "txt", written.encode(), rows, parts, feature_names=columns or [], names=names)
