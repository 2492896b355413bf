/**
 * The kernels of oneDNN: the only package that imports the native library.
 *
 * <p>May use what org.sparkqat.engine may use, and the engine itself.
 *
 * <p>Memory: only handles of oneDNN's C interface are used. They carry no finalizer of JavaCPP, so
 * nothing native waits for the garbage collector, and JavaCPP's limits ({@code
 * org.bytedeco.javacpp.maxbytes}, {@code maxphysicalbytes}), which count what waits, neither stop a
 * large executor nor make it collect garbage; no system property has to be set. Every handle is
 * entered in an {@link org.sparkqat.engine.onednn.Ownership} on the line that creates it.
 *
 * <p>Threads: a computation uses as many as its kernels were opened with, see {@link
 * org.sparkqat.engine.onednn.OpenMpThreads}.
 */
@NullMarked
package org.sparkqat.engine.onednn;

import org.jspecify.annotations.NullMarked;
