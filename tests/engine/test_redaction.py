"""Secrets in what models, programs and errors say: `***`, wherever the pieces are cut."""

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from orchtui.engine.backends.profiles import Profile
from orchtui.engine.backends.registry import Backends
from orchtui.engine.errors import InputError
from orchtui.engine.plans.plan import Plan, Task
from orchtui.engine.run_events import events as ev
from orchtui.engine.run_events.redaction import HIDDEN, NOTHING, Redactor, worth_hiding
from orchtui.engine.text import CUT, Cleaner, clean_line

KEY = "sk-ant-api03-Ab1+/=z9\"q's"
"""Its end is also its beginning."""
OTHER = "sk-ant-api03-another-0123456789"
REDACTOR = Redactor({"ANTHROPIC_API_KEY": KEY, "OTHER_TOKEN": OTHER})


@pytest.mark.parametrize(
    ("value", "hidden"),
    [
        ("", False),
        ("none", False),
        ("ollama", False),
        ("production", False),
        ("disabled", False),
        ("2026-11-25", False),
        ("12345678", False),
        ("hunter22", True),
        ("ghp_0123456789abcdef", True),
        ("correct-horse-battery", True),
    ],
)
def test_only_what_can_be_told_from_words_is_hidden(value: str, hidden: bool) -> None:
    assert worth_hiding(value) == hidden
    assert bool(Redactor({"X_TOKEN": value})) == hidden


@pytest.mark.parametrize(
    "form", [KEY, "sk-ant-api03-Ab1%2B%2F%3Dz9%22q%27s", KEY.replace('"', '\\"')]
)
def test_a_secret_is_hidden_however_it_is_written(form: str) -> None:
    text = f"before {form} after {OTHER}{form}"

    assert REDACTOR.text(text) == f"before {HIDDEN} after {HIDDEN}{HIDDEN}"


def test_one_secret_in_another_leaves_nothing_of_either() -> None:
    inner = "abcdef0123456789"
    both = Redactor({"A": inner, "B": f"{inner}-and-more"})

    assert both.text(f"{inner}-and-more {inner}") == f"{HIDDEN} {HIDDEN}"
    stream = both.cleaner()
    said = [stream.feed(inner), stream.feed("-and-more "), stream.feed(inner), stream.finish()]
    assert "".join(said) == f"{HIDDEN} {HIDDEN}"


_TEXT = st.lists(
    st.one_of(
        st.sampled_from([KEY, OTHER, KEY[:-1], OTHER[:5], "s", "sk-ant", "\x1b[31m", "\r\n", "é"]),
        st.text(max_size=6),
    ),
    max_size=8,
).map("".join)


@given(_TEXT, st.data())
def test_a_stream_is_hidden_as_the_whole_would_be_wherever_it_is_cut(
    text: str, data: st.DataObject
) -> None:
    stream, plain = REDACTOR.cleaner(), Cleaner()
    places = sorted(data.draw(st.lists(st.integers(0, len(text)), max_size=6)))
    pieces = [text[a:b] for a, b in zip([0, *places], [*places, len(text)], strict=True)]

    shown = "".join(map(stream.feed, pieces)) + stream.finish()

    assert shown == REDACTOR.text("".join(map(plain.feed, pieces)) + plain.finish())
    assert KEY not in shown and OTHER not in shown


def test_an_escape_in_the_middle_of_a_secret_does_not_help_it() -> None:
    stream = REDACTOR.cleaner()

    assert stream.feed(f"{KEY[:9]}\x1b[0m{KEY[9:]}!") + stream.finish() == f"{HIDDEN}!"


def test_only_the_end_that_may_be_a_secret_is_held_back() -> None:
    stream = REDACTOR.cleaner()

    assert stream.feed("this is sk-a") == "this is "
    assert stream.feed("t last") == "sk-at last"
    assert stream.feed("sk-ant-api03-") == ""
    assert stream.finish() == "sk-ant-api03-"


def test_nothing_is_done_where_there_is_no_secret() -> None:
    events: list[ev.RunEvent] = [ev.TextDelta(seq=1, at="", task="a", attempt=1, text=KEY)]

    assert type(NOTHING.cleaner()) is Cleaner
    assert NOTHING.events(events) is events


AT = "2026-01-15T10:00:00.000Z"


