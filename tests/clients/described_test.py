"""What the server tells of itself, held against those who read it: described_test.py PELTON SOURCE.

The OpenAPI document is valid, its examples are what the server answers and what its schemas take; the Postman
collection runs; the snippets are programs that print the answer.
"""

from __future__ import annotations

import json
import pathlib
import shutil
import subprocess
import sys
import tempfile
import unittest

import jsonschema
import openapi_spec_validator
import requests
from referencing import Registry, Resource
from referencing.jsonschema import DRAFT202012

import models
from served import served

PELTON, SOURCE = sys.argv[1], pathlib.Path(sys.argv[2])
NPM = pathlib.Path(sys.prefix) / "node_modules"


class Described(unittest.TestCase):
    @classmethod
    def setUpClass(cls) -> None:
        folder = cls.enterClassContext(tempfile.TemporaryDirectory())
        cls.folder = pathlib.Path(folder)
        cls.url = cls.enterClassContext(served(PELTON, *models.arguments(PELTON, SOURCE, cls.folder)))
        cls.openapi = requests.get(f"{cls.url}/openapi.json", timeout=60).json()
        resource = Resource(contents=cls.openapi, specification=DRAFT202012)
        cls.registry = Registry().with_resource("urn:openapi", resource)

    def is_valid(self, schema: dict, value: object) -> bool:
        if "$ref" in schema:
            schema = {"$ref": "urn:openapi" + schema["$ref"]}
        return jsonschema.Draft202012Validator(schema, registry=self.registry).is_valid(value)

    def model_operations(self):
        """(path, operation) of each operation that means one model."""
        for path, item in self.openapi["paths"].items():
            if path.startswith("/predict/") and "{" not in path:
                yield path, item["post"]

    def test_openapi_is_valid(self) -> None:
        openapi_spec_validator.validate(self.openapi)
        self.assertEqual(len(list(self.model_operations())), 8)

    def test_examples_are_what_the_server_answers(self) -> None:
        for path, operation in self.model_operations():
            with self.subTest(path):
                sent = operation["requestBody"]["content"]["application/json"]
                told = operation["responses"]["200"]["content"]
                reply = requests.post(self.url + path, json=sent["example"], timeout=60)
                self.assertEqual(reply.status_code, 200, reply.text)
                self.assertEqual(reply.json(), told["application/json"]["example"])
                self.assertTrue(self.is_valid(sent["schema"], sent["example"]))
                self.assertTrue(self.is_valid(told["application/json"]["schema"], reply.json()))

    def test_the_schema_takes_what_the_server_takes(self) -> None:
        for path, operation in self.model_operations():
            with self.subTest(path):
                schema = requests.get(self.url + path.replace("/predict/", "/models/") + "/schema", timeout=60).json()
                validator = jsonschema.Draft202012Validator
                validator.check_schema(schema)
                self.assertEqual(schema["$schema"], validator.META_SCHEMA["$id"])
                row = operation["requestBody"]["content"]["application/json"]["example"]["x"]
                answers = operation["responses"]["200"]["content"]["application/json"]["schema"]
                wrong_row = {**row, "no such feature": 1} if isinstance(row, dict) else [*row, 1]
                good = [{"x": row}, {"x": [row, row]}, {"x": row, "id": "a", "timeout_ms": 20000.5, "priority": 100}]
                good += [{"x": x, "method": m} for x in (row, [row]) for m in schema["properties"]["method"]["enum"]]
                bad = [{}, {"x": []}, {"x": wrong_row}, {"x": [row, wrong_row]}, {"x": row, "method": "guess"},
                       {"x": row, "priority": 101}, {"x": row, "timeout_ms": 0}, {"x": row, "more": 1}, [row]]
                bad.append({"x": {name: [] for name in row} if isinstance(row, dict) else [[] for _ in row]})
                for body, taken in [(body, True) for body in good] + [(body, False) for body in bad]:
                    reply = requests.post(self.url + path, json=body, timeout=60)
                    self.assertEqual(validator(schema).is_valid(body), taken, body)
                    self.assertEqual(reply.status_code == 200, taken, (body, reply.text))
                    if taken:
                        self.assertTrue(self.is_valid(answers, reply.json()), (body, reply.text))

    def test_the_postman_collection_runs(self) -> None:
        if not NPM.exists():
            self.fail("no npm packages: run scripts/clients-env where npm is")
        file = self.folder / "postman.json"
        file.write_bytes(requests.get(f"{self.url}/postman.json", timeout=60).content)
        run = subprocess.run(["node", NPM / "newman/bin/newman.js", "run", file, "--bail", "--reporters", "cli"],
                             capture_output=True, text=True, timeout=300, check=False)
        self.assertEqual(run.returncode, 0, run.stdout + run.stderr)

    def run_snippet(self, language: str, text: str) -> str:
        """Runs a snippet; gives what it prints."""
        name = {"curl": "ask.sh", "python": "ask.py", "javascript": "ask.js", "go": "ask.go", "java": "Predict.java"}
        file = self.folder / name[language]
        file.write_text(text, encoding="utf-8")
        command = {"curl": ["sh"], "python": [sys.executable], "javascript": ["node"], "go": ["go", "run"],
                   "java": ["java"]}[language]
        run = subprocess.run([*command, file], capture_output=True, text=True, timeout=300, check=True)
        return run.stdout

    def test_snippets_print_the_answer(self) -> None:
        for path, operation in self.model_operations():
            snippets = requests.get(self.url + path.replace("/predict/", "/models/") + "/snippets", timeout=60).json()
            expected = operation["responses"]["200"]["content"]["application/json"]["example"]
            self.assertEqual(list(snippets), ["curl", "python", "javascript", "go", "java"])
            for language, text in snippets.items():
                # Those that take seconds to compile: only for the model whose names are hard.
                dear = language in ("go", "java")
                if dear and (path != "/predict/hostile" or shutil.which(language) is None):
                    continue
                with self.subTest(path, language=language):
                    printed = self.run_snippet(language, text)
                    self.assertTrue(text.isprintable() or all(c.isprintable() or c in "\n\t" for c in text))
                    if language == "python":
                        self.assertEqual(printed.strip(), str(expected))
                    elif language == "javascript":
                        number = "".join(c for c in printed if c in "0123456789.-+")
                        wanted = json.dumps(expected)
                        self.assertIn("result:", printed)
                        if isinstance(expected["result"], (int, float)):
                            self.assertEqual(float(number), float(expected["result"]), wanted)
                    else:
                        self.assertEqual(json.loads(printed), expected)


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1], verbosity=2)
