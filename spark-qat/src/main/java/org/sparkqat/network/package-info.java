/**
 * The graph of layers, its shapes and its initialisation; reading and writing its description.
 *
 * <p>May use tensor and quantization.
 */
@NullMarked
package org.sparkqat.network;

import org.jspecify.annotations.NullMarked;
