"""One scenario to one result: the schedule, the draws, the months in order, the batches."""
