"""Writes the fixtures of tree ensembles: python make_tree_fixtures.py DIRECTORY [LIBRARY...]

For each case the model's own file, and NAME.answers with rows and what the library answers for them.
"""

import importlib
import pathlib
import sys

import tree_recipes

LIBRARIES = ["xgboost", "lightgbm", "catboost"]


def fitted_cases(libraries=LIBRARIES, seed=tree_recipes.SEED):
    """Every case of the libraries, fitted; the seed picks the rows that are asked and, but for the committed one, those
    that models are fitted to."""
    for library in libraries:
        recipes = importlib.import_module(f"{library}_recipes")
        for case in recipes.all_cases():
            yield recipes.fit(case, seed)


def main():
    directory = pathlib.Path(sys.argv[1])
    directory.mkdir(parents=True, exist_ok=True)
    sizes = {case.name: tree_recipes.write(case, directory) for case in fitted_cases(sys.argv[2:] or LIBRARIES)}
    for name in sorted(sizes, key=sizes.get)[-5:]:
        print(f"{name}: {sizes[name]} bytes")
    print(f"{len(sizes)} cases, {sum(sizes.values())} bytes")


if __name__ == "__main__":
    main()
