"""Pages as a browser would show them, without a browser."""

from __future__ import annotations

from pathlib import Path

from streamlit.testing.v1 import AppTest

from pages.parts import menu

ROOT = Path(__file__).parents[1]
PAGES = [
    f"{folder}/{file.name}" for folder in menu.sections() for file in sorted((ROOT / "pages" / folder).glob("*.py"))
]


def opened(page: str = "start/home.py", **query: str) -> AppTest:
    """A page as a browser would show it, reached through the frame."""
    app = AppTest.from_file(str(ROOT / "pages/main.py"), default_timeout=60)
    for name, value in query.items():
        app.query_params[name] = value
    app.run()
    if page != "start/home.py":
        app.switch_page(page)
        for name, value in query.items():
            app.query_params[name] = value
        app.run()
    assert not app.exception, app.exception[0].value
    return app


def said(app: AppTest) -> str:
    """All text on the page."""
    kinds = (app.header, app.subheader, app.markdown, app.caption, app.error, app.info, app.warning, app.success)
    return "\n".join(str(element.value) for kind in kinds for element in kind)
