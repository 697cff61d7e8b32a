// Made by `make_table.py` with onnx 1.23.2; not to be edited.

use super::{AttributeKind as Kind, AttributeSchema, DefaultValue, Parameter, Schema, TypeSet};
use super::{any, attribute, deprecated, each, one, optional, schema};

const P0: &[Parameter] = &[one("X", "T")];
const P1: &[Parameter] = &[one("Y", "T")];
const P2: &[Parameter] = &[one("input", "T")];
const P3: &[Parameter] = &[one("output", "T")];
const P4: &[Parameter] = &[one("A", "T"), one("B", "T")];
const P5: &[Parameter] = &[one("C", "T")];
const P6: &[Parameter] = &[one("theta", "T1"), one("size", "T2")];
const P7: &[Parameter] = &[one("grid", "T1")];
const P8: &[Parameter] = &[one("C", "T1")];
const P9: &[Parameter] = &[one("data", "T")];
const P10: &[Parameter] = &[one("reduced", "int64")];
const P11: &[Parameter] = &[one("Q", "T1"), one("K", "T1"), one("V", "T2"), optional("attn_mask", "U"), optional("past_key", "T1"), optional("past_value", "T2")];
const P12: &[Parameter] = &[one("Y", "T1"), optional("present_key", "T1"), optional("present_value", "T2"), optional("qk_matmul_output", "T1")];
const P13: &[Parameter] = &[one("Q", "T1"), one("K", "T1"), one("V", "T2"), optional("attn_mask", "U"), optional("past_key", "T1"), optional("past_value", "T2"), optional("nonpad_kv_seqlen", "int64")];
const P14: &[Parameter] = &[one("X", "T"), one("scale", "T"), one("B", "T"), one("mean", "T"), one("var", "T")];
const P15: &[Parameter] = &[one("Y", "T"), optional("mean", "T"), optional("var", "T"), optional("saved_mean", "T"), optional("saved_var", "T")];
const P16: &[Parameter] = &[one("X", "T"), one("scale", "T"), one("B", "T"), one("input_mean", "U"), one("input_var", "U")];
const P17: &[Parameter] = &[one("Y", "T"), optional("running_mean", "U"), optional("running_var", "U")];
const P18: &[Parameter] = &[one("X", "T"), one("scale", "T1"), one("B", "T1"), one("input_mean", "T2"), one("input_var", "T2")];
const P19: &[Parameter] = &[one("Y", "T"), optional("running_mean", "T2"), optional("running_var", "T2")];
const P20: &[Parameter] = &[one("input", "T1")];
const P21: &[Parameter] = &[one("output", "T2")];
const P22: &[Parameter] = &[one("X", "T"), one("Y", "T")];
const P23: &[Parameter] = &[one("Z", "T")];
const P24: &[Parameter] = &[one("size", "T1")];
const P25: &[Parameter] = &[one("input", "T1"), one("target_type", "T2")];
const P26: &[Parameter] = &[one("input", "T"), one("weight", "T"), optional("bias", "T"), optional("past_state", "T")];
const P27: &[Parameter] = &[one("output", "T"), one("present_state", "T")];
const P28: &[Parameter] = &[one("input_data", "T"), one("shape", "Tind")];
const P29: &[Parameter] = &[one("output_data", "T")];
const P30: &[Parameter] = &[one("input", "T"), optional("min", "T"), optional("max", "T")];
const P31: &[Parameter] = &[one("input", "T"), one("image_shape", "int64"), one("block_shape", "int64")];
const P32: &[Parameter] = &[one("input", "T"), one("condition", "T1")];
const P33: &[Parameter] = &[each("inputs", "T", 1)];
const P34: &[Parameter] = &[one("concat_result", "T")];
const P35: &[Parameter] = &[one("input_sequence", "S")];
const P36: &[Parameter] = &[one("X", "T"), one("W", "T"), optional("B", "T")];
const P37: &[Parameter] = &[one("x", "T1"), one("w", "T2"), optional("x_zero_point", "T1"), optional("w_zero_point", "T2")];
const P38: &[Parameter] = &[one("y", "T3")];
const P39: &[Parameter] = &[one("x", "T"), one("axis", "T2")];
const P40: &[Parameter] = &[one("y", "T")];
const P41: &[Parameter] = &[one("input", "T1"), optional("dft_length", "T2")];
const P42: &[Parameter] = &[one("output", "T1")];
const P43: &[Parameter] = &[one("input", "T1"), optional("dft_length", "T2"), optional("axis", "int64")];
const P44: &[Parameter] = &[one("X", "T"), one("W", "T"), one("offset", "T"), optional("B", "T"), optional("mask", "T")];
const P45: &[Parameter] = &[one("x", "T"), one("x_scale", "float"), optional("x_zero_point", "T")];
const P46: &[Parameter] = &[one("y", "float")];
const P47: &[Parameter] = &[one("x", "T1"), one("x_scale", "T2"), optional("x_zero_point", "T1")];
const P48: &[Parameter] = &[one("y", "T2")];
const P49: &[Parameter] = &[one("output", "T"), optional("mask", "T")];
const P50: &[Parameter] = &[one("output", "T"), optional("mask", "T1")];
const P51: &[Parameter] = &[one("data", "T"), optional("ratio", "T1"), optional("training_mode", "T2")];
const P52: &[Parameter] = &[one("output", "T"), optional("mask", "T2")];
const P53: &[Parameter] = &[one("x", "T1")];
const P54: &[Parameter] = &[one("y", "T2"), one("y_scale", "float"), one("y_zero_point", "T2")];
const P55: &[Parameter] = &[each("Inputs", "T", 1)];
const P56: &[Parameter] = &[one("Output", "T")];
const P57: &[Parameter] = &[one("input", "T"), one("shape", "int64")];
const P58: &[Parameter] = &[one("X", "T"), one("W", "T"), one("R", "T"), optional("B", "T"), optional("sequence_lens", "T1"), optional("initial_h", "T")];
const P59: &[Parameter] = &[optional("Y", "T"), optional("Y_h", "T")];
const P60: &[Parameter] = &[one("data", "T"), one("indices", "Tind")];
const P61: &[Parameter] = &[one("data", "T"), one("indices", "int64")];
const P62: &[Parameter] = &[one("A", "T"), one("B", "T"), one("C", "T")];
const P63: &[Parameter] = &[one("A", "T"), one("B", "T"), optional("C", "T")];
const P64: &[Parameter] = &[one("X", "T1"), one("grid", "T2")];
const P65: &[Parameter] = &[one("Y", "T1")];
const P66: &[Parameter] = &[one("X", "T"), one("scale", "T"), one("bias", "T")];
const P67: &[Parameter] = &[one("input", "V")];
const P68: &[Parameter] = &[one("output", "V")];
const P69: &[Parameter] = &[one("cond", "B")];
const P70: &[Parameter] = &[any("outputs", "V", 1)];
const P71: &[Parameter] = &[one("encoded_stream", "T1")];
const P72: &[Parameter] = &[one("image", "T2")];
const P73: &[Parameter] = &[one("input", "T"), one("scale", "T"), one("B", "T")];
const P74: &[Parameter] = &[one("X", "T1")];
const P75: &[Parameter] = &[one("Y", "T2")];
const P76: &[Parameter] = &[one("X", "T"), one("W", "T"), one("R", "T"), optional("B", "T"), optional("sequence_lens", "T1"), optional("initial_h", "T"), optional("initial_c", "T"), optional("P", "T")];
const P77: &[Parameter] = &[optional("Y", "T"), optional("Y_h", "T"), optional("Y_c", "T")];
const P78: &[Parameter] = &[one("X", "T"), one("Scale", "T"), optional("B", "T")];
const P79: &[Parameter] = &[one("Y", "T"), optional("Mean", "U"), optional("InvStdDev", "U")];
const P80: &[Parameter] = &[one("query", "T"), one("key", "T"), one("value", "T"), optional("past_state", "S"), optional("decay", "T"), optional("beta", "T")];
const P81: &[Parameter] = &[one("output", "T"), one("present_state", "S")];
const P82: &[Parameter] = &[optional("M", "I"), optional("cond", "B"), any("v_initial", "V", 1)];
const P83: &[Parameter] = &[any("v_final_and_scan_outputs", "V", 1)];
const P84: &[Parameter] = &[optional("M", "I"), optional("cond", "B"), any("v_initial", "V", 0)];
const P85: &[Parameter] = &[one("A", "T1"), one("B", "T2"), optional("a_zero_point", "T1"), optional("b_zero_point", "T2")];
const P86: &[Parameter] = &[one("Y", "T3")];
const P87: &[Parameter] = &[each("data_0", "T", 1)];
const P88: &[Parameter] = &[one("max", "T")];
const P89: &[Parameter] = &[one("Y", "T"), optional("Indices", "I")];
const P90: &[Parameter] = &[one("X", "T"), one("rois", "T")];
const P91: &[Parameter] = &[one("X", "T1"), one("I", "T2"), optional("output_shape", "T2")];
const P92: &[Parameter] = &[one("mean", "T")];
const P93: &[Parameter] = &[one("num_mel_bins", "T1"), one("dft_length", "T1"), one("sample_rate", "T1"), one("lower_edge_hertz", "T2"), one("upper_edge_hertz", "T2")];
const P94: &[Parameter] = &[one("output", "T3")];
const P95: &[Parameter] = &[one("min", "T")];
const P96: &[Parameter] = &[one("input", "T"), one("target", "Tind"), optional("weight", "T")];
const P97: &[Parameter] = &[one("loss", "T")];
const P98: &[Parameter] = &[one("boxes", "float"), one("scores", "float"), optional("max_output_boxes_per_class", "int64"), optional("iou_threshold", "float"), optional("score_threshold", "float")];
const P99: &[Parameter] = &[one("selected_indices", "int64")];
const P100: &[Parameter] = &[one("Y", "int64")];
const P101: &[Parameter] = &[one("indices", "T1"), one("depth", "T2"), one("values", "T3")];
const P102: &[Parameter] = &[optional("input", "V")];
const P103: &[Parameter] = &[one("output", "O")];
const P104: &[Parameter] = &[one("input", "O")];
const P105: &[Parameter] = &[one("output", "B")];
const P106: &[Parameter] = &[optional("input", "O")];
const P107: &[Parameter] = &[one("X", "T"), one("slope", "T")];
const P108: &[Parameter] = &[one("data", "T"), one("pads", "int64"), optional("constant_value", "T")];
const P109: &[Parameter] = &[one("data", "T"), one("pads", "int64"), optional("constant_value", "T"), optional("axes", "Tind")];
const P110: &[Parameter] = &[one("X", "T"), one("Y", "T1")];
const P111: &[Parameter] = &[one("x", "T1"), one("x_scale", "float"), one("x_zero_point", "T1"), one("w", "T2"), one("w_scale", "float"), one("w_zero_point", "T2"), one("y_scale", "float"), one("y_zero_point", "T3"), optional("B", "T4")];
const P112: &[Parameter] = &[one("a", "T1"), one("a_scale", "float"), one("a_zero_point", "T1"), one("b", "T2"), one("b_scale", "float"), one("b_zero_point", "T2"), one("y_scale", "float"), one("y_zero_point", "T3")];
const P113: &[Parameter] = &[one("a", "T1"), one("a_scale", "TS"), one("a_zero_point", "T1"), one("b", "T2"), one("b_scale", "TS"), one("b_zero_point", "T2"), one("y_scale", "TS"), one("y_zero_point", "T3")];
const P114: &[Parameter] = &[one("x", "T1"), one("y_scale", "float"), optional("y_zero_point", "T2")];
const P115: &[Parameter] = &[one("x", "T1"), one("y_scale", "T1"), optional("y_zero_point", "T2")];
const P116: &[Parameter] = &[one("x", "T1"), one("y_scale", "T2"), optional("y_zero_point", "T3")];
const P117: &[Parameter] = &[one("X", "T"), one("scale", "V")];
const P118: &[Parameter] = &[one("Y", "V")];
const P119: &[Parameter] = &[one("start", "T"), one("limit", "T"), one("delta", "T")];
const P120: &[Parameter] = &[one("reduced", "T")];
const P121: &[Parameter] = &[one("data", "T"), optional("axes", "int64")];
const P122: &[Parameter] = &[one("data", "T"), one("shape", "int64")];
const P123: &[Parameter] = &[one("reshaped", "T")];
const P124: &[Parameter] = &[one("X", "T"), one("scales", "float")];
const P125: &[Parameter] = &[one("X", "T1"), one("roi", "T2"), one("scales", "float"), optional("sizes", "int64")];
const P126: &[Parameter] = &[one("X", "T1"), optional("roi", "T2"), optional("scales", "float"), optional("sizes", "int64")];
const P127: &[Parameter] = &[one("input", "T"), one("sequence_lens", "int64")];
const P128: &[Parameter] = &[one("X", "T1"), one("rois", "T1"), one("batch_indices", "T2")];
const P129: &[Parameter] = &[one("X", "T"), one("cos_cache", "T"), one("sin_cache", "T"), optional("position_ids", "M")];
const P130: &[Parameter] = &[one("signal", "T1"), one("frame_step", "T2"), optional("window", "T1"), optional("frame_length", "T2")];
const P131: &[Parameter] = &[optional("sequence_lens", "I"), any("initial_state_and_scan_inputs", "V", 1)];
const P132: &[Parameter] = &[any("final_state_and_scan_outputs", "V", 1)];
const P133: &[Parameter] = &[any("initial_state_and_scan_inputs", "V", 1)];
const P134: &[Parameter] = &[one("data", "T"), one("indices", "Tind"), one("updates", "T")];
const P135: &[Parameter] = &[one("data", "T"), one("indices", "int64"), one("updates", "T")];
const P136: &[Parameter] = &[one("input_sequence", "S"), one("position", "I")];
const P137: &[Parameter] = &[one("tensor", "T")];
const P138: &[Parameter] = &[one("output_sequence", "S")];
const P139: &[Parameter] = &[one("output", "S")];
const P140: &[Parameter] = &[one("input_sequence", "S"), optional("position", "I")];
const P141: &[Parameter] = &[one("input_sequence", "S"), one("tensor", "T"), optional("position", "I")];
const P142: &[Parameter] = &[one("length", "I")];
const P143: &[Parameter] = &[one("input_sequence", "S"), any("additional_inputs", "V", 0)];
const P144: &[Parameter] = &[any("out_sequence", "S", 1)];
const P145: &[Parameter] = &[one("shape", "T1")];
const P146: &[Parameter] = &[one("data", "T"), one("starts", "Tind"), one("ends", "Tind"), optional("axes", "Tind"), optional("steps", "Tind")];
const P147: &[Parameter] = &[one("scores", "T"), one("labels", "Tind"), optional("weights", "T")];
const P148: &[Parameter] = &[one("output", "T"), optional("log_prob", "T")];
const P149: &[Parameter] = &[each("outputs", "T", 1)];
const P150: &[Parameter] = &[one("input", "T"), optional("split", "int64")];
const P151: &[Parameter] = &[one("input", "T"), optional("split", "I")];
const P152: &[Parameter] = &[one("squeezed", "T")];
const P153: &[Parameter] = &[one("X", "string")];
const P154: &[Parameter] = &[one("Y", "string")];
const P155: &[Parameter] = &[one("Y", "T2"), one("Z", "T3")];
const P156: &[Parameter] = &[one("sum", "T")];
const P157: &[Parameter] = &[one("past_cache", "T"), one("update", "T"), optional("write_indices", "int64")];
const P158: &[Parameter] = &[one("present_cache", "T")];
const P159: &[Parameter] = &[one("input", "T"), one("repeats", "T1")];
const P160: &[Parameter] = &[one("Values", "T"), one("Indices", "I")];
const P161: &[Parameter] = &[one("X", "T"), one("K", "int64")];
const P162: &[Parameter] = &[one("transposed", "T")];
const P163: &[Parameter] = &[one("input", "T"), optional("k", "int64")];
const P164: &[Parameter] = &[one("Y", "T"), optional("indices", "int64"), optional("inverse_indices", "int64"), optional("counts", "int64")];
const P165: &[Parameter] = &[one("expanded", "T")];
const P166: &[Parameter] = &[one("data", "T"), one("axes", "int64")];
const P167: &[Parameter] = &[one("condition", "B"), one("X", "T"), one("Y", "T")];

