"""The way in: `orchtui`, and `python -m orchtui`. It never does more than call the command line."""

from orchtui.cli import main

if __name__ == "__main__":
    main()
