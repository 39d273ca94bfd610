"""tritonclient's whole HTTP surface against the server: sync and asyncio, JSON and binary, compression.

    tritonclient_test.py PELTON FIXTURES

Prints each call and what came of it; exits 1 at the first that is not as it should be.
"""

import asyncio
import shutil
import sys
import tempfile
from pathlib import Path

import numpy as np
import tritonclient.http as http
import tritonclient.http.aio as aio
from tritonclient.utils import InferenceServerException

from served import served

COEFFICIENTS_MODEL = "linear_multi_output_double.onnx"
ROW = np.arange(1, 11, dtype=np.float64).reshape(1, 10)


def told(call, result):
    text = str(result).replace("\n", " ")
    print(f"{call:68} {text if len(text) < 90 else text[:87] + '...'}")


def check(call, condition, result=""):
    told(call, result if condition else f"FAILED: {result}")
    if not condition:
        sys.exit(1)


def refused(call, ask, *pieces):
    try:
        ask()
    except InferenceServerException as error:
        check(call, all(piece in error.message() for piece in pieces), f"refused: [{error.status()}] {error.message()}")
    else:
        check(call, False, "was not refused")


def matrix(data, datatype="FP64", name="X", binary=True):
    given = http.InferInput(name, list(data.shape), datatype)
    return given.set_data_from_numpy(data, binary_data=binary)


def columns(rows, binary):
    texts = lambda values: np.array([[value.encode()] for value in values], dtype=np.object_)
    numbers = lambda values, kind: np.array([[value] for value in values], dtype=kind)
    return [
        matrix(numbers([row[0] for row in rows], np.float64), "FP64", "age", binary),
        matrix(numbers([row[1] for row in rows], np.float64), "FP64", "income", binary),
        matrix(numbers([row[2] for row in rows], np.bool_), "BOOL", "member", binary),
        matrix(texts([row[3] for row in rows]), "BYTES", "city", binary),
    ]


def check_server(client):
    check("is_server_live()", client.is_server_live(), True)
    check("is_server_ready()", client.is_server_ready(), True)
    metadata = client.get_server_metadata()
    check("get_server_metadata()", metadata["name"] == "pelton" and "binary_tensor_data" in metadata["extensions"], metadata)
    check('is_model_ready("numbers")', client.is_model_ready("numbers"), True)
    check('is_model_ready("numbers", "1")', client.is_model_ready("numbers", "1"), True)
    check('is_model_ready("nothing")', not client.is_model_ready("nothing"), False)
    for version in ("", "1"):
        model = client.get_model_metadata("numbers", version)
        check(f'get_model_metadata("numbers", "{version}")',
              model["inputs"] == [{"name": "X", "datatype": "FP64", "shape": [-1, 10]}], model)
    loans = client.get_model_metadata("loans")
    check('get_model_metadata("loans")', [i["datatype"] for i in loans["inputs"]] == ["FP64", "FP64", "BOOL", "BYTES"], loans)
    config = client.get_model_config("numbers")
    check('get_model_config("numbers")', config["max_batch_size"] > 0 and config["input"][0]["dims"] == [10], config)
    refused('get_model_metadata("nothing")', lambda: client.get_model_metadata("nothing"), "Request for unknown model")
    refused('get_model_config("numbers", "9")', lambda: client.get_model_config("numbers", "9"), "has no version")


