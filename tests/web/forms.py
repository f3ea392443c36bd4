"""Forms as a browser without JavaScript sends them: what the page holds, and what a person changes."""

from html.parser import HTMLParser

from tests.web.conftest import ORIGIN


class Forms(HTMLParser):
    """Every form of a page: its action and its fields with the values they would send."""

    def __init__(self, page):
        super().__init__()
        self.found = []
        self._form = self._select = self._area = None
        self.feed(page)

    def handle_starttag(self, tag, attrs):
        given = dict(attrs)
        if tag == "form":
            self._form = {"action": given["action"], "method": given.get("method", "get"), "fields": [], "names": set()}
            self.found.append(self._form)
        elif self._form is not None:
            self._field(tag, given)

    def _field(self, tag, given):
        name = given.get("name")
        if name:
            self._form["names"].add(name)
        if tag == "input" and name and given.get("type") not in ("file", "submit"):
            if given.get("type") not in ("checkbox", "radio") or "checked" in given:
                self._form["fields"].append((name, given.get("value", "")))
        elif tag == "select":
            self._select = (name, "multiple" in given, [])
        elif tag == "option" and self._select:
            self._select[2].append((given.get("value"), "selected" in given))
        elif tag == "textarea":
            self._area = (name, "")

    def handle_data(self, data):
        if self._area:
            self._area = (self._area[0], self._area[1] + data)

    def handle_endtag(self, tag):
        if tag == "form":
            self._form = None
        elif tag == "select" and self._select:
            name, multiple, options = self._select
            chosen = [value for value, selected in options if selected]
            if not multiple and not chosen and options:
                chosen = [options[0][0]]
            self._form["fields"] += [(name, value) for value in chosen]
            self._select = None
        elif tag == "textarea" and self._area:
            self._form["fields"].append(self._area)
            self._area = None


def send(browser, page, action, number=0, files=None, **values):
    """Open `page`, fill in its form with that action, and send it. A list is sent once for each of its values."""
    answer = browser.get(page)
    assert answer.status_code == 200, (page, answer.status_code, said(answer))
    forms = [form for form in Forms(answer.text).found if form["action"] == action]
    assert forms, f"no form to {action} on {page}: {[form['action'] for form in Forms(answer.text).found]}"
    form = forms[number]
    buttons = {"act", "scope", "lead"}
    assert set(values) - buttons <= form["names"], (set(values), form["names"])
    data = {}
    for name, value in form["fields"]:
        if name not in values:
            data.setdefault(name, []).append(value or "")
    data |= values
    return browser.post(
        action,
        data={name: value for name, value in data.items() if value is not None},
        files=files,
        headers={"origin": ORIGIN, "sec-fetch-site": "same-origin"},
    )


def said(answer):
    """What the page says of an act: its message, or what was wrong."""
    import re

    found = re.search(r'<(?:p|div) class="(?:told|wrong)".*?</(?:p|div)>', answer.text, re.DOTALL)
    return " ".join(re.sub(r"<[^>]+>", " ", found[0]).split()) if found else ""
