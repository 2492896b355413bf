package org.sparkqat.distributed.worker;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.sparkqat.distributed.TinyJob;

class WorkerSpecificationTest {

  @Test
  void travelsUnchanged() {
    WorkerSpecification specification = TinyJob.settings().worker();
    WorkerSpecification copy = WorkerSpecification.decode(specification.encode());
    assertThat(copy.encode()).isEqualTo(specification.encode());
    assertThat(copy.network().nodes()).isEqualTo(specification.network().nodes());
    assertThat(copy.scheme()).isEqualTo(specification.scheme());
    assertThat(copy.normalization()).isEqualTo(specification.normalization());
    assertThat(copy.loss()).isEqualTo(specification.loss());
    assertThat(copy.clipping()).isEqualTo(specification.clipping());
    assertThat(copy.augmentations()).isEqualTo(specification.augmentations());
    assertThat(copy.seed()).isEqualTo(specification.seed());
  }
}
