"""Writes fixtures of models that older XGBoosts saved: python old_xgboost_fixtures.py DIRECTORY

Run with xgboost==1.7.6 and with xgboost==2.1.4 (numpy<2, pandas<3, scikit-learn); their files differ from today's in
the spelling of base_score, in the kinds of objects and in what is left out. Committed, like those of
make_tree_fixtures.py; the live test leaves them alone.
"""

import dataclasses
import pathlib
import sys

import xgboost

import tree_recipes
import xgboost_recipes

CASES = {"squarederror": "json", "binary_logistic": "ubj", "softprob": "ubj", "dart": "json", "linear": "json",
         "one_hot": "json", "partition": "ubj", "missing": "json", "feature_names": "json", "two_targets_one": "ubj",
         "early_stopping": "json", "base_score": "json"}


def main():
    directory = pathlib.Path(sys.argv[1])
    directory.mkdir(parents=True, exist_ok=True)
    version = xgboost.__version__.replace(".", "_")
    total = 0
    for case in xgboost_recipes.all_cases():
        if case.name in CASES:
            small = dataclasses.replace(case, ending=CASES[case.name], rounds=min(case.rounds, 4), early=case.early,
                                        params={**case.params, "max_depth": 3},
                                        parts=tuple(part for part in case.parts if part[1] <= 4))
            if case.early:
                small.rounds = case.rounds
            fitted = xgboost_recipes.fit(small)
            fitted.name = f"xgboost_{version}_{case.name}"
            total += tree_recipes.write(fitted, directory)
    print(f"{len(CASES)} cases, {total} bytes")


if __name__ == "__main__":
    main()
