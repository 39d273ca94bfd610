#!/usr/bin/env python3
"""Fits the models that `bench/compare engines` times, from one seed, and writes them in their libraries' own formats.

    fit_engine_models.py FOLDER [MODEL...]

Leaves in FOLDER, for each model, its files, and NAME.margins: what the library itself gives as raw margins for
rows_32.f32 (4096 rows of 32 float32, row after row), as float32 or float64 as the library computes them; index.json
says which. Made-up data: the trees have the shape of real ones, and their scores mean nothing.
"""

import json
import os
import sys
from pathlib import Path

# One thread a library: fitting is repeatable, and rows are summed in one order.
os.environ.setdefault("OMP_NUM_THREADS", "1")

import numpy as np

SEED = 20240229
FEATURES = 32
TRAINING_ROWS = 100_000
FOREST_ROWS = 20_000
SCORED_ROWS = 4096


def target(rows, noise):
    """Smooth, stepped and interacting parts, so that trees keep finding splits to the last."""
    x = rows.astype(np.float64)
    return (np.sin(x[:, 0] * x[:, 1]) + 0.5 * x[:, 2] ** 2 + np.where(x[:, 3] > x[:, 4], 1.0, -1.0) * x[:, 5]
            + np.abs(x[:, 6:16]).sum(axis=1) * 0.3 + x[:, 16:32] @ np.linspace(-0.5, 0.5, 16) + 0.3 * noise)


def training_data():
    draw = np.random.default_rng(SEED)
    rows = draw.standard_normal((TRAINING_ROWS, FEATURES), dtype=np.float32)
    return rows, target(rows, draw.standard_normal(TRAINING_ROWS))


def scored_rows():
    return np.random.default_rng(SEED + 1).standard_normal((SCORED_ROWS, FEATURES), dtype=np.float32)


def fit_xgboost(folder, name, trees, depth):
    import xgboost

    rows, y = training_data()
    booster = xgboost.train({"objective": "reg:squarederror", "tree_method": "hist", "max_bin": 256, "max_depth": depth,
                             "eta": 0.1, "seed": SEED}, xgboost.DMatrix(rows, y), trees)
    for ending in ("json", "ubj"):
        booster.save_model(folder / f"{name}.{ending}")
    return booster.inplace_predict(scored_rows(), predict_type="margin").astype(np.float32)


def fit_lightgbm(folder, name):
    import lightgbm

    rows, y = training_data()
    booster = lightgbm.train({"objective": "regression", "num_leaves": 31, "learning_rate": 0.1, "seed": SEED,
                              "deterministic": True, "force_row_wise": True, "verbosity": -1},
                             lightgbm.Dataset(rows, y), 500)
    booster.save_model(folder / f"{name}.txt")
    return booster.predict(scored_rows(), raw_score=True)


def fit_sklearnex(folder, name, rows, y):
    """sklearnex takes no forest that scikit-learn grew, and grows its own."""
    try:
        from sklearnex.ensemble import RandomForestRegressor
    except ImportError:
        return
    import joblib

    joblib.dump(RandomForestRegressor(100, random_state=SEED).fit(rows, y), folder / f"{name}.sklearnex.joblib")


def fit_forest(folder, name):
    import joblib
    import onnxruntime
    from skl2onnx import to_onnx
    from sklearn.ensemble import RandomForestRegressor

    rows, y = training_data()
    forest = RandomForestRegressor(100, random_state=SEED, n_jobs=-1).fit(rows[:FOREST_ROWS], y[:FOREST_ROWS])
    joblib.dump(forest, folder / f"{name}.joblib")
    written = to_onnx(forest, rows[:1], target_opset={"": 17, "ai.onnx.ml": 3})
    (folder / f"{name}.onnx").write_bytes(written.SerializeToString())
    fit_sklearnex(folder, name, rows[:FOREST_ROWS], y[:FOREST_ROWS])
    session = onnxruntime.InferenceSession(written.SerializeToString(), providers=["CPUExecutionProvider"])
    return session.run(None, {"X": scored_rows()})[0].ravel()


def fit_catboost(folder, name):
    import catboost

    rows, y = training_data()
    model = catboost.CatBoostRegressor(iterations=500, depth=6, learning_rate=0.1, random_seed=SEED, thread_count=1,
                                       verbose=False, allow_writing_files=False).fit(rows, y)
    model.save_model(folder / f"{name}.json", format="json")
    model.save_model(folder / f"{name}.cbm")
    return model.predict(scored_rows(), prediction_type="RawFormulaVal", thread_count=1)


MODELS = {
    "xgb_500x6": lambda folder, name: fit_xgboost(folder, name, 500, 6),
    "xgb_100x10": lambda folder, name: fit_xgboost(folder, name, 100, 10),
    "lgbm_500x31": fit_lightgbm,
    "rf_100_full": fit_forest,
    "catboost_500x6": fit_catboost,
}


def main():
    if len(sys.argv) < 2 or any(name not in MODELS for name in sys.argv[2:]):
        sys.exit(f"{__doc__}\nmodels: {', '.join(MODELS)}")
    folder = Path(sys.argv[1])
    folder.mkdir(parents=True, exist_ok=True)
    index_file = folder / "index.json"
    index = json.loads(index_file.read_text()) if index_file.exists() else {}
    (folder / "rows_32.f32").write_bytes(scored_rows().astype("<f4").tobytes())
    for name in sys.argv[2:] or MODELS:
        margins = MODELS[name](folder, name)
        (folder / f"{name}.margins").write_bytes(np.ascontiguousarray(margins).tobytes())
        index[name] = {"margins": str(margins.dtype), "rows": len(margins)}
        index_file.write_text(json.dumps(index, indent=2) + "\n")
        print(f"{name}: fitted", file=sys.stderr, flush=True)


if __name__ == "__main__":
    main()
