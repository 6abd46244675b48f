"""``python -m capacity`` is the command line."""

from capacity.cli import main

if __name__ == "__main__":
    main()
