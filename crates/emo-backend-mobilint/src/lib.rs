//! Mobilint NPUs: from an ONNX model to an MXQ file to scores, on the vendor's own software.
