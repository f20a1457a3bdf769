"""report.html: its structure, and the live page where there is a Chromium."""

import tracemalloc
from html.parser import HTMLParser
from pathlib import Path

import numpy as np
import pytest
from browser import Browser, find_chromium

from libs import gallery
from libs.errors import DecensorError
from libs.gallery import NAME, Entry, Gallery
from libs.views import Views, make_views

ALONE = {"meta", "img", "input", "link", "br"}
ODD_NAME = '<b onclick="x">"&amp;\'</b>\udc80\n表.png'


def draw_views(places: int = 3) -> Views:
    """A page of 200 x 300 pixels, red, with green places that become blue."""
    hole = np.zeros((200, 300), bool)
    for number in range(places):
        hole[20 : 30 + number, 20 + 80 * number : 60 + 80 * number] = True
    before, after = (np.full((200, 300, 3), (200, 0, 0), np.uint8) for _ in range(2))
    before[hole], after[hole] = (0, 255, 0), (0, 0, 255)
    return make_views(before, after, hole, None)


ENTRIES = (
    Entry("a.png", "filled", "3 holes filled in 1.3 s", Path("sub folder/a#1.png"), draw_views()),
    Entry("b.png", "failed", "FAILED, cannot read it (<broken>)"),
    Entry("c.png", "unpainted", "nothing painted (0, 255, 0)"),
    Entry("d.png", "done", "done before", Path("d.png"), draw_views(1)),
)