@pytest.mark.parametrize(
    "event",
    [
        ev.ToolCalled(
            seq=1, at=AT, task="a", attempt=1, call="c", name="X", arguments=f'{{"k": "{OTHER}"}}'
        ),
        ev.ToolReturned(seq=1, at=AT, task="a", attempt=1, call="c", ok=True, text=f"x {KEY}"),
        ev.TaskFailed(
            seq=1, at=AT, task="a", attempt=1, error="auth", message=KEY, kept=0, output="o"
        ),
        ev.TaskRetrying(seq=1, at=AT, task="a", attempt=1, error="auth", why=KEY, wait_s=1.5),
        ev.HedgeEnded(seq=1, at=AT, task="a", attempt=2, how="failed", why=KEY, error="auth"),
        ev.WriteRefused(seq=1, at=AT, task="a", attempt=1, path=f"x/{OTHER}", why=f"no {OTHER}"),
        ev.FilesSeen(
            seq=1, at=AT, task="a", attempt=1, sight="tools", read=(OTHER,),
            written=(ev.FileChange(path=OTHER, kept="k", base=None),), note=OTHER,
        ),
        ev.PermissionAsked(seq=1, at=AT, task="a", attempt=1, question="q", what=f"curl {KEY}"),
        ev.StorageLost(seq=1, at=AT, what="journal", why=OTHER),
    ],
    ids=ev.kind_of,
)  # fmt: skip
def test_no_event_has_a_secret_in_it(event: ev.RunEvent) -> None:
    [hidden] = REDACTOR.events([event])

    line = ev.encode(hidden)
    assert KEY.encode() not in line and OTHER.encode() not in line
    assert HIDDEN.encode() in line
    assert type(hidden) is type(event)
    assert (hidden.seq, hidden.at) == (event.seq, event.at)


@pytest.mark.parametrize("form", [KEY, OTHER, KEY.replace('"', '\\"')])
@pytest.mark.parametrize("shown", [8, 12, 20, 21, 22])
@pytest.mark.parametrize("behind", ["", "; try again"])
def test_what_was_left_of_one_where_a_message_was_cut_is_hidden(
    form: str, shown: int, behind: str
) -> None:
    """A backend cuts its messages, and does not know what is a secret."""
    why = clean_line(f"{OTHER[:12]} {'x' * (485 - shown)} {form}", 500)
    assert why.endswith(f"{form[:shown]}{CUT}")
    event = ev.TaskFailed(
        seq=1, at=AT, task="a", attempt=1, error="auth", message=why + behind, kept=0, output="o"
    )

    [hidden] = REDACTOR.events([event])

    assert isinstance(hidden, ev.TaskFailed)
    assert hidden.message == f"{OTHER[:12]} {'x' * (485 - shown)} {HIDDEN}{CUT}{behind}"


def test_a_text_that_was_cut_elsewhere_passes_as_it_is() -> None:
    why = f"{OTHER[:12]} is how it begins; {OTHER[:7]}{CUT} and {OTHER[1:]}{CUT}"
    event = ev.StorageLost(seq=1, at=AT, what="journal", why=why)

    assert REDACTOR.events([event])[0] == event


def test_other_events_pass_as_they_are() -> None:
    event = ev.TaskQueued(seq=1, at=AT, task="a", attempt=1)

    assert REDACTOR.events([event])[0] is event


@pytest.mark.parametrize(
    "task",
    [
        Task(id="a", prompt=f"Call the service with {OTHER}"),
        Task(id="a", command=("curl", "-H", f"x-api-key: {OTHER}")),
        Task(id="a", title=OTHER, prompt="x"),
    ],
)
def test_a_plan_with_a_secret_in_it_is_refused_and_the_variable_named(task: Task) -> None:
    with pytest.raises(InputError, match="the value of OTHER_TOKEN") as caught:
        REDACTOR.refuse(Plan(tasks=(task,)))

    assert OTHER not in str(caught.value)
    REDACTOR.refuse(Plan(tasks=(Task(id="a", prompt="use $OTHER_TOKEN", env=("OTHER_TOKEN",)),)))


def test_what_is_hidden_is_never_shown_by_the_redactor_itself() -> None:
    assert KEY not in repr(REDACTOR)
    assert KEY not in repr(REDACTOR.cleaner())


def test_all_secrets_of_the_environment_and_the_passwords_of_servers() -> None:
    backends = Backends(
        {
            "ANTHROPIC_API_KEY": "sk-ant-0123456789",
            "GH_TOKEN": "ghp_0123456789abcdef",
            "LAN": "lan-key-0123456789",
            "ANTHROPIC_BASE_URL": "https://me:gateway-pass-1@gateway.example",
            "PATH": "/usr/bin:/bin:/usr/local/bin",
        },
        profiles={"lan": Profile(base_url="http://me:profile-pass-1@lan.example", key_env="LAN")},
    )
    text = " ".join(
        ["sk-ant-0123456789", "ghp_0123456789abcdef", "lan-key-0123456789", "gateway-pass-1"]
        + ["profile-pass-1"]
    )

    assert backends.redactor.text(text) == " ".join([HIDDEN] * 5)
    assert "/usr/bin" in backends.redactor.text("/usr/bin:/bin:/usr/local/bin")
    assert (
        "profile-pass-1"
        not in msgspec.json.encode([choice.summary for choice in backends.choices()]).decode()
    )
