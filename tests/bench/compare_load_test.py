"""What bench/compare load works out by itself: compare_load_test.py PELTON

How long a recovery took, told from windows; and the dear model that it writes, whose predictions must be those of
its formula.
"""

import json
import math
import subprocess
import sys
import tempfile
import unittest
from array import array
from pathlib import Path

BENCH = Path(__file__).resolve().parent.parent.parent / "bench"
sys.path[:0] = [str(BENCH), str(BENCH / "peers")]
sys.dont_write_bytecode = True

from comparing.load import recovery_s  # noqa: E402
from comparing.load_servers import LoadServer  # noqa: E402
import make_dear_model  # noqa: E402

PELTON = sys.argv.pop()


def windows(p99s, failed=()):
    """Windows of 100 ms with these p99; None for one in which nothing ended."""
    return [{"from_s": number / 10, "answered": 50, "failed": 3 if number in failed else 0, "p99_ms": p99}
            for number, p99 in enumerate(p99s) if p99 is not None]


class RecoveryTest(unittest.TestCase):
    def test_at_once(self):
        self.assertEqual(recovery_s(windows([1] * 10 + [50] * 10 + [1.5] * 10), 1, 2), 0.1)

    def test_after_a_backlog(self):
        self.assertEqual(recovery_s(windows([1] * 10 + [50] * 10 + [40, 30, 20, 10] + [1] * 10), 1, 2), 0.5)

    def test_one_hiccup_is_no_relapse_and_no_recovery(self):
        self.assertEqual(recovery_s(windows([1] * 10 + [50] * 10 + [1, 1, 90, 1, 1] + [1] * 10), 1, 2), 0.1)
        self.assertEqual(recovery_s(windows([1] * 10 + [50] * 10 + [30, 1, 30, 30, 30, 30] + [1] * 10), 1, 2), 0.7)

    def test_refusals_are_not_as_before(self):
        self.assertEqual(recovery_s(windows([1] * 10 + [50] * 10 + [1] * 15, failed={20, 21, 22, 23}), 1, 2), 0.5)

    def test_never_within_the_run(self):
        self.assertIsNone(recovery_s(windows([1] * 10 + [50] * 30), 1, 2))
        self.assertIsNone(recovery_s(windows([None] * 10 + [50] * 10 + [1] * 10), 1, 2), "no before to compare with")
        self.assertIsNone(recovery_s([], 1, 2))

    def test_windows_without_an_end_are_passed_over(self):
        self.assertEqual(recovery_s(windows([1] * 10 + [50] * 10 + [None] * 6 + [1] * 10), 1, 2), 0.7)


class DearModelTest(unittest.TestCase):
    def test_predicts_what_its_formula_says(self):
        vectors, row = 20, [2, 3]
        with tempfile.TemporaryDirectory() as folder:
            file = Path(folder) / "dear.onnx"
            file.write_bytes(make_dear_model.support_vector_regression(vectors))
            done = subprocess.run([PELTON, "predict", file], input=json.dumps({"x": row}), capture_output=True,
                                  text=True)
            self.assertEqual(done.returncode, 0, done.stderr)
            predicted = json.loads(done.stdout)["result"]
        coefficients, places = make_dear_model.made_up_vectors(vectors)
        gamma = array("f", [0.1])[0]
        expected = 0.5 + sum(
            coefficient * math.exp(-gamma * sum((a - b) ** 2 for a, b in zip(row, places[2 * i:2 * i + 2])))
            for i, coefficient in enumerate(coefficients))
        self.assertAlmostEqual(predicted, expected, delta=1e-5)


class LoadServerTest(unittest.TestCase):
    def test_a_wrong_answer_is_not_right(self):
        server = LoadServer("s", [], slo_ms=5, objective_ms=20)
        self.assertTrue(server.is_right({"result": 2.0}))
        self.assertTrue(server.is_right({"result": [2.0, 2.0]}))
        self.assertTrue(server.is_right({"outputs": [{"data": [2.0]}]}))
        self.assertFalse(server.is_right({"result": 2.5}))
        self.assertFalse(server.is_right({"result": [2.0, None]}))
        self.assertTrue(LoadServer("s", [], expected=None, slo_ms=5, objective_ms=20).is_right({"result": 7.5}))
        self.assertFalse(LoadServer("s", [], expected=None, slo_ms=5, objective_ms=20).is_right({"result": None}))


if __name__ == "__main__":
    unittest.main()
