"""How like a question passages are: vectors are made as windows sleep, and compared when asked."""

from collections.abc import Callable

from sleepdoc.reading.client import EngineClient
from sleepdoc.reading.recall import StoredText
from sleepdoc.reading.record import Record
from sleepdoc.reading.window import Window
from sleepdoc.store import Vectors
from sleepdoc_model.engine import Stretch
from sleepdoc_model.recall.fusion import Similar, of_passages


class WindowVectors:
    """The vectors that are wanted of the sentences in a window."""

    def __init__(self, engine: EngineClient, window: Window, record: Record) -> None:
        """Look which sentences stand in the window as it is, and have none yet."""
        self._engine = engine
        self._places: dict[int, Stretch] = {}
        if (model := engine.info.vectors) and (pages := window.page_numbers):
            self._places = window.places(record.sentences_without_vectors(model, *pages))

    @property
    def stretches(self) -> list[Stretch]:
        """Where in the window they are."""
        return list(self._places.values())

    @property
    def made(self) -> Vectors | None:
        """What the sleep has made of them, once it has ended."""
        if not self._places:
            return None
        vectors = self._engine.vectors
        return Vectors(self._engine.info.vectors, dict(zip(self._places, vectors, strict=True)))


def likeness(engine: EngineClient, text: StoredText) -> Callable[[str], Similar]:
    """From a question to how like it passages of a text are, as far as that is known."""

    def of(question: str) -> Similar:
        model, frame = engine.info.vectors, engine.frame
        if not model or not (vectors := text.vectors(model)):
            return {}
        prompt = frame.asked(engine.encode(question))
        own = len(frame.question_open), len(prompt) - len(frame.answer_open)
        similar = engine.similar(prompt, own, list(vectors.values()))
        return of_passages(dict(zip(vectors, similar, strict=True)), text.index.sentences())

    return of
