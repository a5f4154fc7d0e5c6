"""Pages in the Chromium of the system, and axe-core, which finds problems of accessibility."""

from importlib import import_module
from pathlib import Path
from typing import Any


class Visit:
    """A visit of a page in a tab, with the messages and the requests of the page."""

    def __init__(self, browser: Any, html: str, folder: Path, **context: Any) -> None:
        path = folder / "page.html"
        path.write_text(html, encoding="utf-8")
        self.context = browser.new_context(**context)
        self.tab = self.context.new_page()
        self.messages: list[str] = []
        self.requests: list[str] = []
        self.tab.on("console", lambda message: self.messages.append(message.text))
        self.tab.on("pageerror", lambda error: self.messages.append(str(error)))
        self.tab.on("dialog", lambda dialog: self.messages.append(dialog.message))
        self.tab.on("request", lambda request: self.requests.append(request.url))
        self.tab.goto(path.as_uri())
        self.address = path.as_uri()

    def check(self) -> None:
        """Assert that the page loaded nothing and reported nothing, and close it."""
        assert self.messages == []
        assert [url for url in self.requests if not url.startswith("data:")] == [self.address]
        self.context.close()


def problems_of_accessibility(visit: Visit) -> list[tuple[str, str, str]]:
    """Return the rule, the impact and the first element of each problem that axe-core finds."""
    axe = import_module("axe_playwright_python.sync_playwright").Axe()
    problems = axe.run(visit.tab).response["violations"]
    return [(p["id"], p["impact"], p["nodes"][0]["html"]) for p in problems]
