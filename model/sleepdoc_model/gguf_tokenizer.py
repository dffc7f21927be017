"""The base's own tokenizer, as llama.cpp builds it from the GGUF file's vocabulary."""

import codecs
from pathlib import Path

from sleepdoc_model.tokenizer import Frame

SYSTEM_PROMPT = "You are a helpful AI assistant named SmolLM, trained by Hugging Face"


class GGUFTokenizer:
    """Byte-pair encoding of SmolLM2; see `Tokenizer` for the promises."""

    def __init__(self, path: Path) -> None:
        import llama_cpp

        self._llama = llama_cpp.Llama(str(path), vocab_only=True, verbose=False)
        vocab = llama_cpp.llama_model_get_vocab(self._llama._model.model)
        self._control = frozenset(
            token
            for token in range(llama_cpp.llama_vocab_n_tokens(vocab))
            if llama_cpp.llama_vocab_is_control(vocab, token)
        )
        self.frame = self._build_frame()

    def encode(self, text: str) -> list[int]:
        """Token ids of foreign text.

        llama.cpp leaves control tokens out with ``special=False``; should one slip through all the
        same, it is spelt out in single characters instead.
        """
        ids = self._tokenize(text, special=False)
        if self._control.isdisjoint(ids):
            return ids
        return [i for c in text for i in self._tokenize(c, special=False) if i not in self._control]

    def stream(self) -> "GGUFTokenStream":
        return GGUFTokenStream(self)

    def piece(self, token: int) -> bytes:
        """The bytes a token stands for; none for a control token."""
        if token in self._control:
            return b""
        out: bytes = self._llama.detokenize([token], special=False)
        return out

    def _tokenize(self, text: str, *, special: bool) -> list[int]:
        data = text.encode("utf-8", "replace")
        return list(self._llama.tokenize(data, add_bos=False, special=special)) if data else []

    def _build_frame(self) -> Frame:
        def ids(text: str) -> tuple[int, ...]:
            return tuple(self._tokenize(text, special=True))

        (end,) = ids("<|im_end|>")
        return Frame(
            prefix=ids(f"<|im_start|>system\n{SYSTEM_PROMPT}<|im_end|>\n<|im_start|>user\n"),
            question_open=ids("\n\n"),
            answer_open=ids("<|im_end|>\n<|im_start|>assistant\n"),
            answer_close=ids("<|im_end|>\n<|im_start|>user\n"),
            stop=frozenset({end, *ids("<|endoftext|>")}),
        )


class GGUFTokenStream:
    """Bytes of tokens to text, holding back a character until all its bytes have come."""

    def __init__(self, tokenizer: GGUFTokenizer) -> None:
        self._tokenizer = tokenizer
        self._decoder = codecs.getincrementaldecoder("utf-8")("replace")

    def push(self, token: int) -> str:
        return self._decoder.decode(self._tokenizer.piece(token))

    def finish(self) -> str:
        return self._decoder.decode(b"", final=True)
