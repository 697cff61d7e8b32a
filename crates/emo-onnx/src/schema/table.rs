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
const P59: &[Parameter] = &[optional("Y", "T"), one("Y_h", "T")];
const P60: &[Parameter] = &[optional("Y", "T"), optional("Y_h", "T")];
const P61: &[Parameter] = &[one("data", "T"), one("indices", "Tind")];
const P62: &[Parameter] = &[one("data", "T"), one("indices", "int64")];
const P63: &[Parameter] = &[one("A", "T"), one("B", "T"), one("C", "T")];
const P64: &[Parameter] = &[one("A", "T"), one("B", "T"), optional("C", "T")];
const P65: &[Parameter] = &[one("X", "T1"), one("grid", "T2")];
const P66: &[Parameter] = &[one("Y", "T1")];
const P67: &[Parameter] = &[one("X", "T"), one("scale", "T"), one("bias", "T")];
const P68: &[Parameter] = &[one("input", "V")];
const P69: &[Parameter] = &[one("output", "V")];
const P70: &[Parameter] = &[one("cond", "B")];
const P71: &[Parameter] = &[any("outputs", "V", 1)];
const P72: &[Parameter] = &[one("encoded_stream", "T1")];
const P73: &[Parameter] = &[one("image", "T2")];
const P74: &[Parameter] = &[one("input", "T"), one("scale", "T"), one("B", "T")];
const P75: &[Parameter] = &[one("X", "T1")];
const P76: &[Parameter] = &[one("Y", "T2")];
const P77: &[Parameter] = &[one("X", "T"), one("W", "T"), one("R", "T"), optional("B", "T"), optional("sequence_lens", "T1"), optional("initial_h", "T"), optional("initial_c", "T"), optional("P", "T")];
const P78: &[Parameter] = &[optional("Y", "T"), optional("Y_h", "T"), optional("Y_c", "T")];
const P79: &[Parameter] = &[one("X", "T"), one("Scale", "T"), optional("B", "T")];
const P80: &[Parameter] = &[one("Y", "T"), optional("Mean", "U"), optional("InvStdDev", "U")];
const P81: &[Parameter] = &[one("query", "T"), one("key", "T"), one("value", "T"), optional("past_state", "S"), optional("decay", "T"), optional("beta", "T")];
const P82: &[Parameter] = &[one("output", "T"), one("present_state", "S")];
const P83: &[Parameter] = &[optional("M", "I"), optional("cond", "B"), any("v_initial", "V", 1)];
const P84: &[Parameter] = &[any("v_final_and_scan_outputs", "V", 1)];
const P85: &[Parameter] = &[optional("M", "I"), optional("cond", "B"), any("v_initial", "V", 0)];
const P86: &[Parameter] = &[one("A", "T1"), one("B", "T2"), optional("a_zero_point", "T1"), optional("b_zero_point", "T2")];
const P87: &[Parameter] = &[one("Y", "T3")];
const P88: &[Parameter] = &[each("data_0", "T", 1)];
const P89: &[Parameter] = &[one("max", "T")];
const P90: &[Parameter] = &[one("Y", "T"), optional("Indices", "I")];
const P91: &[Parameter] = &[one("X", "T"), one("rois", "T")];
const P92: &[Parameter] = &[one("X", "T1"), one("I", "T2"), optional("output_shape", "T2")];
const P93: &[Parameter] = &[one("mean", "T")];
const P94: &[Parameter] = &[one("num_mel_bins", "T1"), one("dft_length", "T1"), one("sample_rate", "T1"), one("lower_edge_hertz", "T2"), one("upper_edge_hertz", "T2")];
const P95: &[Parameter] = &[one("output", "T3")];
const P96: &[Parameter] = &[one("min", "T")];
const P97: &[Parameter] = &[one("input", "T"), one("target", "Tind"), optional("weight", "T")];
const P98: &[Parameter] = &[one("loss", "T")];
const P99: &[Parameter] = &[one("boxes", "float"), one("scores", "float"), optional("max_output_boxes_per_class", "int64"), optional("iou_threshold", "float"), optional("score_threshold", "float")];
const P100: &[Parameter] = &[one("selected_indices", "int64")];
const P101: &[Parameter] = &[one("Y", "int64")];
const P102: &[Parameter] = &[one("indices", "T1"), one("depth", "T2"), one("values", "T3")];
const P103: &[Parameter] = &[optional("input", "V")];
const P104: &[Parameter] = &[one("output", "O")];
const P105: &[Parameter] = &[one("input", "O")];
const P106: &[Parameter] = &[one("output", "B")];
const P107: &[Parameter] = &[optional("input", "O")];
const P108: &[Parameter] = &[one("X", "T"), one("slope", "T")];
const P109: &[Parameter] = &[one("data", "T"), one("pads", "int64"), optional("constant_value", "T")];
const P110: &[Parameter] = &[one("data", "T"), one("pads", "int64"), optional("constant_value", "T"), optional("axes", "Tind")];
const P111: &[Parameter] = &[one("X", "T"), one("Y", "T1")];
const P112: &[Parameter] = &[one("x", "T1"), one("x_scale", "float"), one("x_zero_point", "T1"), one("w", "T2"), one("w_scale", "float"), one("w_zero_point", "T2"), one("y_scale", "float"), one("y_zero_point", "T3"), optional("B", "T4")];
const P113: &[Parameter] = &[one("a", "T1"), one("a_scale", "float"), one("a_zero_point", "T1"), one("b", "T2"), one("b_scale", "float"), one("b_zero_point", "T2"), one("y_scale", "float"), one("y_zero_point", "T3")];
const P114: &[Parameter] = &[one("a", "T1"), one("a_scale", "TS"), one("a_zero_point", "T1"), one("b", "T2"), one("b_scale", "TS"), one("b_zero_point", "T2"), one("y_scale", "TS"), one("y_zero_point", "T3")];
const P115: &[Parameter] = &[one("x", "T1"), one("y_scale", "float"), optional("y_zero_point", "T2")];
const P116: &[Parameter] = &[one("x", "T1"), one("y_scale", "T1"), optional("y_zero_point", "T2")];
const P117: &[Parameter] = &[one("x", "T1"), one("y_scale", "T2"), optional("y_zero_point", "T3")];
const P118: &[Parameter] = &[one("X", "T"), one("scale", "V")];
const P119: &[Parameter] = &[one("Y", "V")];
const P120: &[Parameter] = &[one("start", "T"), one("limit", "T"), one("delta", "T")];
const P121: &[Parameter] = &[one("reduced", "T")];
const P122: &[Parameter] = &[one("data", "T"), optional("axes", "int64")];
const P123: &[Parameter] = &[one("reshaped", "T")];
const P124: &[Parameter] = &[one("data", "T"), one("shape", "int64")];
const P125: &[Parameter] = &[one("X", "T"), one("scales", "float")];
const P126: &[Parameter] = &[one("X", "T1"), one("roi", "T2"), one("scales", "float"), optional("sizes", "int64")];
const P127: &[Parameter] = &[one("X", "T1"), optional("roi", "T2"), optional("scales", "float"), optional("sizes", "int64")];
const P128: &[Parameter] = &[one("input", "T"), one("sequence_lens", "int64")];
const P129: &[Parameter] = &[one("X", "T1"), one("rois", "T1"), one("batch_indices", "T2")];
const P130: &[Parameter] = &[one("X", "T"), one("cos_cache", "T"), one("sin_cache", "T"), optional("position_ids", "M")];
const P131: &[Parameter] = &[one("signal", "T1"), one("frame_step", "T2"), optional("window", "T1"), optional("frame_length", "T2")];
const P132: &[Parameter] = &[optional("sequence_lens", "I"), any("initial_state_and_scan_inputs", "V", 1)];
const P133: &[Parameter] = &[any("final_state_and_scan_outputs", "V", 1)];
const P134: &[Parameter] = &[any("initial_state_and_scan_inputs", "V", 1)];
const P135: &[Parameter] = &[one("data", "T"), one("indices", "Tind"), one("updates", "T")];
const P136: &[Parameter] = &[one("data", "T"), one("indices", "int64"), one("updates", "T")];
const P137: &[Parameter] = &[one("input_sequence", "S"), one("position", "I")];
const P138: &[Parameter] = &[one("tensor", "T")];
const P139: &[Parameter] = &[one("output_sequence", "S")];
const P140: &[Parameter] = &[one("output", "S")];
const P141: &[Parameter] = &[one("input_sequence", "S"), optional("position", "I")];
const P142: &[Parameter] = &[one("input_sequence", "S"), one("tensor", "T"), optional("position", "I")];
const P143: &[Parameter] = &[one("length", "I")];
const P144: &[Parameter] = &[one("input_sequence", "S"), any("additional_inputs", "V", 0)];
const P145: &[Parameter] = &[any("out_sequence", "S", 1)];
const P146: &[Parameter] = &[one("shape", "T1")];
const P147: &[Parameter] = &[one("data", "T"), one("starts", "Tind"), one("ends", "Tind"), optional("axes", "Tind"), optional("steps", "Tind")];
const P148: &[Parameter] = &[one("scores", "T"), one("labels", "Tind"), optional("weights", "T")];
const P149: &[Parameter] = &[one("output", "T"), optional("log_prob", "T")];
const P150: &[Parameter] = &[one("input", "T"), optional("split", "T")];
const P151: &[Parameter] = &[each("outputs...", "T", 1)];
const P152: &[Parameter] = &[each("outputs", "T", 1)];
const P153: &[Parameter] = &[one("input", "T"), optional("split", "int64")];
const P154: &[Parameter] = &[one("input", "T"), optional("split", "I")];
const P155: &[Parameter] = &[one("squeezed", "T")];
const P156: &[Parameter] = &[one("X", "string")];
const P157: &[Parameter] = &[one("Y", "string")];
const P158: &[Parameter] = &[one("Y", "T2"), one("Z", "T3")];
const P159: &[Parameter] = &[one("sum", "T")];
const P160: &[Parameter] = &[one("past_cache", "T"), one("update", "T"), optional("write_indices", "int64")];
const P161: &[Parameter] = &[one("present_cache", "T")];
const P162: &[Parameter] = &[one("input", "T"), one("tiles", "T"), one("axis", "T")];
const P163: &[Parameter] = &[one("input", "T"), one("repeats", "T1")];
const P164: &[Parameter] = &[one("Values", "T"), one("Indices", "I")];
const P165: &[Parameter] = &[one("X", "T"), one("K", "int64")];
const P166: &[Parameter] = &[one("transposed", "T")];
const P167: &[Parameter] = &[one("input", "T"), optional("k", "int64")];
const P168: &[Parameter] = &[one("Y", "T"), optional("indices", "int64"), optional("inverse_indices", "int64"), optional("counts", "int64")];
const P169: &[Parameter] = &[one("expanded", "T")];
const P170: &[Parameter] = &[one("data", "T"), one("axes", "int64")];
const P171: &[Parameter] = &[one("condition", "B"), one("X", "T"), one("Y", "T")];

const T0: &[(&str, TypeSet)] = &[("T", TypeSet(0xc02))];
const T1: &[(&str, TypeSet)] = &[("T", TypeSet(0x3cfe))];
const T2: &[(&str, TypeSet)] = &[("T", TypeSet(0x13cfe))];
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
const T189: &[(&str, TypeSet)] = &[("T", TypeSet(0xec2))];
const T190: &[(&str, TypeSet)] = &[("B", TypeSet(0x200)), ("T", TypeSet(0xfffe))];
const T191: &[(&str, TypeSet)] = &[("B", TypeSet(0x200)), ("T", TypeSet(0x1fffe))];

