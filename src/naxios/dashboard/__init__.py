"""The dashboard's pages that bring several subjects together: home and limits."""
