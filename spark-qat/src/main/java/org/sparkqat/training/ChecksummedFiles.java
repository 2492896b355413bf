package org.sparkqat.training;

import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.security.DigestOutputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import org.apache.hadoop.fs.FSDataInputStream;
import org.apache.hadoop.fs.FSDataOutputStream;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import org.apache.hadoop.fs.StreamCapabilities;
import org.sparkqat.training.CheckpointManifest.Entry;

/** Writes and reads the files of one folder with a SHA-256 and a length each. */
record ChecksummedFiles(FileSystem fileSystem, Path folder) {

  private static final int CHUNK = 1 << 16;

  /** Writes a new file. */
  Entry writeBytes(String name, byte[] bytes) throws IOException {
    MessageDigest digest = sha256();
    try (FSDataOutputStream file = fileSystem.create(new Path(folder, name), false)) {
      file.write(bytes);
      digest.update(bytes);
      persist(file);
    }
    return new Entry(HexFormat.of().formatHex(digest.digest()), bytes.length);
  }

  /** Writes a new file of little-endian float32. */
  Entry writeFloats(String name, float[] values) throws IOException {
    MessageDigest digest = sha256();
    try (FSDataOutputStream file = fileSystem.create(new Path(folder, name), false)) {
      OutputStream out = new DigestOutputStream(file, digest);
      ByteBuffer chunk = ByteBuffer.allocate(CHUNK).order(ByteOrder.LITTLE_ENDIAN);
      for (int i = 0; i < values.length; i += CHUNK / Float.BYTES) {
        int count = Math.min(CHUNK / Float.BYTES, values.length - i);
        chunk.asFloatBuffer().put(values, i, count);
        out.write(chunk.array(), 0, count * Float.BYTES);
      }
      persist(file);
    }
    return new Entry(HexFormat.of().formatHex(digest.digest()), (long) Float.BYTES * values.length);
  }

  /** The bytes of a file, as its entry proves them. */
  byte[] readBytes(String name, Entry entry) throws DamagedCheckpointException {
    byte[] bytes = new byte[countOf(name, entry, 1)];
    MessageDigest digest = sha256();
    try (FSDataInputStream file = fileSystem.open(new Path(folder, name))) {
      file.readFully(bytes);
      digest.update(bytes);
    } catch (IOException e) {
      throw unreadable(name, e);
    }
    requireSame(name, digest, entry);
    return bytes;
  }

  /** The numbers of a file, as its entry proves them. */
  float[] readFloats(String name, Entry entry) throws DamagedCheckpointException {
    float[] values = new float[countOf(name, entry, Float.BYTES)];
    MessageDigest digest = sha256();
    try (FSDataInputStream file = fileSystem.open(new Path(folder, name))) {
      ByteBuffer chunk = ByteBuffer.allocate(CHUNK).order(ByteOrder.LITTLE_ENDIAN);
      for (int i = 0; i < values.length; i += CHUNK / Float.BYTES) {
        int count = Math.min(CHUNK / Float.BYTES, values.length - i);
        file.readFully(chunk.array(), 0, count * Float.BYTES);
        digest.update(chunk.array(), 0, count * Float.BYTES);
        chunk.asFloatBuffer().get(values, i, count);
      }
    } catch (IOException e) {
      throw unreadable(name, e);
    }
    requireSame(name, digest, entry);
    return values;
  }

  /** The bytes of a small file that nothing proves. */
  byte[] readUnproven(String name, int longest) throws DamagedCheckpointException {
    try (FSDataInputStream file = fileSystem.open(new Path(folder, name))) {
      return file.readNBytes(longest);
    } catch (IOException e) {
      throw unreadable(name, e);
    }
  }

  /** The length is compared before memory is taken for it. */
  private int countOf(String name, Entry entry, int unit) throws DamagedCheckpointException {
    long length = length(name);
    if (length != entry.length()) {
      throw new DamagedCheckpointException(
          name + " has " + length + " bytes instead of " + entry.length());
    }
    if (length % unit != 0 || length / unit > Integer.MAX_VALUE - 8) {
      throw new DamagedCheckpointException(name + " has an impossible length: " + length);
    }
    return (int) (length / unit);
  }

  private long length(String name) throws DamagedCheckpointException {
    try {
      return fileSystem.getFileStatus(new Path(folder, name)).getLen();
    } catch (IOException e) {
      throw unreadable(name, e);
    }
  }

  /** On the medium before the manifest names it, where the file system can tell. */
  private static void persist(FSDataOutputStream file) throws IOException {
    if (file.hasCapability(StreamCapabilities.HSYNC)) {
      file.hsync();
    }
  }

  private static void requireSame(String name, MessageDigest digest, Entry entry)
      throws DamagedCheckpointException {
    if (!HexFormat.of().formatHex(digest.digest()).equals(entry.sha256())) {
      throw new DamagedCheckpointException("checksum of " + name + " differs");
    }
  }

  private static DamagedCheckpointException unreadable(String name, IOException e) {
    return e instanceof FileNotFoundException
        ? new DamagedCheckpointException(name + " is missing", e)
        : new DamagedCheckpointException(name + " cannot be read: " + e.getMessage(), e);
  }

  private static MessageDigest sha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("Cannot hash files: this Java has no SHA-256", e);
    }
  }
}
