"""What Pelton makes of every case: python coverage.py PELTON DIRECTORY [NAME...]

Fits, converts and asks each (of the cases whose name contains a NAME, if any is given), through `pelton predict`, and
prints one line a case:

    exact             scikit-learn's answers, within what the case allows
    wrong conversion  ONNX Runtime gives other answers than scikit-learn too, and Pelton gives the file's
    refuses           will not load the file, and says why
    invalid file      refuses it as well; ONNX Runtime finds a fault in it, too
    not convertible   skl2onnx will not write it
    WRONG             other answers than scikit-learn's and the file's, or less of them

and the sums. Exit status 1 where anything is WRONG, or a wrong conversion is not in wrong_conversions.py.
"""

import collections
import json
import math
import pathlib
import re
import shutil
import subprocess
import sys
import warnings

import numpy as np

import catalogue
import oracle_cases
import wrong_conversions

# What a runtime that computes in float may be off by, relative, before it is another answer.
RUNTIME_TOLERANCE = 1e-3


def run(*command):
    return subprocess.run(command, capture_output=True, text=True, timeout=120)


def complaint(result):
    """What Pelton said, an operator that is refused for several nodes told once."""
    said = " ".join((result.stderr or f"ended with {result.returncode}").split())
    said = re.sub(r"^pelton \w+: (\S+\.onnx: )?", "", said)
    return "; ".join(dict.fromkeys(re.sub(r'^node ".*?" ', "", part) for part in said.split("; ")))


def offered(pelton, file):
    """The methods that the model offers; raises with Pelton's words where it will not load."""
    result = run(pelton, "inspect", "--json", file)
    if result.returncode == 1:
        raise Refused(complaint(result))
    result.check_returncode()
    return set(json.loads(result.stdout)["outputs"])


class Refused(Exception):
    pass


def number(value):
    return math.nan if value is None else float(value)


def predicted(pelton, file, rows, method, case, model):
    """[rows, width]; of a classifier's predict the index of the class."""
    result = run(pelton, "predict", "--method", method, "--format", "ndjson", file, rows)
    if result.returncode != 0:
        raise Refused(f"{method}: {complaint(result)}")
    values = [json.loads(line)["result"] for line in result.stdout.splitlines()]
    if method == "predict" and oracle_cases.labelled(case, model):
        classes = [str(c) for c in model.classes_]
        values = [classes.index(str(value)) if str(value) in classes else -1 for value in values]
    return np.array([[number(v) for v in flat(row)] for row in values])


def flat(value):
    """The values of lists within lists, in order."""
    return [v for part in value for v in flat(part)] if isinstance(value, list) else [value]


def difference(want, got):
    """The worst, relative to the largest value of its column; infinite where shapes or gaps differ."""
    if want.shape != got.shape:
        return math.inf
    finite = np.isfinite(want)
    if (finite != np.isfinite(got)).any():
        return math.inf
    size = np.abs(np.where(finite, want, 0)).max(axis=0)
    off = np.abs(np.where(finite, want - got, 0)) / np.where(size == 0, 1, size)
    return float(off.max(initial=0))


def runtime(case, model, proto, rows, methods):
    """What ONNX Runtime answers by each method; by "error" why it does not."""
    try:
        given = oracle_cases.runtime_outputs(case, model, proto, rows)
        found = oracle_cases.runtime_answers(case, model, proto, rows)
        if "decision_function" in methods and "predict_proba" not in found and len(given) > 1:
            found["decision_function"] = oracle_cases.scores_of(model, given)
        return found
    except Exception as error:  # an operator without a kernel for the type, or a broken conversion
        return {"error": " ".join(str(error).split())}


def told(method, off):
    return f"{method} by {off:.2g}"


def judge(case, pelton, directory):
    """The outcome, and what there is to say of it."""
    model, rows, names = oracle_cases.fit(case)
    want = oracle_cases.answers(case, model, rows)
    file, asked = directory / f"{case.name}.onnx", directory / f"{case.name}.ndjson"
    try:
        proto = oracle_cases.convert(case, model, rows, names)
    except Exception as error:  # whatever the converter raises
        return "not convertible", " ".join(str(error).split())[:200]
    file.write_bytes(proto.SerializeToString())
    asked.write_text(oracle_cases.row_lines(rows))
    try:
        methods = offered(pelton, file)
        got = {method: predicted(pelton, file, asked, method, case, model) for method in want if method in methods}
    except Refused as refusal:
        wrong = fault(case, model, proto, rows)
        return ("invalid file" if wrong else "refuses"), str(refusal) + (f"; ONNX Runtime: {wrong[:200]}" if wrong else "")
    lacking = [method for method in ("predict", "predict_proba") if method in want and method not in got]
    differences = {method: difference(want[method], values) for method, values in got.items()}
    beyond = {m: d for m, d in differences.items() if d > (0 if m == "predict" and oracle_cases.labelled(case, model) else case.allowed())}
    if not beyond and not lacking:
        return "exact", ", ".join(f"{m} {d:.1g}" for m, d in differences.items())
    return explained(case, model, proto, rows, want, got, beyond, lacking)


def fault(case, model, proto, rows):
    """What ONNX Runtime finds wrong with the file, None where nothing: a kernel that it lacks is no fault of the file's."""
    error = runtime(case, model, proto, rows, []).get("error", "")
    return error if any(sign in error for sign in ("Type Error", "TypeInference", "INVALID_GRAPH")) else None


def explained(case, model, proto, rows, want, got, beyond, lacking):
    """Whether the file itself is wrong: ONNX Runtime gives what Pelton gives."""
    given = runtime(case, model, proto, rows, beyond)
    what = ", ".join([told(m, d) for m, d in beyond.items()] + [f"no {m}" for m in lacking])
    off = {m: (difference(want[m], given[m]), difference(given[m], got[m])) for m in beyond if m in given}
    what += "".join(f"; ONNX Runtime's {m} is {a:.2g} from scikit-learn, {b:.2g} from Pelton" for m, (a, b) in off.items())
    if "error" in given:
        what += "; ONNX Runtime: " + given["error"][:120]
    same_as_file = all(m in off and off[m][0] > case.allowed() and off[m][1] < RUNTIME_TOLERANCE for m in beyond)
    return ("wrong conversion" if same_as_file and not lacking else "WRONG"), what


def report(pelton, directory, cases):
    """Prints the outcomes; whether any is not as it should be."""
    directory.mkdir(parents=True)
    counts = collections.Counter()
    failed = False
    for case in cases:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            outcome, what = judge(case, pelton, directory)
        known = wrong_conversions.reason(case.name)
        failed |= outcome == "WRONG" or (outcome == "wrong conversion" and known is None)
        counts[outcome] += 1
        print(f"{case.name}: {outcome}" + (f" ({what})" if what else "") + (f": {known}" if known else ""), flush=True)
    converted = len(cases) - counts["not convertible"] - counts["invalid file"]
    carried_out = counts["exact"] + counts["wrong conversion"]
    print(f"{len(cases)} cases: " + ", ".join(f"{counts[outcome]} {outcome}" for outcome in sorted(counts)) +
          f"; {carried_out} of {converted} converted run")
    return failed


def main():
    pelton, directory, wanted = sys.argv[1], pathlib.Path(sys.argv[2]), sys.argv[3:]
    shutil.rmtree(directory, ignore_errors=True)
    cases = [case for case in catalogue.all_cases() if not wanted or any(part in case.name for part in wanted)]
    sys.exit(report(pelton, directory, cases))


if __name__ == "__main__":
    main()
