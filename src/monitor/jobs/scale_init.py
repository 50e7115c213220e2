"""Jobs on a Ray cluster: classifying, assessing and checking on more processes or machines.

Whoever asks reads and writes; workers judge. They are this program on other processors: a cluster
whose workers answer with other stamps is refused, so that results are those of one machine.
"""