const T0: &[(&str, TypeSet)] = &[("T", TypeSet(0x3cfe))];
const T1: &[(&str, TypeSet)] = &[("T", TypeSet(0x13cfe))];
const T2: &[(&str, TypeSet)] = &[("T", TypeSet(0xc02))];
const T3: &[(&str, TypeSet)] = &[("T", TypeSet(0x10c02))];
const T4: &[(&str, TypeSet)] = &[("T", TypeSet(0x3cc2))];
const T5: &[(&str, TypeSet)] = &[("T", TypeSet(0x13cc2))];
const T6: &[(&str, TypeSet)] = &[("T1", TypeSet(0x10c02)), ("T2", TypeSet(0x80))];
const T7: &[(&str, TypeSet)] = &[("T", TypeSet(0x200)), ("T1", TypeSet(0x200))];
const T8: &[(&str, TypeSet)] = &[("T", TypeSet(0x3cfe)), ("int64", TypeSet(0x80))];
const T9: &[(&str, TypeSet)] = &[("T", TypeSet(0x13cfe)), ("int64", TypeSet(0x80))];
const T10: &[(&str, TypeSet)] = &[("T1", TypeSet(0x10c02)), ("T2", TypeSet(0x10c02)), ("U", TypeSet(0x13efe))];
const T11: &[(&str, TypeSet)] = &[("T1", TypeSet(0x10c02)), ("T2", TypeSet(0x10c02)), ("U", TypeSet(0x13efe)), ("int64", TypeSet(0x80))];
const T12: &[(&str, TypeSet)] = &[("T", TypeSet(0x10c02)), ("U", TypeSet(0x10c02))];
const T13: &[(&str, TypeSet)] = &[("T", TypeSet(0x10c02)), ("T1", TypeSet(0x10c02)), ("T2", TypeSet(0x10c02))];
const T14: &[(&str, TypeSet)] = &[("T1", TypeSet(0xc02)), ("T2", TypeSet(0x13efe))];
const T15: &[(&str, TypeSet)] = &[("T1", TypeSet(0x10c02)), ("T2", TypeSet(0x13efe))];
const T16: &[(&str, TypeSet)] = &[("T1", TypeSet(0x7fffefe)), ("T2", TypeSet(0x7fffefe))];
const T17: &[(&str, TypeSet)] = &[("T", TypeSet(0x3014))];
const T18: &[(&str, TypeSet)] = &[("T", TypeSet(0x30fc))];
const T19: &[(&str, TypeSet)] = &[("T1", TypeSet(0xc0)), ("T2", TypeSet(0x13cfe))];
const T20: &[(&str, TypeSet)] = &[("T1", TypeSet(0x3efe)), ("T2", TypeSet(0x3efe))];
const T21: &[(&str, TypeSet)] = &[("T1", TypeSet(0x3ffe)), ("T2", TypeSet(0x3ffe))];
const T22: &[(&str, TypeSet)] = &[("T1", TypeSet(0x13ffe)), ("T2", TypeSet(0x13ffe))];
const T23: &[(&str, TypeSet)] = &[("T1", TypeSet(0x1f3ffe)), ("T2", TypeSet(0x1f3ffe))];
const T24: &[(&str, TypeSet)] = &[("T1", TypeSet(0x7f3ffe)), ("T2", TypeSet(0x7f3ffe))];
const T25: &[(&str, TypeSet)] = &[("T1", TypeSet(0xff3ffe)), ("T2", TypeSet(0xff3ffe))];
const T26: &[(&str, TypeSet)] = &[("T1", TypeSet(0x1ff3ffe)), ("T2", TypeSet(0x1ff3ffe))];
const T27: &[(&str, TypeSet)] = &[("T1", TypeSet(0x7ff3ffe)), ("T2", TypeSet(0x7ff3ffe))];
const T28: &[(&str, TypeSet)] = &[("T", TypeSet(0x10402))];
const T29: &[(&str, TypeSet)] = &[("T", TypeSet(0x2))];
const T30: &[(&str, TypeSet)] = &[("T", TypeSet(0x1fffe)), ("Tind", TypeSet(0xc0))];
const T31: &[(&str, TypeSet)] = &[("T", TypeSet(0x1fffe)), ("int64", TypeSet(0x80))];
const T32: &[(&str, TypeSet)] = &[("T", TypeSet(0xfffe)), ("T1", TypeSet(0x200))];
const T33: &[(&str, TypeSet)] = &[("T", TypeSet(0xfffe))];
const T34: &[(&str, TypeSet)] = &[("T", TypeSet(0x1fffe))];
const T35: &[(&str, TypeSet)] = &[("S", TypeSet(0x1)), ("T", TypeSet(0xfffe))];
const T36: &[(&str, TypeSet)] = &[("T", TypeSet(0x1ffffe))];
const T37: &[(&str, TypeSet)] = &[("T", TypeSet(0x7ffffe))];
const T38: &[(&str, TypeSet)] = &[("T", TypeSet(0xfffffe))];
const T39: &[(&str, TypeSet)] = &[("T", TypeSet(0x1fffffe))];
const T40: &[(&str, TypeSet)] = &[("T", TypeSet(0x7fffffe))];
const T41: &[(&str, TypeSet)] = &[("T1", TypeSet(0x80)), ("T2", TypeSet(0x3efe))];
const T42: &[(&str, TypeSet)] = &[("T1", TypeSet(0x80)), ("T2", TypeSet(0x1f3efe))];
const T43: &[(&str, TypeSet)] = &[("T1", TypeSet(0x80)), ("T2", TypeSet(0x7f3efe))];
const T44: &[(&str, TypeSet)] = &[("T1", TypeSet(0x80)), ("T2", TypeSet(0xff3efe))];
const T45: &[(&str, TypeSet)] = &[("T1", TypeSet(0x80)), ("T2", TypeSet(0x1ff3efe))];
const T46: &[(&str, TypeSet)] = &[("T1", TypeSet(0x80)), ("T2", TypeSet(0x7ff3efe))];
const T47: &[(&str, TypeSet)] = &[("T1", TypeSet(0xc)), ("T2", TypeSet(0xc)), ("T3", TypeSet(0x40))];
const T48: &[(&str, TypeSet)] = &[("T", TypeSet(0x13cc2)), ("T2", TypeSet(0xc0))];
const T49: &[(&str, TypeSet)] = &[("T", TypeSet(0x38c2)), ("T2", TypeSet(0xc0))];
const T50: &[(&str, TypeSet)] = &[("T1", TypeSet(0x10c02)), ("T2", TypeSet(0xc0))];
const T51: &[(&str, TypeSet)] = &[("T1", TypeSet(0x10c02)), ("T2", TypeSet(0xc0)), ("int64", TypeSet(0x80))];
const T52: &[(&str, TypeSet)] = &[("T", TypeSet(0x4c)), ("float", TypeSet(0x2))];
const T53: &[(&str, TypeSet)] = &[("T1", TypeSet(0x1e004c)), ("T2", TypeSet(0x10402))];
const T54: &[(&str, TypeSet)] = &[("T1", TypeSet(0x7e007c)), ("T2", TypeSet(0x10402))];
const T55: &[(&str, TypeSet)] = &[("T1", TypeSet(0xfe007c)), ("T2", TypeSet(0x10402)), ("T3", TypeSet(0x10402))];
const T56: &[(&str, TypeSet)] = &[("T1", TypeSet(0xfe007c)), ("T2", TypeSet(0x1010402)), ("T3", TypeSet(0x10402))];
const T57: &[(&str, TypeSet)] = &[("T1", TypeSet(0x6fe007c)), ("T2", TypeSet(0x1010402)), ("T3", TypeSet(0x10402))];
const T58: &[(&str, TypeSet)] = &[("T", TypeSet(0xc02)), ("T1", TypeSet(0x200))];
const T59: &[(&str, TypeSet)] = &[("T", TypeSet(0xc02)), ("T1", TypeSet(0xc02)), ("T2", TypeSet(0x200))];
const T60: &[(&str, TypeSet)] = &[("T", TypeSet(0x10c02)), ("T1", TypeSet(0xc02)), ("T2", TypeSet(0x200))];
const T61: &[(&str, TypeSet)] = &[("T", TypeSet(0x1f0c02)), ("T1", TypeSet(0x1f0c02)), ("T2", TypeSet(0x200))];
const T62: &[(&str, TypeSet)] = &[("T1", TypeSet(0x2)), ("T2", TypeSet(0x4)), ("float", TypeSet(0x2))];
const T63: &[(&str, TypeSet)] = &[("T", TypeSet(0x2c0)), ("T1", TypeSet(0x200))];
const T64: &[(&str, TypeSet)] = &[("T", TypeSet(0x3efe)), ("T1", TypeSet(0x200))];
const T65: &[(&str, TypeSet)] = &[("T", TypeSet(0x13efe)), ("T1", TypeSet(0x200))];
const T66: &[(&str, TypeSet)] = &[("T", TypeSet(0x13ffe)), ("T1", TypeSet(0x200))];
const T67: &[(&str, TypeSet)] = &[("T", TypeSet(0xfffe)), ("int64", TypeSet(0x80))];
const T68: &[(&str, TypeSet)] = &[("T1", TypeSet(0x13efe)), ("T2", TypeSet(0x13efe))];
const T69: &[(&str, TypeSet)] = &[("T", TypeSet(0xc02)), ("T1", TypeSet(0x40))];
const T70: &[(&str, TypeSet)] = &[("T", TypeSet(0x10c02)), ("T1", TypeSet(0x40))];
const T71: &[(&str, TypeSet)] = &[("T", TypeSet(0xfffe)), ("Tind", TypeSet(0xc0))];
const T72: &[(&str, TypeSet)] = &[("T", TypeSet(0x3cfe)), ("T1", TypeSet(0x200))];
const T73: &[(&str, TypeSet)] = &[("T", TypeSet(0x13cfe)), ("T1", TypeSet(0x200))];
const T74: &[(&str, TypeSet)] = &[("T1", TypeSet(0xfffe)), ("T2", TypeSet(0xc02))];
const T75: &[(&str, TypeSet)] = &[("T1", TypeSet(0x1fffe)), ("T2", TypeSet(0x10c02))];
const T76: &[(&str, TypeSet)] = &[("V", TypeSet(0x1ffff))];
const T77: &[(&str, TypeSet)] = &[("V", TypeSet(0x1fffff))];
const T78: &[(&str, TypeSet)] = &[("V", TypeSet(0x7fffff))];
const T79: &[(&str, TypeSet)] = &[("V", TypeSet(0xffffff))];
const T80: &[(&str, TypeSet)] = &[("V", TypeSet(0x1ffffff))];
const T81: &[(&str, TypeSet)] = &[("V", TypeSet(0x7ffffff))];
const T82: &[(&str, TypeSet)] = &[("B", TypeSet(0x200)), ("V", TypeSet(0xfffe))];
const T83: &[(&str, TypeSet)] = &[("B", TypeSet(0x200)), ("V", TypeSet(0xffff))];
const T84: &[(&str, TypeSet)] = &[("B", TypeSet(0x200)), ("V", TypeSet(0x1ffff))];
const T85: &[(&str, TypeSet)] = &[("B", TypeSet(0x200)), ("V", TypeSet(0x1fffff))];
const T86: &[(&str, TypeSet)] = &[("B", TypeSet(0x200)), ("V", TypeSet(0x7fffff))];
const T87: &[(&str, TypeSet)] = &[("B", TypeSet(0x200)), ("V", TypeSet(0xffffff))];
const T88: &[(&str, TypeSet)] = &[("B", TypeSet(0x200)), ("V", TypeSet(0x1ffffff))];
const T89: &[(&str, TypeSet)] = &[("B", TypeSet(0x200)), ("V", TypeSet(0x7ffffff))];
const T90: &[(&str, TypeSet)] = &[("T1", TypeSet(0x4)), ("T2", TypeSet(0x4))];
const T91: &[(&str, TypeSet)] = &[("T1", TypeSet(0x802)), ("T2", TypeSet(0x200))];
const T92: &[(&str, TypeSet)] = &[("T1", TypeSet(0x1f0c02)), ("T2", TypeSet(0x200))];
const T93: &[(&str, TypeSet)] = &[("T1", TypeSet(0xc02)), ("T2", TypeSet(0x200))];
const T94: &[(&str, TypeSet)] = &[("T1", TypeSet(0x10c02)), ("T2", TypeSet(0x200))];
const T95: &[(&str, TypeSet)] = &[("T", TypeSet(0x10c02)), ("U", TypeSet(0x10002))];
const T96: &[(&str, TypeSet)] = &[("T", TypeSet(0x10402)), ("S", TypeSet(0x10402))];
const T97: &[(&str, TypeSet)] = &[("I", TypeSet(0x80)), ("B", TypeSet(0x200)), ("V", TypeSet(0xfffe))];
const T98: &[(&str, TypeSet)] = &[("I", TypeSet(0x80)), ("B", TypeSet(0x200)), ("V", TypeSet(0xffff))];
const T99: &[(&str, TypeSet)] = &[("I", TypeSet(0x80)), ("B", TypeSet(0x200)), ("V", TypeSet(0x1ffff))];
const T100: &[(&str, TypeSet)] = &[("I", TypeSet(0x80)), ("B", TypeSet(0x200)), ("V", TypeSet(0x1fffff))];
const T101: &[(&str, TypeSet)] = &[("I", TypeSet(0x80)), ("B", TypeSet(0x200)), ("V", TypeSet(0x7fffff))];
const T102: &[(&str, TypeSet)] = &[("I", TypeSet(0x80)), ("B", TypeSet(0x200)), ("V", TypeSet(0xffffff))];
const T103: &[(&str, TypeSet)] = &[("I", TypeSet(0x80)), ("B", TypeSet(0x200)), ("V", TypeSet(0x1ffffff))];
const T104: &[(&str, TypeSet)] = &[("I", TypeSet(0x80)), ("B", TypeSet(0x200)), ("V", TypeSet(0x7ffffff))];
const T105: &[(&str, TypeSet)] = &[("T", TypeSet(0xc02)), ("I", TypeSet(0x80))];
const T106: &[(&str, TypeSet)] = &[("T", TypeSet(0xc0e)), ("I", TypeSet(0x80))];
const T107: &[(&str, TypeSet)] = &[("T", TypeSet(0x10c0e)), ("I", TypeSet(0x80))];
const T108: &[(&str, TypeSet)] = &[("T1", TypeSet(0xc02)), ("T2", TypeSet(0x80))];
const T109: &[(&str, TypeSet)] = &[("T1", TypeSet(0xc0)), ("T2", TypeSet(0x10c02)), ("T3", TypeSet(0x13cfe))];
const T110: &[(&str, TypeSet)] = &[("T1", TypeSet(0xc02)), ("T2", TypeSet(0xc0))];
const T111: &[(&str, TypeSet)] = &[("T", TypeSet(0xcea))];
const T112: &[(&str, TypeSet)] = &[("T", TypeSet(0x10cea))];
const T113: &[(&str, TypeSet)] = &[("T", TypeSet(0xc02)), ("Tind", TypeSet(0xc0))];
const T114: &[(&str, TypeSet)] = &[("T", TypeSet(0x10c02)), ("Tind", TypeSet(0xc0))];
const T115: &[(&str, TypeSet)] = &[("float", TypeSet(0x2)), ("int64", TypeSet(0x80))];
const T116: &[(&str, TypeSet)] = &[("T", TypeSet(0x200))];
const T117: &[(&str, TypeSet)] = &[("T1", TypeSet(0x3cfe)), ("T2", TypeSet(0x3cfe)), ("T3", TypeSet(0xfffe))];
const T118: &[(&str, TypeSet)] = &[("V", TypeSet(0xffff)), ("O", TypeSet(0x1))];
const T119: &[(&str, TypeSet)] = &[("O", TypeSet(0x1)), ("V", TypeSet(0xffff))];
const T120: &[(&str, TypeSet)] = &[("O", TypeSet(0xffff)), ("V", TypeSet(0xffff))];
const T121: &[(&str, TypeSet)] = &[("O", TypeSet(0x1)), ("B", TypeSet(0x200))];
const T122: &[(&str, TypeSet)] = &[("O", TypeSet(0xffff)), ("B", TypeSet(0x200))];
const T123: &[(&str, TypeSet)] = &[("T", TypeSet(0x1fffe)), ("int64", TypeSet(0x80)), ("Tind", TypeSet(0xc0))];
const T124: &[(&str, TypeSet)] = &[("T", TypeSet(0x7ffffe)), ("int64", TypeSet(0x80)), ("Tind", TypeSet(0xc0))];
const T125: &[(&str, TypeSet)] = &[("T", TypeSet(0xfffffe)), ("int64", TypeSet(0x80)), ("Tind", TypeSet(0xc0))];
const T126: &[(&str, TypeSet)] = &[("T", TypeSet(0x1fffffe)), ("int64", TypeSet(0x80)), ("Tind", TypeSet(0xc0))];
const T127: &[(&str, TypeSet)] = &[("T", TypeSet(0x7fffffe)), ("int64", TypeSet(0x80)), ("Tind", TypeSet(0xc0))];
const T128: &[(&str, TypeSet)] = &[("T", TypeSet(0xcc2)), ("T1", TypeSet(0x3cfe))];
const T129: &[(&str, TypeSet)] = &[("T", TypeSet(0x10cc2)), ("T1", TypeSet(0x3cfe))];
const T130: &[(&str, TypeSet)] = &[("T", TypeSet(0x10cc2)), ("T1", TypeSet(0x13cfe))];
const T131: &[(&str, TypeSet)] = &[("T1", TypeSet(0xc)), ("float", TypeSet(0x2)), ("T2", TypeSet(0xc)), ("T3", TypeSet(0xc)), ("T4", TypeSet(0x40))];
const T132: &[(&str, TypeSet)] = &[("T1", TypeSet(0xc)), ("float", TypeSet(0x2)), ("T2", TypeSet(0xc)), ("T3", TypeSet(0xc))];
const T133: &[(&str, TypeSet)] = &[("T1", TypeSet(0x1e000c)), ("TS", TypeSet(0x10402)), ("T2", TypeSet(0x1e000c)), ("T3", TypeSet(0x1e000c))];
const T134: &[(&str, TypeSet)] = &[("T1", TypeSet(0x42)), ("float", TypeSet(0x2)), ("T2", TypeSet(0xc))];
const T135: &[(&str, TypeSet)] = &[("T1", TypeSet(0x10442)), ("T2", TypeSet(0x1e000c))];
const T136: &[(&str, TypeSet)] = &[("T1", TypeSet(0x10442)), ("T2", TypeSet(0x7e003c))];
const T137: &[(&str, TypeSet)] = &[("T1", TypeSet(0x10442)), ("T2", TypeSet(0x10442)), ("T3", TypeSet(0xfe003c))];
const T138: &[(&str, TypeSet)] = &[("T1", TypeSet(0x10442)), ("T2", TypeSet(0x1010442)), ("T3", TypeSet(0xfe003c))];
const T139: &[(&str, TypeSet)] = &[("T1", TypeSet(0x10442)), ("T2", TypeSet(0x1010442)), ("T3", TypeSet(0x6fe003c))];
const T140: &[(&str, TypeSet)] = &[("T", TypeSet(0x10c02)), ("V", TypeSet(0x10c02))];
const T141: &[(&str, TypeSet)] = &[("T", TypeSet(0x8e2))];
const T142: &[(&str, TypeSet)] = &[("T", TypeSet(0x10ce2))];
const T143: &[(&str, TypeSet)] = &[("T", TypeSet(0x13cc2)), ("int64", TypeSet(0x80))];
const T144: &[(&str, TypeSet)] = &[("T", TypeSet(0x3cce))];
const T145: &[(&str, TypeSet)] = &[("T", TypeSet(0x13cce))];
const T146: &[(&str, TypeSet)] = &[("T", TypeSet(0x13cce)), ("int64", TypeSet(0x80))];
const T147: &[(&str, TypeSet)] = &[("T", TypeSet(0x13ece)), ("int64", TypeSet(0x80))];
const T148: &[(&str, TypeSet)] = &[("T1", TypeSet(0x100)), ("T2", TypeSet(0x200))];
const T149: &[(&str, TypeSet)] = &[("T", TypeSet(0x1ffffe)), ("int64", TypeSet(0x80))];
const T150: &[(&str, TypeSet)] = &[("T", TypeSet(0x7ffffe)), ("int64", TypeSet(0x80))];
const T151: &[(&str, TypeSet)] = &[("T", TypeSet(0xfffffe)), ("int64", TypeSet(0x80))];
const T152: &[(&str, TypeSet)] = &[("T", TypeSet(0x1fffffe)), ("int64", TypeSet(0x80))];
const T153: &[(&str, TypeSet)] = &[("T", TypeSet(0x7fffffe)), ("int64", TypeSet(0x80))];
const T154: &[(&str, TypeSet)] = &[("T", TypeSet(0xfffe)), ("float", TypeSet(0x2))];
const T155: &[(&str, TypeSet)] = &[("T1", TypeSet(0xfffe)), ("T2", TypeSet(0xc02)), ("float", TypeSet(0x2)), ("int64", TypeSet(0x80))];
const T156: &[(&str, TypeSet)] = &[("T1", TypeSet(0x1fffe)), ("T2", TypeSet(0xc02)), ("float", TypeSet(0x2)), ("int64", TypeSet(0x80))];
const T157: &[(&str, TypeSet)] = &[("T", TypeSet(0x10402)), ("M", TypeSet(0x80))];
const T158: &[(&str, TypeSet)] = &[("I", TypeSet(0x80)), ("V", TypeSet(0xfffe))];
const T159: &[(&str, TypeSet)] = &[("V", TypeSet(0xfffe))];
const T160: &[(&str, TypeSet)] = &[("V", TypeSet(0x1fffe))];
const T161: &[(&str, TypeSet)] = &[("V", TypeSet(0x1ffffe))];
const T162: &[(&str, TypeSet)] = &[("V", TypeSet(0x7ffffe))];
const T163: &[(&str, TypeSet)] = &[("V", TypeSet(0xfffffe))];
const T164: &[(&str, TypeSet)] = &[("V", TypeSet(0x1fffffe))];
const T165: &[(&str, TypeSet)] = &[("V", TypeSet(0x7fffffe))];
const T166: &[(&str, TypeSet)] = &[("S", TypeSet(0x1)), ("I", TypeSet(0xc0)), ("T", TypeSet(0xfffe))];
const T167: &[(&str, TypeSet)] = &[("T", TypeSet(0xfffe)), ("S", TypeSet(0x1))];
const T168: &[(&str, TypeSet)] = &[("S", TypeSet(0x1))];
const T169: &[(&str, TypeSet)] = &[("S", TypeSet(0x1)), ("I", TypeSet(0xc0))];
const T170: &[(&str, TypeSet)] = &[("S", TypeSet(0x1)), ("T", TypeSet(0xfffe)), ("I", TypeSet(0xc0))];
const T171: &[(&str, TypeSet)] = &[("S", TypeSet(0x1)), ("I", TypeSet(0x80))];
const T172: &[(&str, TypeSet)] = &[("S", TypeSet(0x1)), ("V", TypeSet(0xffff))];
const T173: &[(&str, TypeSet)] = &[("T", TypeSet(0xfffe)), ("T1", TypeSet(0x80))];
const T174: &[(&str, TypeSet)] = &[("T", TypeSet(0x1fffe)), ("T1", TypeSet(0x80))];
const T175: &[(&str, TypeSet)] = &[("T", TypeSet(0x1ffffe)), ("T1", TypeSet(0x80))];
const T176: &[(&str, TypeSet)] = &[("T", TypeSet(0x7ffffe)), ("T1", TypeSet(0x80))];
const T177: &[(&str, TypeSet)] = &[("T", TypeSet(0xfffffe)), ("T1", TypeSet(0x80))];
const T178: &[(&str, TypeSet)] = &[("T", TypeSet(0x1fffffe)), ("T1", TypeSet(0x80))];
const T179: &[(&str, TypeSet)] = &[("T", TypeSet(0x7fffffe)), ("T1", TypeSet(0x80))];
const T180: &[(&str, TypeSet)] = &[("T", TypeSet(0xfffe)), ("I", TypeSet(0xc0)), ("S", TypeSet(0x1))];
const T181: &[(&str, TypeSet)] = &[("T", TypeSet(0x1fffe)), ("I", TypeSet(0xc0)), ("S", TypeSet(0x1))];
const T182: &[(&str, TypeSet)] = &[("T", TypeSet(0x100))];
const T183: &[(&str, TypeSet)] = &[("string", TypeSet(0x100))];
const T184: &[(&str, TypeSet)] = &[("T1", TypeSet(0x100)), ("T2", TypeSet(0x100)), ("T3", TypeSet(0x80))];
const T185: &[(&str, TypeSet)] = &[("T", TypeSet(0x1c0)), ("T1", TypeSet(0x2))];
const T186: &[(&str, TypeSet)] = &[("T", TypeSet(0xc02)), ("int64", TypeSet(0x80)), ("I", TypeSet(0x80))];
const T187: &[(&str, TypeSet)] = &[("T", TypeSet(0x3cfe)), ("int64", TypeSet(0x80)), ("I", TypeSet(0x80))];
const T188: &[(&str, TypeSet)] = &[("T", TypeSet(0x13cfe)), ("int64", TypeSet(0x80)), ("I", TypeSet(0x80))];
const T189: &[(&str, TypeSet)] = &[("B", TypeSet(0x200)), ("T", TypeSet(0xfffe))];
const T190: &[(&str, TypeSet)] = &[("B", TypeSet(0x200)), ("T", TypeSet(0x1fffe))];

