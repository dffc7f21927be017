"""The control every memory has to be compared with: the text looked up, as the application does."""

from functools import lru_cache

from sleepdoc_model.recall.index import MemoryIndex
from sleepdoc_model.recall.packing import ranked
from sleepdoc_model.recall.parts import parts
from sleepdoc_model.recall.query import ask_each
from sleepdoc_model.recall.written import Encode, packer, write


def recalled(text: str, question: str, encode: Encode, budget: int) -> list[int]:
    """Token ids of what `ask` would put in front of a question about a text of one page.

    At most `budget` of them; none where no sentence has any of the question's words.
    """
    packing = packer(lambda _: text, encode)
    quotes = ranked(_index(text), ask_each(parts(question)), packing, budget)
    return [i for each in write(quotes, lambda _: ("1", text), budget, encode)[0] for i in each]


@lru_cache(maxsize=2)
def _index(text: str) -> MemoryIndex:
    return MemoryIndex([(1, text)])
