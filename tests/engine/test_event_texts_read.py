"""Lines of a journal that somebody else wrote: nothing in them acts, and they raise ValueError."""

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from orchtui.engine.run_events import events as ev
from orchtui.engine.run_events.events import decode as read_line
from orchtui.engine.text import clean

_AT = "2026-01-15T10:00:00.000Z"


def delta(text: str) -> ev.TextDelta:
    return ev.TextDelta(seq=5, at=_AT, task="a", attempt=1, text=text)


@given(st.text(st.characters(exclude_categories=["Cs"])).map(clean))
def test_what_was_clean_is_read_as_it_was_written(text: str) -> None:
    event = delta(text)

    assert read_line(ev.encode(event) + b"\n") == event


@given(st.text(st.characters(exclude_categories=["Cs"])))
def test_what_could_act_is_gone(text: str) -> None:
    event = read_line(ev.encode(delta(text)))

    assert isinstance(event, ev.TextDelta)
    assert event.text == clean(text)


@pytest.mark.parametrize("text", ["a\x1b[2Jb", "a\x7fb", "a\x85b", "gnp\u202e.exe", "\ufeffa"])
def test_what_could_act_is_gone_however_it_is_written(text: str) -> None:
    for whole in (ev.encode(delta(text)), msgspec.json.encode(ev.decode(ev.encode(delta(text))))):
        for line in (whole, whole.replace(b"\x7f", b"\\u007f").replace(b"\\u001b", b"\\u001B")):
            event = read_line(line)
            assert isinstance(event, ev.TextDelta)
            assert event.text == clean(text)


def test_plans_and_schedules_are_cleaned_too() -> None:
    line = (
        b'{"kind":"run_started","seq":1,"at":"2026-01-15T10:00:00.000Z","format":1,"run":"r\\u001b",'
        b'"plan":{"tasks":[{"id":"a","title":"\\u001b]0;x\\u0007T"}]},'
        b'"schedule":{"tasks":[],"concurrency":1}}'
    )

    event = read_line(line)

    assert isinstance(event, ev.RunStarted)
    assert (event.run, event.plan.tasks[0].title) == ("r", "T")


@pytest.mark.parametrize("depth", [500, 100_000])
@pytest.mark.parametrize("kind", ["text_delta", "unheard_of"])
@pytest.mark.parametrize("text", ["", "\\u001b"])
def test_a_line_may_be_nested_as_deep_as_it_likes(depth: int, kind: str, text: str) -> None:
    line = f'{{"kind":"{kind}","seq":2,"at":"{_AT}","task":"a","attempt":1,"text":"{text}","x":'
    line += "[" * depth + "]" * depth + "}"

    try:
        event = read_line(line.encode())
    except ValueError as error:
        assert "nested too deeply" in str(error)
    else:
        assert isinstance(event, ev.TextDelta | ev.UnknownEvent)


@pytest.mark.parametrize(
    "line", [b"", b"{}", b"\xff", b'"\xff"', b'"\\ud800"', b'{"kind":"\\ud8"}']
)
def test_what_is_no_event_is_a_value_error(line: bytes) -> None:
    with pytest.raises(ValueError):
        read_line(line)


def lines_of(*events: bytes) -> bytes:
    return b"".join(event + b"\n" for event in events)


@given(st.lists(st.text(st.characters(exclude_categories=["Cs"])), max_size=5), st.booleans())
def test_many_lines_are_read_as_each_by_itself(texts: list[str], unheard_of: bool) -> None:
    each = [ev.encode(delta(text)) for text in texts]
    if unheard_of:
        each.append(b'{"kind":"unheard_of","seq":9,"at":"' + _AT.encode() + b'"}')

    assert ev.decode_lines(lines_of(*each)) == [read_line(line) for line in each]


@pytest.mark.parametrize(
    "line",
    [b"", b" ", b"[]", b"{}", b'{"kind":"text_delta"}', ev.encode(delta("a")) * 2, b"\xff", b"nul"],
)
def test_one_line_that_is_no_event_is_enough(line: bytes) -> None:
    with pytest.raises(ValueError):
        ev.decode_lines(lines_of(ev.encode(delta("a")), line, ev.encode(delta("a\x1b"))))
