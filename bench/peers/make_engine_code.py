#!/usr/bin/env python3
"""Makes what engines need beside a model's own file: make_engine_code.py FOLDER MODEL.

Into FOLDER/MODEL.peers.json goes how each engine is started: {"engine": {"driver": "engine_driver" or "python",
"words": [...], "tolerance": T}} or {"engine": {"absent": "why"}}. FOLDER is what fit_engine_models.py left.
"""

import importlib.util
import json
import shutil
import subprocess
import sys
from pathlib import Path

import to_onnx

# Largest difference to the library's own margins that is no error: relative to the largest margin, for engines that
# sum in float32, or in another order.
FLOAT = 1e-5
DOUBLE = 1e-12
SUMMED = 1e-4  # a thousand and more float32 weights that nearly cancel


def package(name):
    spec = importlib.util.find_spec(name)
    return Path(spec.submodule_search_locations[0]) if spec else None


def shared_library(name, pattern):
    folder = package(name)
    found = sorted(folder.glob(pattern)) if folder else []
    if not found:
        raise LookupError(f"{name} is not installed")
    return str(found[0])


def compiled(words, tolerance):
    return {"driver": "engine_driver", "words": [str(word) for word in words], "tolerance": tolerance}


def in_python(words, tolerance):
    return {"driver": "python", "words": [str(word) for word in words], "tolerance": tolerance}


def xgboost(folder, name):
    return compiled(["xgboost", shared_library("xgboost", "lib/libxgboost.so"), folder / f"{name}.ubj"], 0)


def lightgbm(folder, name):
    return compiled(["lightgbm", shared_library("lightgbm", "lib/lib_lightgbm.so"), folder / f"{name}.txt"], 0)


def onnxruntime(folder, name, source):
    library = shared_library("onnxruntime", "capi/libonnxruntime.so*")
    file = folder / f"{name}.onnx"
    if source == "catboost":
        import catboost

        model = catboost.CatBoost().load_model(str(folder / f"{name}.cbm"))
        model.save_model(str(file), format="onnx")
        to_onnx.declare_column(file)
    elif source == "xgboost":
        to_onnx.save(to_onnx.from_xgboost(folder / f"{name}.json"), file)
    elif source == "lightgbm":
        to_onnx.save(to_onnx.from_lightgbm(folder / f"{name}.txt"), file)
    if source == "table":
        return compiled(["onnxruntime", library, file, 1, 2], FLOAT)  # the probabilities of two classes
    return compiled(["onnxruntime", library, file], SUMMED if source == "machine" else FLOAT)


def tl2cgen(folder, name, source):
    if package("tl2cgen") is None or package("treelite") is None:
        raise LookupError("tl2cgen and treelite are not installed")
    import tl2cgen as generator
    import treelite

    if source == "xgboost":
        model = treelite.frontend.load_xgboost_model(folder / f"{name}.json")
    else:
        model = treelite.frontend.load_lightgbm_model(folder / f"{name}.txt")
    code = folder / f"{name}.tl2cgen"
    shutil.rmtree(code, ignore_errors=True)
    generator.generate_c_code(model, dirpath=code, params={"parallel_comp": 32})
    objects = []
    for source_file in sorted(code.glob("*.c")):
        objects.append(source_file.with_suffix(".o"))
        subprocess.run(["gcc", "-O3", "-march=native", "-fPIC", "-w", "-c", source_file, "-o", objects[-1]], check=True)
    library = folder / f"{name}.tl2cgen.so"
    subprocess.run(["gcc", "-shared", *objects, "-lm", "-o", library], check=True)
    return compiled([{"xgboost": "tl2cgen32", "lightgbm": "tl2cgen64"}[source], library],
                    {"xgboost": FLOAT, "lightgbm": DOUBLE}[source])


def lleaves(folder, name):
    if package("lleaves") is None:
        raise LookupError("lleaves is not installed")
    import lleaves as compiler

    model = compiler.Model(folder / f"{name}.txt")
    code = folder / f"{name}.lleaves.o"
    code.unlink(missing_ok=True)
    model.compile(cache=code, raw_score=True)
    library = code.with_suffix(".so")
    # lleaves' code is made for loading in place; linked as a library, its addresses are filled in at loading.
    subprocess.run(["gcc", "-shared", "-Wl,-z,notext", code, "-lm", "-o", library], check=True)
    return compiled(["lleaves", library], DOUBLE)


