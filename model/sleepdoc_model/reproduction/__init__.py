"""The experiments of arXiv 2605.26099, in the network that the product uses."""
