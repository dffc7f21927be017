"""What a reader corrects."""

from dataclasses import replace

from sleepdoc_model.base import load_base
from sleepdoc_model.base_file import base_path
from sleepdoc_model.config import smollm2
from sleepdoc_model.device import training_dtype
from sleepdoc_model.network import Network


def trunk() -> Network:
    """The base without fast weights, frozen, in the precision that trains fastest here."""
    config = smollm2()
    network = Network(replace(config, layers=("A",) * len(config.layers)))
    load_base(network, base_path(), training_dtype())
    return network.requires_grad_(False)
