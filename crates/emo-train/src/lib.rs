//! Training of the compact models of emo-fusion and their export to ONNX
