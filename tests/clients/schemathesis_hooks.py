"""What schemathesis is told beyond the OpenAPI document."""

import schemathesis

SHORTEST_MS = 5000
MODELS = ("hostile", "loans", "words", "sentiment", "barley", "bayes", "trees", "gaps")  # those of models.py


@schemathesis.hook
def before_load_schema(context, raw_schema):
    """Leaves out the bodies that JSON Schema cannot describe (CSV, NDJSON, raw rows): whatever is made up for them is
    no row."""
    for item in raw_schema["paths"].values():
        for operation in item.values():
            body = operation.get("requestBody")
            if body is not None:
                body["content"] = {k: v for k, v in body["content"].items() if k == "application/json"}


def _patient(options):
    """A deadline of a nanosecond is taken, and passes: 504, as the caller asked. That is not what is looked for."""
    for name, shortest in (("timeout_ms", SHORTEST_MS), ("timeout", SHORTEST_MS * 1000)):  # V2 counts microseconds
        try:
            if 0 < float(options[name]) < shortest:
                options[name] = shortest
        except (TypeError, KeyError, ValueError):
            pass  # no such option, or a wrong one: it stays as it was made up


def _of_the_path(body):
    """A body may name another model than the path, and has to be that one's then: JSON Schema does not know it."""
    if isinstance(body, dict) and body.get("model") in MODELS:
        del body["model"]


@schemathesis.hook
def before_call(context, case, kwargs):
    _of_the_path(case.body)
    _patient(case.query)
    _patient(case.body)
    if isinstance(case.body, dict):
        for options in ("parameters", "params"):
            _patient(case.body.get(options))