def check_infer(client):
    expected = None
    for binary_in in (True, False):
        for binary_out in (True, False):
            outputs = [http.InferRequestedOutput("predict", binary_data=binary_out)]
            result = client.infer("numbers", [matrix(ROW, binary=binary_in)], outputs=outputs, request_id="one")
            values = result.as_numpy("predict")
            expected = values if expected is None else expected
            check(f"infer(binary in {binary_in}, binary out {binary_out})",
                  np.array_equal(values, expected) and result.get_response()["id"] == "one", values)
    result = client.infer("numbers", [matrix(ROW)], model_version="1", priority=1, timeout=5_000_000,
                          parameters={"my_own": "value"}, headers={"X-Request-Id": "abc"}, query_params={"a": "b"})
    check("infer(no outputs, version, priority, timeout, parameters, headers)", np.array_equal(result.as_numpy("predict"), expected))
    check("InferResult.get_output()", result.get_output("predict")["shape"] == [1, 2], result.get_output("predict"))
    for kind, datatype in ((np.float32, "FP32"), (np.float16, "FP16"), (np.int8, "INT8"), (np.int16, "INT16"), (np.int32, "INT32"),
                           (np.int64, "INT64"), (np.uint8, "UINT8"), (np.uint16, "UINT16"), (np.uint32, "UINT32"), (np.uint64, "UINT64")):
        for binary in (True, False):
            values = client.infer("numbers", [matrix(ROW.astype(kind), datatype, binary=binary)]).as_numpy("predict")
            check(f"infer({datatype}, binary {binary})", np.array_equal(values, expected))
    import ml_dtypes
    values = client.infer("numbers", [matrix(ROW.astype(ml_dtypes.bfloat16), "BF16")]).as_numpy("predict")
    check("infer(BF16)", np.array_equal(values, expected))
    many = np.repeat(ROW, 1000, axis=0)
    for request, reply in (("gzip", "gzip"), ("deflate", "deflate"), (None, "gzip"), ("gzip", None)):
        for binary in (True, False):
            outputs = [http.InferRequestedOutput("predict", binary_data=binary)]
            result = client.infer("numbers", [matrix(many, binary=binary)], outputs=outputs,
                                  request_compression_algorithm=request, response_compression_algorithm=reply)
            values = result.as_numpy("predict")
            check(f"infer(1000 rows, request {request}, reply {reply}, binary {binary})",
                  np.array_equal(values, np.repeat(expected, 1000, axis=0)))
    pending = [client.async_infer("numbers", [matrix(ROW)]) for _ in range(20)]
    check("async_infer() x 20", all(np.array_equal(p.get_result().as_numpy("predict"), expected) for p in pending))
    body, length = http.InferenceServerClient.generate_request_body([matrix(ROW)])
    check("generate_request_body()", length is not None, f"{len(body)} bytes, JSON {length}")


def check_classifier(client):
    rows = [(30.0, 1000.0, True, "Oslo"), (60.0, 90000.0, False, "Bergen"), (np.nan, 500.0, True, "Oslo")]
    first = None
    for binary in (True, False):
        result = client.infer("loans", columns(rows, binary), outputs=[
            http.InferRequestedOutput("predict", binary_data=binary),
            http.InferRequestedOutput("predict_proba", binary_data=binary),
            http.InferRequestedOutput("decision_function", binary_data=binary)])
        labels = [label.decode() if isinstance(label, bytes) else label for label in result.as_numpy("predict")]
        probabilities = result.as_numpy("predict_proba")
        check(f"infer(columns of 4 types, 3 outputs, binary {binary})", result.as_numpy("decision_function").shape == (3,), labels)
        best = client.infer("loans", columns(rows, binary), outputs=[
            http.InferRequestedOutput("predict_proba", binary_data=binary, class_count=2)]).as_numpy("predict_proba")
        top = [cell.decode() if isinstance(cell, bytes) else cell for cell in best.reshape(-1)]
        check(f"infer(class_count=2, binary {binary})", all(
            top[2 * r].split(":")[2] == labels[r] and float(top[2 * r].split(":")[0]) == probabilities[r].max() for r in range(3)), top)
        first = probabilities if first is None else first
        check(f"predict_proba (binary {binary}) has the same bits", np.array_equal(first, probabilities))
    by_file = client.infer("loans", columns(rows, True), outputs=[http.InferRequestedOutput("label")])
    check('infer(outputs=["label"]), the file\'s own name', by_file.as_numpy("label").shape == (3,))


