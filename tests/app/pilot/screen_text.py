"""A screen as plain text, as a person who sees no colours has it."""

from textual.app import App


def screen_text(app: App[None]) -> str:
    """The rows of the screen, without trailing blanks."""
    rows = app.screen._compositor.render_strips()
    return "".join(f"{row.text.rstrip()}\n" for row in rows)