const A0: &[AttributeSchema] = &[attribute("consumed_inputs", Kind::Ints, DefaultValue::Absent)];
const A1: &[AttributeSchema] = &[attribute("axis", Kind::Int, DefaultValue::Absent), attribute("broadcast", Kind::Int, DefaultValue::Int(0)), attribute("consumed_inputs", Kind::Ints, DefaultValue::Absent)];
const A2: &[AttributeSchema] = &[attribute("axis", Kind::Int, DefaultValue::Absent), attribute("broadcast", Kind::Int, DefaultValue::Int(0))];
const A3: &[AttributeSchema] = &[attribute("align_corners", Kind::Int, DefaultValue::Int(0))];
const A4: &[AttributeSchema] = &[attribute("axis", Kind::Int, DefaultValue::Int(0)), attribute("keepdims", Kind::Int, DefaultValue::Int(1))];
const A5: &[AttributeSchema] = &[attribute("axis", Kind::Int, DefaultValue::Int(0)), attribute("keepdims", Kind::Int, DefaultValue::Int(1)), attribute("select_last_index", Kind::Int, DefaultValue::Int(0))];
const A6: &[AttributeSchema] = &[attribute("is_causal", Kind::Int, DefaultValue::Int(0)), attribute("kv_num_heads", Kind::Int, DefaultValue::Absent), attribute("q_num_heads", Kind::Int, DefaultValue::Absent), attribute("qk_matmul_output_mode", Kind::Int, DefaultValue::Int(0)), attribute("scale", Kind::Float, DefaultValue::Absent), attribute("softcap", Kind::Float, DefaultValue::Float(0.0)), attribute("softmax_precision", Kind::Int, DefaultValue::Absent)];
const A7: &[AttributeSchema] = &[attribute("is_causal", Kind::Int, DefaultValue::Int(0)), attribute("kv_num_heads", Kind::Int, DefaultValue::Absent), attribute("left_window_size", Kind::Int, DefaultValue::Int(-1)), attribute("q_num_heads", Kind::Int, DefaultValue::Absent), attribute("qk_matmul_output_mode", Kind::Int, DefaultValue::Int(0)), attribute("right_window_size", Kind::Int, DefaultValue::Int(-1)), attribute("scale", Kind::Float, DefaultValue::Absent), attribute("softcap", Kind::Float, DefaultValue::Float(0.0)), attribute("softmax_precision", Kind::Int, DefaultValue::Absent)];
const A8: &[AttributeSchema] = &[attribute("auto_pad", Kind::String, DefaultValue::String("NOTSET")), attribute("kernel_shape", Kind::Ints, DefaultValue::Required), attribute("pads", Kind::Ints, DefaultValue::Absent), attribute("strides", Kind::Ints, DefaultValue::Absent)];
const A9: &[AttributeSchema] = &[attribute("auto_pad", Kind::String, DefaultValue::String("NOTSET")), attribute("count_include_pad", Kind::Int, DefaultValue::Int(0)), attribute("kernel_shape", Kind::Ints, DefaultValue::Required), attribute("pads", Kind::Ints, DefaultValue::Absent), attribute("strides", Kind::Ints, DefaultValue::Absent)];
const A10: &[AttributeSchema] = &[attribute("auto_pad", Kind::String, DefaultValue::String("NOTSET")), attribute("ceil_mode", Kind::Int, DefaultValue::Int(0)), attribute("count_include_pad", Kind::Int, DefaultValue::Int(0)), attribute("kernel_shape", Kind::Ints, DefaultValue::Required), attribute("pads", Kind::Ints, DefaultValue::Absent), attribute("strides", Kind::Ints, DefaultValue::Absent)];
const A11: &[AttributeSchema] = &[attribute("auto_pad", Kind::String, DefaultValue::String("NOTSET")), attribute("ceil_mode", Kind::Int, DefaultValue::Int(0)), attribute("count_include_pad", Kind::Int, DefaultValue::Int(0)), attribute("dilations", Kind::Ints, DefaultValue::Absent), attribute("kernel_shape", Kind::Ints, DefaultValue::Required), attribute("pads", Kind::Ints, DefaultValue::Absent), attribute("strides", Kind::Ints, DefaultValue::Absent)];
const A12: &[AttributeSchema] = &[attribute("consumed_inputs", Kind::Ints, DefaultValue::Required), attribute("epsilon", Kind::Float, DefaultValue::Float(1e-05)), attribute("is_test", Kind::Int, DefaultValue::Int(0)), attribute("momentum", Kind::Float, DefaultValue::Float(0.9)), attribute("spatial", Kind::Int, DefaultValue::Int(1))];
const A13: &[AttributeSchema] = &[attribute("epsilon", Kind::Float, DefaultValue::Float(1e-05)), attribute("is_test", Kind::Int, DefaultValue::Int(0)), attribute("momentum", Kind::Float, DefaultValue::Float(0.9)), attribute("spatial", Kind::Int, DefaultValue::Int(1))];
const A14: &[AttributeSchema] = &[attribute("epsilon", Kind::Float, DefaultValue::Float(1e-05)), attribute("momentum", Kind::Float, DefaultValue::Float(0.9)), attribute("spatial", Kind::Int, DefaultValue::Int(1))];
const A15: &[AttributeSchema] = &[attribute("epsilon", Kind::Float, DefaultValue::Float(1e-05)), attribute("momentum", Kind::Float, DefaultValue::Float(0.9))];
const A16: &[AttributeSchema] = &[attribute("epsilon", Kind::Float, DefaultValue::Float(1e-05)), attribute("momentum", Kind::Float, DefaultValue::Float(0.9)), attribute("training_mode", Kind::Int, DefaultValue::Int(0))];
const A17: &[AttributeSchema] = &[attribute("dtype", Kind::Int, DefaultValue::Absent), attribute("seed", Kind::Float, DefaultValue::Absent)];
const A18: &[AttributeSchema] = &[attribute("to", Kind::Int, DefaultValue::Required)];
const A19: &[AttributeSchema] = &[attribute("direction", Kind::String, DefaultValue::Required)];
const A20: &[AttributeSchema] = &[attribute("output_datatype", Kind::Int, DefaultValue::Int(1)), attribute("periodic", Kind::Int, DefaultValue::Int(1))];
const A21: &[AttributeSchema] = &[attribute("to", Kind::String, DefaultValue::Required)];
const A22: &[AttributeSchema] = &[attribute("saturate", Kind::Int, DefaultValue::Int(1)), attribute("to", Kind::Int, DefaultValue::Required)];
const A23: &[AttributeSchema] = &[attribute("round_mode", Kind::String, DefaultValue::String("up")), attribute("saturate", Kind::Int, DefaultValue::Int(1)), attribute("to", Kind::Int, DefaultValue::Required)];
const A24: &[AttributeSchema] = &[attribute("saturate", Kind::Int, DefaultValue::Int(1))];
const A25: &[AttributeSchema] = &[attribute("round_mode", Kind::String, DefaultValue::String("up")), attribute("saturate", Kind::Int, DefaultValue::Int(1))];
const A26: &[AttributeSchema] = &[attribute("activation", Kind::String, DefaultValue::String("none"))];
const A27: &[AttributeSchema] = &[attribute("alpha", Kind::Float, DefaultValue::Float(1.0))];
const A28: &[AttributeSchema] = &[attribute("axes", Kind::Ints, DefaultValue::Absent)];
const A29: &[AttributeSchema] = &[attribute("consumed_inputs", Kind::Ints, DefaultValue::Absent), attribute("max", Kind::Float, DefaultValue::Absent), attribute("min", Kind::Float, DefaultValue::Absent)];
const A30: &[AttributeSchema] = &[attribute("max", Kind::Float, DefaultValue::Float(3.4028235e+38)), attribute("min", Kind::Float, DefaultValue::Float(-3.4028235e+38))];
const A31: &[AttributeSchema] = &[attribute("dilations", Kind::Ints, DefaultValue::Absent), attribute("pads", Kind::Ints, DefaultValue::Absent), attribute("strides", Kind::Ints, DefaultValue::Absent)];
const A32: &[AttributeSchema] = &[attribute("axis", Kind::Int, DefaultValue::Absent)];
const A33: &[AttributeSchema] = &[attribute("axis", Kind::Int, DefaultValue::Required)];
const A34: &[AttributeSchema] = &[attribute("axis", Kind::Int, DefaultValue::Required), attribute("new_axis", Kind::Int, DefaultValue::Int(0))];
const A35: &[AttributeSchema] = &[attribute("value", Kind::Tensor, DefaultValue::Required)];
const A36: &[AttributeSchema] = &[attribute("sparse_value", Kind::SparseTensor, DefaultValue::Absent), attribute("value", Kind::Tensor, DefaultValue::Absent)];
const A37: &[AttributeSchema] = &[attribute("sparse_value", Kind::SparseTensor, DefaultValue::Absent), attribute("value", Kind::Tensor, DefaultValue::Absent), attribute("value_float", Kind::Float, DefaultValue::Absent), attribute("value_floats", Kind::Floats, DefaultValue::Absent), attribute("value_int", Kind::Int, DefaultValue::Absent), attribute("value_ints", Kind::Ints, DefaultValue::Absent), attribute("value_string", Kind::String, DefaultValue::Absent), attribute("value_strings", Kind::Strings, DefaultValue::Absent)];
const A38: &[AttributeSchema] = &[attribute("value", Kind::Tensor, DefaultValue::Absent)];
const A39: &[AttributeSchema] = &[attribute("auto_pad", Kind::String, DefaultValue::String("NOTSET")), attribute("dilations", Kind::Ints, DefaultValue::Absent), attribute("group", Kind::Int, DefaultValue::Int(1)), attribute("kernel_shape", Kind::Ints, DefaultValue::Absent), attribute("pads", Kind::Ints, DefaultValue::Absent), attribute("strides", Kind::Ints, DefaultValue::Absent)];
const A40: &[AttributeSchema] = &[attribute("auto_pad", Kind::String, DefaultValue::String("NOTSET")), attribute("dilations", Kind::Ints, DefaultValue::Absent), attribute("group", Kind::Int, DefaultValue::Int(1)), attribute("kernel_shape", Kind::Ints, DefaultValue::Absent), attribute("output_padding", Kind::Ints, DefaultValue::Absent), attribute("output_shape", Kind::Ints, DefaultValue::Absent), attribute("pads", Kind::Ints, DefaultValue::Absent), attribute("strides", Kind::Ints, DefaultValue::Absent)];
const A41: &[AttributeSchema] = &[attribute("exclusive", Kind::Int, DefaultValue::Int(0)), attribute("reverse", Kind::Int, DefaultValue::Int(0))];
const A42: &[AttributeSchema] = &[attribute("axis", Kind::Int, DefaultValue::Int(1)), attribute("inverse", Kind::Int, DefaultValue::Int(0)), attribute("onesided", Kind::Int, DefaultValue::Int(0))];
const A43: &[AttributeSchema] = &[attribute("inverse", Kind::Int, DefaultValue::Int(0)), attribute("onesided", Kind::Int, DefaultValue::Int(0))];
const A44: &[AttributeSchema] = &[attribute("dilations", Kind::Ints, DefaultValue::Absent), attribute("group", Kind::Int, DefaultValue::Int(1)), attribute("kernel_shape", Kind::Ints, DefaultValue::Absent), attribute("offset_group", Kind::Int, DefaultValue::Int(1)), attribute("pads", Kind::Ints, DefaultValue::Absent), attribute("strides", Kind::Ints, DefaultValue::Absent)];
const A45: &[AttributeSchema] = &[attribute("blocksize", Kind::Int, DefaultValue::Required)];
const A46: &[AttributeSchema] = &[attribute("blocksize", Kind::Int, DefaultValue::Required), attribute("mode", Kind::String, DefaultValue::String("DCR"))];
const A47: &[AttributeSchema] = &[attribute("axis", Kind::Int, DefaultValue::Int(1))];
const A48: &[AttributeSchema] = &[attribute("axis", Kind::Int, DefaultValue::Int(1)), attribute("block_size", Kind::Int, DefaultValue::Int(0))];
const A49: &[AttributeSchema] = &[attribute("axis", Kind::Int, DefaultValue::Int(1)), attribute("block_size", Kind::Int, DefaultValue::Int(0)), attribute("output_dtype", Kind::Int, DefaultValue::Int(0))];
const A50: &[AttributeSchema] = &[attribute("consumed_inputs", Kind::Ints, DefaultValue::Absent), attribute("is_test", Kind::Int, DefaultValue::Int(0)), attribute("ratio", Kind::Float, DefaultValue::Float(0.5))];
const A51: &[AttributeSchema] = &[attribute("is_test", Kind::Int, DefaultValue::Int(0)), attribute("ratio", Kind::Float, DefaultValue::Float(0.5))];
const A52: &[AttributeSchema] = &[attribute("ratio", Kind::Float, DefaultValue::Float(0.5))];
const A53: &[AttributeSchema] = &[attribute("seed", Kind::Int, DefaultValue::Absent)];
const A54: &[AttributeSchema] = &[attribute("equation", Kind::String, DefaultValue::Required)];
const A55: &[AttributeSchema] = &[attribute("alpha", Kind::Float, DefaultValue::Float(1.0)), attribute("consumed_inputs", Kind::Ints, DefaultValue::Absent)];
const A56: &[AttributeSchema] = &[attribute("dtype", Kind::Int, DefaultValue::Absent), attribute("k", Kind::Int, DefaultValue::Int(0))];
const A57: &[AttributeSchema] = &[attribute("activation_alpha", Kind::Floats, DefaultValue::Absent), attribute("activation_beta", Kind::Floats, DefaultValue::Absent), attribute("activations", Kind::Strings, DefaultValue::Absent), attribute("clip", Kind::Float, DefaultValue::Absent), attribute("direction", Kind::String, DefaultValue::String("foward")), attribute("hidden_size", Kind::Int, DefaultValue::Absent), attribute("output_sequence", Kind::Int, DefaultValue::Int(0))];
const A58: &[AttributeSchema] = &[attribute("activation_alpha", Kind::Floats, DefaultValue::Absent), attribute("activation_beta", Kind::Floats, DefaultValue::Absent), attribute("activations", Kind::Strings, DefaultValue::Absent), attribute("clip", Kind::Float, DefaultValue::Absent), attribute("direction", Kind::String, DefaultValue::String("forward")), attribute("hidden_size", Kind::Int, DefaultValue::Absent), attribute("linear_before_reset", Kind::Int, DefaultValue::Int(0)), attribute("output_sequence", Kind::Int, DefaultValue::Int(0))];
const A59: &[AttributeSchema] = &[attribute("activation_alpha", Kind::Floats, DefaultValue::Absent), attribute("activation_beta", Kind::Floats, DefaultValue::Absent), attribute("activations", Kind::Strings, DefaultValue::Absent), attribute("clip", Kind::Float, DefaultValue::Absent), attribute("direction", Kind::String, DefaultValue::String("forward")), attribute("hidden_size", Kind::Int, DefaultValue::Absent), attribute("linear_before_reset", Kind::Int, DefaultValue::Int(0))];
const A60: &[AttributeSchema] = &[attribute("activation_alpha", Kind::Floats, DefaultValue::Absent), attribute("activation_beta", Kind::Floats, DefaultValue::Absent), attribute("activations", Kind::Strings, DefaultValue::Absent), attribute("clip", Kind::Float, DefaultValue::Absent), attribute("direction", Kind::String, DefaultValue::String("forward")), attribute("hidden_size", Kind::Int, DefaultValue::Absent), attribute("layout", Kind::Int, DefaultValue::Int(0)), attribute("linear_before_reset", Kind::Int, DefaultValue::Int(0))];
const A61: &[AttributeSchema] = &[attribute("axis", Kind::Int, DefaultValue::Int(0))];
const A62: &[AttributeSchema] = &[attribute("batch_dims", Kind::Int, DefaultValue::Int(0))];
const A63: &[AttributeSchema] = &[attribute("approximate", Kind::String, DefaultValue::String("none"))];
const A64: &[AttributeSchema] = &[attribute("alpha", Kind::Float, DefaultValue::Float(1.0)), attribute("beta", Kind::Float, DefaultValue::Float(1.0)), attribute("broadcast", Kind::Int, DefaultValue::Int(0)), attribute("transA", Kind::Int, DefaultValue::Int(0)), attribute("transB", Kind::Int, DefaultValue::Int(0))];
const A65: &[AttributeSchema] = &[attribute("alpha", Kind::Float, DefaultValue::Float(1.0)), attribute("beta", Kind::Float, DefaultValue::Float(1.0)), attribute("transA", Kind::Int, DefaultValue::Int(0)), attribute("transB", Kind::Int, DefaultValue::Int(0))];
const A66: &[AttributeSchema] = &[attribute("p", Kind::Float, DefaultValue::Float(2.0))];
const A67: &[AttributeSchema] = &[attribute("p", Kind::Int, DefaultValue::Int(2))];
const A68: &[AttributeSchema] = &[attribute("align_corners", Kind::Int, DefaultValue::Int(0)), attribute("mode", Kind::String, DefaultValue::String("bilinear")), attribute("padding_mode", Kind::String, DefaultValue::String("zeros"))];
const A69: &[AttributeSchema] = &[attribute("align_corners", Kind::Int, DefaultValue::Int(0)), attribute("mode", Kind::String, DefaultValue::String("linear")), attribute("padding_mode", Kind::String, DefaultValue::String("zeros"))];
const A70: &[AttributeSchema] = &[attribute("epsilon", Kind::Float, DefaultValue::Float(1e-05)), attribute("num_groups", Kind::Int, DefaultValue::Required)];
const A71: &[AttributeSchema] = &[attribute("epsilon", Kind::Float, DefaultValue::Float(1e-05)), attribute("num_groups", Kind::Int, DefaultValue::Required), attribute("stash_type", Kind::Int, DefaultValue::Int(1))];
const A72: &[AttributeSchema] = &[attribute("alpha", Kind::Float, DefaultValue::Float(0.2)), attribute("beta", Kind::Float, DefaultValue::Float(0.5)), attribute("consumed_inputs", Kind::Ints, DefaultValue::Absent)];
const A73: &[AttributeSchema] = &[attribute("alpha", Kind::Float, DefaultValue::Float(0.2)), attribute("beta", Kind::Float, DefaultValue::Float(0.5))];
const A74: &[AttributeSchema] = &[attribute("axis", Kind::Int, DefaultValue::Int(-1))];
const A75: &[AttributeSchema] = &[attribute("else_branch", Kind::Graph, DefaultValue::Required), attribute("then_branch", Kind::Graph, DefaultValue::Required)];
const A76: &[AttributeSchema] = &[attribute("pixel_format", Kind::String, DefaultValue::String("RGB"))];
const A77: &[AttributeSchema] = &[attribute("consumed_inputs", Kind::Ints, DefaultValue::Absent), attribute("epsilon", Kind::Float, DefaultValue::Float(1e-05))];
const A78: &[AttributeSchema] = &[attribute("epsilon", Kind::Float, DefaultValue::Float(1e-05))];
const A79: &[AttributeSchema] = &[attribute("detect_negative", Kind::Int, DefaultValue::Int(1)), attribute("detect_positive", Kind::Int, DefaultValue::Int(1))];
const A80: &[AttributeSchema] = &[attribute("alpha", Kind::Float, DefaultValue::Float(1e-04)), attribute("beta", Kind::Float, DefaultValue::Float(0.75)), attribute("bias", Kind::Float, DefaultValue::Float(1.0)), attribute("size", Kind::Int, DefaultValue::Required)];
const A81: &[AttributeSchema] = &[attribute("activation_alpha", Kind::Floats, DefaultValue::Absent), attribute("activation_beta", Kind::Floats, DefaultValue::Absent), attribute("activations", Kind::Strings, DefaultValue::Absent), attribute("clip", Kind::Float, DefaultValue::Absent), attribute("direction", Kind::String, DefaultValue::String("forward")), attribute("hidden_size", Kind::Int, DefaultValue::Absent), attribute("input_forget", Kind::Int, DefaultValue::Int(0)), attribute("output_sequence", Kind::Int, DefaultValue::Int(0))];
const A82: &[AttributeSchema] = &[attribute("activation_alpha", Kind::Floats, DefaultValue::Absent), attribute("activation_beta", Kind::Floats, DefaultValue::Absent), attribute("activations", Kind::Strings, DefaultValue::Absent), attribute("clip", Kind::Float, DefaultValue::Absent), attribute("direction", Kind::String, DefaultValue::String("forward")), attribute("hidden_size", Kind::Int, DefaultValue::Absent), attribute("input_forget", Kind::Int, DefaultValue::Int(0))];
const A83: &[AttributeSchema] = &[attribute("activation_alpha", Kind::Floats, DefaultValue::Absent), attribute("activation_beta", Kind::Floats, DefaultValue::Absent), attribute("activations", Kind::Strings, DefaultValue::Absent), attribute("clip", Kind::Float, DefaultValue::Absent), attribute("direction", Kind::String, DefaultValue::String("forward")), attribute("hidden_size", Kind::Int, DefaultValue::Absent), attribute("input_forget", Kind::Int, DefaultValue::Int(0)), attribute("layout", Kind::Int, DefaultValue::Int(0))];
const A84: &[AttributeSchema] = &[attribute("axis", Kind::Int, DefaultValue::Int(-1)), attribute("epsilon", Kind::Float, DefaultValue::Float(1e-05)), attribute("stash_type", Kind::Int, DefaultValue::Int(1))];
const A85: &[AttributeSchema] = &[attribute("alpha", Kind::Float, DefaultValue::Float(0.01)), attribute("consumed_inputs", Kind::Ints, DefaultValue::Absent)];
const A86: &[AttributeSchema] = &[attribute("alpha", Kind::Float, DefaultValue::Float(0.01))];
const A87: &[AttributeSchema] = &[attribute("chunk_size", Kind::Int, DefaultValue::Int(64)), attribute("kv_num_heads", Kind::Int, DefaultValue::Required), attribute("q_num_heads", Kind::Int, DefaultValue::Required), attribute("scale", Kind::Float, DefaultValue::Float(0.0)), attribute("update_rule", Kind::String, DefaultValue::String("gated_delta"))];
const A88: &[AttributeSchema] = &[attribute("body", Kind::Graph, DefaultValue::Required)];
const A89: &[AttributeSchema] = &[attribute("axis", Kind::Int, DefaultValue::Int(-1)), attribute("p", Kind::Int, DefaultValue::Int(2))];
const A90: &[AttributeSchema] = &[attribute("auto_pad", Kind::String, DefaultValue::String("NOTSET")), attribute("kernel_shape", Kind::Ints, DefaultValue::Absent), attribute("p", Kind::Float, DefaultValue::Float(2.0)), attribute("pads", Kind::Ints, DefaultValue::Absent), attribute("strides", Kind::Ints, DefaultValue::Absent)];
const A91: &[AttributeSchema] = &[attribute("auto_pad", Kind::String, DefaultValue::String("NOTSET")), attribute("kernel_shape", Kind::Ints, DefaultValue::Required), attribute("p", Kind::Int, DefaultValue::Int(2)), attribute("pads", Kind::Ints, DefaultValue::Absent), attribute("strides", Kind::Ints, DefaultValue::Absent)];
const A92: &[AttributeSchema] = &[attribute("auto_pad", Kind::String, DefaultValue::String("NOTSET")), attribute("ceil_mode", Kind::Int, DefaultValue::Int(0)), attribute("dilations", Kind::Ints, DefaultValue::Absent), attribute("kernel_shape", Kind::Ints, DefaultValue::Required), attribute("p", Kind::Int, DefaultValue::Int(2)), attribute("pads", Kind::Ints, DefaultValue::Absent), attribute("strides", Kind::Ints, DefaultValue::Absent)];
const A93: &[AttributeSchema] = &[attribute("auto_pad", Kind::String, DefaultValue::String("NOTSET")), attribute("kernel_shape", Kind::Ints, DefaultValue::Required), attribute("pads", Kind::Ints, DefaultValue::Absent), attribute("storage_order", Kind::Int, DefaultValue::Int(0)), attribute("strides", Kind::Ints, DefaultValue::Absent)];
const A94: &[AttributeSchema] = &[attribute("auto_pad", Kind::String, DefaultValue::String("NOTSET")), attribute("ceil_mode", Kind::Int, DefaultValue::Int(0)), attribute("dilations", Kind::Ints, DefaultValue::Absent), attribute("kernel_shape", Kind::Ints, DefaultValue::Required), attribute("pads", Kind::Ints, DefaultValue::Absent), attribute("storage_order", Kind::Int, DefaultValue::Int(0)), attribute("strides", Kind::Ints, DefaultValue::Absent)];
const A95: &[AttributeSchema] = &[attribute("pooled_shape", Kind::Ints, DefaultValue::Required), attribute("spatial_scale", Kind::Float, DefaultValue::Float(1.0))];
const A96: &[AttributeSchema] = &[attribute("kernel_shape", Kind::Ints, DefaultValue::Required), attribute("pads", Kind::Ints, DefaultValue::Absent), attribute("strides", Kind::Ints, DefaultValue::Absent)];
const A97: &[AttributeSchema] = &[attribute("axes", Kind::Ints, DefaultValue::Ints(&[0, 2, 3]))];
const A98: &[AttributeSchema] = &[attribute("output_datatype", Kind::Int, DefaultValue::Int(1))];
const A99: &[AttributeSchema] = &[attribute("fmod", Kind::Int, DefaultValue::Int(0))];
const A100: &[AttributeSchema] = &[attribute("dtype", Kind::Int, DefaultValue::Int(6)), attribute("sample_size", Kind::Int, DefaultValue::Int(1)), attribute("seed", Kind::Float, DefaultValue::Absent)];
const A101: &[AttributeSchema] = &[attribute("ignore_index", Kind::Int, DefaultValue::Absent), attribute("reduction", Kind::String, DefaultValue::String("mean"))];
const A102: &[AttributeSchema] = &[attribute("center_point_box", Kind::Int, DefaultValue::Int(0))];
const A103: &[AttributeSchema] = &[attribute("type", Kind::Type, DefaultValue::Absent)];
const A104: &[AttributeSchema] = &[attribute("mode", Kind::String, DefaultValue::String("constant")), attribute("paddings", Kind::Ints, DefaultValue::Required), attribute("value", Kind::Float, DefaultValue::Float(0.0))];
const A105: &[AttributeSchema] = &[attribute("mode", Kind::String, DefaultValue::String("constant")), attribute("pads", Kind::Ints, DefaultValue::Required), attribute("value", Kind::Float, DefaultValue::Float(0.0))];
const A106: &[AttributeSchema] = &[attribute("mode", Kind::String, DefaultValue::String("constant"))];
const A107: &[AttributeSchema] = &[attribute("axis", Kind::Int, DefaultValue::Int(1)), attribute("saturate", Kind::Int, DefaultValue::Int(1))];
const A108: &[AttributeSchema] = &[attribute("axis", Kind::Int, DefaultValue::Int(1)), attribute("block_size", Kind::Int, DefaultValue::Int(0)), attribute("output_dtype", Kind::Int, DefaultValue::Int(0)), attribute("saturate", Kind::Int, DefaultValue::Int(1))];
const A109: &[AttributeSchema] = &[attribute("axis", Kind::Int, DefaultValue::Int(1)), attribute("block_size", Kind::Int, DefaultValue::Int(0)), attribute("output_dtype", Kind::Int, DefaultValue::Int(0)), attribute("precision", Kind::Int, DefaultValue::Int(0)), attribute("saturate", Kind::Int, DefaultValue::Int(1))];
const A110: &[AttributeSchema] = &[attribute("activation_alpha", Kind::Floats, DefaultValue::Absent), attribute("activation_beta", Kind::Floats, DefaultValue::Absent), attribute("activations", Kind::Strings, DefaultValue::Strings(&["Tanh", "Tanh"])), attribute("clip", Kind::Float, DefaultValue::Absent), attribute("direction", Kind::String, DefaultValue::String("forward")), attribute("hidden_size", Kind::Int, DefaultValue::Absent), attribute("output_sequence", Kind::Int, DefaultValue::Int(0))];
const A111: &[AttributeSchema] = &[attribute("activation_alpha", Kind::Floats, DefaultValue::Absent), attribute("activation_beta", Kind::Floats, DefaultValue::Absent), attribute("activations", Kind::Strings, DefaultValue::Strings(&["Tanh", "Tanh"])), attribute("clip", Kind::Float, DefaultValue::Absent), attribute("direction", Kind::String, DefaultValue::String("forward")), attribute("hidden_size", Kind::Int, DefaultValue::Absent)];
const A112: &[AttributeSchema] = &[attribute("activation_alpha", Kind::Floats, DefaultValue::Absent), attribute("activation_beta", Kind::Floats, DefaultValue::Absent), attribute("activations", Kind::Strings, DefaultValue::Strings(&["Tanh", "Tanh"])), attribute("clip", Kind::Float, DefaultValue::Absent), attribute("direction", Kind::String, DefaultValue::String("forward")), attribute("hidden_size", Kind::Int, DefaultValue::Absent), attribute("layout", Kind::Int, DefaultValue::Int(0))];
const A113: &[AttributeSchema] = &[attribute("dtype", Kind::Int, DefaultValue::Int(1)), attribute("mean", Kind::Float, DefaultValue::Float(0.0)), attribute("scale", Kind::Float, DefaultValue::Float(1.0)), attribute("seed", Kind::Float, DefaultValue::Absent), attribute("shape", Kind::Ints, DefaultValue::Required)];
const A114: &[AttributeSchema] = &[attribute("dtype", Kind::Int, DefaultValue::Absent), attribute("mean", Kind::Float, DefaultValue::Float(0.0)), attribute("scale", Kind::Float, DefaultValue::Float(1.0)), attribute("seed", Kind::Float, DefaultValue::Absent)];
const A115: &[AttributeSchema] = &[attribute("dtype", Kind::Int, DefaultValue::Int(1)), attribute("high", Kind::Float, DefaultValue::Float(1.0)), attribute("low", Kind::Float, DefaultValue::Float(0.0)), attribute("seed", Kind::Float, DefaultValue::Absent), attribute("shape", Kind::Ints, DefaultValue::Required)];
const A116: &[AttributeSchema] = &[attribute("dtype", Kind::Int, DefaultValue::Absent), attribute("high", Kind::Float, DefaultValue::Float(1.0)), attribute("low", Kind::Float, DefaultValue::Float(0.0)), attribute("seed", Kind::Float, DefaultValue::Absent)];
const A117: &[AttributeSchema] = &[attribute("stash_type", Kind::Int, DefaultValue::Int(1))];
const A118: &[AttributeSchema] = &[attribute("axes", Kind::Ints, DefaultValue::Absent), attribute("keepdims", Kind::Int, DefaultValue::Int(1))];
const A119: &[AttributeSchema] = &[attribute("keepdims", Kind::Int, DefaultValue::Int(1)), attribute("noop_with_empty_axes", Kind::Int, DefaultValue::Int(0))];
const A120: &[AttributeSchema] = &[attribute("pattern", Kind::String, DefaultValue::Absent)];
const A121: &[AttributeSchema] = &[attribute("consumed_inputs", Kind::Ints, DefaultValue::Absent), attribute("shape", Kind::Ints, DefaultValue::Absent)];
const A122: &[AttributeSchema] = &[attribute("allowzero", Kind::Int, DefaultValue::Int(0))];
const A123: &[AttributeSchema] = &[attribute("mode", Kind::String, DefaultValue::String("nearest"))];
const A124: &[AttributeSchema] = &[attribute("coordinate_transformation_mode", Kind::String, DefaultValue::String("half_pixel")), attribute("cubic_coeff_a", Kind::Float, DefaultValue::Float(-0.75)), attribute("exclude_outside", Kind::Int, DefaultValue::Int(0)), attribute("extrapolation_value", Kind::Float, DefaultValue::Float(0.0)), attribute("mode", Kind::String, DefaultValue::String("nearest")), attribute("nearest_mode", Kind::String, DefaultValue::String("round_prefer_floor"))];
const A125: &[AttributeSchema] = &[attribute("antialias", Kind::Int, DefaultValue::Int(0)), attribute("axes", Kind::Ints, DefaultValue::Absent), attribute("coordinate_transformation_mode", Kind::String, DefaultValue::String("half_pixel")), attribute("cubic_coeff_a", Kind::Float, DefaultValue::Float(-0.75)), attribute("exclude_outside", Kind::Int, DefaultValue::Int(0)), attribute("extrapolation_value", Kind::Float, DefaultValue::Float(0.0)), attribute("keep_aspect_ratio_policy", Kind::String, DefaultValue::String("stretch")), attribute("mode", Kind::String, DefaultValue::String("nearest")), attribute("nearest_mode", Kind::String, DefaultValue::String("round_prefer_floor"))];
const A126: &[AttributeSchema] = &[attribute("batch_axis", Kind::Int, DefaultValue::Int(1)), attribute("time_axis", Kind::Int, DefaultValue::Int(0))];
const A127: &[AttributeSchema] = &[attribute("mode", Kind::String, DefaultValue::String("avg")), attribute("output_height", Kind::Int, DefaultValue::Int(1)), attribute("output_width", Kind::Int, DefaultValue::Int(1)), attribute("sampling_ratio", Kind::Int, DefaultValue::Int(0)), attribute("spatial_scale", Kind::Float, DefaultValue::Float(1.0))];
const A128: &[AttributeSchema] = &[attribute("coordinate_transformation_mode", Kind::String, DefaultValue::String("half_pixel")), attribute("mode", Kind::String, DefaultValue::String("avg")), attribute("output_height", Kind::Int, DefaultValue::Int(1)), attribute("output_width", Kind::Int, DefaultValue::Int(1)), attribute("sampling_ratio", Kind::Int, DefaultValue::Int(0)), attribute("spatial_scale", Kind::Float, DefaultValue::Float(1.0))];
const A129: &[AttributeSchema] = &[attribute("interleaved", Kind::Int, DefaultValue::Int(0)), attribute("num_heads", Kind::Int, DefaultValue::Absent), attribute("rotary_embedding_dim", Kind::Int, DefaultValue::Int(0))];
const A130: &[AttributeSchema] = &[attribute("onesided", Kind::Int, DefaultValue::Int(1))];
const A131: &[AttributeSchema] = &[attribute("body", Kind::Graph, DefaultValue::Required), attribute("directions", Kind::Ints, DefaultValue::Absent), attribute("num_scan_inputs", Kind::Int, DefaultValue::Required)];
const A132: &[AttributeSchema] = &[attribute("body", Kind::Graph, DefaultValue::Required), attribute("num_scan_inputs", Kind::Int, DefaultValue::Required), attribute("scan_input_axes", Kind::Ints, DefaultValue::Absent), attribute("scan_input_directions", Kind::Ints, DefaultValue::Absent), attribute("scan_output_axes", Kind::Ints, DefaultValue::Absent), attribute("scan_output_directions", Kind::Ints, DefaultValue::Absent)];
const A133: &[AttributeSchema] = &[attribute("axis", Kind::Int, DefaultValue::Int(0)), attribute("reduction", Kind::String, DefaultValue::String("none"))];
const A134: &[AttributeSchema] = &[attribute("reduction", Kind::String, DefaultValue::String("none"))];
const A135: &[AttributeSchema] = &[attribute("alpha", Kind::Float, DefaultValue::Float(1.6732)), attribute("consumed_inputs", Kind::Ints, DefaultValue::Absent), attribute("gamma", Kind::Float, DefaultValue::Float(1.0507))];
const A136: &[AttributeSchema] = &[attribute("alpha", Kind::Float, DefaultValue::Float(1.6732632)), attribute("gamma", Kind::Float, DefaultValue::Float(1.050701))];
const A137: &[AttributeSchema] = &[attribute("dtype", Kind::Int, DefaultValue::Absent)];
const A138: &[AttributeSchema] = &[attribute("end", Kind::Int, DefaultValue::Absent), attribute("start", Kind::Int, DefaultValue::Int(0))];
const A139: &[AttributeSchema] = &[attribute("bias", Kind::Float, DefaultValue::Float(0.0)), attribute("lambd", Kind::Float, DefaultValue::Float(0.5))];
const A140: &[AttributeSchema] = &[attribute("axes", Kind::Ints, DefaultValue::Absent), attribute("ends", Kind::Ints, DefaultValue::Required), attribute("starts", Kind::Ints, DefaultValue::Required)];
const A141: &[AttributeSchema] = &[attribute("axis", Kind::Int, DefaultValue::Absent), attribute("split", Kind::Ints, DefaultValue::Absent)];
const A142: &[AttributeSchema] = &[attribute("axis", Kind::Int, DefaultValue::Int(0)), attribute("split", Kind::Ints, DefaultValue::Absent)];
const A143: &[AttributeSchema] = &[attribute("axis", Kind::Int, DefaultValue::Int(0)), attribute("num_outputs", Kind::Int, DefaultValue::Absent)];
const A144: &[AttributeSchema] = &[attribute("case_change_action", Kind::String, DefaultValue::String("NONE")), attribute("is_case_sensitive", Kind::Int, DefaultValue::Int(0)), attribute("locale", Kind::String, DefaultValue::Absent), attribute("stopwords", Kind::Strings, DefaultValue::Absent)];
const A145: &[AttributeSchema] = &[attribute("delimiter", Kind::String, DefaultValue::Absent), attribute("maxsplit", Kind::Int, DefaultValue::Absent)];
const A146: &[AttributeSchema] = &[attribute("axis", Kind::Int, DefaultValue::Int(-2)), attribute("mode", Kind::String, DefaultValue::String("linear"))];
const A147: &[AttributeSchema] = &[attribute("max_gram_length", Kind::Int, DefaultValue::Required), attribute("max_skip_count", Kind::Int, DefaultValue::Required), attribute("min_gram_length", Kind::Int, DefaultValue::Required), attribute("mode", Kind::String, DefaultValue::Required), attribute("ngram_counts", Kind::Ints, DefaultValue::Required), attribute("ngram_indexes", Kind::Ints, DefaultValue::Required), attribute("pool_int64s", Kind::Ints, DefaultValue::Absent), attribute("pool_strings", Kind::Strings, DefaultValue::Absent), attribute("weights", Kind::Floats, DefaultValue::Absent)];
const A148: &[AttributeSchema] = &[attribute("axis", Kind::Int, DefaultValue::Int(-1)), attribute("k", Kind::Int, DefaultValue::Required)];
const A149: &[AttributeSchema] = &[attribute("axis", Kind::Int, DefaultValue::Int(-1)), attribute("largest", Kind::Int, DefaultValue::Int(1)), attribute("sorted", Kind::Int, DefaultValue::Int(1))];
const A150: &[AttributeSchema] = &[attribute("perm", Kind::Ints, DefaultValue::Absent)];
const A151: &[AttributeSchema] = &[attribute("upper", Kind::Int, DefaultValue::Int(1))];
const A152: &[AttributeSchema] = &[attribute("axis", Kind::Int, DefaultValue::Absent), attribute("sorted", Kind::Int, DefaultValue::Int(1))];
const A153: &[AttributeSchema] = &[attribute("axes", Kind::Ints, DefaultValue::Required)];
const A154: &[AttributeSchema] = &[attribute("height_scale", Kind::Float, DefaultValue::Required), attribute("mode", Kind::String, DefaultValue::String("nearest")), attribute("width_scale", Kind::Float, DefaultValue::Required)];
const A155: &[AttributeSchema] = &[attribute("mode", Kind::String, DefaultValue::String("nearest")), attribute("scales", Kind::Floats, DefaultValue::Required)];

