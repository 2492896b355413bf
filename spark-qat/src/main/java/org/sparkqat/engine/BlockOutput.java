package org.sparkqat.engine;

/**
 * What a block put out for the latest micro-batch, {@code [N, C, H, W]}.
 *
 * @param data codes less their zero point where they have one scale, else real values
 * @param scale real value of one unit of the data
 * @param isCodes false when the data are real values
 */
public record BlockOutput(float[] data, float scale, boolean isCodes) {}
