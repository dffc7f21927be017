"""The control every memory has to be compared with: the text looked up, as in the application."""

from functools import lru_cache

from sleepdoc_model.recall.index import MemoryIndex
from sleepdoc_model.recall.packing import Packer, ranked
from sleepdoc_model.recall.query import ask
from sleepdoc_model.tokenizer import Tokenizer


def find_sentences(text: str, question: str, tokenizer: Tokenizer, budget: int) -> str:
    """The sentences of `text` that match the question's words best, in at most `budget` tokens.

    Best first, with the neighbours of the best; nothing where no sentence has any of the words.
    """
    packer = Packer(lambda _: text, lambda piece: len(tokenizer.encode(piece)))
    quotes = ranked(_index(text), ask(question), packer, budget)
    return " ".join(text[quote.start : quote.end] for quote in quotes)


@lru_cache(maxsize=2)
def _index(text: str) -> MemoryIndex:
    return MemoryIndex([(1, text)])