class Page(HTMLParser):
    """What is in a page: tags with their attributes, its text, and whether each opened tag is closed in order."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str]]] = []
        self.text = ""
        self._open: list[str] = []
        self.feed(text)
        self.close()
        assert self._open == []

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))
        if tag not in ALONE:
            self._open.append(tag)

    def handle_endtag(self, tag):
        assert self._open.pop() == tag

    def handle_data(self, data):
        self.text += data

    def all(self, tag: str) -> list[dict[str, str]]:
        return [attributes for name, attributes in self.tags if name == tag]


def write(folder: Path, *entries: Entry, summary: str = "3 filled in 2 s") -> Path:
    book = Gallery(folder / NAME)
    for entry in entries:
        book.add(entry)
    book.close(summary)
    return folder / NAME


def test_every_picture_has_its_entry_in_order_with_its_sentence(tmp_path):
    page = Page(write(tmp_path, *ENTRIES).read_text("utf-8"))
    assert [article["class"] for article in page.all("article")] == ["filled", "failed", "unpainted", "done"]
    assert [article["data-name"] for article in page.all("article")] == ["a.png", "b.png", "c.png", "d.png"]
    for entry in ENTRIES:
        assert entry.sentence in page.text
    assert "3 filled in 2 s" in page.text


def test_every_place_has_a_button_and_every_control_a_name(tmp_path):
    page = Page(write(tmp_path, *ENTRIES).read_text("utf-8"))
    labels = [button["aria-label"] for button in page.all("button") if "data-told" in button]
    assert labels[0] == "look at place 1: 40 × 10 pixels at 20, 20"
    assert len(labels) == 4
    assert all(slider["aria-label"] for slider in page.all("input"))
    assert all("alt" in image for image in page.all("img"))
    assert page.all("html") == [{"lang": "en"}]


def test_nothing_lies_beside_the_file(tmp_path):
    text = write(tmp_path, *ENTRIES).read_text("utf-8")
    page = Page(text)
    for _, attributes in page.tags:
        for name in ("src", "srcset", "poster", "data", "action"):
            assert attributes.get(name, "data:").startswith("data:")
    assert [link["href"] for link in page.all("link")] == ["data:,"]
    assert [link["href"] for link in page.all("a") if link.get("class") == "full"] == [
        "sub%20folder/a%231.png",
        "d.png",
    ]
    assert "http:" not in text and "https:" not in text and "url(" not in text and "@import" not in text
    assert [path.name for path in tmp_path.iterdir()] == [NAME]


def test_names_and_sentences_are_text_and_nothing_else(tmp_path):
    entry = Entry(ODD_NAME, "filled", f"FAILED, {ODD_NAME}", Path(ODD_NAME), draw_views(1))
    text = write(tmp_path, entry, summary=ODD_NAME).read_text("utf-8")
    page = Page(text)
    assert page.all("b") == []
    shown = ODD_NAME.replace("\udc80", "?").replace("\n", "?")
    assert page.all("article")[0]["data-name"] == shown
    assert page.text.count(shown) == 4


def test_filters_are_there_only_for_several_kinds(tmp_path):
    def kinds(*entries: Entry) -> list[str]:
        buttons = Page(write(tmp_path, *entries).read_text("utf-8")).all("button")
        return [button["data-filter"] for button in buttons if "data-filter" in button]

    assert kinds(*ENTRIES) == ["all", "filled", "done", "unpainted", "failed"]
    assert kinds(ENTRIES[0], ENTRIES[0]) == []


def test_places_that_are_too_many_are_counted(tmp_path):
    shown = Views(ENTRIES[0].views.page, (), 7)
    page = Page(write(tmp_path, Entry("a.png", "filled", "x", None, shown)).read_text("utf-8"))
    assert "7 more places are not shown one by one." in page.text


def test_without_entries_there_is_no_report(tmp_path):
    Gallery(tmp_path / NAME).close("nothing")
    assert list(tmp_path.iterdir()) == []


def test_a_report_that_cannot_be_written_says_so_and_leaves_nothing(tmp_path):
    (tmp_path / NAME).mkdir()
    with pytest.raises(DecensorError, match=r"cannot write .*report\.html \(.*\); the results are not touched by that"):
        write(tmp_path, *ENTRIES)
    assert [path.name for path in tmp_path.iterdir()] == [NAME]


def test_a_folder_that_cannot_be_used_is_told_at_the_end_only(tmp_path):
    (tmp_path / "file").write_text("")
    book = Gallery(tmp_path / "file" / NAME)
    book.add(ENTRIES[0])
    book.add(ENTRIES[1])
    with pytest.raises(DecensorError, match="cannot write "):
        book.close("x")


def test_an_earlier_report_stays_until_the_new_one_is_whole(tmp_path, monkeypatch):
    path = write(tmp_path, *ENTRIES)
    before = path.read_bytes()

    def refuse(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(gallery.shutil, "copyfileobj", refuse)
    with pytest.raises(DecensorError, match="No space left on device"):
        write(tmp_path, ENTRIES[0])
    assert path.read_bytes() == before
    assert [path.name for path in tmp_path.iterdir()] == [NAME]


def test_memory_does_not_grow_with_the_batch(tmp_path):
    big = ENTRIES[0].views.page
    big = type(big)(big.height, big.width, b"x" * 1_000_000, b"x" * 1_000_000)
    book = Gallery(tmp_path / NAME)
    tracemalloc.start()
    for number in range(30):
        book.add(Entry(f"{number}.png", "filled", "x", None, Views(big, (), 0)))
    book.close("x")
    most = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert most < 20_000_000 < (tmp_path / NAME).stat().st_size


# The live page


@pytest.fixture(scope="module")
def browser(tmp_path_factory):
    if find_chromium() is None:
        pytest.skip("there is no Chromium here")
    try:
        opened = Browser(tmp_path_factory.mktemp("chromium"))
    except (AssertionError, OSError) as error:
        pytest.skip(f"the Chromium here does not start ({error})")
    yield opened
    opened.close()


@pytest.fixture
def live(browser, tmp_path):
    """The browser with a report, in which at the end nothing was complained of or fetched."""
    browser.complaints.clear()
    browser.open(write(tmp_path, *ENTRIES, Entry(ODD_NAME, "filled", ODD_NAME, None, draw_views(1))))
    yield browser
    assert browser.complaints == []


def divider(browser: Browser, slider: str = "article .slider") -> str:
    """Where the after picture begins, as the browser computed it."""
    return browser.run(f"getComputedStyle(document.querySelector('{slider} .after')).clipPath")


def focused(browser: Browser) -> str:
    return browser.run("document.activeElement.getAttribute('aria-label') || document.activeElement.textContent")


def test_arrow_keys_and_the_mouse_move_the_line(live):
    spoken = "document.querySelector('article .slider input').getAttribute('aria-valuetext')"
    assert (divider(live), live.run(spoken)) == ("inset(0px 0px 0px 50%)", "50 % before")
    live.run("document.querySelector('article .slider input').focus()")
    live.press("ArrowRight", 4)
    assert (divider(live), live.run(spoken)) == ("inset(0px 0px 0px 52%)", "52 % before")
    live.press("ArrowLeft", 6)
    assert divider(live) == "inset(0px 0px 0px 49%)"
    box = live.run("(b => [b.left, b.top, b.width])(document.querySelector('article .slider').getBoundingClientRect())")
    live.click(box[0] + box[2] / 4, box[1] + 20)
    live.settle()
    assert divider(live) == "inset(0px 0px 0px 25%)"


def test_all_pictures_can_be_decoded(live):
    live.ask(
        "Runtime.evaluate",
        expression="Promise.all([...document.querySelectorAll('article img')].map(image => image.decode()))",
        awaitPromise=True,
    )
    assert live.run("[...document.querySelectorAll('article img')].every(image => image.naturalWidth > 0)")


def test_the_keyboard_alone_leads_into_a_place_and_back(live):
    live.run("document.querySelector('article .slider input').focus()")
    live.press("Tab")
    assert focused(live).startswith("look at place 1:")
    live.press("ArrowRight", 2)
    assert focused(live).startswith("look at place 3:")
    live.press("Enter")
    assert live.run("document.querySelector('dialog').open")
    assert live.run("document.querySelector('#near-told').textContent").startswith("place 3: 40 × 12 pixels at 180, 20")
    live.press("ArrowRight", 2)
    assert divider(live, "dialog .slider") == "inset(0px 0px 0px 51%)"
    live.press("ArrowDown")
    assert live.run("document.querySelector('#near-told').textContent").startswith("place 1: ")
    live.press("ArrowUp", 2)
    live.press("Escape")
    live.settle()
    assert not live.run("document.querySelector('dialog').open")
    assert focused(live).startswith("look at place 2:")


def test_tab_stops_once_at_the_places_of_a_page(live):
    live.run("document.querySelector('article .slider input').focus()")
    live.press("Tab", 2)
    assert live.run("document.activeElement.closest('article').dataset.name") != "a.png"


def test_places_show_how_they_were_and_are(live):
    live.run("document.querySelector('.places button').click()")
    live.run("""window.colour = (image, x, y) => {
        const canvas = Object.assign(document.createElement('canvas'), {width: 88, height: 58});
        canvas.getContext('2d').drawImage(image, 0, 0);
        return [...canvas.getContext('2d').getImageData(x, y, 1, 1).data];
    }""")
    for kind, middle in (("before", [0, 255, 0, 255]), ("after", [0, 0, 255, 255])):
        image = f"document.querySelector('dialog .{kind}')"
        live.ask("Runtime.evaluate", expression=f"{image}.decode()", awaitPromise=True)
        assert live.run(f"colour({image}, 40, 24)") == middle
        assert live.run(f"colour({image}, 1, 1)") == [200, 0, 0, 255]


def test_a_filter_shows_only_its_kind(live):
    live.run("document.querySelector('[data-filter=failed]').click()")
    assert live.run("[...document.querySelectorAll('article:not([hidden])')].map(a => a.dataset.name)") == ["b.png"]
    assert live.run("document.querySelector('[data-filter=failed]').getAttribute('aria-pressed')") == "true"
    live.run("document.querySelector('[data-filter=all]').click()")
    assert live.run("document.querySelectorAll('article:not([hidden])').length") == 5


@pytest.mark.parametrize(("scheme", "paper"), [("light", "rgb(244, 244, 242)"), ("dark", "rgb(23, 25, 28)")])
def test_it_follows_the_colours_of_the_system_and_fits_a_phone(browser, tmp_path, scheme, paper):
    browser.open(write(tmp_path, *ENTRIES), width=360, height=700, scheme=scheme)
    assert browser.run("getComputedStyle(document.body).backgroundColor") == paper
    assert browser.run("document.documentElement.scrollWidth") <= 360
