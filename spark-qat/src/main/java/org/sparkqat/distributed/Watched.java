package org.sparkqat.distributed;

import org.sparkqat.distributed.progress.StageFigures;
import org.sparkqat.training.TrainingState;

/** The state after a step, whose memory knows of the step, and what there is to tell of it. */
record Watched(TrainingState state, StageFigures figures) {}
