//! Finds faces and plates with ONNX models described by manifests.
