//! The CPU reference backend: compiles an ONNX graph once, then runs it
