"""Layers of a PDF (optional content) that a viewer does not show.

PDFium draws without them but lists their text all the same. So pypdf writes a copy in which they
are marked, and PDFium tells the marks apart.
"""

import contextlib
import ctypes
import io
from collections.abc import Callable, Iterator
from typing import Any

import pypdfium2
import pypdfium2.raw as pdfium
from pypdf import PdfReader, PdfWriter
from pypdf.generic import DictionaryObject, NameObject, NumberObject, StreamObject

_MARK = "SleepdocHidden"
_DEEPEST = 12
_HIDDEN_ANNOTATION = 2


def marked_copy(reader: PdfReader) -> io.BytesIO | None:
    """A copy of the document in which hidden layers are marked, or nothing if it has none."""
    if not _hidden_groups(reader.root_object):
        return None
    writer = PdfWriter(clone_from=reader)
    hidden = _hidden_groups(writer.root_object)
    seen: set[int] = set()
    for page in writer.pages:
        _mark(page.get("/Resources"), hidden, seen, 0)
        for annotation in _items(page.get("/Annots")):
            if isinstance(annotation, DictionaryObject) and _is_hidden(annotation, hidden):
                flags = int(annotation.get("/F", 0)) | _HIDDEN_ANNOTATION
                annotation[NameObject("/F")] = NumberObject(flags)
    copy = io.BytesIO()
    writer.write(copy)
    return copy


def hidden_objects(page: pypdfium2.PdfPage) -> frozenset[int]:
    """Addresses of the text objects on marked layers of a page of such a copy."""
    count = pdfium.FPDFPage_CountObjects(page.raw)
    children = (pdfium.FPDFPage_GetObject(page.raw, index) for index in range(count))
    return frozenset(_hidden(children, False, 0))


def _hidden(children: Iterator[Any], inherited: bool, depth: int) -> Iterator[int]:
    for item in children:
        hidden = inherited or _is_marked(item)
        kind = pdfium.FPDFPageObj_GetType(item)
        if kind == pdfium.FPDF_PAGEOBJ_TEXT and hidden:
            yield ctypes.cast(item, ctypes.c_void_p).value or 0
        elif kind == pdfium.FPDF_PAGEOBJ_FORM and depth < _DEEPEST:
            count = pdfium.FPDFFormObj_CountObjects(item)
            inner = (pdfium.FPDFFormObj_GetObject(item, index) for index in range(count))
            yield from _hidden(inner, hidden, depth + 1)


def _is_marked(item: Any) -> bool:
    value = ctypes.c_int()
    return any(
        pdfium.FPDFPageObjMark_GetParamIntValue(
            pdfium.FPDFPageObj_GetMark(item, index), _MARK.encode(), value
        )
        for index in range(pdfium.FPDFPageObj_CountMarks(item))
    )


def _hidden_groups(root: DictionaryObject) -> set[int]:
    """Object numbers of the groups that are off when the document is opened."""
    with contextlib.suppress(Exception):
        properties: Any = root["/OCProperties"]
        default: Any = properties["/D"].get_object()
        groups = {reference.idnum for reference in properties["/OCGs"].get_object()}
        on = {reference.idnum for reference in _references(default.get("/ON"))}
        off = {reference.idnum for reference in _references(default.get("/OFF"))}
        if str(default.get("/BaseState", "")) == "/OFF":
            off |= groups - on
        for usage in _items(default.get("/AS")):
            if str(usage.get("/Event", "")) == "/View":
                off |= {
                    reference.idnum
                    for reference in _references(usage.get("/OCGs"))
                    if _view_state(reference.get_object()) == "/OFF"
                }
        return off
    return set()


def _view_state(group: Any) -> str:
    with contextlib.suppress(Exception):
        return str(group["/Usage"]["/View"]["/ViewState"])
    return ""


def _references(array: Any) -> list[Any]:
    found = array.get_object() if array is not None else []
    return [entry for entry in found if hasattr(entry, "idnum")]


def _items(array: Any) -> list[Any]:
    found = array.get_object() if array is not None else []
    return [entry.get_object() for entry in found] if isinstance(found, list) else []


def _mark(resources: Any, hidden: set[int], seen: set[int], depth: int) -> None:
    """Mark the hidden layers among a page's or form's resources, and empty its hidden forms."""
    if resources is None or depth > _DEEPEST:
        return
    found = resources.get_object()
    if not isinstance(found, DictionaryObject) or id(found) in seen:
        return
    seen.add(id(found))
    for name, layer in dict(_dictionary(found.get("/Properties"))).items():
        if _is_hidden({"/OC": layer}, hidden):
            layer.get_object()[NameObject(f"/{_MARK}")] = NumberObject(1)
        del name
    for reference in dict(_dictionary(found.get("/XObject"))).values():
        form = reference.get_object()
        if not isinstance(form, StreamObject) or form.get("/Subtype") != "/Form":
            continue
        if _is_hidden(form, hidden):
            form.set_data(b"")
        else:
            _mark(form.get("/Resources"), hidden, seen, depth + 1)


def _dictionary(value: Any) -> Any:
    found = value.get_object() if value is not None else {}
    return dict(found.items()) if isinstance(found, DictionaryObject) else {}


def _is_hidden(owner: Any, hidden: set[int]) -> bool:
    """Whether the layer that something belongs to is off."""
    layer = owner.get("/OC")
    if layer is None and hasattr(owner, "raw_get") and "/OC" in owner:
        layer = owner.raw_get("/OC")
    reference = getattr(layer, "indirect_reference", None) or layer
    if getattr(reference, "idnum", None) in hidden:
        return True
    membership = layer.get_object() if layer is not None else None
    if not isinstance(membership, DictionaryObject) or membership.get("/Type") != "/OCMD":
        return False
    if "/VE" in membership:
        return not _shown(membership["/VE"], hidden, 0)
    members = membership.raw_get("/OCGs") if "/OCGs" in membership else None
    groups = members if isinstance(members, list) else [members] if members is not None else []
    if groups and not hasattr(groups[0], "idnum"):
        groups = groups[0]
    if len(groups) == 1 and isinstance(groups[0].get_object(), list):
        groups = groups[0].get_object()
    shown = [group.idnum not in hidden for group in groups if hasattr(group, "idnum")]
    policies: dict[str, Callable[[list[bool]], bool]] = {
        "/AllOn": all,
        "/AnyOn": any,
        "/AnyOff": lambda states: not all(states),
        "/AllOff": lambda states: not any(states),
    }
    return bool(shown) and not policies.get(str(membership.get("/P", "/AnyOn")), any)(shown)


def _shown(expression: Any, hidden: set[int], depth: int) -> bool:
    """Evaluate a visibility expression: a group, or an operator followed by expressions."""
    found = expression.get_object()
    if not isinstance(found, list):
        return getattr(expression, "idnum", None) not in hidden
    if not found or depth > _DEEPEST:
        return True
    parts = [_shown(part, hidden, depth + 1) for part in found[1:]]
    operator = str(found[0])
    if operator == "/Not":
        return not any(parts)
    return any(parts) if operator == "/Or" else all(parts)
