#!/usr/bin/env python3
"""Holds one model in an engine that is called from Python; the orders are those of engine_driver.cpp.

    python_engine.py ROWS FEATURES daal4py|catboost|sklearnex|sklearn|network|machine MODEL

Beside them: `overhead BATCH SECONDS`, the time a row of the same call with a model of one split, which is what the
engine's Python costs.
"""

import sys
import time
from pathlib import Path

import numpy as np


def daal4py(file):
    import daal4py as engine

    engine.daalinit(1)
    convert = engine.mb.convert_model
    if file.suffix == ".daal4py":
        import joblib
        import treelite

        return joblib.load(file).predict, convert(treelite.sklearn.import_model(small_forest())).predict, np.float32
    if file.suffix == ".json":
        import xgboost

        model = xgboost.Booster(model_file=file)
        small = xgboost.train({"max_depth": 1, "nthread": 1}, xgboost.DMatrix(ROWS, ROWS[:, 0]), 1)
        dtype = np.float32
    elif file.suffix == ".txt":
        import lightgbm

        model = lightgbm.Booster(model_file=file)
        small = lightgbm.train({"num_leaves": 2, "verbosity": -1, "num_threads": 1},
                               lightgbm.Dataset(ROWS, ROWS[:, 0]), 1)
        dtype = np.float64
    else:
        import catboost as source

        model, small = source.CatBoost().load_model(str(file)), small_catboost()
        dtype = np.float32
    return convert(model).predict, convert(small).predict, dtype


def small_catboost():
    import catboost

    return catboost.CatBoostRegressor(iterations=1, depth=1, thread_count=1, verbose=False,
                                      allow_writing_files=False).fit(ROWS, ROWS[:, 0])


def catboost(file):
    import catboost as engine

    def margins(model):
        return lambda rows: model.predict(rows, prediction_type="RawFormulaVal", thread_count=1)

    return margins(engine.CatBoost().load_model(str(file))), margins(small_catboost()), np.float32


def small_forest():
    from sklearn.ensemble import RandomForestRegressor

    return RandomForestRegressor(1, max_depth=1, n_jobs=1).fit(ROWS, ROWS[:, 0])


def sklearnex(file):
    import daal4py
    import joblib
    from sklearnex.ensemble import RandomForestRegressor

    daal4py.daalinit(1)
    small = RandomForestRegressor(1, max_depth=1, n_jobs=1).fit(ROWS, ROWS[:, 0])
    return joblib.load(file).predict, small.predict, np.float32


def sklearn(file):
    import joblib

    model = joblib.load(file)
    model.n_jobs = 1
    return model.predict, small_forest().predict, np.float32


def network(file):
    """scikit-learn's, less what a network of one unit costs."""
    import warnings

    import joblib
    from sklearn.neural_network import MLPRegressor

    warnings.simplefilter("ignore")  # one step of training is no convergence
    small = MLPRegressor(hidden_layer_sizes=(1,), max_iter=1).fit(ROWS[:100], ROWS[:100, 0])
    return joblib.load(file).predict, small.predict, np.float64


def machine(file):
    """Of the library that the file is of, less what a machine of two rows costs."""
    import joblib

    model = joblib.load(file)
    small = type(model)(gamma=model.gamma).fit(ROWS[:2].astype(np.float64), np.array([0.0, 1.0]))
    return model.predict, small.predict, np.float64


def slices(rows, batch):
    return [rows[first:first + batch] for first in range(0, len(rows) - batch + 1, batch)]


def time_rows(predict, pieces, batch, seconds):
    """Nanoseconds of processor time a row; each call takes the rows after the last call's."""
    start = time.process_time()
    scored = 0
    while True:
        for piece in pieces:
            predict(piece)
            scored += batch
            passed = time.process_time() - start
            if passed >= seconds:
                return passed * 1e9 / scored


def serve(predict, small, dtype):
    rows = ROWS.astype(dtype)
    print("ready", flush=True)
    for line in sys.stdin:
        order, batch, argument = line.split()
        pieces = slices(rows, int(batch))
        if order == "margins":
            np.concatenate([np.ravel(predict(piece)) for piece in pieces]).astype("<f8").tofile(argument)
            print("done", flush=True)
        else:
            call = {"time": predict, "overhead": small}[order]
            print(time_rows(call, pieces, int(batch), float(argument)), flush=True)


if __name__ == "__main__":
    ROWS = np.fromfile(sys.argv[1], "<f4").reshape(-1, int(sys.argv[2]))
    ENGINES = {"daal4py": daal4py, "catboost": catboost, "sklearnex": sklearnex, "sklearn": sklearn,
               "network": network, "machine": machine}
    serve(*ENGINES[sys.argv[3]](Path(sys.argv[4])))
