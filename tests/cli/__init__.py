"""The command line, as a whole process: what it prints, where, and its exit codes."""