const A0: &[AttributeSchema] = &[attribute("align_corners", Kind::Int, DefaultValue::Int(0))];
const A1: &[AttributeSchema] = &[attribute("axis", Kind::Int, DefaultValue::Int(0)), attribute("keepdims", Kind::Int, DefaultValue::Int(1))];
const A2: &[AttributeSchema] = &[attribute("axis", Kind::Int, DefaultValue::Int(0)), attribute("keepdims", Kind::Int, DefaultValue::Int(1)), attribute("select_last_index", Kind::Int, DefaultValue::Int(0))];
const A3: &[AttributeSchema] = &[attribute("is_causal", Kind::Int, DefaultValue::Int(0)), attribute("kv_num_heads", Kind::Int, DefaultValue::Absent), attribute("q_num_heads", Kind::Int, DefaultValue::Absent), attribute("qk_matmul_output_mode", Kind::Int, DefaultValue::Int(0)), attribute("scale", Kind::Float, DefaultValue::Absent), attribute("softcap", Kind::Float, DefaultValue::Float(0.0)), attribute("softmax_precision", Kind::Int, DefaultValue::Absent)];
const A4: &[AttributeSchema] = &[attribute("is_causal", Kind::Int, DefaultValue::Int(0)), attribute("kv_num_heads", Kind::Int, DefaultValue::Absent), attribute("left_window_size", Kind::Int, DefaultValue::Int(-1)), attribute("q_num_heads", Kind::Int, DefaultValue::Absent), attribute("qk_matmul_output_mode", Kind::Int, DefaultValue::Int(0)), attribute("right_window_size", Kind::Int, DefaultValue::Int(-1)), attribute("scale", Kind::Float, DefaultValue::Absent), attribute("softcap", Kind::Float, DefaultValue::Float(0.0)), attribute("softmax_precision", Kind::Int, DefaultValue::Absent)];
const A5: &[AttributeSchema] = &[attribute("auto_pad", Kind::String, DefaultValue::String("NOTSET")), attribute("count_include_pad", Kind::Int, DefaultValue::Int(0)), attribute("kernel_shape", Kind::Ints, DefaultValue::Required), attribute("pads", Kind::Ints, DefaultValue::Absent), attribute("strides", Kind::Ints, DefaultValue::Absent)];
const A6: &[AttributeSchema] = &[attribute("auto_pad", Kind::String, DefaultValue::String("NOTSET")), attribute("ceil_mode", Kind::Int, DefaultValue::Int(0)), attribute("count_include_pad", Kind::Int, DefaultValue::Int(0)), attribute("kernel_shape", Kind::Ints, DefaultValue::Required), attribute("pads", Kind::Ints, DefaultValue::Absent), attribute("strides", Kind::Ints, DefaultValue::Absent)];
const A7: &[AttributeSchema] = &[attribute("auto_pad", Kind::String, DefaultValue::String("NOTSET")), attribute("ceil_mode", Kind::Int, DefaultValue::Int(0)), attribute("count_include_pad", Kind::Int, DefaultValue::Int(0)), attribute("dilations", Kind::Ints, DefaultValue::Absent), attribute("kernel_shape", Kind::Ints, DefaultValue::Required), attribute("pads", Kind::Ints, DefaultValue::Absent), attribute("strides", Kind::Ints, DefaultValue::Absent)];
const A8: &[AttributeSchema] = &[attribute("epsilon", Kind::Float, DefaultValue::Float(1e-05)), attribute("momentum", Kind::Float, DefaultValue::Float(0.9)), attribute("spatial", Kind::Int, DefaultValue::Int(1))];
const A9: &[AttributeSchema] = &[attribute("epsilon", Kind::Float, DefaultValue::Float(1e-05)), attribute("momentum", Kind::Float, DefaultValue::Float(0.9))];
const A10: &[AttributeSchema] = &[attribute("epsilon", Kind::Float, DefaultValue::Float(1e-05)), attribute("momentum", Kind::Float, DefaultValue::Float(0.9)), attribute("training_mode", Kind::Int, DefaultValue::Int(0))];
const A11: &[AttributeSchema] = &[attribute("dtype", Kind::Int, DefaultValue::Absent), attribute("seed", Kind::Float, DefaultValue::Absent)];
const A12: &[AttributeSchema] = &[attribute("to", Kind::Int, DefaultValue::Required)];
const A13: &[AttributeSchema] = &[attribute("direction", Kind::String, DefaultValue::Required)];
const A14: &[AttributeSchema] = &[attribute("output_datatype", Kind::Int, DefaultValue::Int(1)), attribute("periodic", Kind::Int, DefaultValue::Int(1))];
const A15: &[AttributeSchema] = &[attribute("saturate", Kind::Int, DefaultValue::Int(1)), attribute("to", Kind::Int, DefaultValue::Required)];
const A16: &[AttributeSchema] = &[attribute("round_mode", Kind::String, DefaultValue::String("up")), attribute("saturate", Kind::Int, DefaultValue::Int(1)), attribute("to", Kind::Int, DefaultValue::Required)];
const A17: &[AttributeSchema] = &[attribute("saturate", Kind::Int, DefaultValue::Int(1))];
const A18: &[AttributeSchema] = &[attribute("round_mode", Kind::String, DefaultValue::String("up")), attribute("saturate", Kind::Int, DefaultValue::Int(1))];
const A19: &[AttributeSchema] = &[attribute("activation", Kind::String, DefaultValue::String("none"))];
const A20: &[AttributeSchema] = &[attribute("alpha", Kind::Float, DefaultValue::Float(1.0))];
const A21: &[AttributeSchema] = &[attribute("axes", Kind::Ints, DefaultValue::Absent)];
const A22: &[AttributeSchema] = &[attribute("max", Kind::Float, DefaultValue::Float(3.4028235e+38)), attribute("min", Kind::Float, DefaultValue::Float(-3.4028235e+38))];
const A23: &[AttributeSchema] = &[attribute("dilations", Kind::Ints, DefaultValue::Absent), attribute("pads", Kind::Ints, DefaultValue::Absent), attribute("strides", Kind::Ints, DefaultValue::Absent)];
const A24: &[AttributeSchema] = &[attribute("axis", Kind::Int, DefaultValue::Absent)];
const A25: &[AttributeSchema] = &[attribute("axis", Kind::Int, DefaultValue::Required)];
const A26: &[AttributeSchema] = &[attribute("axis", Kind::Int, DefaultValue::Required), attribute("new_axis", Kind::Int, DefaultValue::Int(0))];
const A27: &[AttributeSchema] = &[attribute("value", Kind::Tensor, DefaultValue::Required)];
const A28: &[AttributeSchema] = &[attribute("sparse_value", Kind::SparseTensor, DefaultValue::Absent), attribute("value", Kind::Tensor, DefaultValue::Absent)];
const A29: &[AttributeSchema] = &[attribute("sparse_value", Kind::SparseTensor, DefaultValue::Absent), attribute("value", Kind::Tensor, DefaultValue::Absent), attribute("value_float", Kind::Float, DefaultValue::Absent), attribute("value_floats", Kind::Floats, DefaultValue::Absent), attribute("value_int", Kind::Int, DefaultValue::Absent), attribute("value_ints", Kind::Ints, DefaultValue::Absent), attribute("value_string", Kind::String, DefaultValue::Absent), attribute("value_strings", Kind::Strings, DefaultValue::Absent)];
const A30: &[AttributeSchema] = &[attribute("value", Kind::Tensor, DefaultValue::Absent)];
const A31: &[AttributeSchema] = &[attribute("auto_pad", Kind::String, DefaultValue::String("NOTSET")), attribute("dilations", Kind::Ints, DefaultValue::Absent), attribute("group", Kind::Int, DefaultValue::Int(1)), attribute("kernel_shape", Kind::Ints, DefaultValue::Absent), attribute("pads", Kind::Ints, DefaultValue::Absent), attribute("strides", Kind::Ints, DefaultValue::Absent)];
const A32: &[AttributeSchema] = &[attribute("auto_pad", Kind::String, DefaultValue::String("NOTSET")), attribute("dilations", Kind::Ints, DefaultValue::Absent), attribute("group", Kind::Int, DefaultValue::Int(1)), attribute("kernel_shape", Kind::Ints, DefaultValue::Absent), attribute("output_padding", Kind::Ints, DefaultValue::Absent), attribute("output_shape", Kind::Ints, DefaultValue::Absent), attribute("pads", Kind::Ints, DefaultValue::Absent), attribute("strides", Kind::Ints, DefaultValue::Absent)];
const A33: &[AttributeSchema] = &[attribute("exclusive", Kind::Int, DefaultValue::Int(0)), attribute("reverse", Kind::Int, DefaultValue::Int(0))];
const A34: &[AttributeSchema] = &[attribute("axis", Kind::Int, DefaultValue::Int(1)), attribute("inverse", Kind::Int, DefaultValue::Int(0)), attribute("onesided", Kind::Int, DefaultValue::Int(0))];
const A35: &[AttributeSchema] = &[attribute("inverse", Kind::Int, DefaultValue::Int(0)), attribute("onesided", Kind::Int, DefaultValue::Int(0))];
const A36: &[AttributeSchema] = &[attribute("dilations", Kind::Ints, DefaultValue::Absent), attribute("group", Kind::Int, DefaultValue::Int(1)), attribute("kernel_shape", Kind::Ints, DefaultValue::Absent), attribute("offset_group", Kind::Int, DefaultValue::Int(1)), attribute("pads", Kind::Ints, DefaultValue::Absent), attribute("strides", Kind::Ints, DefaultValue::Absent)];
const A37: &[AttributeSchema] = &[attribute("blocksize", Kind::Int, DefaultValue::Required)];
const A38: &[AttributeSchema] = &[attribute("blocksize", Kind::Int, DefaultValue::Required), attribute("mode", Kind::String, DefaultValue::String("DCR"))];
const A39: &[AttributeSchema] = &[attribute("axis", Kind::Int, DefaultValue::Int(1))];
const A40: &[AttributeSchema] = &[attribute("axis", Kind::Int, DefaultValue::Int(1)), attribute("block_size", Kind::Int, DefaultValue::Int(0))];
const A41: &[AttributeSchema] = &[attribute("axis", Kind::Int, DefaultValue::Int(1)), attribute("block_size", Kind::Int, DefaultValue::Int(0)), attribute("output_dtype", Kind::Int, DefaultValue::Int(0))];
const A42: &[AttributeSchema] = &[attribute("ratio", Kind::Float, DefaultValue::Float(0.5))];
const A43: &[AttributeSchema] = &[attribute("seed", Kind::Int, DefaultValue::Absent)];
const A44: &[AttributeSchema] = &[attribute("equation", Kind::String, DefaultValue::Required)];
const A45: &[AttributeSchema] = &[attribute("dtype", Kind::Int, DefaultValue::Absent), attribute("k", Kind::Int, DefaultValue::Int(0))];
const A46: &[AttributeSchema] = &[attribute("activation_alpha", Kind::Floats, DefaultValue::Absent), attribute("activation_beta", Kind::Floats, DefaultValue::Absent), attribute("activations", Kind::Strings, DefaultValue::Absent), attribute("clip", Kind::Float, DefaultValue::Absent), attribute("direction", Kind::String, DefaultValue::String("forward")), attribute("hidden_size", Kind::Int, DefaultValue::Absent), attribute("linear_before_reset", Kind::Int, DefaultValue::Int(0))];
const A47: &[AttributeSchema] = &[attribute("activation_alpha", Kind::Floats, DefaultValue::Absent), attribute("activation_beta", Kind::Floats, DefaultValue::Absent), attribute("activations", Kind::Strings, DefaultValue::Absent), attribute("clip", Kind::Float, DefaultValue::Absent), attribute("direction", Kind::String, DefaultValue::String("forward")), attribute("hidden_size", Kind::Int, DefaultValue::Absent), attribute("layout", Kind::Int, DefaultValue::Int(0)), attribute("linear_before_reset", Kind::Int, DefaultValue::Int(0))];
const A48: &[AttributeSchema] = &[attribute("axis", Kind::Int, DefaultValue::Int(0))];
const A49: &[AttributeSchema] = &[attribute("batch_dims", Kind::Int, DefaultValue::Int(0))];
const A50: &[AttributeSchema] = &[attribute("approximate", Kind::String, DefaultValue::String("none"))];
const A51: &[AttributeSchema] = &[attribute("alpha", Kind::Float, DefaultValue::Float(1.0)), attribute("beta", Kind::Float, DefaultValue::Float(1.0)), attribute("transA", Kind::Int, DefaultValue::Int(0)), attribute("transB", Kind::Int, DefaultValue::Int(0))];
const A52: &[AttributeSchema] = &[attribute("p", Kind::Int, DefaultValue::Int(2))];
const A53: &[AttributeSchema] = &[attribute("align_corners", Kind::Int, DefaultValue::Int(0)), attribute("mode", Kind::String, DefaultValue::String("bilinear")), attribute("padding_mode", Kind::String, DefaultValue::String("zeros"))];
const A54: &[AttributeSchema] = &[attribute("align_corners", Kind::Int, DefaultValue::Int(0)), attribute("mode", Kind::String, DefaultValue::String("linear")), attribute("padding_mode", Kind::String, DefaultValue::String("zeros"))];
const A55: &[AttributeSchema] = &[attribute("epsilon", Kind::Float, DefaultValue::Float(1e-05)), attribute("num_groups", Kind::Int, DefaultValue::Required)];
const A56: &[AttributeSchema] = &[attribute("epsilon", Kind::Float, DefaultValue::Float(1e-05)), attribute("num_groups", Kind::Int, DefaultValue::Required), attribute("stash_type", Kind::Int, DefaultValue::Int(1))];
const A57: &[AttributeSchema] = &[attribute("alpha", Kind::Float, DefaultValue::Float(0.2)), attribute("beta", Kind::Float, DefaultValue::Float(0.5))];
const A58: &[AttributeSchema] = &[attribute("axis", Kind::Int, DefaultValue::Int(-1))];
const A59: &[AttributeSchema] = &[attribute("else_branch", Kind::Graph, DefaultValue::Required), attribute("then_branch", Kind::Graph, DefaultValue::Required)];
const A60: &[AttributeSchema] = &[attribute("pixel_format", Kind::String, DefaultValue::String("RGB"))];
const A61: &[AttributeSchema] = &[attribute("epsilon", Kind::Float, DefaultValue::Float(1e-05))];
const A62: &[AttributeSchema] = &[attribute("detect_negative", Kind::Int, DefaultValue::Int(1)), attribute("detect_positive", Kind::Int, DefaultValue::Int(1))];
const A63: &[AttributeSchema] = &[attribute("alpha", Kind::Float, DefaultValue::Float(1e-04)), attribute("beta", Kind::Float, DefaultValue::Float(0.75)), attribute("bias", Kind::Float, DefaultValue::Float(1.0)), attribute("size", Kind::Int, DefaultValue::Required)];
const A64: &[AttributeSchema] = &[attribute("activation_alpha", Kind::Floats, DefaultValue::Absent), attribute("activation_beta", Kind::Floats, DefaultValue::Absent), attribute("activations", Kind::Strings, DefaultValue::Absent), attribute("clip", Kind::Float, DefaultValue::Absent), attribute("direction", Kind::String, DefaultValue::String("forward")), attribute("hidden_size", Kind::Int, DefaultValue::Absent), attribute("input_forget", Kind::Int, DefaultValue::Int(0))];
const A65: &[AttributeSchema] = &[attribute("activation_alpha", Kind::Floats, DefaultValue::Absent), attribute("activation_beta", Kind::Floats, DefaultValue::Absent), attribute("activations", Kind::Strings, DefaultValue::Absent), attribute("clip", Kind::Float, DefaultValue::Absent), attribute("direction", Kind::String, DefaultValue::String("forward")), attribute("hidden_size", Kind::Int, DefaultValue::Absent), attribute("input_forget", Kind::Int, DefaultValue::Int(0)), attribute("layout", Kind::Int, DefaultValue::Int(0))];
const A66: &[AttributeSchema] = &[attribute("axis", Kind::Int, DefaultValue::Int(-1)), attribute("epsilon", Kind::Float, DefaultValue::Float(1e-05)), attribute("stash_type", Kind::Int, DefaultValue::Int(1))];
const A67: &[AttributeSchema] = &[attribute("alpha", Kind::Float, DefaultValue::Float(0.01))];
const A68: &[AttributeSchema] = &[attribute("chunk_size", Kind::Int, DefaultValue::Int(64)), attribute("kv_num_heads", Kind::Int, DefaultValue::Required), attribute("q_num_heads", Kind::Int, DefaultValue::Required), attribute("scale", Kind::Float, DefaultValue::Float(0.0)), attribute("update_rule", Kind::String, DefaultValue::String("gated_delta"))];
const A69: &[AttributeSchema] = &[attribute("body", Kind::Graph, DefaultValue::Required)];
const A70: &[AttributeSchema] = &[attribute("axis", Kind::Int, DefaultValue::Int(-1)), attribute("p", Kind::Int, DefaultValue::Int(2))];
const A71: &[AttributeSchema] = &[attribute("auto_pad", Kind::String, DefaultValue::String("NOTSET")), attribute("kernel_shape", Kind::Ints, DefaultValue::Required), attribute("p", Kind::Int, DefaultValue::Int(2)), attribute("pads", Kind::Ints, DefaultValue::Absent), attribute("strides", Kind::Ints, DefaultValue::Absent)];
const A72: &[AttributeSchema] = &[attribute("auto_pad", Kind::String, DefaultValue::String("NOTSET")), attribute("ceil_mode", Kind::Int, DefaultValue::Int(0)), attribute("dilations", Kind::Ints, DefaultValue::Absent), attribute("kernel_shape", Kind::Ints, DefaultValue::Required), attribute("p", Kind::Int, DefaultValue::Int(2)), attribute("pads", Kind::Ints, DefaultValue::Absent), attribute("strides", Kind::Ints, DefaultValue::Absent)];
const A73: &[AttributeSchema] = &[attribute("auto_pad", Kind::String, DefaultValue::String("NOTSET")), attribute("kernel_shape", Kind::Ints, DefaultValue::Required), attribute("pads", Kind::Ints, DefaultValue::Absent), attribute("strides", Kind::Ints, DefaultValue::Absent)];
const A74: &[AttributeSchema] = &[attribute("auto_pad", Kind::String, DefaultValue::String("NOTSET")), attribute("kernel_shape", Kind::Ints, DefaultValue::Required), attribute("pads", Kind::Ints, DefaultValue::Absent), attribute("storage_order", Kind::Int, DefaultValue::Int(0)), attribute("strides", Kind::Ints, DefaultValue::Absent)];
const A75: &[AttributeSchema] = &[attribute("auto_pad", Kind::String, DefaultValue::String("NOTSET")), attribute("ceil_mode", Kind::Int, DefaultValue::Int(0)), attribute("dilations", Kind::Ints, DefaultValue::Absent), attribute("kernel_shape", Kind::Ints, DefaultValue::Required), attribute("pads", Kind::Ints, DefaultValue::Absent), attribute("storage_order", Kind::Int, DefaultValue::Int(0)), attribute("strides", Kind::Ints, DefaultValue::Absent)];
const A76: &[AttributeSchema] = &[attribute("pooled_shape", Kind::Ints, DefaultValue::Required), attribute("spatial_scale", Kind::Float, DefaultValue::Float(1.0))];
const A77: &[AttributeSchema] = &[attribute("kernel_shape", Kind::Ints, DefaultValue::Required), attribute("pads", Kind::Ints, DefaultValue::Absent), attribute("strides", Kind::Ints, DefaultValue::Absent)];
const A78: &[AttributeSchema] = &[attribute("axes", Kind::Ints, DefaultValue::Ints(&[0, 2, 3]))];
const A79: &[AttributeSchema] = &[attribute("output_datatype", Kind::Int, DefaultValue::Int(1))];
const A80: &[AttributeSchema] = &[attribute("fmod", Kind::Int, DefaultValue::Int(0))];
const A81: &[AttributeSchema] = &[attribute("dtype", Kind::Int, DefaultValue::Int(6)), attribute("sample_size", Kind::Int, DefaultValue::Int(1)), attribute("seed", Kind::Float, DefaultValue::Absent)];
const A82: &[AttributeSchema] = &[attribute("ignore_index", Kind::Int, DefaultValue::Absent), attribute("reduction", Kind::String, DefaultValue::String("mean"))];
const A83: &[AttributeSchema] = &[attribute("center_point_box", Kind::Int, DefaultValue::Int(0))];
const A84: &[AttributeSchema] = &[attribute("type", Kind::Type, DefaultValue::Absent)];
const A85: &[AttributeSchema] = &[attribute("mode", Kind::String, DefaultValue::String("constant")), attribute("pads", Kind::Ints, DefaultValue::Required), attribute("value", Kind::Float, DefaultValue::Float(0.0))];
const A86: &[AttributeSchema] = &[attribute("mode", Kind::String, DefaultValue::String("constant"))];
const A87: &[AttributeSchema] = &[attribute("axis", Kind::Int, DefaultValue::Int(1)), attribute("saturate", Kind::Int, DefaultValue::Int(1))];
const A88: &[AttributeSchema] = &[attribute("axis", Kind::Int, DefaultValue::Int(1)), attribute("block_size", Kind::Int, DefaultValue::Int(0)), attribute("output_dtype", Kind::Int, DefaultValue::Int(0)), attribute("saturate", Kind::Int, DefaultValue::Int(1))];
const A89: &[AttributeSchema] = &[attribute("axis", Kind::Int, DefaultValue::Int(1)), attribute("block_size", Kind::Int, DefaultValue::Int(0)), attribute("output_dtype", Kind::Int, DefaultValue::Int(0)), attribute("precision", Kind::Int, DefaultValue::Int(0)), attribute("saturate", Kind::Int, DefaultValue::Int(1))];
const A90: &[AttributeSchema] = &[attribute("activation_alpha", Kind::Floats, DefaultValue::Absent), attribute("activation_beta", Kind::Floats, DefaultValue::Absent), attribute("activations", Kind::Strings, DefaultValue::Strings(&["Tanh", "Tanh"])), attribute("clip", Kind::Float, DefaultValue::Absent), attribute("direction", Kind::String, DefaultValue::String("forward")), attribute("hidden_size", Kind::Int, DefaultValue::Absent)];
const A91: &[AttributeSchema] = &[attribute("activation_alpha", Kind::Floats, DefaultValue::Absent), attribute("activation_beta", Kind::Floats, DefaultValue::Absent), attribute("activations", Kind::Strings, DefaultValue::Strings(&["Tanh", "Tanh"])), attribute("clip", Kind::Float, DefaultValue::Absent), attribute("direction", Kind::String, DefaultValue::String("forward")), attribute("hidden_size", Kind::Int, DefaultValue::Absent), attribute("layout", Kind::Int, DefaultValue::Int(0))];
const A92: &[AttributeSchema] = &[attribute("dtype", Kind::Int, DefaultValue::Int(1)), attribute("mean", Kind::Float, DefaultValue::Float(0.0)), attribute("scale", Kind::Float, DefaultValue::Float(1.0)), attribute("seed", Kind::Float, DefaultValue::Absent), attribute("shape", Kind::Ints, DefaultValue::Required)];
const A93: &[AttributeSchema] = &[attribute("dtype", Kind::Int, DefaultValue::Absent), attribute("mean", Kind::Float, DefaultValue::Float(0.0)), attribute("scale", Kind::Float, DefaultValue::Float(1.0)), attribute("seed", Kind::Float, DefaultValue::Absent)];
const A94: &[AttributeSchema] = &[attribute("dtype", Kind::Int, DefaultValue::Int(1)), attribute("high", Kind::Float, DefaultValue::Float(1.0)), attribute("low", Kind::Float, DefaultValue::Float(0.0)), attribute("seed", Kind::Float, DefaultValue::Absent), attribute("shape", Kind::Ints, DefaultValue::Required)];
const A95: &[AttributeSchema] = &[attribute("dtype", Kind::Int, DefaultValue::Absent), attribute("high", Kind::Float, DefaultValue::Float(1.0)), attribute("low", Kind::Float, DefaultValue::Float(0.0)), attribute("seed", Kind::Float, DefaultValue::Absent)];
const A96: &[AttributeSchema] = &[attribute("stash_type", Kind::Int, DefaultValue::Int(1))];
const A97: &[AttributeSchema] = &[attribute("axes", Kind::Ints, DefaultValue::Absent), attribute("keepdims", Kind::Int, DefaultValue::Int(1))];
const A98: &[AttributeSchema] = &[attribute("keepdims", Kind::Int, DefaultValue::Int(1)), attribute("noop_with_empty_axes", Kind::Int, DefaultValue::Int(0))];
const A99: &[AttributeSchema] = &[attribute("pattern", Kind::String, DefaultValue::Absent)];
const A100: &[AttributeSchema] = &[attribute("allowzero", Kind::Int, DefaultValue::Int(0))];
const A101: &[AttributeSchema] = &[attribute("mode", Kind::String, DefaultValue::String("nearest"))];
const A102: &[AttributeSchema] = &[attribute("coordinate_transformation_mode", Kind::String, DefaultValue::String("half_pixel")), attribute("cubic_coeff_a", Kind::Float, DefaultValue::Float(-0.75)), attribute("exclude_outside", Kind::Int, DefaultValue::Int(0)), attribute("extrapolation_value", Kind::Float, DefaultValue::Float(0.0)), attribute("mode", Kind::String, DefaultValue::String("nearest")), attribute("nearest_mode", Kind::String, DefaultValue::String("round_prefer_floor"))];
const A103: &[AttributeSchema] = &[attribute("antialias", Kind::Int, DefaultValue::Int(0)), attribute("axes", Kind::Ints, DefaultValue::Absent), attribute("coordinate_transformation_mode", Kind::String, DefaultValue::String("half_pixel")), attribute("cubic_coeff_a", Kind::Float, DefaultValue::Float(-0.75)), attribute("exclude_outside", Kind::Int, DefaultValue::Int(0)), attribute("extrapolation_value", Kind::Float, DefaultValue::Float(0.0)), attribute("keep_aspect_ratio_policy", Kind::String, DefaultValue::String("stretch")), attribute("mode", Kind::String, DefaultValue::String("nearest")), attribute("nearest_mode", Kind::String, DefaultValue::String("round_prefer_floor"))];
const A104: &[AttributeSchema] = &[attribute("batch_axis", Kind::Int, DefaultValue::Int(1)), attribute("time_axis", Kind::Int, DefaultValue::Int(0))];
const A105: &[AttributeSchema] = &[attribute("mode", Kind::String, DefaultValue::String("avg")), attribute("output_height", Kind::Int, DefaultValue::Int(1)), attribute("output_width", Kind::Int, DefaultValue::Int(1)), attribute("sampling_ratio", Kind::Int, DefaultValue::Int(0)), attribute("spatial_scale", Kind::Float, DefaultValue::Float(1.0))];
const A106: &[AttributeSchema] = &[attribute("coordinate_transformation_mode", Kind::String, DefaultValue::String("half_pixel")), attribute("mode", Kind::String, DefaultValue::String("avg")), attribute("output_height", Kind::Int, DefaultValue::Int(1)), attribute("output_width", Kind::Int, DefaultValue::Int(1)), attribute("sampling_ratio", Kind::Int, DefaultValue::Int(0)), attribute("spatial_scale", Kind::Float, DefaultValue::Float(1.0))];
const A107: &[AttributeSchema] = &[attribute("interleaved", Kind::Int, DefaultValue::Int(0)), attribute("num_heads", Kind::Int, DefaultValue::Absent), attribute("rotary_embedding_dim", Kind::Int, DefaultValue::Int(0))];
const A108: &[AttributeSchema] = &[attribute("onesided", Kind::Int, DefaultValue::Int(1))];
const A109: &[AttributeSchema] = &[attribute("body", Kind::Graph, DefaultValue::Required), attribute("directions", Kind::Ints, DefaultValue::Absent), attribute("num_scan_inputs", Kind::Int, DefaultValue::Required)];
const A110: &[AttributeSchema] = &[attribute("body", Kind::Graph, DefaultValue::Required), attribute("num_scan_inputs", Kind::Int, DefaultValue::Required), attribute("scan_input_axes", Kind::Ints, DefaultValue::Absent), attribute("scan_input_directions", Kind::Ints, DefaultValue::Absent), attribute("scan_output_axes", Kind::Ints, DefaultValue::Absent), attribute("scan_output_directions", Kind::Ints, DefaultValue::Absent)];
const A111: &[AttributeSchema] = &[attribute("axis", Kind::Int, DefaultValue::Int(0)), attribute("reduction", Kind::String, DefaultValue::String("none"))];
const A112: &[AttributeSchema] = &[attribute("reduction", Kind::String, DefaultValue::String("none"))];
const A113: &[AttributeSchema] = &[attribute("alpha", Kind::Float, DefaultValue::Float(1.6732632)), attribute("gamma", Kind::Float, DefaultValue::Float(1.050701))];
const A114: &[AttributeSchema] = &[attribute("dtype", Kind::Int, DefaultValue::Absent)];
const A115: &[AttributeSchema] = &[attribute("end", Kind::Int, DefaultValue::Absent), attribute("start", Kind::Int, DefaultValue::Int(0))];
const A116: &[AttributeSchema] = &[attribute("bias", Kind::Float, DefaultValue::Float(0.0)), attribute("lambd", Kind::Float, DefaultValue::Float(0.5))];
const A117: &[AttributeSchema] = &[attribute("axes", Kind::Ints, DefaultValue::Absent), attribute("ends", Kind::Ints, DefaultValue::Required), attribute("starts", Kind::Ints, DefaultValue::Required)];
const A118: &[AttributeSchema] = &[attribute("axis", Kind::Int, DefaultValue::Int(0)), attribute("split", Kind::Ints, DefaultValue::Absent)];
const A119: &[AttributeSchema] = &[attribute("axis", Kind::Int, DefaultValue::Int(0)), attribute("num_outputs", Kind::Int, DefaultValue::Absent)];
const A120: &[AttributeSchema] = &[attribute("case_change_action", Kind::String, DefaultValue::String("NONE")), attribute("is_case_sensitive", Kind::Int, DefaultValue::Int(0)), attribute("locale", Kind::String, DefaultValue::Absent), attribute("stopwords", Kind::Strings, DefaultValue::Absent)];
const A121: &[AttributeSchema] = &[attribute("delimiter", Kind::String, DefaultValue::Absent), attribute("maxsplit", Kind::Int, DefaultValue::Absent)];
const A122: &[AttributeSchema] = &[attribute("axis", Kind::Int, DefaultValue::Int(-2)), attribute("mode", Kind::String, DefaultValue::String("linear"))];
const A123: &[AttributeSchema] = &[attribute("max_gram_length", Kind::Int, DefaultValue::Required), attribute("max_skip_count", Kind::Int, DefaultValue::Required), attribute("min_gram_length", Kind::Int, DefaultValue::Required), attribute("mode", Kind::String, DefaultValue::Required), attribute("ngram_counts", Kind::Ints, DefaultValue::Required), attribute("ngram_indexes", Kind::Ints, DefaultValue::Required), attribute("pool_int64s", Kind::Ints, DefaultValue::Absent), attribute("pool_strings", Kind::Strings, DefaultValue::Absent), attribute("weights", Kind::Floats, DefaultValue::Absent)];
const A124: &[AttributeSchema] = &[attribute("axis", Kind::Int, DefaultValue::Int(-1)), attribute("k", Kind::Int, DefaultValue::Required)];
const A125: &[AttributeSchema] = &[attribute("axis", Kind::Int, DefaultValue::Int(-1)), attribute("largest", Kind::Int, DefaultValue::Int(1)), attribute("sorted", Kind::Int, DefaultValue::Int(1))];
const A126: &[AttributeSchema] = &[attribute("perm", Kind::Ints, DefaultValue::Absent)];
const A127: &[AttributeSchema] = &[attribute("upper", Kind::Int, DefaultValue::Int(1))];
const A128: &[AttributeSchema] = &[attribute("axis", Kind::Int, DefaultValue::Absent), attribute("sorted", Kind::Int, DefaultValue::Int(1))];
const A129: &[AttributeSchema] = &[attribute("axes", Kind::Ints, DefaultValue::Required)];
const A130: &[AttributeSchema] = &[attribute("mode", Kind::String, DefaultValue::String("nearest")), attribute("scales", Kind::Floats, DefaultValue::Required)];

