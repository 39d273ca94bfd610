"""The ONNX project's own tests of single operators, written where node_test.cpp can read them.

They come with the onnx package (onnx.backend.test.case.node, Apache License 2.0, copyright ONNX Project
Contributors): a model of one node (now and then a few), its inputs and what the specification says it answers.

    python node_cases.py DIR        writes DIR/NAME/{model.onnx,input_I.pb,output_I.pb,tolerance}
    python node_cases.py --list     names what is left out, and why
    python node_cases.py --run PROGRAM DIR   writes them and has PROGRAM (pelton_node_cases) run them
"""

import pathlib
import shutil
import subprocess
import sys
import warnings

import numpy as np
import onnx
from onnx import numpy_helper
from onnx.backend.test.case.node import collect_testcases

# Every operator that Pelton promises to carry out.
OPERATORS = set("""
    LinearRegressor LinearClassifier TreeEnsembleRegressor TreeEnsembleClassifier SVMRegressor SVMClassifier Scaler
    Normalizer Imputer OneHotEncoder LabelEncoder ArrayFeatureExtractor Binarizer ZipMap Cast Identity
    MatMul Gemm Add Sub Mul Div Relu Sigmoid Tanh Softmax Concat Reshape Gather Flatten ArgMax ArgMin Exp Sqrt Transpose
    Slice Squeeze Unsqueeze Shape Constant
    ReduceSum ReduceMean ReduceMax ReduceMin ReduceL1 ReduceL2 ReduceSumSquare ReduceLogSumExp ReduceLogSum ReduceProd Sum
    Pow Log Neg Abs Clip Max Min Mean Sign Reciprocal Not And Or Xor Equal Less LessOrEqual Greater GreaterOrEqual Where
    IsNaN IsInf ConstantOfShape Expand Tile LpNormalization Split Range OneHot Floor Ceil Round Elu Selu LeakyRelu PRelu
    Softplus Softsign HardSigmoid Gelu Erf LogSoftmax BatchNormalization LayerNormalization Dropout CategoryMapper
    DictVectorizer FeatureVectorizer TreeEnsemble
    TopK CumSum GatherElements GatherND ScatterElements Scan NonZero Unique SequenceConstruct SequenceAt
    StringNormalizer TfIdfVectorizer StringConcat StringSplit RegexFullMatch Einsum Det
    CumProd Shrink Swish Celu ThresholdedRelu HardSwish Mish Hardmax Sin Cos Tan Asin Acos Atan Sinh Cosh Asinh Acosh
    Atanh Mod CastLike Size
    Compress EyeLike Scatter ScatterND Pad SequenceEmpty SequenceInsert SequenceErase SequenceLength SplitToSequence ConcatFromSequence
    If Loop MatMulInteger InstanceNormalization GroupNormalization RMSNormalization MeanVarianceNormalization
""".split())

HELD = {onnx.TensorProto.DataType.Value(name) for name in
        "FLOAT DOUBLE FLOAT16 BFLOAT16 INT8 INT16 INT32 INT64 UINT8 UINT16 UINT32 UINT64 BOOL STRING".split()}

# Cases that are left out, by name, and why.
LEFT_OUT = {
    **dict.fromkeys("""
        test_training_dropout test_training_dropout_default test_training_dropout_mask
        test_training_dropout_default_mask
    """.split(), "drops values at random, as only training does"),
    **dict.fromkeys("""
        test_batchnorm_epsilon_training_mode test_batchnorm_example_training_mode
    """.split(), "training, which is refused"),
}


def element_types(model):
    """Element types of everything that the model declares."""
    for value in (*model.graph.input, *model.graph.output, *model.graph.value_info):
        kind = value.type.WhichOneof("value")
        if kind == "tensor_type":
            yield value.type.tensor_type.elem_type
        elif kind == "sequence_type":
            yield value.type.sequence_type.elem_type.tensor_type.elem_type
        else:
            yield None
    for node in model.graph.node:
        for attribute in node.attribute:
            if attribute.name == "to":
                yield attribute.i


def reason_to_leave_out(case):
    if case.name in LEFT_OUT:
        return LEFT_OUT[case.name]
    if any(kind is None for kind in element_types(case.model)):
        return "optional values and maps"
    strange = {kind for kind in element_types(case.model)} - HELD
    if strange:
        names = sorted(onnx.TensorProto.DataType.Name(kind) for kind in strange)
        return "element type " + ", ".join(names)
    return None


def cases():
    """The cases of the operators above, expanded functions (the same by other operators) among them."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        every = collect_testcases(None)
    for case in every:
        # Attention is no operator of these models; its expansions round half floats step by step.
        if case.name.startswith(("test_attention", "test_linear_attention")):
            continue
        if {node.op_type for node in case.model.graph.node} <= OPERATORS:
            yield case


def encoded(value):
    if isinstance(value, (onnx.TensorProto, onnx.SequenceProto)):
        return value.SerializeToString()
    if isinstance(value, list):
        return numpy_helper.from_list(value).SerializeToString()
    return numpy_helper.from_array(np.asarray(value)).SerializeToString()


def write(directory):
    count = 0
    for case in cases():
        if reason_to_leave_out(case):
            continue
        for i, (inputs, outputs) in enumerate(case.data_sets):
            folder = directory / (case.name if i == 0 else f"{case.name}_{i}")
            folder.mkdir(parents=True, exist_ok=True)
            (folder / "model.onnx").write_bytes(case.model.SerializeToString())
            (folder / "tolerance").write_text(f"{case.rtol} {case.atol}\n")
            for kind, values in (("input", inputs), ("output", outputs)):
                for j, value in enumerate(values):
                    (folder / f"{kind}_{j}.pb").write_bytes(encoded(value))
            count += 1
    return count


if __name__ == "__main__":
    if sys.argv[1] == "--list":
        for case in cases():
            if reason := reason_to_leave_out(case):
                print(f"{case.name}: {reason}")
    elif sys.argv[1] == "--run":
        program, directory = sys.argv[2], pathlib.Path(sys.argv[3])
        shutil.rmtree(directory, ignore_errors=True)
        write(directory)
        sys.exit(subprocess.run([program, directory], check=False).returncode)
    else:
        print(write(pathlib.Path(sys.argv[1])), "cases")
