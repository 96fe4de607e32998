"""Calling a person: which bytes, where, when, and never more than was meant."""

import re

import pytest

from orchtui.config import Notify
from orchtui.ui.terminal.attention import DEFAULT, POP_TITLE, PUSH_TITLE, STILL_THERE, Attention
from tests.hostile import ACTS, HOSTILE

XTERM = {"TERM": "xterm-256color"}
TMUX = {"TERM": "tmux-256color", "TMUX": "/tmp/tmux,1,0"}


class Wall:
    """What was written, and the time."""

    def __init__(self, *ways: Notify, environment: dict[str, str] = XTERM) -> None:
        self.written: list[str] = []
        self.now = 1000.0
        self.attention = Attention(ways, environment, self.written.append, lambda: self.now)

    def call(self, title: str = "T", text: str = "words") -> list[str]:
        """What a call writes."""
        self.written.clear()
        assert self.attention.call(title, text) == bool(self.written)
        return list(self.written)


@pytest.mark.parametrize(
    ("ways", "written"),
    [
        (DEFAULT, ["\a"]),
        (("title",), []),
        (("osc9",), ["\x1b]9;T: words\a"]),
        (("osc777",), ["\x1b]777;notify;T;words\a"]),
        (("bell", "osc9", "osc777"), ["\a", "\x1b]9;T: words\a", "\x1b]777;notify;T;words\a"]),
        (("off",), []),
        (("bell", "off"), []),
        (("off", "osc9", "title", "always"), []),
    ],
)
def test_each_way_has_its_bytes(ways: tuple[Notify, ...], written: list[str]) -> None:
    assert Wall(*ways).call() == written


def test_tmux_is_asked_to_pass_a_notice_on_and_only_there() -> None:
    assert Wall("osc9", environment=TMUX).call() == ["\x1bPtmux;\x1b\x1b]9;T: words\a\x1b\\"]
    assert Wall("bell", environment=TMUX).call() == ["\a"]
    screen = {"TERM": "screen-256color", "STY": "1.pts"}
    assert Wall("osc9", environment=screen).call() == ["\x1b]9;T: words\a"]


@pytest.mark.parametrize("term", ["linux", "dumb", ""])
def test_a_terminal_that_would_print_it_gets_a_bell_at_most(term: str) -> None:
    wall = Wall("bell", "osc9", "osc777", "title", environment={"TERM": term})
    assert wall.call() == ["\a"]
    wall.written.clear()
    wall.attention.open()
    wall.attention.title("orchtui 1/2")
    wall.attention.close()
    assert wall.written == []


def test_no_text_ends_a_sequence_or_begins_another() -> None:
    one_osc = re.compile(r"\x1b\](?:9|777;notify|2);[^\x00-\x1f\x7f-\x9f]*\a")
    for environment in (XTERM, TMUX):
        for text in (HOSTILE, ACTS, "a;b;c", "\x1b\\\x1b]52;c;eA==\a", "x" * 5000, "4;1;50"):
            wall = Wall("osc9", "osc777", "title", environment=environment)
            wall.call(text, text)
            wall.attention.title(text)
            for sequence in wall.written:
                inner = sequence
                if sequence.startswith("\x1bPtmux;"):
                    inner = sequence[7:-2].replace("\x1b\x1b", "\x1b")
                assert one_osc.fullmatch(inner), (text, sequence)
                assert len(inner) < 400
    assert Wall("osc777").call("a;b", "c;d") == ["\x1b]777;notify;a,b;c,d\a"]


def test_who_looks_is_not_called_unless_that_is_wanted() -> None:
    wall = Wall("bell")
    wall.attention.focus(True)
    assert wall.call() == []
    wall.attention.focus(False)
    assert wall.call() == ["\a"]
    wall.attention.key()  # the terminal did not tell that somebody came back
    assert wall.call() == []
    always = Wall("bell", "always")
    always.attention.focus(True)
    assert always.call() == ["\a"]


def test_where_the_terminal_does_not_tell_a_key_just_pressed_does() -> None:
    wall = Wall("bell")
    assert wall.call() == ["\a"]
    wall.attention.key()
    assert wall.call() == []
    wall.now += STILL_THERE
    assert wall.call() == ["\a"]


def test_the_title_is_pushed_written_once_and_popped() -> None:
    wall = Wall("title")
    wall.attention.open()
    for words in ("orchtui 1/2", "orchtui 1/2", "✓ 2/2 orchtui"):
        wall.attention.title(words)
    wall.attention.close()
    titles = ["\x1b]2;orchtui 1/2\a", "\x1b]2;✓ 2/2 orchtui\a"]
    assert wall.written == [PUSH_TITLE, *titles, "\x1b]2;\a" + POP_TITLE]
    wall.written.clear()
    wall.attention.open()  # back from another program
    assert wall.written == [PUSH_TITLE, titles[-1]]


def test_without_the_title_nothing_of_it_is_touched() -> None:
    wall = Wall("bell")
    wall.attention.open()
    wall.attention.title("x")
    wall.attention.close()
    assert wall.written == []