def daal4py(folder, name, ending, tolerance=FLOAT):
    if package("daal4py") is None:
        raise LookupError("daal4py is not installed")
    return in_python(["daal4py", folder / f"{name}.{ending}"], tolerance)


def daal4py_forest(folder, name):
    if package("daal4py") is None or package("treelite") is None:
        raise LookupError("daal4py and treelite are not installed")
    import daal4py as engine
    import joblib
    import treelite

    # Minutes of Python for two million nodes: kept.
    forest = treelite.sklearn.import_model(joblib.load(folder / f"{name}.joblib"))
    joblib.dump(engine.mb.convert_model(forest), folder / f"{name}.daal4py")
    return in_python(["daal4py", folder / f"{name}.daal4py"], FLOAT)


def sklearnex(folder, name):
    if package("sklearnex") is None:
        raise LookupError("sklearnex is not installed")
    # Trees of its own, from the same rows: as deep, and not the same margins.
    return in_python(["sklearnex", folder / f"{name}.sklearnex.joblib"], None)


def machine_of_sklearnex(folder, name):
    if package("sklearnex") is None:
        raise LookupError("sklearnex is not installed")
    # Fitted by a solver of its own to the same rows: not the same to the last digit.
    return in_python(["machine", folder / f"{name}.sklearnex.joblib"], None)


def catboost(folder, name):
    if package("catboost") is None:
        raise LookupError("catboost is not installed")
    return in_python(["catboost", folder / f"{name}.cbm"], DOUBLE)


def peers_of(folder, name):
    """The engines of a model: how each is made ready, in the order of the table."""
    if name.startswith("xgb"):
        return {"xgboost": lambda: xgboost(folder, name),
                "daal4py": lambda: daal4py(folder, name, "json"),
                "onnxruntime": lambda: onnxruntime(folder, name, "xgboost"),
                "tl2cgen": lambda: tl2cgen(folder, name, "xgboost")}
    if name.startswith("lgbm"):
        return {"lightgbm": lambda: lightgbm(folder, name),
                "lleaves": lambda: lleaves(folder, name),
                "daal4py": lambda: daal4py(folder, name, "txt"),
                "onnxruntime": lambda: onnxruntime(folder, name, "lightgbm"),
                "tl2cgen": lambda: tl2cgen(folder, name, "lightgbm")}
    if name.startswith("rf"):
        return {"onnxruntime": lambda: onnxruntime(folder, name, "sklearn"),
                "daal4py": lambda: daal4py_forest(folder, name),
                "sklearnex": lambda: sklearnex(folder, name),
                "scikit-learn": lambda: in_python(["sklearn", folder / f"{name}.joblib"], FLOAT)}
    if name.startswith("mlp"):
        return {"onnxruntime": lambda: onnxruntime(folder, name, "network"),
                "scikit-learn": lambda: in_python(["network", folder / f"{name}.joblib"], FLOAT)}
    if name.startswith("svr"):
        return {"onnxruntime": lambda: onnxruntime(folder, name, "machine"),
                "sklearnex": lambda: machine_of_sklearnex(folder, name),
                "scikit-learn": lambda: in_python(["machine", folder / f"{name}.joblib"], FLOAT)}
    if name.startswith("table"):
        return {"onnxruntime": lambda: onnxruntime(folder, name, "table")}
    return {"catboost": lambda: catboost(folder, name),
            "daal4py": lambda: daal4py(folder, name, "cbm"),
            "onnxruntime": lambda: onnxruntime(folder, name, "catboost")}


def main():
    folder, name = Path(sys.argv[1]).resolve(), sys.argv[2]
    ways = {}
    for engine, make in peers_of(folder, name).items():
        try:
            ways[engine] = make()
            print(f"{name}: {engine} ready", file=sys.stderr, flush=True)
        except LookupError as missing:
            ways[engine] = {"absent": str(missing)}
    (folder / f"{name}.peers.json").write_text(json.dumps(ways, indent=2) + "\n")


if __name__ == "__main__":
    main()
