"""Writes the fixtures of the C++ oracle test: NAME.onnx, and NAME.expected with rows and answers.

python make_fixtures.py DIRECTORY
"""

import pathlib
import sys

import onnx_backend
import recipes


def main():
    directory = pathlib.Path(sys.argv[1])
    directory.mkdir(parents=True, exist_ok=True)
    total = 0
    for case in recipes.all_cases():
        model, rows, names = recipes.fit(case)
        proto = recipes.convert(case, model, rows.shape[1], names)
        files = {
            ".onnx": proto.SerializeToString(),
            ".expected": recipes.expected_bytes(case, model, proto, rows),
        }
        for suffix, data in files.items():
            (directory / (case.name + suffix)).write_bytes(data)
            total += len(data)
    backend_cases, backend_bytes = onnx_backend.write(directory)
    print(f"{len(recipes.all_cases()) + backend_cases} cases, {total + backend_bytes} bytes")


if __name__ == "__main__":
    main()
