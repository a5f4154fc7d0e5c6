"""Writes a page in a format, within the limit of its size."""

from __future__ import annotations

from zsupport.errors import check_limit
from zsupport.limits import PAGE_BYTES
from zsupport.publish.html import render_html
from zsupport.publish.markdown import render_markdown
from zsupport.publish.page import PublishedPage
from zsupport.typed import NamedTuple
from zsupport.wording import Message


class RenderedPage(NamedTuple):
    """The text of a page, and why it has no form; None if it has one or needs none."""

    text: str
    missing_form: str | None = None


def render_page(page: PublishedPage, format: str) -> RenderedPage:
    """Return a page as `html` or `markdown`, without the form if it would be too large.

    Raises LimitExceeded if the page is too large even without the form.
    """
    if format == "markdown":
        result = RenderedPage(render_markdown(page))
    elif page.picker is None:
        message = Message("the policy has too many cases for the form; the page has no form")
        result = RenderedPage(render_html(page), message)
    else:
        result = RenderedPage(render_html(page))
        if _size(result.text) > PAGE_BYTES.most:
            message = Message("with the form, the page would exceed 100 KB; the page has no form")
            result = RenderedPage(render_html(page._replace(picker=None)), message)
    check_limit(PAGE_BYTES, _size(result.text))
    return result


def _size(text: str) -> int:
    return len(text.encode())