def check_refusals(client):
    refused("infer(unknown model)", lambda: client.infer("nothing", [matrix(ROW)]), "Request for unknown model")
    refused("infer(wrong width)", lambda: client.infer("numbers", [matrix(ROW[:, :4])]), "expected [rows, 10], got [1, 4]")
    refused("infer(text for numbers)", lambda: client.infer("numbers", [matrix(np.array([[b"a"] * 10], dtype=np.object_), "BYTES")]), "expected FP64, got BYTES")
    refused("infer(NaN where none is taken)", lambda: client.infer("numbers", [matrix(ROW * np.nan)]), "does not take missing values")
    refused("infer(unknown output)", lambda: client.infer("numbers", [matrix(ROW)], outputs=[http.InferRequestedOutput("predicted")]), 'did you mean "predict"')
    refused("infer(sequence)", lambda: client.infer("numbers", [matrix(ROW)], sequence_id=7, sequence_start=True), "sequences are not supported")
    shared = http.InferInput("X", [1, 10], "FP64")
    shared.set_shared_memory("region", 80)
    refused("infer(input in shared memory)", lambda: client.infer("numbers", [shared]), "shared memory is not supported")
    wanted = http.InferRequestedOutput("predict")
    wanted.set_shared_memory("region", 80)
    refused("infer(output in shared memory)", lambda: client.infer("numbers", [matrix(ROW)], outputs=[wanted]), "shared memory is not supported")


def check_settings(client):
    for name in (None, "numbers"):
        check(f"get_trace_settings({name})", client.get_trace_settings(name)["trace_level"] == ["OFF"])
        check(f"update_trace_settings({name}, as they are)", client.update_trace_settings(name, {"trace_level": ["OFF"], "trace_rate": None})["trace_rate"] == "1000")
        refused(f"update_trace_settings({name}, on)", lambda: client.update_trace_settings(name, {"trace_level": ["TIMESTAMPS"]}), "traces are not supported")
    check("get_log_settings()", client.get_log_settings()["log_errors"] is True)
    check("update_log_settings(as they are)", client.update_log_settings({"log_info": True})["log_info"] is True)
    refused("update_log_settings(verbose)", lambda: client.update_log_settings({"log_verbose_level": 1}), "log settings are not changed")
    for kind in ("system", "cuda"):
        status = getattr(client, f"get_{kind}_shared_memory_status")
        check(f"get_{kind}_shared_memory_status()", status() == [], [])
        refused(f'get_{kind}_shared_memory_status("region")', lambda: status("region"), "not supported")
        getattr(client, f"unregister_{kind}_shared_memory")()
        told(f"unregister_{kind}_shared_memory()", "ok")
        getattr(client, f"unregister_{kind}_shared_memory")("region")
        told(f'unregister_{kind}_shared_memory("region")', "ok")
    refused("register_system_shared_memory()", lambda: client.register_system_shared_memory("region", "/key", 80), "shared memory is not supported")
    refused("register_cuda_shared_memory()", lambda: client.register_cuda_shared_memory("region", b"handle", 0, 80), "shared memory is not supported")


def check_statistics(client):
    before = client.get_inference_statistics("numbers", "1")["model_stats"][0]
    for rows in (1, 3):
        client.infer("numbers", [matrix(np.repeat(ROW, rows, axis=0))])
    after = client.get_inference_statistics("numbers")["model_stats"][0]
    success = after["inference_stats"]["success"]
    spans = sum(after["inference_stats"][key]["ns"] for key in ("queue", "compute_input", "compute_infer", "compute_output"))
    check('get_inference_statistics("numbers")', after["inference_count"] - before["inference_count"] == 4
          and success["count"] - before["inference_stats"]["success"]["count"] == 2 and spans == success["ns"]
          and {"cache_hit", "cache_miss", "fail"} <= set(after["inference_stats"]), after["inference_stats"])
    check("batch_stats tell of batches of 3", any(b["batch_size"] == 3 for b in after["batch_stats"]), after["batch_stats"][-1])
    check("get_inference_statistics()", {m["name"] for m in client.get_inference_statistics()["model_stats"]} == {"numbers", "loans"})


