"""Writes the fixtures of the C++ oracle test: NAME.onnx, and NAME.expected with rows and answers.

python make_fixtures.py DIRECTORY
"""

import pathlib
import sys

import catalogue
import oracle_cases
import onnx_backend


def main():
    directory = pathlib.Path(sys.argv[1])
    directory.mkdir(parents=True, exist_ok=True)
    total = 0
    cases = catalogue.committed()
    for case in cases:
        model, rows, names = oracle_cases.fit(case)
        proto = oracle_cases.convert(case, model, rows, names)
        files = {
            ".onnx": proto.SerializeToString(),
            ".expected": oracle_cases.expected_bytes(case, model, proto, rows),
        }
        for suffix, data in files.items():
            (directory / (case.name + suffix)).write_bytes(data)
            total += len(data)
    backend_cases, backend_bytes = onnx_backend.write(directory)
    print(f"{len(cases) + backend_cases} cases, {total + backend_bytes} bytes")


if __name__ == "__main__":
    main()
