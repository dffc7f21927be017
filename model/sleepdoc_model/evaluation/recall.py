"""The control every memory has to be compared with: looking the text up."""

import re
import sqlite3

from sleepdoc_model.tokenizer import Tokenizer


def find_sentences(text: str, question: str, tokenizer: Tokenizer, budget: int) -> str:
    """The sentences of `text` that match the question's words best (BM25), in at most `budget`
    tokens, best first; nothing if no word matches."""
    sentences = [s for s in re.split(r"(?<=[.!?])\s+", text) if s.strip()]
    words = re.findall(r"\w+", question)
    database = sqlite3.connect(":memory:")
    try:
        database.execute("CREATE VIRTUAL TABLE sentences USING fts5(text)")
        database.executemany("INSERT INTO sentences VALUES (?)", [(s,) for s in sentences])
        query = " OR ".join(f'"{word}"' for word in words)
        rows = database.execute(
            "SELECT text FROM sentences WHERE sentences MATCH ? ORDER BY bm25(sentences)", (query,)
        ).fetchall()
    finally:
        database.close()
    chosen, used = [], 0
    for (sentence,) in rows:
        used += len(tokenizer.encode(sentence))
        if used > budget:
            break
        chosen.append(sentence.strip())
    return " ".join(chosen)
