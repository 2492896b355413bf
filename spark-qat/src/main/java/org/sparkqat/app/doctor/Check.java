package org.sparkqat.app.doctor;

import java.io.IOException;

/** One thing that a job needs. */
interface Check {

  /** Looks at the facts; changes nothing that is not put back. */
  Finding find() throws IOException;
}
