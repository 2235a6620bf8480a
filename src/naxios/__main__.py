"""`python -m naxios` is `naxios`."""

from naxios.cli import main

main()
