"""How a conversation is framed for a model, by the family its chat template belongs to.

A template is a program from whoever made the file. It is never run: it only tells the family, by
the control tokens it names, and the frame is then one of those written down here.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass, replace


@dataclass(frozen=True)
class ChatFormat:
    """Text, control tokens spelt out, around document, question and answer; see `Frame`.

    The token that begins every text is not part of it: the vocabulary says whether there is one.
    """

    name: str
    prefix: str
    question_open: str
    answer_open: str
    answer_close: str
    stop: tuple[str, ...] = ()
    """Control tokens that end an answer, besides those the vocabulary says do."""

    @property
    def control(self) -> frozenset[str]:
        """The control tokens it cannot do without."""
        spelt = self.prefix + self.answer_open + self.answer_close
        return frozenset(re.findall(r"<\|?\w+\|?>", spelt))


SYSTEM = "You are a helpful assistant. Answer from the document you have read."

PLAIN = ChatFormat("plain", "", "\n\nQuestion: ", "\nAnswer:", "\n\n", ())
"""For models with no template, or one that is not known."""


def chatml(system: str = SYSTEM) -> ChatFormat:
    """SmolLM2, Qwen, Falcon-H1, LFM2 and many others."""
    return ChatFormat(
        "ChatML",
        prefix=f"<|im_start|>system\n{system}<|im_end|>\n<|im_start|>user\n",
        question_open="\n\n",
        answer_open="<|im_end|>\n<|im_start|>assistant\n",
        answer_close="<|im_end|>\n<|im_start|>user\n",
        stop=("<|im_end|>", "<|endoftext|>"),
    )


_GRANITE = ChatFormat(
    "Granite",
    prefix=(
        f"<|start_of_role|>system<|end_of_role|>{SYSTEM}<|end_of_text|>\n"
        "<|start_of_role|>user<|end_of_role|>"
    ),
    question_open="\n\n",
    answer_open="<|end_of_text|>\n<|start_of_role|>assistant<|end_of_role|>",
    answer_close="<|end_of_text|>\n<|start_of_role|>user<|end_of_role|>",
    stop=("<|end_of_text|>",),
)
_LLAMA3 = ChatFormat(
    "Llama 3",
    prefix=(
        f"<|start_header_id|>system<|end_header_id|>\n\n{SYSTEM}<|eot_id|>"
        "<|start_header_id|>user<|end_header_id|>\n\n"
    ),
    question_open="\n\n",
    answer_open="<|eot_id|><|start_header_id|>assistant<|end_header_id|>\n\n",
    answer_close="<|eot_id|><|start_header_id|>user<|end_header_id|>\n\n",
    stop=("<|eot_id|>",),
)
_NEMOTRON = ChatFormat(
    "Nemotron",
    prefix=f"<SPECIAL_10>System\n{SYSTEM}\n<SPECIAL_11>User\n",
    question_open="\n\n",
    answer_open="\n<SPECIAL_11>Assistant\n",
    answer_close="\n<SPECIAL_12>\n\n<SPECIAL_11>User\n",
    stop=("<SPECIAL_11>", "<SPECIAL_12>"),
)
_KIMI = ChatFormat(
    "Kimi",
    prefix=f"<|im_system|>system<|im_middle|>{SYSTEM}<|im_end|><|im_user|>user<|im_middle|>",
    question_open="\n\n",
    answer_open="<|im_end|><|im_assistant|>assistant<|im_middle|>",
    answer_close="<|im_end|><|im_user|>user<|im_middle|>",
    stop=("<|im_end|>",),
)
_JAMBA = ChatFormat(
    "Jamba",
    prefix=f"<|bom|><|system|> {SYSTEM}<|eom|><|bom|><|user|> ",
    question_open="\n\n",
    answer_open="<|eom|><|bom|><|assistant|> ",
    answer_close="<|eom|><|bom|><|user|> ",
    stop=("<|eom|>",),
)
FORMATS = (chatml(), _KIMI, _GRANITE, _LLAMA3, _NEMOTRON, _JAMBA)

_NO_THINKING = "<think></think>", "<think>\n\n</think>\n\n"
"""How templates turn thinking aloud off: the first if they spell it, else the second."""


def recognise(template: str | None, is_control: Callable[[str], bool]) -> ChatFormat:
    """The format of the first family all of whose control tokens the template names.

    Args:
        template: The chat template; None where there is none.
        is_control: Whether a text is a control token of the model's vocabulary.

    Returns:
        `PLAIN` where no family fits.
    """
    for known in FORMATS if template else ():
        assert template is not None
        if all(token in template and is_control(token) for token in known.control):
            if "<think>" in template and "</think>" in template:
                spelt, usual = _NO_THINKING
                none = spelt if spelt in template else usual
                return replace(known, answer_open=known.answer_open + none)
            return known
    return PLAIN
