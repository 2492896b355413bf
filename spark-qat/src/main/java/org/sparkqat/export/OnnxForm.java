package org.sparkqat.export;

/** What an exported model holds. */
public enum OnnxForm {
  /** 8-bit weight codes, and QuantizeLinear/DequantizeLinear pairs at every quantization point. */
  QUANTIZED,
  /** float32 weights, batch normalization folded; no quantizer. */
  FLOAT
}
