"""One token at a time: the same network in fewer operations and fewer bytes.

A run for a single token is bound by what has to be read from memory, and after that by how many
operations there are. Sleeping and prefilling do not come here.
"""

from sleepdoc_model.decoding.decoder import Decoder
from sleepdoc_model.decoding.matrices import eight_bits, stacked

__all__ = ["Decoder", "eight_bits", "stacked"]
