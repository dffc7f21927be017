"""Which frame a model gets: by what its template names, never by running it."""

from pathlib import Path

import pytest
from tests.model import tiny_gguf

from sleepdoc_model.base_file import base_path
from sleepdoc_model.gguf.chat_format import FORMATS, PLAIN, recognise
from sleepdoc_model.gguf.tokenizer import SMOLLM2, GGUFTokenizer

TEMPLATES = {
    "ChatML": "{{ '<|im_start|>' + role + '\\n' + text + '<|im_end|>' }}",
    "Kimi": "<|im_system|>{{ a }}<|im_middle|>{{ b }}<|im_end|><|im_user|><|im_assistant|>",
    "Granite": "{{ '<|start_of_role|>user<|end_of_role|>' + text + '<|end_of_text|>' }}",
    "Llama 3": "{{ '<|start_header_id|>' + role + '<|end_header_id|>' + text + '<|eot_id|>' }}",
    "Nemotron": "<SPECIAL_10>System<SPECIAL_11>User<SPECIAL_12>",
    "Jamba": "<|bom|><|system|>{{ s }}<|eom|><|user|><|assistant|>",
}


@pytest.mark.parametrize("name", [known.name for known in FORMATS])
def test_a_family_is_known_by_its_control_tokens(name: str) -> None:
    found = recognise(TEMPLATES[name], lambda text: True)
    assert found.name == name
    assert found.control
    # With any of them missing, from template or vocabulary, it is another family, or none.
    for token in found.control:
        assert recognise(TEMPLATES[name].replace(token, ""), lambda text: True).name != name
        assert recognise(TEMPLATES[name], lambda text, t=token: text != t).name != name  # type: ignore[misc]


@pytest.mark.parametrize("template", [None, "", "{% for i in range(10**12) %}x{% endfor %}"])
def test_an_unknown_template_is_not_run(template: str | None) -> None:
    assert recognise(template, lambda text: True) is PLAIN


def test_thinking_aloud_is_turned_off_as_the_template_does_it() -> None:
    plain = recognise(TEMPLATES["ChatML"], lambda text: True).answer_open
    usual = recognise(TEMPLATES["ChatML"] + "<think>{{ x }}</think>", lambda text: True)
    assert usual.answer_open == plain + "<think>\n\n</think>\n\n"
    short = recognise(TEMPLATES["ChatML"] + "<think></think>", lambda text: True)
    assert short.answer_open == plain + "<think></think>"


def test_the_base_s_own_template_is_chatml() -> None:
    found = GGUFTokenizer(base_path())
    assert found.chat.name == "ChatML"
    ours = GGUFTokenizer(base_path(), SMOLLM2)
    assert (found.frame.answer_open, found.frame.stop) == (ours.frame.answer_open, ours.frame.stop)


def test_without_a_template_nothing_but_text_frames_a_conversation(tmp_path: Path) -> None:
    path = tiny_gguf.build(tmp_path / "plain.gguf", "qwen35", template=None)
    tokenizer = GGUFTokenizer(path)
    assert tokenizer.chat is PLAIN
    frame = tokenizer.frame
    text = b"".join(map(tokenizer.piece, (*frame.question_open, *frame.answer_open))).decode()
    assert text == "\n\nQuestion: \nAnswer:"
