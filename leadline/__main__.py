"""`python -m leadline` is `leadline`."""

from leadline.cli.main import run

if __name__ == "__main__":
    run()