def check_repository(client, folder):
    index = client.get_model_repository_index()
    check("get_model_repository_index()", [(m["name"], m["state"]) for m in index] == [("loans", "READY"), ("numbers", "READY")], index)
    client.unload_model("numbers")
    check('unload_model("numbers")', not client.is_model_ready("numbers"), "not ready any more")
    states = {m["name"]: m for m in client.get_model_repository_index()}
    check("get_model_repository_index()", states["numbers"]["state"] == "UNAVAILABLE" and states["numbers"]["reason"] == "unloaded", states["numbers"])
    client.load_model("numbers")
    check('load_model("numbers")', client.is_model_ready("numbers"), "ready again")
    kept = (folder / "numbers.onnx").read_bytes()
    (folder / "numbers.onnx").write_bytes(kept[:100])
    refused('load_model("numbers") of a damaged file', lambda: client.load_model("numbers"), "failed to load 'numbers'")
    check("the old version goes on serving", client.infer("numbers", [matrix(ROW)]).as_numpy("predict").shape == (1, 2))
    states = {m["name"]: m for m in client.get_model_repository_index()}
    check("get_model_repository_index()", states["numbers"]["state"] == "READY" and states["numbers"]["reason"] != "", states["numbers"])
    (folder / "numbers.onnx").write_bytes(kept)
    client.load_model("numbers")
    told('load_model("numbers") of the mended file', "ok")
    refused('load_model("nothing")', lambda: client.load_model("nothing"), "there is no model")
    refused('unload_model("nothing")', lambda: client.unload_model("nothing", unload_dependents=True), "there is no model")
    refused("load_model(config=…)", lambda: client.load_model("numbers", config='{"name":"numbers"}'), "not supported")


async def check_asyncio(address):
    async with aio.InferenceServerClient(address) as client:
        check("aio: is_server_live(), is_server_ready(), is_model_ready()", await client.is_server_live()
              and await client.is_server_ready() and await client.is_model_ready("numbers"))
        check("aio: get_server_metadata()", (await client.get_server_metadata())["name"] == "pelton")
        check("aio: get_model_metadata()", (await client.get_model_metadata("loans"))["name"] == "loans")
        check("aio: get_model_config()", (await client.get_model_config("loans"))["name"] == "loans")
        check("aio: get_model_repository_index()", len(await client.get_model_repository_index()) == 2)
        check("aio: get_inference_statistics()", len((await client.get_inference_statistics())["model_stats"]) == 2)
        check("aio: get_trace_settings(), get_log_settings()", await client.get_trace_settings() and await client.get_log_settings())
        check("aio: get_system_shared_memory_status()", await client.get_system_shared_memory_status() == [])
        await client.unload_model("loans")
        await client.load_model("loans")
        check("aio: unload_model(), load_model()", await client.is_model_ready("loans"))
        results = await asyncio.gather(*(client.infer("numbers", [matrix(ROW * i)]) for i in range(1, 21)))
        check("aio: infer() x 20 at once", all(r.as_numpy("predict").shape == (1, 2) for r in results))
        many = np.repeat(ROW, 1000, axis=0)
        for coding in ("gzip", "deflate"):
            for binary in (True, False):
                result = await client.infer("numbers", [matrix(many, binary=binary)],
                                            outputs=[http.InferRequestedOutput("predict", binary_data=binary)],
                                            request_compression_algorithm=coding, response_compression_algorithm=coding)
                check(f"aio: infer({coding}, binary {binary})", result.as_numpy("predict").shape == (1000, 2))
        try:
            await client.infer("nothing", [matrix(ROW)])
            check("aio: infer(unknown model)", False)
        except InferenceServerException as error:
            check("aio: infer(unknown model)", "Request for unknown model" in error.message(), error.message())


def main():
    pelton, tests = sys.argv[1], Path(sys.argv[2]) / "tests"
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        shutil.copy(tests / "oracle/fixtures" / COEFFICIENTS_MODEL, folder / "numbers.onnx")
        shutil.copy(tests / "e2e/fixtures/loans.onnx", folder / "loans.onnx")
        with served(pelton, "--repository", name) as url:
            address = url.removeprefix("http://")
            client = http.InferenceServerClient(address, concurrency=20)
            check_server(client)
            check_infer(client)
            check_classifier(client)
            check_refusals(client)
            check_settings(client)
            check_statistics(client)
            check_repository(client, folder)
            asyncio.run(check_asyncio(address))
    print("all as it should be")


main()
