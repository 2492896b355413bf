package org.sparkqat.training;

/** What clipping makes of a gradient, and what there is to tell of it. */
public record ClippedGradient(ScaledGradient gradient, ClipReport report) {}
