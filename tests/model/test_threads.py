"""What of a network's run is shared among threads."""

from collections.abc import Iterator

import pytest
import torch
import torch.nn.functional as F
from torch import Tensor

from sleepdoc_kernels import threads
from sleepdoc_model.decoding.matrices import eight_bits, product
from sleepdoc_model.network.trunk import Product

DIM = 64


@pytest.fixture
def counted(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[int]]:
    """With how many threads of three each product is computed."""
    before, found = torch.get_num_threads(), list[int]()

    def counting(multiply):
        def counted(*arguments: Tensor) -> Tensor:
            found.append(torch.get_num_threads())
            return multiply(*arguments)

        return counted

    monkeypatch.setattr(F, "linear", counting(F.linear))
    monkeypatch.setattr(torch, "_weight_int8pack_mm", counting(torch._weight_int8pack_mm))
    monkeypatch.setattr(threads, "_all", 0)
    torch.set_num_threads(3)
    threads.use_sparingly()
    yield found
    torch.set_num_threads(before)


@torch.no_grad()
def test_products_of_many_tokens_are(counted: list[int]) -> None:
    matrix = Product(DIM, DIM)
    for tokens in (1, 10_000, 1):
        matrix(torch.randn(1, tokens, DIM))
    assert counted == [1, 3, 1]


def test_those_of_one_token_are_not(counted: list[int]) -> None:
    product(eight_bits({"w": torch.randn(512 * 512, DIM)}), "w")(torch.randn(1, DIM))
    assert counted == [1]
