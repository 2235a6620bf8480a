"""The gateway's own HTTP/1.1 client: providers over the network. Why not a library's: decision 0002."""