/// Sorted by name, then version.
pub(super) static TABLE: &[Schema] = &[
    schema("Abs", 6, P0, P1, T0, &[]),
    schema("Abs", 13, P0, P1, T1, &[]),
    schema("Acos", 7, P2, P3, T2, &[]),
    schema("Acos", 22, P2, P3, T3, &[]),
    schema("Acosh", 9, P2, P3, T2, &[]),
    schema("Acosh", 22, P2, P3, T3, &[]),
    schema("Add", 7, P4, P5, T4, &[]),
    schema("Add", 13, P4, P5, T5, &[]),
    schema("Add", 14, P4, P5, T1, &[]),
    schema("AffineGrid", 20, P6, P7, T6, A0),
    schema("And", 7, P4, P8, T7, &[]),
    schema("ArgMax", 1, P9, P10, T8, A1),
    schema("ArgMax", 11, P9, P10, T8, A1),
    schema("ArgMax", 12, P9, P10, T8, A2),
    schema("ArgMax", 13, P9, P10, T9, A2),
    schema("ArgMin", 1, P9, P10, T8, A1),
    schema("ArgMin", 11, P9, P10, T8, A1),
    schema("ArgMin", 12, P9, P10, T8, A2),
    schema("ArgMin", 13, P9, P10, T9, A2),
    schema("Asin", 7, P2, P3, T2, &[]),
    schema("Asin", 22, P2, P3, T3, &[]),
    schema("Asinh", 9, P2, P3, T2, &[]),
    schema("Asinh", 22, P2, P3, T3, &[]),
    schema("Atan", 7, P2, P3, T2, &[]),
    schema("Atan", 22, P2, P3, T3, &[]),
    schema("Atanh", 9, P2, P3, T2, &[]),
    schema("Atanh", 22, P2, P3, T3, &[]),
    schema("Attention", 23, P11, P12, T10, A3),
    schema("Attention", 24, P13, P12, T11, A3),
    schema("Attention", 25, P13, P12, T11, A4),
    schema("AveragePool", 7, P0, P1, T2, A5),
    schema("AveragePool", 10, P0, P1, T2, A6),
    schema("AveragePool", 11, P0, P1, T2, A6),
    schema("AveragePool", 19, P0, P1, T2, A7),
    schema("AveragePool", 22, P0, P1, T3, A7),
    schema("BatchNormalization", 7, P14, P15, T2, A8),
    schema("BatchNormalization", 9, P14, P15, T2, A9),
    schema("BatchNormalization", 14, P16, P17, T12, A10),
    schema("BatchNormalization", 15, P18, P19, T13, A10),
    schema("Bernoulli", 15, P20, P21, T14, A11),
    schema("Bernoulli", 22, P20, P21, T15, A11),
    schema("BitCast", 26, P20, P21, T16, A12),
    schema("BitShift", 11, P22, P23, T17, A13),
    schema("BitwiseAnd", 18, P4, P5, T18, &[]),
    schema("BitwiseNot", 18, P0, P1, T18, &[]),
    schema("BitwiseOr", 18, P4, P5, T18, &[]),
    schema("BitwiseXor", 18, P4, P5, T18, &[]),
    schema("BlackmanWindow", 17, P24, P21, T19, A14),
    schema("Cast", 6, P20, P21, T20, A12),
    schema("Cast", 9, P20, P21, T21, A12),
    schema("Cast", 13, P20, P21, T22, A12),
    schema("Cast", 19, P20, P21, T23, A15),
    schema("Cast", 21, P20, P21, T24, A15),
    schema("Cast", 23, P20, P21, T25, A15),
    schema("Cast", 24, P20, P21, T26, A16),
    schema("Cast", 25, P20, P21, T27, A16),
    schema("CastLike", 15, P25, P21, T22, &[]),
    schema("CastLike", 19, P25, P21, T23, A17),
    schema("CastLike", 21, P25, P21, T24, A17),
    schema("CastLike", 23, P25, P21, T25, A17),
    schema("CastLike", 24, P25, P21, T26, A18),
    schema("CastLike", 25, P25, P21, T27, A18),
    schema("CausalConvWithState", 27, P26, P27, T28, A19),
    schema("Ceil", 6, P0, P1, T2, &[]),
    schema("Ceil", 13, P0, P1, T3, &[]),
    schema("Celu", 12, P0, P1, T29, A20),
    schema("CenterCropPad", 18, P28, P29, T30, A21),
    schema("Clip", 6, P2, P3, T2, A22),
    schema("Clip", 11, P30, P3, T2, &[]),
    schema("Clip", 12, P30, P3, T0, &[]),
    schema("Clip", 13, P30, P3, T1, &[]),
    schema("Col2Im", 18, P31, P3, T31, A23),
    schema("Compress", 9, P32, P3, T32, A24),
    schema("Compress", 11, P32, P3, T32, A24),
    schema("Concat", 4, P33, P34, T33, A25),
    schema("Concat", 11, P33, P34, T33, A25),
    schema("Concat", 13, P33, P34, T34, A25),
    schema("ConcatFromSequence", 11, P35, P34, T35, A26),
    schema("Constant", 1, &[], P3, T2, A27),
    schema("Constant", 9, &[], P3, T33, A27),
    schema("Constant", 11, &[], P3, T33, A28),
    schema("Constant", 12, &[], P3, T33, A29),
    schema("Constant", 13, &[], P3, T34, A29),
    schema("Constant", 19, &[], P3, T36, A29),
    schema("Constant", 21, &[], P3, T37, A29),
    schema("Constant", 23, &[], P3, T38, A29),
    schema("Constant", 24, &[], P3, T39, A29),
    schema("Constant", 25, &[], P3, T40, A29),
    schema("ConstantOfShape", 9, P20, P21, T41, A30),
    schema("ConstantOfShape", 20, P20, P21, T42, A30),
    schema("ConstantOfShape", 21, P20, P21, T43, A30),
    schema("ConstantOfShape", 23, P20, P21, T44, A30),
    schema("ConstantOfShape", 24, P20, P21, T45, A30),
    schema("ConstantOfShape", 25, P20, P21, T46, A30),
    schema("Conv", 1, P36, P1, T2, A31),
    schema("Conv", 11, P36, P1, T2, A31),
    schema("Conv", 22, P36, P1, T3, A31),
    schema("ConvInteger", 10, P37, P38, T47, A31),
    schema("ConvTranspose", 1, P36, P1, T2, A32),
    schema("ConvTranspose", 11, P36, P1, T2, A32),
    schema("ConvTranspose", 22, P36, P1, T3, A32),
    schema("Cos", 7, P2, P3, T2, &[]),
    schema("Cos", 22, P2, P3, T3, &[]),
    schema("Cosh", 9, P2, P3, T2, &[]),
    schema("Cosh", 22, P2, P3, T3, &[]),
    schema("CumProd", 26, P39, P40, T48, A33),
    schema("CumSum", 11, P39, P40, T49, A33),
    schema("CumSum", 14, P39, P40, T48, A33),
    schema("DFT", 17, P41, P42, T50, A34),
    schema("DFT", 20, P43, P42, T51, A35),
    schema("DeformConv", 19, P44, P1, T2, A36),
    schema("DeformConv", 22, P44, P1, T3, A36),
    schema("DepthToSpace", 1, P2, P3, T33, A37),
    schema("DepthToSpace", 11, P2, P3, T33, A38),
    schema("DepthToSpace", 13, P2, P3, T34, A38),
    schema("DequantizeLinear", 10, P45, P46, T52, &[]),
    schema("DequantizeLinear", 13, P45, P46, T52, A39),
    schema("DequantizeLinear", 19, P47, P48, T53, A39),
    schema("DequantizeLinear", 21, P47, P48, T54, A40),
    schema("DequantizeLinear", 23, P47, P38, T55, A41),
    schema("DequantizeLinear", 24, P47, P38, T56, A41),
    schema("DequantizeLinear", 25, P47, P38, T57, A41),
    schema("Det", 11, P0, P1, T2, &[]),
    schema("Det", 22, P0, P1, T3, &[]),
    schema("Div", 7, P4, P5, T4, &[]),
    schema("Div", 13, P4, P5, T5, &[]),
    schema("Div", 14, P4, P5, T1, &[]),
    schema("Dropout", 7, P9, P49, T2, A42),
    schema("Dropout", 10, P9, P50, T58, A42),
    schema("Dropout", 12, P51, P52, T59, A43),
    schema("Dropout", 13, P51, P52, T60, A43),
    schema("Dropout", 22, P51, P52, T61, A43),
    schema("DynamicQuantizeLinear", 11, P53, P54, T62, &[]),
    schema("Einsum", 12, P55, P56, T0, A44),
    schema("Elu", 6, P0, P1, T2, A20),
    schema("Elu", 22, P0, P1, T3, A20),
    schema("Equal", 7, P4, P8, T63, &[]),
    schema("Equal", 11, P4, P8, T64, &[]),
    schema("Equal", 13, P4, P8, T65, &[]),
    schema("Equal", 19, P4, P8, T66, &[]),
    schema("Erf", 9, P2, P3, T0, &[]),
    schema("Erf", 13, P2, P3, T3, &[]),
    schema("Exp", 6, P2, P3, T2, &[]),
    schema("Exp", 13, P2, P3, T3, &[]),
    schema("Expand", 8, P57, P3, T67, &[]),
    schema("Expand", 13, P57, P3, T31, &[]),
    schema("EyeLike", 9, P20, P21, T20, A45),
    schema("EyeLike", 22, P20, P21, T68, A45),
    schema("Flatten", 1, P2, P3, T2, A39),
    schema("Flatten", 9, P2, P3, T33, A39),
    schema("Flatten", 11, P2, P3, T33, A39),
    schema("Flatten", 13, P2, P3, T34, A39),
    schema("Flatten", 21, P2, P3, T37, A39),
    schema("Flatten", 23, P2, P3, T38, A39),
    schema("Flatten", 24, P2, P3, T39, A39),
    schema("Flatten", 25, P2, P3, T40, A39),
    schema("Floor", 6, P0, P1, T2, &[]),
    schema("Floor", 13, P0, P1, T3, &[]),
    schema("GRU", 7, P58, P59, T69, A46),
    schema("GRU", 14, P58, P59, T69, A47),
    schema("GRU", 22, P58, P59, T70, A47),
    schema("Gather", 1, P60, P3, T71, A48),
    schema("Gather", 11, P60, P3, T71, A48),
    schema("Gather", 13, P60, P3, T30, A48),
    schema("GatherElements", 11, P60, P3, T71, A48),
    schema("GatherElements", 13, P60, P3, T30, A48),
    schema("GatherND", 11, P61, P3, T67, &[]),
    schema("GatherND", 12, P61, P3, T67, A49),
    schema("GatherND", 13, P61, P3, T31, A49),
    schema("Gelu", 20, P0, P1, T3, A50),
    schema("Gemm", 7, P62, P1, T2, A51),
    schema("Gemm", 9, P62, P1, T4, A51),
    schema("Gemm", 11, P63, P1, T4, A51),
    schema("Gemm", 13, P63, P1, T5, A51),
    schema("GlobalAveragePool", 1, P0, P1, T2, &[]),
    schema("GlobalAveragePool", 22, P0, P1, T3, &[]),
    schema("GlobalLpPool", 2, P0, P1, T2, A52),
    schema("GlobalLpPool", 22, P0, P1, T3, A52),
    schema("GlobalMaxPool", 1, P0, P1, T2, &[]),
    schema("GlobalMaxPool", 22, P0, P1, T3, &[]),
    schema("Greater", 7, P4, P8, T58, &[]),
    schema("Greater", 9, P4, P8, T72, &[]),
    schema("Greater", 13, P4, P8, T73, &[]),
    schema("GreaterOrEqual", 12, P4, P8, T72, &[]),
    schema("GreaterOrEqual", 16, P4, P8, T73, &[]),
    schema("GridSample", 16, P64, P65, T74, A53),
    schema("GridSample", 20, P64, P65, T74, A54),
    schema("GridSample", 22, P64, P65, T75, A54),
    deprecated("GroupNormalization", 18, P66, P1, T3, A55),
    schema("GroupNormalization", 21, P66, P1, T3, A56),
    schema("HammingWindow", 17, P24, P21, T19, A14),
    schema("HannWindow", 17, P24, P21, T19, A14),
    schema("HardSigmoid", 6, P0, P1, T2, A57),
    schema("HardSigmoid", 22, P0, P1, T3, A57),
    schema("HardSwish", 14, P0, P1, T2, &[]),
    schema("HardSwish", 22, P0, P1, T3, &[]),
    schema("Hardmax", 1, P2, P3, T2, A39),
    schema("Hardmax", 11, P2, P3, T2, A39),
    schema("Hardmax", 13, P2, P3, T3, A58),
    schema("Identity", 1, P2, P3, T33, &[]),
    schema("Identity", 13, P2, P3, T34, &[]),
    schema("Identity", 14, P67, P68, T76, &[]),
    schema("Identity", 16, P67, P68, T76, &[]),
    schema("Identity", 19, P67, P68, T77, &[]),
    schema("Identity", 21, P67, P68, T78, &[]),
    schema("Identity", 23, P67, P68, T79, &[]),
    schema("Identity", 24, P67, P68, T80, &[]),
    schema("Identity", 25, P67, P68, T81, &[]),
    schema("If", 1, P69, P70, T82, A59),
    schema("If", 11, P69, P70, T82, A59),
    schema("If", 13, P69, P70, T83, A59),
    schema("If", 16, P69, P70, T84, A59),
    schema("If", 19, P69, P70, T85, A59),
    schema("If", 21, P69, P70, T86, A59),
    schema("If", 23, P69, P70, T87, A59),
    schema("If", 24, P69, P70, T88, A59),
    schema("If", 25, P69, P70, T89, A59),
    schema("ImageDecoder", 20, P71, P72, T90, A60),
    schema("InstanceNormalization", 6, P73, P3, T2, A61),
    schema("InstanceNormalization", 22, P73, P3, T3, A61),
    schema("IsInf", 10, P74, P75, T91, A62),
    schema("IsInf", 20, P74, P75, T92, A62),
    schema("IsNaN", 9, P74, P75, T93, &[]),
    schema("IsNaN", 13, P74, P75, T94, &[]),
    schema("IsNaN", 20, P74, P75, T92, &[]),
    schema("LRN", 1, P0, P1, T2, A63),
    schema("LRN", 13, P0, P1, T3, A63),
    schema("LSTM", 7, P76, P77, T69, A64),
    schema("LSTM", 14, P76, P77, T69, A65),
    schema("LSTM", 22, P76, P77, T70, A65),
    schema("LayerNormalization", 17, P78, P79, T95, A66),
    schema("LeakyRelu", 6, P0, P1, T2, A67),
    schema("LeakyRelu", 16, P0, P1, T3, A67),
    schema("Less", 7, P4, P8, T58, &[]),
    schema("Less", 9, P4, P8, T72, &[]),
    schema("Less", 13, P4, P8, T73, &[]),
    schema("LessOrEqual", 12, P4, P8, T72, &[]),
    schema("LessOrEqual", 16, P4, P8, T73, &[]),
    schema("LinearAttention", 27, P80, P81, T96, A68),
    schema("Log", 6, P2, P3, T2, &[]),
    schema("Log", 13, P2, P3, T3, &[]),
    schema("LogSoftmax", 1, P2, P3, T2, A39),
    schema("LogSoftmax", 11, P2, P3, T2, A39),
    schema("LogSoftmax", 13, P2, P3, T3, A58),
    schema("Loop", 1, P82, P83, T97, A69),
    schema("Loop", 11, P84, P83, T97, A69),
    schema("Loop", 13, P84, P83, T98, A69),
    schema("Loop", 16, P84, P83, T99, A69),
    schema("Loop", 19, P84, P83, T100, A69),
    schema("Loop", 21, P84, P83, T101, A69),
    schema("Loop", 23, P84, P83, T102, A69),
    schema("Loop", 24, P84, P83, T103, A69),
    schema("Loop", 25, P84, P83, T104, A69),
    schema("LpNormalization", 1, P2, P3, T2, A70),
    schema("LpNormalization", 22, P2, P3, T3, A70),
    schema("LpPool", 2, P0, P1, T2, A71),
    schema("LpPool", 11, P0, P1, T2, A71),
    schema("LpPool", 18, P0, P1, T2, A72),
    schema("LpPool", 22, P0, P1, T3, A72),
    schema("MatMul", 1, P4, P1, T2, &[]),
    schema("MatMul", 9, P4, P1, T4, &[]),
    schema("MatMul", 13, P4, P1, T5, &[]),
    schema("MatMulInteger", 10, P85, P86, T47, &[]),
    schema("Max", 6, P87, P88, T2, &[]),
    schema("Max", 8, P87, P88, T2, &[]),
    schema("Max", 12, P87, P88, T0, &[]),
    schema("Max", 13, P87, P88, T1, &[]),
    schema("MaxPool", 1, P0, P1, T2, A73),
    schema("MaxPool", 8, P0, P89, T105, A74),
    schema("MaxPool", 10, P0, P89, T105, A75),
    schema("MaxPool", 11, P0, P89, T105, A75),
    schema("MaxPool", 12, P0, P89, T106, A75),
    schema("MaxPool", 22, P0, P89, T107, A75),
    schema("MaxRoiPool", 1, P90, P1, T2, A76),
    schema("MaxRoiPool", 22, P90, P1, T3, A76),
    schema("MaxUnpool", 9, P91, P42, T108, A77),
    schema("MaxUnpool", 11, P91, P42, T108, A77),
    schema("MaxUnpool", 22, P91, P42, T6, A77),
    schema("Mean", 6, P87, P92, T2, &[]),
    schema("Mean", 8, P87, P92, T2, &[]),
    schema("Mean", 13, P87, P92, T3, &[]),
    schema("MeanVarianceNormalization", 9, P0, P1, T2, A78),
    schema("MeanVarianceNormalization", 13, P0, P1, T3, A78),
    schema("MelWeightMatrix", 17, P93, P94, T109, A79),
    schema("Min", 6, P87, P95, T2, &[]),
    schema("Min", 8, P87, P95, T2, &[]),
    schema("Min", 12, P87, P95, T0, &[]),
    schema("Min", 13, P87, P95, T1, &[]),
    schema("Mish", 18, P0, P1, T2, &[]),
    schema("Mish", 22, P0, P1, T3, &[]),
    schema("Mod", 10, P4, P5, T0, A80),
    schema("Mod", 13, P4, P5, T1, A80),
    schema("Mul", 7, P4, P5, T4, &[]),
    schema("Mul", 13, P4, P5, T5, &[]),
    schema("Mul", 14, P4, P5, T1, &[]),
    schema("Multinomial", 7, P20, P21, T110, A81),
    schema("Multinomial", 22, P20, P21, T50, A81),
    schema("Neg", 6, P0, P1, T111, &[]),
    schema("Neg", 13, P0, P1, T112, &[]),
    schema("NegativeLogLikelihoodLoss", 12, P96, P97, T113, A82),
    schema("NegativeLogLikelihoodLoss", 13, P96, P97, T113, A82),
    schema("NegativeLogLikelihoodLoss", 22, P96, P97, T114, A82),
    schema("NonMaxSuppression", 10, P98, P99, T115, A83),
    schema("NonMaxSuppression", 11, P98, P99, T115, A83),
    schema("NonZero", 9, P0, P100, T67, &[]),
    schema("NonZero", 13, P0, P100, T31, &[]),
    schema("Not", 1, P0, P1, T116, &[]),
    schema("OneHot", 9, P101, P94, T117, A58),
    schema("OneHot", 11, P101, P94, T117, A58),
    schema("Optional", 15, P102, P103, T118, A84),
    schema("OptionalGetElement", 15, P104, P68, T119, &[]),
    schema("OptionalGetElement", 18, P104, P68, T120, &[]),
    schema("OptionalHasElement", 15, P104, P105, T121, &[]),
    schema("OptionalHasElement", 18, P106, P105, T122, &[]),
    schema("Or", 7, P4, P8, T7, &[]),
    schema("PRelu", 7, P107, P1, T2, &[]),
    schema("PRelu", 9, P107, P1, T4, &[]),
    schema("PRelu", 16, P107, P1, T5, &[]),
    schema("Pad", 2, P9, P3, T2, A85),
    schema("Pad", 11, P108, P3, T8, A86),
    schema("Pad", 13, P108, P3, T31, A86),
    schema("Pad", 18, P109, P3, T123, A86),
    schema("Pad", 19, P109, P3, T123, A86),
    schema("Pad", 21, P109, P3, T124, A86),
    schema("Pad", 23, P109, P3, T125, A86),
    schema("Pad", 24, P109, P3, T126, A86),
    schema("Pad", 25, P109, P3, T127, A86),
    schema("Pow", 7, P22, P23, T2, &[]),
    schema("Pow", 12, P110, P23, T128, &[]),
    schema("Pow", 13, P110, P23, T129, &[]),
    schema("Pow", 15, P110, P23, T130, &[]),
    schema("QLinearConv", 10, P111, P38, T131, A31),
    schema("QLinearMatMul", 10, P112, P38, T132, &[]),
    schema("QLinearMatMul", 21, P113, P38, T133, &[]),
    schema("QuantizeLinear", 10, P114, P48, T134, &[]),
    schema("QuantizeLinear", 13, P114, P48, T134, A39),
    schema("QuantizeLinear", 19, P115, P48, T135, A87),
    schema("QuantizeLinear", 21, P115, P48, T136, A88),
    schema("QuantizeLinear", 23, P116, P38, T137, A89),
    schema("QuantizeLinear", 24, P116, P38, T138, A89),
    schema("QuantizeLinear", 25, P116, P38, T139, A89),
    schema("RMSNormalization", 23, P117, P118, T140, A66),
    schema("RNN", 7, P58, P59, T69, A90),
    schema("RNN", 14, P58, P59, T69, A91),
    schema("RNN", 22, P58, P59, T70, A91),
    schema("RandomNormal", 1, &[], P3, T2, A92),
    schema("RandomNormal", 22, &[], P3, T3, A92),
    schema("RandomNormalLike", 1, P20, P21, T74, A93),
    schema("RandomNormalLike", 22, P20, P21, T75, A93),
    schema("RandomUniform", 1, &[], P3, T2, A94),
    schema("RandomUniform", 22, &[], P3, T3, A94),
    schema("RandomUniformLike", 1, P20, P21, T74, A95),
    schema("RandomUniformLike", 22, P20, P21, T75, A95),
    schema("Range", 11, P119, P3, T141, &[]),
    schema("Range", 27, P119, P3, T142, A96),
    schema("Reciprocal", 6, P0, P1, T2, &[]),
    schema("Reciprocal", 13, P0, P1, T3, &[]),
    schema("ReduceL1", 1, P9, P120, T4, A97),
    schema("ReduceL1", 11, P9, P120, T4, A97),
    schema("ReduceL1", 13, P9, P120, T5, A97),
    schema("ReduceL1", 18, P121, P120, T143, A98),
    schema("ReduceL2", 1, P9, P120, T4, A97),
    schema("ReduceL2", 11, P9, P120, T4, A97),
    schema("ReduceL2", 13, P9, P120, T5, A97),
    schema("ReduceL2", 18, P121, P120, T143, A98),
    schema("ReduceLogSum", 1, P9, P120, T4, A97),
    schema("ReduceLogSum", 11, P9, P120, T4, A97),
    schema("ReduceLogSum", 13, P9, P120, T5, A97),
    schema("ReduceLogSum", 18, P121, P120, T143, A98),
    schema("ReduceLogSumExp", 1, P9, P120, T4, A97),
    schema("ReduceLogSumExp", 11, P9, P120, T4, A97),
    schema("ReduceLogSumExp", 13, P9, P120, T5, A97),
    schema("ReduceLogSumExp", 18, P121, P120, T143, A98),
    schema("ReduceMax", 1, P9, P120, T4, A97),
    schema("ReduceMax", 11, P9, P120, T4, A97),
    schema("ReduceMax", 12, P9, P120, T144, A97),
    schema("ReduceMax", 13, P9, P120, T145, A97),
    schema("ReduceMax", 18, P121, P120, T146, A98),
    schema("ReduceMax", 20, P121, P120, T147, A98),
    schema("ReduceMean", 1, P9, P120, T4, A97),
    schema("ReduceMean", 11, P9, P120, T4, A97),
    schema("ReduceMean", 13, P9, P120, T5, A97),
    schema("ReduceMean", 18, P121, P120, T143, A98),
    schema("ReduceMin", 1, P9, P120, T4, A97),
    schema("ReduceMin", 11, P9, P120, T4, A97),
    schema("ReduceMin", 12, P9, P120, T144, A97),
    schema("ReduceMin", 13, P9, P120, T145, A97),
    schema("ReduceMin", 18, P121, P120, T146, A98),
    schema("ReduceMin", 20, P121, P120, T147, A98),
    schema("ReduceProd", 1, P9, P120, T4, A97),
    schema("ReduceProd", 11, P9, P120, T4, A97),
    schema("ReduceProd", 13, P9, P120, T5, A97),
    schema("ReduceProd", 18, P121, P120, T143, A98),
    schema("ReduceSum", 1, P9, P120, T4, A97),
    schema("ReduceSum", 11, P9, P120, T4, A97),
    schema("ReduceSum", 13, P121, P120, T143, A98),
    schema("ReduceSumSquare", 1, P9, P120, T4, A97),
    schema("ReduceSumSquare", 11, P9, P120, T4, A97),
    schema("ReduceSumSquare", 13, P9, P120, T5, A97),
    schema("ReduceSumSquare", 18, P121, P120, T143, A98),
    schema("RegexFullMatch", 20, P74, P75, T148, A99),
    schema("Relu", 6, P0, P1, T2, &[]),
    schema("Relu", 13, P0, P1, T3, &[]),
    schema("Relu", 14, P0, P1, T112, &[]),
    schema("Reshape", 5, P122, P123, T67, &[]),
    schema("Reshape", 13, P122, P123, T31, &[]),
    schema("Reshape", 14, P122, P123, T31, A100),
    schema("Reshape", 19, P122, P123, T149, A100),
    schema("Reshape", 21, P122, P123, T150, A100),
    schema("Reshape", 23, P122, P123, T151, A100),
    schema("Reshape", 24, P122, P123, T152, A100),
    schema("Reshape", 25, P122, P123, T153, A100),
    schema("Resize", 10, P124, P1, T154, A101),
    schema("Resize", 11, P125, P65, T155, A102),
    schema("Resize", 13, P126, P65, T156, A102),
    schema("Resize", 18, P126, P65, T156, A103),
    schema("Resize", 19, P126, P65, T156, A103),
    schema("ReverseSequence", 10, P127, P1, T67, A104),
    schema("RoiAlign", 10, P128, P65, T108, A105),
    schema("RoiAlign", 16, P128, P65, T108, A106),
    schema("RoiAlign", 22, P128, P65, T6, A106),
    schema("RotaryEmbedding", 23, P129, P1, T157, A107),
    schema("Round", 11, P0, P1, T2, &[]),
    schema("Round", 22, P0, P1, T3, &[]),
    schema("STFT", 17, P130, P42, T50, A108),
    schema("Scan", 8, P131, P132, T158, A109),
    schema("Scan", 9, P133, P132, T159, A110),
    schema("Scan", 11, P133, P132, T159, A110),
    schema("Scan", 16, P133, P132, T160, A110),
    schema("Scan", 19, P133, P132, T161, A110),
    schema("Scan", 21, P133, P132, T162, A110),
    schema("Scan", 23, P133, P132, T163, A110),
    schema("Scan", 24, P133, P132, T164, A110),
    schema("Scan", 25, P133, P132, T165, A110),
    schema("Scatter", 9, P134, P3, T71, A48),
    deprecated("Scatter", 11, P134, P3, T71, A48),
    schema("ScatterElements", 11, P134, P3, T71, A48),
    schema("ScatterElements", 13, P134, P3, T30, A48),
    schema("ScatterElements", 16, P134, P3, T30, A111),
    schema("ScatterElements", 18, P134, P3, T30, A111),
    schema("ScatterND", 11, P135, P3, T67, &[]),
    schema("ScatterND", 13, P135, P3, T31, &[]),
    schema("ScatterND", 16, P135, P3, T31, A112),
    schema("ScatterND", 18, P135, P3, T31, A112),
    schema("Selu", 6, P0, P1, T2, A113),
    schema("Selu", 22, P0, P1, T3, A113),
    schema("SequenceAt", 11, P136, P137, T166, &[]),
    schema("SequenceConstruct", 11, P33, P138, T167, &[]),
    schema("SequenceEmpty", 11, &[], P139, T168, A114),
    schema("SequenceErase", 11, P140, P138, T169, &[]),
    schema("SequenceInsert", 11, P141, P138, T170, &[]),
    schema("SequenceLength", 11, P35, P142, T171, &[]),
    schema("SequenceMap", 17, P143, P144, T172, A69),
    schema("Shape", 1, P9, P145, T173, &[]),
    schema("Shape", 13, P9, P145, T174, &[]),
    schema("Shape", 15, P9, P145, T174, A115),
    schema("Shape", 19, P9, P145, T175, A115),
    schema("Shape", 21, P9, P145, T176, A115),
    schema("Shape", 23, P9, P145, T177, A115),
    schema("Shape", 24, P9, P145, T178, A115),
    schema("Shape", 25, P9, P145, T179, A115),
    schema("Shrink", 9, P2, P3, T0, A116),
    schema("Sigmoid", 6, P0, P1, T2, &[]),
    schema("Sigmoid", 13, P0, P1, T3, &[]),
    schema("Sign", 9, P2, P3, T0, &[]),
    schema("Sign", 13, P2, P3, T1, &[]),
    schema("Sin", 7, P2, P3, T2, &[]),
    schema("Sin", 22, P2, P3, T3, &[]),
    schema("Sinh", 9, P2, P3, T2, &[]),
    schema("Sinh", 22, P2, P3, T3, &[]),
    schema("Size", 1, P9, P24, T173, &[]),
    schema("Size", 13, P9, P24, T174, &[]),
    schema("Size", 19, P9, P24, T175, &[]),
    schema("Size", 21, P9, P24, T176, &[]),
    schema("Size", 23, P9, P24, T177, &[]),
    schema("Size", 24, P9, P24, T178, &[]),
    schema("Size", 25, P9, P24, T179, &[]),
    schema("Slice", 1, P9, P3, T33, A117),
    schema("Slice", 10, P146, P3, T71, &[]),
    schema("Slice", 11, P146, P3, T71, &[]),
    schema("Slice", 13, P146, P3, T30, &[]),
    schema("Softmax", 1, P2, P3, T2, A39),
    schema("Softmax", 11, P2, P3, T2, A39),
    schema("Softmax", 13, P2, P3, T3, A58),
    schema("SoftmaxCrossEntropyLoss", 12, P147, P148, T113, A82),
    schema("SoftmaxCrossEntropyLoss", 13, P147, P148, T114, A82),
    schema("Softplus", 1, P0, P1, T2, &[]),
    schema("Softplus", 22, P0, P1, T3, &[]),
    schema("Softsign", 1, P2, P3, T2, &[]),
    schema("Softsign", 22, P2, P3, T3, &[]),
    schema("SpaceToDepth", 1, P2, P3, T33, A37),
    schema("SpaceToDepth", 13, P2, P3, T34, A37),
    schema("Split", 2, P2, P149, T33, A118),
    schema("Split", 11, P2, P149, T33, A118),
    schema("Split", 13, P150, P149, T31, A48),
    schema("Split", 18, P150, P149, T31, A119),
    schema("SplitToSequence", 11, P151, P138, T180, A1),
    schema("SplitToSequence", 24, P151, P138, T181, A1),
    schema("Sqrt", 6, P0, P1, T2, &[]),
    schema("Sqrt", 13, P0, P1, T3, &[]),
    schema("Squeeze", 1, P9, P152, T33, A21),
    schema("Squeeze", 11, P9, P152, T33, A21),
    schema("Squeeze", 13, P121, P152, T31, &[]),
    schema("Squeeze", 21, P121, P152, T150, &[]),
    schema("Squeeze", 23, P121, P152, T151, &[]),
    schema("Squeeze", 24, P121, P152, T152, &[]),
    schema("Squeeze", 25, P121, P152, T153, &[]),
    schema("StringConcat", 20, P22, P23, T182, &[]),
    schema("StringNormalizer", 10, P153, P154, T183, A120),
    schema("StringSplit", 20, P74, P155, T184, A121),
    schema("Sub", 7, P4, P5, T4, &[]),
    schema("Sub", 13, P4, P5, T5, &[]),
    schema("Sub", 14, P4, P5, T1, &[]),
    schema("Sum", 6, P87, P156, T2, &[]),
    schema("Sum", 8, P87, P156, T2, &[]),
    schema("Sum", 13, P87, P156, T3, &[]),
    schema("Swish", 24, P0, P1, T3, A20),
    schema("Tan", 7, P2, P3, T2, &[]),
    schema("Tan", 22, P2, P3, T3, &[]),
    schema("Tanh", 6, P2, P3, T2, &[]),
    schema("Tanh", 13, P2, P3, T3, &[]),
    schema("TensorScatter", 24, P157, P158, T152, A122),
    schema("TfIdfVectorizer", 9, P0, P65, T185, A123),
    schema("ThresholdedRelu", 10, P0, P1, T2, A20),
    schema("ThresholdedRelu", 22, P0, P1, T3, A20),
    schema("Tile", 6, P159, P3, T173, &[]),
    schema("Tile", 13, P159, P3, T174, &[]),
    schema("TopK", 1, P0, P160, T105, A124),
    schema("TopK", 10, P161, P160, T186, A58),
    schema("TopK", 11, P161, P160, T187, A125),
    schema("TopK", 24, P161, P160, T188, A125),
    schema("Transpose", 1, P9, P162, T33, A126),
    schema("Transpose", 13, P9, P162, T34, A126),
    schema("Transpose", 21, P9, P162, T37, A126),
    schema("Transpose", 23, P9, P162, T38, A126),
    schema("Transpose", 24, P9, P162, T39, A126),
    schema("Transpose", 25, P9, P162, T40, A126),
    schema("Trilu", 14, P163, P3, T31, A127),
    schema("Unique", 11, P0, P164, T67, A128),
    schema("Unsqueeze", 1, P9, P165, T33, A129),
    schema("Unsqueeze", 11, P9, P165, T33, A129),
    schema("Unsqueeze", 13, P166, P165, T31, &[]),
    schema("Unsqueeze", 21, P166, P165, T150, &[]),
    schema("Unsqueeze", 23, P166, P165, T151, &[]),
    schema("Unsqueeze", 24, P166, P165, T152, &[]),
    schema("Unsqueeze", 25, P166, P165, T153, &[]),
    schema("Upsample", 7, P0, P1, T33, A130),
    schema("Upsample", 9, P124, P1, T154, A101),
    deprecated("Upsample", 10, P124, P1, T154, A101),
    schema("Where", 9, P167, P3, T189, &[]),
    schema("Where", 16, P167, P3, T190, &[]),
    schema("Xor", 7, P4, P8, T7, &[]),
];
