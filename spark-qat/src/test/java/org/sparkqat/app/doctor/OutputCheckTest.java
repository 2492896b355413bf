package org.sparkqat.app.doctor;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.RawLocalFileSystem;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.sparkqat.app.output.RunFolder;

class OutputCheckTest {

  @TempDir private Path temporary;

  /** A local file system by another name. */
  static class Store extends RawLocalFileSystem {
    private final String scheme;

    Store(String scheme) {
      this.scheme = scheme;
    }

    @Override
    public URI getUri() {
      return URI.create(scheme + ":///");
    }
  }

  /** One whose rename copies. */
  public static final class S3 extends Store {
    public S3() {
      super("s3a");
    }
  }

  /** One that renames nothing. */
  public static final class Stubborn extends Store {
    public Stubborn() {
      super("stubborn");
    }

    @Override
    public boolean rename(org.apache.hadoop.fs.Path from, org.apache.hadoop.fs.Path to) {
      return false;
    }
  }

  private static Finding find(String path) throws IOException {
    Configuration hadoop = new Configuration(false);
    hadoop.setClass("fs.s3a.impl", S3.class, Store.class);
    hadoop.setClass("fs.stubborn.impl", Stubborn.class, Store.class);
    hadoop.setBoolean("fs.s3a.impl.disable.cache", true);
    hadoop.setBoolean("fs.stubborn.impl.disable.cache", true);
    return new OutputCheck(RunFolder.of(path, hadoop)).find();
  }

  @Test
  void aFolderThatCanBeWrittenIsFineAndLeftAsItWas() throws IOException {
    Finding made = find(temporary.resolve("a/b/out").toString());
    assertThat(made.status()).as(made.detail()).isEqualTo(Status.OK);
    assertThat(made.detail()).endsWith("can be written, with atomic rename");
    assertThat(temporary).isEmptyDirectory();

    Path there = Files.createDirectory(temporary.resolve("out"));
    assertThat(find(there.toString()).status()).isEqualTo(Status.OK);
    assertThat(there).isEmptyDirectory();
  }

  @Test
  void aFolderWithARunWarns() throws IOException {
    Files.writeString(temporary.resolve("summary.json"), "{}");
    Finding finding = find(temporary.toString());
    assertThat(finding.status()).isEqualTo(Status.WARNING);
    assertThat(finding.detail()).endsWith("holds a run");
    assertThat(finding.remedy()).contains("--resume", "--overwrite");
  }

  @Test
  void aPathThatCannotBeAFolderFails() throws IOException {
    Path file = Files.writeString(temporary.resolve("file"), "");
    Finding taken = find(file.toString());
    assertThat(taken.status()).isEqualTo(Status.FAIL);
    assertThat(taken.detail()).contains("is a file");
    Finding below = find(file.resolve("out").toString());
    assertThat(below.status()).isEqualTo(Status.FAIL);
    assertThat(below.detail()).startsWith("cannot write to");
  }

  @Test
  void aStoreWhoseRenameCopiesWarnsAndSaysWhatDiffers() throws IOException {
    Finding finding = find("s3a://" + temporary.resolve("out"));
    assertThat(finding.status()).as(finding.detail()).isEqualTo(Status.WARNING);
    assertThat(finding.detail()).contains("on s3a a rename copies");
    assertThat(finding.remedy()).contains("checksums", "metrics.jsonl");
    assertThat(finding.figures()).containsEntry("scheme", "s3a");
  }

  @Test
  void aFileSystemThatDoesNotRenameFails() throws IOException {
    Finding finding = find("stubborn://" + temporary.resolve("out"));
    assertThat(finding.status()).as(finding.detail()).isEqualTo(Status.FAIL);
    assertThat(finding.detail()).endsWith("a file cannot be renamed");
    assertThat(temporary).isEmptyDirectory();
  }
}
