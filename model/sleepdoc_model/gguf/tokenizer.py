"""A model's own tokenizer, as llama.cpp builds it from the GGUF file's vocabulary."""

import ctypes
from pathlib import Path

import llama_cpp.llama_cpp as llama

from sleepdoc_model.gguf.chat_format import ChatFormat, chatml, recognise
from sleepdoc_model.gguf.load_model import load_model
from sleepdoc_model.tokenizer import Frame, TokenStream

SMOLLM2 = chatml("You are a helpful AI assistant named SmolLM, trained by Hugging Face")
"""The format of the embedded base, with the system prompt it was trained with."""


class GGUFTokenizer:
    """Token ids of a GGUF vocabulary; see `Tokenizer` for the promises."""

    def __init__(self, path: Path, chat: ChatFormat | None = None) -> None:
        """Load the vocabulary alone.

        Args:
            path: A GGUF file.
            chat: How conversations are framed; None: as the file's chat template suggests.

        Raises:
            ValueError: llama.cpp does not take the file.
        """
        self._model = load_model(path, vocabulary_only=True)
        self._vocab = llama.llama_model_get_vocab(self._model)
        tokens = range(llama.llama_vocab_n_tokens(self._vocab))
        self._control = frozenset(
            token for token in tokens if llama.llama_vocab_is_control(self._vocab, token)
        )
        self._ends = frozenset(
            token for token in self._control if llama.llama_vocab_is_eog(self._vocab, token)
        )
        self.chat = chat or recognise(self._template(), self._is_control)
        self.frame = self._build_frame(self.chat)

    def encode(self, text: str) -> list[int]:
        """Token ids of foreign text.

        llama.cpp leaves control tokens out with ``special=False``; should one slip through all the
        same, it is spelt out in single characters instead.
        """
        ids = self._tokenize(text, special=False)
        if self._control.isdisjoint(ids):
            return ids
        return [i for c in text for i in self._tokenize(c, special=False) if i not in self._control]

    def stream(self) -> TokenStream:
        return TokenStream(self.piece)

    def piece(self, token: int) -> bytes:
        """The bytes a token stands for; none for a control token."""
        if token in self._control:
            return b""
        out = ctypes.create_string_buffer(1024)
        size = llama.llama_token_to_piece(self._vocab, token, out, len(out), 0, False)
        return out.raw[: max(0, size)]

    def _tokenize(self, text: str, *, special: bool) -> list[int]:
        data = text.encode("utf-8", "replace")
        if not data:
            return []
        most = len(data) + 8  # no token is shorter than a byte; some vocabularies add a space
        out = (llama.llama_token * most)()
        count = llama.llama_tokenize(self._vocab, data, len(data), out, most, False, special)
        if count < 0:
            raise ValueError("a text has more tokens than bytes")
        return out[:count]

    def _template(self) -> str | None:
        found = llama.llama_model_chat_template(self._model, None)
        return None if found is None else found.decode("utf-8", "replace")

    def _is_control(self, text: str) -> bool:
        ids = self._tokenize(text, special=True)
        return len(ids) == 1 and ids[0] in self._control

    def _build_frame(self, chat: ChatFormat) -> Frame:
        def ids(text: str) -> tuple[int, ...]:
            return tuple(self._tokenize(text, special=True))

        first: tuple[int, ...] = ()
        if llama.llama_vocab_get_add_bos(self._vocab):
            first = (llama.llama_vocab_bos(self._vocab),)
        return Frame(
            prefix=first + ids(chat.prefix),
            question_open=ids(chat.question_open),
            answer_open=ids(chat.answer_open),
            answer_close=ids(chat.answer_close),
            stop=self._ends.union(*map(ids, chat.stop)),
        )
