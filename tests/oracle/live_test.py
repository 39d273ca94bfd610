"""Fits every model of the recipes again, on other rows, and holds Pelton to what the libraries answer now.

python live_test.py ORACLE_TEST_PROGRAM PELTON DIRECTORY [SEED]

Also asks Pelton about every case of the catalogue (coverage.py), makes up tree ensembles (random_trees.py), hands the ONNX that Pelton writes to onnx.checker and ONNX Runtime,
and names the conversions of skl2onnx that are wrong by themselves (wrong_conversions.py).
"""

import os
import pathlib
import shutil
import subprocess
import sys

import numpy as np
import onnx
import onnxruntime

import catalogue
import coverage
import make_tree_fixtures
import oracle_cases
import random_trees
import tree_recipes
import wrong_conversions


def run(program, directory, test_filter, variable="PELTON_ORACLE_FIXTURES"):
    environment = {**os.environ, variable: str(directory)}
    return subprocess.run([program, f"--gtest_filter={test_filter}"], env=environment).returncode


def check_written(directory):
    """The files that the C++ test wrote: each with its rows and what Pelton answers (text, one row a line)."""
    written = sorted(directory.glob("*.onnx"))
    assert written, "no file was written"
    for file in written:
        model = onnx.load(file)
        onnx.checker.check_model(model, full_check=True)
        session = onnxruntime.InferenceSession(file.read_bytes(), providers=["CPUExecutionProvider"])
        table = np.loadtxt(file.with_suffix(".rows"), ndmin=2)
        width = session.get_inputs()[0].shape[1]
        answers = session.run(None, {"x": table[:, :width]})[0]
        np.testing.assert_allclose(answers, table[:, width:], rtol=1e-13, atol=1e-13)
        print(f"{file.name}: checked, {len(table)} rows alike in ONNX Runtime")


def check_trees(program, directory, seed):
    """Tree ensembles, as XGBoost, LightGBM and CatBoost grow them from other rows."""
    directory.mkdir()
    for case in make_tree_fixtures.fitted_cases(seed=seed):
        tree_recipes.write(case, directory)
    return run(program, directory, "TreeFixtures*", "PELTON_TREE_FIXTURES")


def main():
    program, pelton, directory = sys.argv[1], sys.argv[2], pathlib.Path(sys.argv[3])
    shutil.rmtree(directory, ignore_errors=True)
    fixtures, written = directory / "fixtures", directory / "written"
    fixtures.mkdir(parents=True)
    written.mkdir()
    seed = int(sys.argv[4]) if len(sys.argv) > 4 else 11
    for case in catalogue.committed(seed=seed):
        model, rows, names = oracle_cases.fit(case)
        proto = oracle_cases.convert(case, model, rows, names)
        (fixtures / f"{case.name}.onnx").write_bytes(proto.SerializeToString())
        (fixtures / f"{case.name}.expected").write_bytes(oracle_cases.expected_bytes(case, model, proto, rows))
    for ensemble_seed in range(3):
        made_up = directory / f"random_trees_{ensemble_seed}"
        made_up.mkdir()
        random_trees.write(made_up, ensemble_seed)
    failed = run(program, fixtures, "Fixtures*")
    for ensembles in sorted(directory.glob("random_trees_*")):
        failed |= run(program, ensembles, "Fixtures*")
    failed |= check_trees(program, directory / "trees", seed)
    os.environ["PELTON_WRITTEN_MODELS"] = str(written)
    failed |= run(program, fixtures, "WrittenModels.*")
    check_written(written)
    failed |= wrong_conversions.report()
    failed |= coverage.report(pelton, directory / "coverage", catalogue.all_cases(seed=seed))
    sys.exit(failed)


if __name__ == "__main__":
    main()
