"""Jobs over a `Desk`: the work queue, the schedule, worker processes, Ray."""
