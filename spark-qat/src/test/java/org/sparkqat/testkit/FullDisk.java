package org.sparkqat.testkit;

import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.URI;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FSDataOutputStream;
import org.apache.hadoop.fs.Path;
import org.apache.hadoop.fs.RawLocalFileSystem;
import org.apache.hadoop.fs.permission.FsPermission;
import org.apache.hadoop.util.Progressable;

/**
 * The local disk under {@code full:///}, which takes {@code fs.full.room} bytes and then no more:
 * {@code --conf spark.hadoop.fs.full.impl=} this class.
 */
public final class FullDisk extends RawLocalFileSystem {

  private final AtomicLong room = new AtomicLong();

  @Override
  public void initialize(URI uri, Configuration hadoop) throws IOException {
    super.initialize(uri, hadoop);
    room.set(hadoop.getLong("fs.full.room", 0));
  }

  @Override
  public URI getUri() {
    return URI.create("full:///");
  }

  @Override
  public String getScheme() {
    return "full";
  }

  @Override
  public FSDataOutputStream create(
      Path file,
      FsPermission permission,
      boolean overwrite,
      int buffer,
      short replication,
      long block,
      Progressable progress)
      throws IOException {
    return limited(super.create(file, permission, overwrite, buffer, replication, block, progress));
  }

  @Override
  public FSDataOutputStream create(
      Path file,
      boolean overwrite,
      int buffer,
      short replication,
      long block,
      Progressable progress)
      throws IOException {
    return limited(super.create(file, overwrite, buffer, replication, block, progress));
  }

  @Override
  public FSDataOutputStream append(Path file, int buffer, Progressable progress)
      throws IOException {
    return limited(super.append(file, buffer, progress));
  }

  private FSDataOutputStream limited(FSDataOutputStream file) throws IOException {
    return new FSDataOutputStream(new Limited(file), null);
  }

  private final class Limited extends FilterOutputStream {

    private Limited(OutputStream out) {
      super(out);
    }

    @Override
    public void write(int value) throws IOException {
      take(1);
      out.write(value);
    }

    @Override
    public void write(byte[] bytes, int from, int count) throws IOException {
      take(count);
      out.write(bytes, from, count);
    }

    private void take(int count) throws IOException {
      if (room.addAndGet(-count) < 0) {
        throw new IOException("No space left on device");
      }
    }
  }
}
