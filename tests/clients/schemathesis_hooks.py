"""What schemathesis is told beyond the OpenAPI document."""

import schemathesis

SHORTEST_MS = 5000


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
    try:
        if 0 < float(options["timeout_ms"]) < SHORTEST_MS:
            options["timeout_ms"] = SHORTEST_MS
    except (TypeError, KeyError, ValueError):
        return  # no such option, or a wrong one: it stays as it was made up


@schemathesis.hook
def before_call(context, case, kwargs):
    _patient(case.query)
    _patient(case.body)