/// Sorted by name, then version.
pub(super) static TABLE: &[Schema] = &[
    schema("Abs", 1, P0, P1, T0, A0),
    schema("Abs", 6, P0, P1, T1, &[]),
    schema("Abs", 13, P0, P1, T2, &[]),
    schema("Acos", 7, P2, P3, T0, &[]),
    schema("Acos", 22, P2, P3, T3, &[]),
    schema("Acosh", 9, P2, P3, T0, &[]),
    schema("Acosh", 22, P2, P3, T3, &[]),
    schema("Add", 1, P4, P5, T0, A1),
    schema("Add", 6, P4, P5, T4, A2),
    schema("Add", 7, P4, P5, T4, &[]),
    schema("Add", 13, P4, P5, T5, &[]),
    schema("Add", 14, P4, P5, T2, &[]),
    schema("AffineGrid", 20, P6, P7, T6, A3),
    schema("And", 1, P4, P8, T7, A2),
    schema("And", 7, P4, P8, T7, &[]),
    schema("ArgMax", 1, P9, P10, T8, A4),
    schema("ArgMax", 11, P9, P10, T8, A4),
    schema("ArgMax", 12, P9, P10, T8, A5),
    schema("ArgMax", 13, P9, P10, T9, A5),
    schema("ArgMin", 1, P9, P10, T8, A4),
    schema("ArgMin", 11, P9, P10, T8, A4),
    schema("ArgMin", 12, P9, P10, T8, A5),
    schema("ArgMin", 13, P9, P10, T9, A5),
    schema("Asin", 7, P2, P3, T0, &[]),
    schema("Asin", 22, P2, P3, T3, &[]),
    schema("Asinh", 9, P2, P3, T0, &[]),
    schema("Asinh", 22, P2, P3, T3, &[]),
    schema("Atan", 7, P2, P3, T0, &[]),
    schema("Atan", 22, P2, P3, T3, &[]),
    schema("Atanh", 9, P2, P3, T0, &[]),
    schema("Atanh", 22, P2, P3, T3, &[]),
    schema("Attention", 23, P11, P12, T10, A6),
    schema("Attention", 24, P13, P12, T11, A6),
    schema("Attention", 25, P13, P12, T11, A7),
    schema("AveragePool", 1, P0, P1, T0, A8),
    schema("AveragePool", 7, P0, P1, T0, A9),
    schema("AveragePool", 10, P0, P1, T0, A10),
    schema("AveragePool", 11, P0, P1, T0, A10),
    schema("AveragePool", 19, P0, P1, T0, A11),
    schema("AveragePool", 22, P0, P1, T3, A11),
    schema("BatchNormalization", 1, P14, P15, T0, A12),
    schema("BatchNormalization", 6, P14, P15, T0, A13),
    schema("BatchNormalization", 7, P14, P15, T0, A14),
    schema("BatchNormalization", 9, P14, P15, T0, A15),
    schema("BatchNormalization", 14, P16, P17, T12, A16),
    schema("BatchNormalization", 15, P18, P19, T13, A16),
    schema("Bernoulli", 15, P20, P21, T14, A17),
    schema("Bernoulli", 22, P20, P21, T15, A17),
    schema("BitCast", 26, P20, P21, T16, A18),
    schema("BitShift", 11, P22, P23, T17, A19),
    schema("BitwiseAnd", 18, P4, P5, T18, &[]),
    schema("BitwiseNot", 18, P0, P1, T18, &[]),
    schema("BitwiseOr", 18, P4, P5, T18, &[]),
    schema("BitwiseXor", 18, P4, P5, T18, &[]),
    schema("BlackmanWindow", 17, P24, P21, T19, A20),
    schema("Cast", 1, P20, P21, T20, A21),
    schema("Cast", 6, P20, P21, T20, A18),
    schema("Cast", 9, P20, P21, T21, A18),
    schema("Cast", 13, P20, P21, T22, A18),
    schema("Cast", 19, P20, P21, T23, A22),
    schema("Cast", 21, P20, P21, T24, A22),
    schema("Cast", 23, P20, P21, T25, A22),
    schema("Cast", 24, P20, P21, T26, A23),
    schema("Cast", 25, P20, P21, T27, A23),
    schema("CastLike", 15, P25, P21, T22, &[]),
    schema("CastLike", 19, P25, P21, T23, A24),
    schema("CastLike", 21, P25, P21, T24, A24),
    schema("CastLike", 23, P25, P21, T25, A24),
    schema("CastLike", 24, P25, P21, T26, A25),
    schema("CastLike", 25, P25, P21, T27, A25),
    schema("CausalConvWithState", 27, P26, P27, T28, A26),
    schema("Ceil", 1, P0, P1, T0, A0),
    schema("Ceil", 6, P0, P1, T0, &[]),
    schema("Ceil", 13, P0, P1, T3, &[]),
    schema("Celu", 12, P0, P1, T29, A27),
    schema("CenterCropPad", 18, P28, P29, T30, A28),
    schema("Clip", 1, P2, P3, T0, A29),
    schema("Clip", 6, P2, P3, T0, A30),
    schema("Clip", 11, P30, P3, T0, &[]),
    schema("Clip", 12, P30, P3, T1, &[]),
    schema("Clip", 13, P30, P3, T2, &[]),
    schema("Col2Im", 18, P31, P3, T31, A31),
    schema("Compress", 9, P32, P3, T32, A32),
    schema("Compress", 11, P32, P3, T32, A32),
    schema("Concat", 1, P33, P34, T0, A32),
    schema("Concat", 4, P33, P34, T33, A33),
    schema("Concat", 11, P33, P34, T33, A33),
    schema("Concat", 13, P33, P34, T34, A33),
    schema("ConcatFromSequence", 11, P35, P34, T35, A34),
    schema("Constant", 1, &[], P3, T0, A35),
    schema("Constant", 9, &[], P3, T33, A35),
    schema("Constant", 11, &[], P3, T33, A36),
    schema("Constant", 12, &[], P3, T33, A37),
    schema("Constant", 13, &[], P3, T34, A37),
    schema("Constant", 19, &[], P3, T36, A37),
    schema("Constant", 21, &[], P3, T37, A37),
    schema("Constant", 23, &[], P3, T38, A37),
    schema("Constant", 24, &[], P3, T39, A37),
    schema("Constant", 25, &[], P3, T40, A37),
    schema("ConstantOfShape", 9, P20, P21, T41, A38),
    schema("ConstantOfShape", 20, P20, P21, T42, A38),
    schema("ConstantOfShape", 21, P20, P21, T43, A38),
    schema("ConstantOfShape", 23, P20, P21, T44, A38),
    schema("ConstantOfShape", 24, P20, P21, T45, A38),
    schema("ConstantOfShape", 25, P20, P21, T46, A38),
    schema("Conv", 1, P36, P1, T0, A39),
    schema("Conv", 11, P36, P1, T0, A39),
    schema("Conv", 22, P36, P1, T3, A39),
    schema("ConvInteger", 10, P37, P38, T47, A39),
    schema("ConvTranspose", 1, P36, P1, T0, A40),
    schema("ConvTranspose", 11, P36, P1, T0, A40),
    schema("ConvTranspose", 22, P36, P1, T3, A40),
    schema("Cos", 7, P2, P3, T0, &[]),
    schema("Cos", 22, P2, P3, T3, &[]),
    schema("Cosh", 9, P2, P3, T0, &[]),
    schema("Cosh", 22, P2, P3, T3, &[]),
    schema("CumProd", 26, P39, P40, T48, A41),
    schema("CumSum", 11, P39, P40, T49, A41),
    schema("CumSum", 14, P39, P40, T48, A41),
    schema("DFT", 17, P41, P42, T50, A42),
    schema("DFT", 20, P43, P42, T51, A43),
    schema("DeformConv", 19, P44, P1, T0, A44),
    schema("DeformConv", 22, P44, P1, T3, A44),
    schema("DepthToSpace", 1, P2, P3, T33, A45),
    schema("DepthToSpace", 11, P2, P3, T33, A46),
    schema("DepthToSpace", 13, P2, P3, T34, A46),
    schema("DequantizeLinear", 10, P45, P46, T52, &[]),
    schema("DequantizeLinear", 13, P45, P46, T52, A47),
    schema("DequantizeLinear", 19, P47, P48, T53, A47),
    schema("DequantizeLinear", 21, P47, P48, T54, A48),
    schema("DequantizeLinear", 23, P47, P38, T55, A49),
    schema("DequantizeLinear", 24, P47, P38, T56, A49),
    schema("DequantizeLinear", 25, P47, P38, T57, A49),
    schema("Det", 11, P0, P1, T0, &[]),
    schema("Det", 22, P0, P1, T3, &[]),
    schema("Div", 1, P4, P5, T0, A1),
    schema("Div", 6, P4, P5, T4, A2),
    schema("Div", 7, P4, P5, T4, &[]),
    schema("Div", 13, P4, P5, T5, &[]),
    schema("Div", 14, P4, P5, T2, &[]),
    schema("Dropout", 1, P9, P49, T0, A50),
    schema("Dropout", 6, P9, P49, T0, A51),
    schema("Dropout", 7, P9, P49, T0, A52),
    schema("Dropout", 10, P9, P50, T58, A52),
    schema("Dropout", 12, P51, P52, T59, A53),
    schema("Dropout", 13, P51, P52, T60, A53),
    schema("Dropout", 22, P51, P52, T61, A53),
    schema("DynamicQuantizeLinear", 11, P53, P54, T62, &[]),
    schema("Einsum", 12, P55, P56, T1, A54),
    schema("Elu", 1, P0, P1, T0, A55),
    schema("Elu", 6, P0, P1, T0, A27),
    schema("Elu", 22, P0, P1, T3, A27),
    schema("Equal", 1, P4, P8, T63, A2),
    schema("Equal", 7, P4, P8, T63, &[]),
    schema("Equal", 11, P4, P8, T64, &[]),
    schema("Equal", 13, P4, P8, T65, &[]),
    schema("Equal", 19, P4, P8, T66, &[]),
    schema("Erf", 9, P2, P3, T1, &[]),
    schema("Erf", 13, P2, P3, T3, &[]),
    schema("Exp", 1, P2, P3, T0, A0),
    schema("Exp", 6, P2, P3, T0, &[]),
    schema("Exp", 13, P2, P3, T3, &[]),
    schema("Expand", 8, P57, P3, T67, &[]),
    schema("Expand", 13, P57, P3, T31, &[]),
    schema("EyeLike", 9, P20, P21, T20, A56),
    schema("EyeLike", 22, P20, P21, T68, A56),
    schema("Flatten", 1, P2, P3, T0, A47),
    schema("Flatten", 9, P2, P3, T33, A47),
    schema("Flatten", 11, P2, P3, T33, A47),
    schema("Flatten", 13, P2, P3, T34, A47),
    schema("Flatten", 21, P2, P3, T37, A47),
    schema("Flatten", 23, P2, P3, T38, A47),
    schema("Flatten", 24, P2, P3, T39, A47),
    schema("Flatten", 25, P2, P3, T40, A47),
    schema("Floor", 1, P0, P1, T0, A0),
    schema("Floor", 6, P0, P1, T0, &[]),
    schema("Floor", 13, P0, P1, T3, &[]),
    schema("GRU", 1, P58, P59, T69, A57),
    schema("GRU", 3, P58, P60, T69, A58),
    schema("GRU", 7, P58, P60, T69, A59),
    schema("GRU", 14, P58, P60, T69, A60),
    schema("GRU", 22, P58, P60, T70, A60),
    schema("Gather", 1, P61, P3, T71, A61),
    schema("Gather", 11, P61, P3, T71, A61),
    schema("Gather", 13, P61, P3, T30, A61),
    schema("GatherElements", 11, P61, P3, T71, A61),
    schema("GatherElements", 13, P61, P3, T30, A61),
    schema("GatherND", 11, P62, P3, T67, &[]),
    schema("GatherND", 12, P62, P3, T67, A62),
    schema("GatherND", 13, P62, P3, T31, A62),
    schema("Gelu", 20, P0, P1, T3, A63),
    schema("Gemm", 1, P63, P1, T0, A64),
    schema("Gemm", 6, P63, P1, T0, A64),
    schema("Gemm", 7, P63, P1, T0, A65),
    schema("Gemm", 9, P63, P1, T4, A65),
    schema("Gemm", 11, P64, P1, T4, A65),
    schema("Gemm", 13, P64, P1, T5, A65),
    schema("GlobalAveragePool", 1, P0, P1, T0, &[]),
    schema("GlobalAveragePool", 22, P0, P1, T3, &[]),
    schema("GlobalLpPool", 1, P0, P1, T0, A66),
    schema("GlobalLpPool", 2, P0, P1, T0, A67),
    schema("GlobalLpPool", 22, P0, P1, T3, A67),
    schema("GlobalMaxPool", 1, P0, P1, T0, &[]),
    schema("GlobalMaxPool", 22, P0, P1, T3, &[]),
    schema("Greater", 1, P4, P8, T58, A2),
    schema("Greater", 7, P4, P8, T58, &[]),
    schema("Greater", 9, P4, P8, T72, &[]),
    schema("Greater", 13, P4, P8, T73, &[]),
    schema("GreaterOrEqual", 12, P4, P8, T72, &[]),
    schema("GreaterOrEqual", 16, P4, P8, T73, &[]),
    schema("GridSample", 16, P65, P66, T74, A68),
    schema("GridSample", 20, P65, P66, T74, A69),
    schema("GridSample", 22, P65, P66, T75, A69),
    deprecated("GroupNormalization", 18, P67, P1, T3, A70),
    schema("GroupNormalization", 21, P67, P1, T3, A71),
    schema("HammingWindow", 17, P24, P21, T19, A20),
    schema("HannWindow", 17, P24, P21, T19, A20),
    schema("HardSigmoid", 1, P0, P1, T0, A72),
    schema("HardSigmoid", 6, P0, P1, T0, A73),
    schema("HardSigmoid", 22, P0, P1, T3, A73),
    schema("HardSwish", 14, P0, P1, T0, &[]),
    schema("HardSwish", 22, P0, P1, T3, &[]),
    schema("Hardmax", 1, P2, P3, T0, A47),
    schema("Hardmax", 11, P2, P3, T0, A47),
    schema("Hardmax", 13, P2, P3, T3, A74),
    schema("Identity", 1, P2, P3, T33, &[]),
    schema("Identity", 13, P2, P3, T34, &[]),
    schema("Identity", 14, P68, P69, T76, &[]),
    schema("Identity", 16, P68, P69, T76, &[]),
    schema("Identity", 19, P68, P69, T77, &[]),
    schema("Identity", 21, P68, P69, T78, &[]),
    schema("Identity", 23, P68, P69, T79, &[]),
    schema("Identity", 24, P68, P69, T80, &[]),
    schema("Identity", 25, P68, P69, T81, &[]),
    schema("If", 1, P70, P71, T82, A75),
    schema("If", 11, P70, P71, T82, A75),
    schema("If", 13, P70, P71, T83, A75),
    schema("If", 16, P70, P71, T84, A75),
    schema("If", 19, P70, P71, T85, A75),
    schema("If", 21, P70, P71, T86, A75),
    schema("If", 23, P70, P71, T87, A75),
    schema("If", 24, P70, P71, T88, A75),
    schema("If", 25, P70, P71, T89, A75),
    schema("ImageDecoder", 20, P72, P73, T90, A76),
    schema("InstanceNormalization", 1, P74, P3, T0, A77),
    schema("InstanceNormalization", 6, P74, P3, T0, A78),
    schema("InstanceNormalization", 22, P74, P3, T3, A78),
    schema("IsInf", 10, P75, P76, T91, A79),
    schema("IsInf", 20, P75, P76, T92, A79),
    schema("IsNaN", 9, P75, P76, T93, &[]),
    schema("IsNaN", 13, P75, P76, T94, &[]),
    schema("IsNaN", 20, P75, P76, T92, &[]),
    schema("LRN", 1, P0, P1, T0, A80),
    schema("LRN", 13, P0, P1, T3, A80),
    schema("LSTM", 1, P77, P78, T69, A81),
    schema("LSTM", 7, P77, P78, T69, A82),
    schema("LSTM", 14, P77, P78, T69, A83),
    schema("LSTM", 22, P77, P78, T70, A83),
    schema("LayerNormalization", 17, P79, P80, T95, A84),
    schema("LeakyRelu", 1, P0, P1, T0, A85),
    schema("LeakyRelu", 6, P0, P1, T0, A86),
    schema("LeakyRelu", 16, P0, P1, T3, A86),
    schema("Less", 1, P4, P8, T58, A2),
    schema("Less", 7, P4, P8, T58, &[]),
    schema("Less", 9, P4, P8, T72, &[]),
    schema("Less", 13, P4, P8, T73, &[]),
    schema("LessOrEqual", 12, P4, P8, T72, &[]),
    schema("LessOrEqual", 16, P4, P8, T73, &[]),
    schema("LinearAttention", 27, P81, P82, T96, A87),
    schema("Log", 1, P2, P3, T0, A0),
    schema("Log", 6, P2, P3, T0, &[]),
    schema("Log", 13, P2, P3, T3, &[]),
    schema("LogSoftmax", 1, P2, P3, T0, A47),
    schema("LogSoftmax", 11, P2, P3, T0, A47),
    schema("LogSoftmax", 13, P2, P3, T3, A74),
    schema("Loop", 1, P83, P84, T97, A88),
    schema("Loop", 11, P85, P84, T97, A88),
    schema("Loop", 13, P85, P84, T98, A88),
    schema("Loop", 16, P85, P84, T99, A88),
    schema("Loop", 19, P85, P84, T100, A88),
    schema("Loop", 21, P85, P84, T101, A88),
    schema("Loop", 23, P85, P84, T102, A88),
    schema("Loop", 24, P85, P84, T103, A88),
    schema("Loop", 25, P85, P84, T104, A88),
    schema("LpNormalization", 1, P2, P3, T0, A89),
    schema("LpNormalization", 22, P2, P3, T3, A89),
    schema("LpPool", 1, P0, P1, T0, A90),
    schema("LpPool", 2, P0, P1, T0, A91),
    schema("LpPool", 11, P0, P1, T0, A91),
    schema("LpPool", 18, P0, P1, T0, A92),
    schema("LpPool", 22, P0, P1, T3, A92),
    schema("MatMul", 1, P4, P1, T0, &[]),
    schema("MatMul", 9, P4, P1, T4, &[]),
    schema("MatMul", 13, P4, P1, T5, &[]),
    schema("MatMulInteger", 10, P86, P87, T47, &[]),
    schema("Max", 1, P88, P89, T0, A0),
    schema("Max", 6, P88, P89, T0, &[]),
    schema("Max", 8, P88, P89, T0, &[]),
    schema("Max", 12, P88, P89, T1, &[]),
    schema("Max", 13, P88, P89, T2, &[]),
    schema("MaxPool", 1, P0, P1, T0, A8),
    schema("MaxPool", 8, P0, P90, T105, A93),
    schema("MaxPool", 10, P0, P90, T105, A94),
    schema("MaxPool", 11, P0, P90, T105, A94),
    schema("MaxPool", 12, P0, P90, T106, A94),
    schema("MaxPool", 22, P0, P90, T107, A94),
    schema("MaxRoiPool", 1, P91, P1, T0, A95),
    schema("MaxRoiPool", 22, P91, P1, T3, A95),
    schema("MaxUnpool", 9, P92, P42, T108, A96),
    schema("MaxUnpool", 11, P92, P42, T108, A96),
    schema("MaxUnpool", 22, P92, P42, T6, A96),
    schema("Mean", 1, P88, P93, T0, A0),
    schema("Mean", 6, P88, P93, T0, &[]),
    schema("Mean", 8, P88, P93, T0, &[]),
    schema("Mean", 13, P88, P93, T3, &[]),
    schema("MeanVarianceNormalization", 9, P0, P1, T0, A97),
    schema("MeanVarianceNormalization", 13, P0, P1, T3, A97),
    schema("MelWeightMatrix", 17, P94, P95, T109, A98),
    schema("Min", 1, P88, P96, T0, A0),
    schema("Min", 6, P88, P96, T0, &[]),
    schema("Min", 8, P88, P96, T0, &[]),
    schema("Min", 12, P88, P96, T1, &[]),
    schema("Min", 13, P88, P96, T2, &[]),
    schema("Mish", 18, P0, P1, T0, &[]),
    schema("Mish", 22, P0, P1, T3, &[]),
    schema("Mod", 10, P4, P5, T1, A99),
    schema("Mod", 13, P4, P5, T2, A99),
    schema("Mul", 1, P4, P5, T0, A1),
    schema("Mul", 6, P4, P5, T4, A2),
    schema("Mul", 7, P4, P5, T4, &[]),
    schema("Mul", 13, P4, P5, T5, &[]),
    schema("Mul", 14, P4, P5, T2, &[]),
    schema("Multinomial", 7, P20, P21, T110, A100),
    schema("Multinomial", 22, P20, P21, T50, A100),
    schema("Neg", 1, P0, P1, T0, A0),
    schema("Neg", 6, P0, P1, T111, &[]),
    schema("Neg", 13, P0, P1, T112, &[]),
    schema("NegativeLogLikelihoodLoss", 12, P97, P98, T113, A101),
    schema("NegativeLogLikelihoodLoss", 13, P97, P98, T113, A101),
    schema("NegativeLogLikelihoodLoss", 22, P97, P98, T114, A101),
    schema("NonMaxSuppression", 10, P99, P100, T115, A102),
    schema("NonMaxSuppression", 11, P99, P100, T115, A102),
    schema("NonZero", 9, P0, P101, T67, &[]),
    schema("NonZero", 13, P0, P101, T31, &[]),
    schema("Not", 1, P0, P1, T116, &[]),
    schema("OneHot", 9, P102, P95, T117, A74),
    schema("OneHot", 11, P102, P95, T117, A74),
    schema("Optional", 15, P103, P104, T118, A103),
    schema("OptionalGetElement", 15, P105, P69, T119, &[]),
    schema("OptionalGetElement", 18, P105, P69, T120, &[]),
    schema("OptionalHasElement", 15, P105, P106, T121, &[]),
    schema("OptionalHasElement", 18, P107, P106, T122, &[]),
    schema("Or", 1, P4, P8, T7, A2),
    schema("Or", 7, P4, P8, T7, &[]),
    schema("PRelu", 1, P108, P1, T0, A0),
    schema("PRelu", 6, P108, P1, T0, &[]),
    schema("PRelu", 7, P108, P1, T0, &[]),
    schema("PRelu", 9, P108, P1, T4, &[]),
    schema("PRelu", 16, P108, P1, T5, &[]),
    schema("Pad", 1, P9, P3, T0, A104),
    schema("Pad", 2, P9, P3, T0, A105),
    schema("Pad", 11, P109, P3, T8, A106),
    schema("Pad", 13, P109, P3, T31, A106),
    schema("Pad", 18, P110, P3, T123, A106),
    schema("Pad", 19, P110, P3, T123, A106),
    schema("Pad", 21, P110, P3, T124, A106),
    schema("Pad", 23, P110, P3, T125, A106),
    schema("Pad", 24, P110, P3, T126, A106),
    schema("Pad", 25, P110, P3, T127, A106),
    schema("Pow", 1, P22, P23, T0, A2),
    schema("Pow", 7, P22, P23, T0, &[]),
    schema("Pow", 12, P111, P23, T128, &[]),
    schema("Pow", 13, P111, P23, T129, &[]),
    schema("Pow", 15, P111, P23, T130, &[]),
    schema("QLinearConv", 10, P112, P38, T131, A39),
    schema("QLinearMatMul", 10, P113, P38, T132, &[]),
    schema("QLinearMatMul", 21, P114, P38, T133, &[]),
    schema("QuantizeLinear", 10, P115, P48, T134, &[]),
    schema("QuantizeLinear", 13, P115, P48, T134, A47),
    schema("QuantizeLinear", 19, P116, P48, T135, A107),
    schema("QuantizeLinear", 21, P116, P48, T136, A108),
    schema("QuantizeLinear", 23, P117, P38, T137, A109),
    schema("QuantizeLinear", 24, P117, P38, T138, A109),
    schema("QuantizeLinear", 25, P117, P38, T139, A109),
    schema("RMSNormalization", 23, P118, P119, T140, A84),
    schema("RNN", 1, P58, P60, T69, A110),
    schema("RNN", 7, P58, P60, T69, A111),
    schema("RNN", 14, P58, P60, T69, A112),
    schema("RNN", 22, P58, P60, T70, A112),
    schema("RandomNormal", 1, &[], P3, T0, A113),
    schema("RandomNormal", 22, &[], P3, T3, A113),
    schema("RandomNormalLike", 1, P20, P21, T74, A114),
    schema("RandomNormalLike", 22, P20, P21, T75, A114),
    schema("RandomUniform", 1, &[], P3, T0, A115),
    schema("RandomUniform", 22, &[], P3, T3, A115),
    schema("RandomUniformLike", 1, P20, P21, T74, A116),
    schema("RandomUniformLike", 22, P20, P21, T75, A116),
    schema("Range", 11, P120, P3, T141, &[]),
    schema("Range", 27, P120, P3, T142, A117),
    schema("Reciprocal", 1, P0, P1, T0, A0),
    schema("Reciprocal", 6, P0, P1, T0, &[]),
    schema("Reciprocal", 13, P0, P1, T3, &[]),
    schema("ReduceL1", 1, P9, P121, T4, A118),
    schema("ReduceL1", 11, P9, P121, T4, A118),
    schema("ReduceL1", 13, P9, P121, T5, A118),
    schema("ReduceL1", 18, P122, P121, T143, A119),
    schema("ReduceL2", 1, P9, P121, T4, A118),
    schema("ReduceL2", 11, P9, P121, T4, A118),
    schema("ReduceL2", 13, P9, P121, T5, A118),
    schema("ReduceL2", 18, P122, P121, T143, A119),
    schema("ReduceLogSum", 1, P9, P121, T4, A118),
    schema("ReduceLogSum", 11, P9, P121, T4, A118),
    schema("ReduceLogSum", 13, P9, P121, T5, A118),
    schema("ReduceLogSum", 18, P122, P121, T143, A119),
    schema("ReduceLogSumExp", 1, P9, P121, T4, A118),
    schema("ReduceLogSumExp", 11, P9, P121, T4, A118),
    schema("ReduceLogSumExp", 13, P9, P121, T5, A118),
    schema("ReduceLogSumExp", 18, P122, P121, T143, A119),
    schema("ReduceMax", 1, P9, P121, T4, A118),
    schema("ReduceMax", 11, P9, P121, T4, A118),
    schema("ReduceMax", 12, P9, P121, T144, A118),
    schema("ReduceMax", 13, P9, P121, T145, A118),
    schema("ReduceMax", 18, P122, P121, T146, A119),
    schema("ReduceMax", 20, P122, P121, T147, A119),
    schema("ReduceMean", 1, P9, P121, T4, A118),
    schema("ReduceMean", 11, P9, P121, T4, A118),
    schema("ReduceMean", 13, P9, P121, T5, A118),
    schema("ReduceMean", 18, P122, P121, T143, A119),
    schema("ReduceMin", 1, P9, P121, T4, A118),
    schema("ReduceMin", 11, P9, P121, T4, A118),
    schema("ReduceMin", 12, P9, P121, T144, A118),
    schema("ReduceMin", 13, P9, P121, T145, A118),
    schema("ReduceMin", 18, P122, P121, T146, A119),
    schema("ReduceMin", 20, P122, P121, T147, A119),
    schema("ReduceProd", 1, P9, P121, T4, A118),
    schema("ReduceProd", 11, P9, P121, T4, A118),
    schema("ReduceProd", 13, P9, P121, T5, A118),
    schema("ReduceProd", 18, P122, P121, T143, A119),
    schema("ReduceSum", 1, P9, P121, T4, A118),
    schema("ReduceSum", 11, P9, P121, T4, A118),
    schema("ReduceSum", 13, P122, P121, T143, A119),
    schema("ReduceSumSquare", 1, P9, P121, T4, A118),
    schema("ReduceSumSquare", 11, P9, P121, T4, A118),
    schema("ReduceSumSquare", 13, P9, P121, T5, A118),
    schema("ReduceSumSquare", 18, P122, P121, T143, A119),
    schema("RegexFullMatch", 20, P75, P76, T148, A120),
    schema("Relu", 1, P0, P1, T0, A0),
    schema("Relu", 6, P0, P1, T0, &[]),
    schema("Relu", 13, P0, P1, T3, &[]),
    schema("Relu", 14, P0, P1, T112, &[]),
    schema("Reshape", 1, P9, P123, T0, A121),
    schema("Reshape", 5, P124, P123, T67, &[]),
    schema("Reshape", 13, P124, P123, T31, &[]),
    schema("Reshape", 14, P124, P123, T31, A122),
    schema("Reshape", 19, P124, P123, T149, A122),
    schema("Reshape", 21, P124, P123, T150, A122),
    schema("Reshape", 23, P124, P123, T151, A122),
    schema("Reshape", 24, P124, P123, T152, A122),
    schema("Reshape", 25, P124, P123, T153, A122),
    schema("Resize", 10, P125, P1, T154, A123),
    schema("Resize", 11, P126, P66, T155, A124),
    schema("Resize", 13, P127, P66, T156, A124),
    schema("Resize", 18, P127, P66, T156, A125),
    schema("Resize", 19, P127, P66, T156, A125),
    schema("ReverseSequence", 10, P128, P1, T67, A126),
    schema("RoiAlign", 10, P129, P66, T108, A127),
    schema("RoiAlign", 16, P129, P66, T108, A128),
    schema("RoiAlign", 22, P129, P66, T6, A128),
    schema("RotaryEmbedding", 23, P130, P1, T157, A129),
    schema("Round", 11, P0, P1, T0, &[]),
    schema("Round", 22, P0, P1, T3, &[]),
    schema("STFT", 17, P131, P42, T50, A130),
    schema("Scan", 8, P132, P133, T158, A131),
    schema("Scan", 9, P134, P133, T159, A132),
    schema("Scan", 11, P134, P133, T159, A132),
    schema("Scan", 16, P134, P133, T160, A132),
    schema("Scan", 19, P134, P133, T161, A132),
    schema("Scan", 21, P134, P133, T162, A132),
    schema("Scan", 23, P134, P133, T163, A132),
    schema("Scan", 24, P134, P133, T164, A132),
    schema("Scan", 25, P134, P133, T165, A132),
    schema("Scatter", 9, P135, P3, T71, A61),
    deprecated("Scatter", 11, P135, P3, T71, A61),
    schema("ScatterElements", 11, P135, P3, T71, A61),
    schema("ScatterElements", 13, P135, P3, T30, A61),
    schema("ScatterElements", 16, P135, P3, T30, A133),
    schema("ScatterElements", 18, P135, P3, T30, A133),
    schema("ScatterND", 11, P136, P3, T67, &[]),
    schema("ScatterND", 13, P136, P3, T31, &[]),
    schema("ScatterND", 16, P136, P3, T31, A134),
    schema("ScatterND", 18, P136, P3, T31, A134),
    schema("Selu", 1, P0, P1, T0, A135),
    schema("Selu", 6, P0, P1, T0, A136),
    schema("Selu", 22, P0, P1, T3, A136),
    schema("SequenceAt", 11, P137, P138, T166, &[]),
    schema("SequenceConstruct", 11, P33, P139, T167, &[]),
    schema("SequenceEmpty", 11, &[], P140, T168, A137),
    schema("SequenceErase", 11, P141, P139, T169, &[]),
    schema("SequenceInsert", 11, P142, P139, T170, &[]),
    schema("SequenceLength", 11, P35, P143, T171, &[]),
    schema("SequenceMap", 17, P144, P145, T172, A88),
    schema("Shape", 1, P9, P146, T173, &[]),
    schema("Shape", 13, P9, P146, T174, &[]),
    schema("Shape", 15, P9, P146, T174, A138),
    schema("Shape", 19, P9, P146, T175, A138),
    schema("Shape", 21, P9, P146, T176, A138),
    schema("Shape", 23, P9, P146, T177, A138),
    schema("Shape", 24, P9, P146, T178, A138),
    schema("Shape", 25, P9, P146, T179, A138),
    schema("Shrink", 9, P2, P3, T1, A139),
    schema("Sigmoid", 1, P0, P1, T0, A0),
    schema("Sigmoid", 6, P0, P1, T0, &[]),
    schema("Sigmoid", 13, P0, P1, T3, &[]),
    schema("Sign", 9, P2, P3, T1, &[]),
    schema("Sign", 13, P2, P3, T2, &[]),
    schema("Sin", 7, P2, P3, T0, &[]),
    schema("Sin", 22, P2, P3, T3, &[]),
    schema("Sinh", 9, P2, P3, T0, &[]),
    schema("Sinh", 22, P2, P3, T3, &[]),
    schema("Size", 1, P9, P24, T173, &[]),
    schema("Size", 13, P9, P24, T174, &[]),
    schema("Size", 19, P9, P24, T175, &[]),
    schema("Size", 21, P9, P24, T176, &[]),
    schema("Size", 23, P9, P24, T177, &[]),
    schema("Size", 24, P9, P24, T178, &[]),
    schema("Size", 25, P9, P24, T179, &[]),
    schema("Slice", 1, P9, P3, T33, A140),
    schema("Slice", 10, P147, P3, T71, &[]),
    schema("Slice", 11, P147, P3, T71, &[]),
    schema("Slice", 13, P147, P3, T30, &[]),
    schema("Softmax", 1, P2, P3, T0, A47),
    schema("Softmax", 11, P2, P3, T0, A47),
    schema("Softmax", 13, P2, P3, T3, A74),
    schema("SoftmaxCrossEntropyLoss", 12, P148, P149, T113, A101),
    schema("SoftmaxCrossEntropyLoss", 13, P148, P149, T114, A101),
    schema("Softplus", 1, P0, P1, T0, &[]),
    schema("Softplus", 22, P0, P1, T3, &[]),
    schema("Softsign", 1, P2, P3, T0, &[]),
    schema("Softsign", 22, P2, P3, T3, &[]),
    schema("SpaceToDepth", 1, P2, P3, T33, A45),
    schema("SpaceToDepth", 13, P2, P3, T34, A45),
    schema("Split", 1, P150, P151, T0, A141),
    schema("Split", 2, P2, P152, T33, A142),
    schema("Split", 11, P2, P152, T33, A142),
    schema("Split", 13, P153, P152, T31, A61),
    schema("Split", 18, P153, P152, T31, A143),
    schema("SplitToSequence", 11, P154, P139, T180, A4),
    schema("SplitToSequence", 24, P154, P139, T181, A4),
    schema("Sqrt", 1, P0, P1, T0, A0),
    schema("Sqrt", 6, P0, P1, T0, &[]),
    schema("Sqrt", 13, P0, P1, T3, &[]),
    schema("Squeeze", 1, P9, P155, T33, A28),
    schema("Squeeze", 11, P9, P155, T33, A28),
    schema("Squeeze", 13, P122, P155, T31, &[]),
    schema("Squeeze", 21, P122, P155, T150, &[]),
    schema("Squeeze", 23, P122, P155, T151, &[]),
    schema("Squeeze", 24, P122, P155, T152, &[]),
    schema("Squeeze", 25, P122, P155, T153, &[]),
    schema("StringConcat", 20, P22, P23, T182, &[]),
    schema("StringNormalizer", 10, P156, P157, T183, A144),
    schema("StringSplit", 20, P75, P158, T184, A145),
    schema("Sub", 1, P4, P5, T0, A1),
    schema("Sub", 6, P4, P5, T4, A2),
    schema("Sub", 7, P4, P5, T4, &[]),
    schema("Sub", 13, P4, P5, T5, &[]),
    schema("Sub", 14, P4, P5, T2, &[]),
    schema("Sum", 1, P88, P159, T0, A0),
    schema("Sum", 6, P88, P159, T0, &[]),
    schema("Sum", 8, P88, P159, T0, &[]),
    schema("Sum", 13, P88, P159, T3, &[]),
    schema("Swish", 24, P0, P1, T3, A27),
    schema("Tan", 7, P2, P3, T0, &[]),
    schema("Tan", 22, P2, P3, T3, &[]),
    schema("Tanh", 1, P2, P3, T0, A0),
    schema("Tanh", 6, P2, P3, T0, &[]),
    schema("Tanh", 13, P2, P3, T3, &[]),
    schema("TensorScatter", 24, P160, P161, T152, A146),
    schema("TfIdfVectorizer", 9, P0, P66, T185, A147),
    schema("ThresholdedRelu", 10, P0, P1, T0, A27),
    schema("ThresholdedRelu", 22, P0, P1, T3, A27),
    schema("Tile", 1, P162, P3, T0, &[]),
    schema("Tile", 6, P163, P3, T173, &[]),
    schema("Tile", 13, P163, P3, T174, &[]),
    schema("TopK", 1, P0, P164, T105, A148),
    schema("TopK", 10, P165, P164, T186, A74),
    schema("TopK", 11, P165, P164, T187, A149),
    schema("TopK", 24, P165, P164, T188, A149),
    schema("Transpose", 1, P9, P166, T33, A150),
    schema("Transpose", 13, P9, P166, T34, A150),
    schema("Transpose", 21, P9, P166, T37, A150),
    schema("Transpose", 23, P9, P166, T38, A150),
    schema("Transpose", 24, P9, P166, T39, A150),
    schema("Transpose", 25, P9, P166, T40, A150),
    schema("Trilu", 14, P167, P3, T31, A151),
    schema("Unique", 11, P0, P168, T67, A152),
    schema("Unsqueeze", 1, P9, P169, T33, A153),
    schema("Unsqueeze", 11, P9, P169, T33, A153),
    schema("Unsqueeze", 13, P170, P169, T31, &[]),
    schema("Unsqueeze", 21, P170, P169, T150, &[]),
    schema("Unsqueeze", 23, P170, P169, T151, &[]),
    schema("Unsqueeze", 24, P170, P169, T152, &[]),
    schema("Unsqueeze", 25, P170, P169, T153, &[]),
    schema("Upsample", 1, P0, P1, T189, A154),
    schema("Upsample", 7, P0, P1, T33, A155),
    schema("Upsample", 9, P125, P1, T154, A123),
    deprecated("Upsample", 10, P125, P1, T154, A123),
    schema("Where", 9, P171, P3, T190, &[]),
    schema("Where", 16, P171, P3, T191, &[]),
    schema("Xor", 1, P4, P8, T7, A2),
    schema("Xor", 7, P4, P8, T7, &[]),
];
