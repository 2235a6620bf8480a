"""Privacy: the data inventory and its check against what the software really stores."""
