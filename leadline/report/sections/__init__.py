"""The parts of a report in the order in which they are read: the answer, each child, the series, the methods."""
