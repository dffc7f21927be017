"""The network: a trunk of attention and MLPs, and fast weights in turns with it or beside it."""

from sleepdoc_model.network.memory import FastWeights, Window
from sleepdoc_model.network.network import Network
from sleepdoc_model.network.projections import BorrowedProjections, OwnProjections
from sleepdoc_model.network.run import Mode, Pass, Seen
from sleepdoc_model.network.subject import Subject
from sleepdoc_model.network.trunk import Attention, KeysValues, Projected

__all__ = [
    "Attention",
    "BorrowedProjections",
    "FastWeights",
    "KeysValues",
    "Mode",
    "Network",
    "OwnProjections",
    "Pass",
    "Projected",
    "Seen",
    "Subject",
    "Window",
]
