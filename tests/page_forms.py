"""Forms of pages as a person has them before the eyes: the fields with what stands in them, filled in and sent.

What a browser would send, it sends: hidden fields, chosen options, boxes that are ticked.
"""

from dataclasses import dataclass, field
from html.parser import HTMLParser


@dataclass
class Control:
    """One field: its values as they would be sent, and what may be chosen."""

    kind: str
    values: list[str] = field(default_factory=list)
    options: list[str] = field(default_factory=list)
    words: list[str] = field(default_factory=list)


@dataclass
class PageForm:
    """One form: where it is sent, and its fields by name, in order."""

    action: str
    controls: dict[str, Control] = field(default_factory=dict)

    @property
    def sent(self) -> dict[str, list[str]]:
        """Return what would be sent as it stands."""
        return {name: control.values for name, control in self.controls.items() if control.values}


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.forms: list[PageForm] = []
        self.form: PageForm | None = None
        self.area: str | None = None
        self.select: str | None = None
        self.is_first = self.option = False

    def _control(self, name: str, kind: str) -> Control:
        assert self.form is not None
        return self.form.controls.setdefault(name, Control(kind))

    def handle_starttag(self, tag: str, given: list[tuple[str, str | None]]) -> None:
        attributes = {name: value or "" for name, value in given}
        if tag == "form":
            self.form = PageForm(attributes.get("action", ""))
            self.forms.append(self.form)
        name = attributes.get("name", "")
        if self.form is None or (not name and tag != "option"):
            return
        if tag == "input":
            self._input(attributes, name)
        elif tag == "textarea":
            self.area = name
            self._control(name, "area").values.append("")
        elif tag == "select":
            self.select = name
            self._control(name, "select").values.append("")
            self.is_first = True
        elif tag == "option" and self.select is not None:
            control = self._control(self.select, "select")
            control.options.append(attributes.get("value", ""))
            if "selected" in attributes or self.is_first:
                control.values[-1] = attributes.get("value", "")
            self.is_first = False
            self.option = True

    def _input(self, attributes: dict[str, str], name: str) -> None:
        kind = attributes.get("type", "text")
        control = self._control(name, kind)
        if kind in ("checkbox", "radio"):
            control.options.append(attributes.get("value", "on"))
            if "checked" in attributes:
                control.values.append(attributes.get("value", "on"))
        elif kind != "file":
            control.values.append(attributes.get("value", ""))

    def handle_data(self, data: str) -> None:
        if self.option and self.select is not None:
            self._control(self.select, "select").words.append(data)
        if self.area is not None:
            control = self._control(self.area, "area")
            control.values[-1] += data

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self.form = None
        elif tag == "textarea":
            self.area = None
        elif tag == "select":
            self.select = None
        elif tag == "option":
            self.option = False


def forms(page: str) -> list[PageForm]:
    """Return every form of a page."""
    reader = _Reader()
    reader.feed(page)
    return reader.forms


def form_to(page: str, ending: str) -> PageForm:
    """Return the form that is sent to an address with that ending."""
    return next(form for form in forms(page) if form.action.endswith(ending))
