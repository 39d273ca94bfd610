"""Every case, and which of them are committed as fixtures."""

import estimator_recipes
import mixed_recipes
import recipes
import table_recipes
import transformer_recipes


COMMITTED = set()


def all_cases(seed=7):
    """Every case; the seed picks the rows that are asked."""
    cases = (recipes.cases() + mixed_recipes.cases() + estimator_recipes.cases() + transformer_recipes.cases() +
             table_recipes.cases())
    names = [case.name for case in cases]
    assert len(set(names)) == len(names), "two cases have the same name"
    for case in cases:
        case.seed = seed
    return cases


def committed(seed=7):
    """Those whose fixtures the C++ test reads without Python."""
    chosen = {case.name for case in recipes.cases() + mixed_recipes.cases()}
    return [case for case in all_cases(seed) if case.name in chosen or case.name in COMMITTED]
