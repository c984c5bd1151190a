"""The command line: one file a command group; no clinical decision lives here."""
