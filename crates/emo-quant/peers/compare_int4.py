#!/usr/bin/env python3
"""Weights of 4 bits in blocks, dense layers alone, by ONNX Runtime, NNCF and this project: the same models, blocks and
calibration data as in compare.py, one judge.

usage: compare_int4.py MODEL.onnx CALIBRATION.npy VALIDATION.npy [--block 32] [--work DIR]

The peers know `MatMul`, so that `Gemm` is split for them first. ONNX Runtime: MatMulNBits, rounded to the nearest,
symmetric and not. NNCF: all modes and data-aware options that its ONNX backend takes. Ours: the nearest, and refined;
convolutions stay float, as the peers leave them.
pip install numpy onnx onnxruntime onnx_ir openvino nncf sympy
"""
import argparse, os, subprocess
import numpy as np, onnx
from onnx import helper, numpy_helper
from onnxruntime.quantization.matmul_nbits_quantizer import MatMulNBitsQuantizer
from onnxruntime.quantization.shape_inference import quant_pre_process

import compare


def split_gemm(source, target):
    model = onnx.load(source)
    graph = model.graph
    constants = {tensor.name: tensor for tensor in graph.initializer}
    nodes = []
    for node in graph.node:
        if node.op_type != "Gemm":
            nodes.append(node)
            continue
        attributes = {a.name: helper.get_attribute_value(a) for a in node.attribute}
        weight = numpy_helper.to_array(constants[node.input[1]])
        weight = weight.T if attributes.get("transB", 0) else weight
        name, output = node.input[1] + "_split", node.output[0]
        graph.initializer.append(numpy_helper.from_array(np.ascontiguousarray(weight), name))
        product = output if len(node.input) < 3 else output + "_product"
        nodes.append(helper.make_node("MatMul", [node.input[0], name], [product], name=output + "_matmul"))
        if len(node.input) > 2:
            nodes.append(helper.make_node("Add", [product, node.input[2]], [output], name=output + "_add"))
    del graph.node[:]
    graph.node.extend(nodes)
    used = {name for node in graph.node for name in node.input}
    kept = [tensor for tensor in graph.initializer if tensor.name in used]
    del graph.initializer[:]
    graph.initializer.extend(kept)
    model.opset_import[0].version = max(model.opset_import[0].version, 21)
    model.ir_version = max(model.ir_version, 10)
    onnx.save(model, target)


def main():
    import nncf
    parser = argparse.ArgumentParser()
    for name in ("model", "calibration", "validation"):
        parser.add_argument(name)
    parser.add_argument("--block", type=int, default=32)
    parser.add_argument("--work", default="compare.out")
    args = parser.parse_args()
    os.makedirs(args.work, exist_ok=True)
    at = lambda name: os.path.join(args.work, name)
    x, v = np.load(args.calibration), np.load(args.validation)
    y = compare.run(args.model, v)
    info = compare.session(args.model).get_inputs()[0]
    shape = [d if isinstance(d, int) else 1 for d in info.shape]
    quant_pre_process(args.model, at("pre.onnx"), skip_symbolic_shape=True)
    split_gemm(at("pre.onnx"), at("split.onnx"))

    def judge(label, make, path):
        try:
            make()
            z = compare.run(path, v)
        except Exception as error:
            print(f"{label:28} fails: {str(error)[:100]}", flush=True)
            return
        ratio = os.path.getsize(args.model) / os.path.getsize(path)
        print(f"{label:28} {compare.sqnr(y, z):6.2f} dB  {ratio:5.2f}x", flush=True)

    for label, symmetric in (("ort symmetric", True), ("ort asymmetric", False)):
        def make(symmetric=symmetric):
            quantizer = MatMulNBitsQuantizer(onnx.load(at("split.onnx")), block_size=args.block, is_symmetric=symmetric, accuracy_level=0)
            quantizer.process()
            quantizer.model.save_model_to_file(at("ort.onnx"), False)
        judge(label, make, at("ort.onnx"))
    rows = [{info.name: row.reshape(shape)} for row in x]
    for mode in (nncf.CompressWeightsMode.INT4_SYM, nncf.CompressWeightsMode.INT4_ASYM):
        for label, options in (("", {}), (" scale estimation", {"scale_estimation": True}), (" scale estimation, awq", {"scale_estimation": True, "awq": True})):
            def make(mode=mode, options=options):
                quantized = nncf.compress_weights(onnx.load(at("split.onnx")), mode=mode, group_size=args.block, all_layers=True, ratio=1.0,
                                                  dataset=nncf.Dataset(rows), subset_size=len(rows), **options)
                onnx.save(quantized, at("nncf.onnx"))
            judge("nncf " + mode.name.lower() + label, make, at("nncf.onnx"))
    convolutions = [n.name or n.output[0] for n in onnx.load(args.model).graph.node if n.op_type == "Conv"]
    for refinement in ("plain", "rounding"):
        command = [compare.OURS, args.model, "--calibration", args.calibration, "--out", at("ours.onnx"), "--bits", "4",
                   "--weight-only", "--block", str(args.block), "--refinement", refinement]
        for name in convolutions:
            command += ["--exclude", name]
        judge("ours " + refinement, lambda command=command: subprocess.run(command, check=True, stdout=subprocess.DEVNULL), at("ours.onnx"))


if __name__ == "__main__":
    main()
