"""A person at Chromium, with a mouse or with nothing but a keyboard: finds things by their labels, as a reader does."""

import re

_MOST = 400  # presses of Tab until something counts as out of reach


class Hand:
    """What a person does on a page. `n` chooses among things with the same label."""

    def __init__(self, page):
        self.page = page

    def go(self, path):
        answer = self.page.goto(path)
        assert answer.status < 400, (path, answer.status, self.page.locator("main").inner_text())

    def told(self):
        """What the page says of the last act: its message, or what was wrong."""
        found = self.page.locator(".told, .wrong")
        return found.first.inner_text() if found.count() else ""

    def done(self, message):
        assert self.told().startswith(message), (self.page.url, self.told())

    def field(self, label, n=0):
        return self.page.get_by_label(label, exact=True).nth(n)

    def several(self, label, n=0):
        """The first of a group of boxes of which several can be ticked."""
        return self.page.get_by_role("group", name=label, exact=True).nth(n).get_by_role("checkbox").first

    def button(self, name):
        return self.page.get_by_role("button", name=name, exact=True).first

    def link(self, name):
        return self.page.locator("main").get_by_role("link", name=name).first

    def fill_all(self, *pairs):
        for label, text in pairs:
            self.fill(label, text)

    def choose_all(self, pairs, n=0):
        for label, value in pairs:
            self.choose(label, value, n)


class Mouse(Hand):
    """Points and clicks."""

    def fill(self, label, text, n=0):
        self.field(label, n).fill(text)

    def when(self, label, day, n=0):
        self.field(label, n).fill(f"{day}T12:00")

    def choose(self, label, value, n=0):
        self.field(label, n).select_option(value)

    def pick(self, label, n=0):
        self.several(label, n).check()

    def tick(self, label, n=0):
        self.field(label, n).check()

    def untick(self, label, n=0):
        self.field(label, n).uncheck()

    def press(self, name):
        with self.page.expect_navigation():
            self.button(name).click()

    def follow(self, name):
        with self.page.expect_navigation():
            self.link(name).click()

    def first_lead(self):
        self.page.locator("#leads input[type=checkbox]").first.check()


class Keyboard(Hand):
    """Never points: Tab, arrows, Space, Enter and letters."""

    def reach(self, found):
        found.wait_for()
        for _ in range(_MOST):
            if found.evaluate("element => element === document.activeElement"):
                return
            self.page.keyboard.press("Tab")
        raise AssertionError(f"no keyboard reaches {found} on {self.page.url}")

    def fill(self, label, text, n=0):
        self.reach(self.field(label, n))
        self.page.keyboard.press("Control+A")
        self.page.keyboard.type(text)

    def when(self, label, day, n=0):
        self.reach(self.field(label, n))
        year, month, date = day.split("-")
        self.page.keyboard.type(f"{month}{date}{year}")
        self.page.keyboard.press("ArrowRight")
        self.page.keyboard.type("1200PM")

    def choose(self, label, value, n=0):
        field = self.field(label, n)
        self.reach(field)
        now, then = field.evaluate(
            "(list, value) => [list.selectedIndex, [...list.options].findIndex(one => one.value === value)]", value
        )
        for _ in range(abs(then - now)):
            self.page.keyboard.press("ArrowDown" if then > now else "ArrowUp")
        assert field.input_value() == value

    def pick(self, label, n=0):
        self.reach(self.several(label, n))
        self.page.keyboard.press("Space")

    def tick(self, label, n=0):
        self.reach(self.field(label, n))
        self.page.keyboard.press("Space")

    untick = tick

    def press(self, name):
        self.reach(self.button(name))
        with self.page.expect_navigation():
            self.page.keyboard.press("Enter")

    def follow(self, name):
        self.reach(self.link(name))
        with self.page.expect_navigation():
            self.page.keyboard.press("Enter")

    def first_lead(self):
        self.page.keyboard.press("j")
        self.page.keyboard.press("x")


def overflowing(page):
    """What sticks out of the page to a side, other than in a box that scrolls."""
    return page.evaluate(
        """() => {
            const root = document.documentElement, wide = root.clientWidth;
            if (root.scrollWidth <= wide) return [];
            return [...document.querySelectorAll('body *')].filter(one => {
                const box = one.getBoundingClientRect();
                const out = box.right > wide + 1 || box.left < -1;
                return out && box.width && !one.closest('.skip, .unseen, .scroll > *');
            }).map(one => one.outerHTML.slice(0, 200));
        }"""
    )


def text_of(page):
    return re.sub(r"\s+", " ", page.locator("main").inner_text())
