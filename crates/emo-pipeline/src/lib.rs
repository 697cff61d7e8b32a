//! From raw recordings to one fused emotion: bundles and the recognizer
