"""Profiles: a server of one's own, its own key, and messages that name both."""

from collections.abc import Mapping

import msgspec
import pytest

from orchtui.engine.backends.profiles import Profile, exposed, lacking, open_profile
from orchtui.engine.errors import BackendError
from tests.engine.backends.asking import failure_of, text_of
from tests.engine.backends.tool_double import ScriptedTools, asked, gathered
from tests.server import FAULTS, MessagesServer

SCHEMA = {"type": "object", "properties": {}, "required": [], "additionalProperties": False}
SECRET = "sk-mine-0123456789"
OTHERS = {"ANTHROPIC_API_KEY": "sk-ant-not-yours-1", "ANTHROPIC_AUTH_TOKEN": "token-not-yours-2"}


async def test_its_own_key_model_and_limits(server: MessagesServer) -> None:
    profile = Profile(
        base_url=server.url,
        key_env="MY_KEY",
        models={"small": "tiny:7b", "opus": "huge:70b"},
        model="small",
        concurrency=3,
        idle_timeout=7.5,
    )
    backend = open_profile("mine", profile, {"MY_KEY": SECRET, **OTHERS})
    assert (backend.name, backend.slots, backend.idle_timeout) == ("mine", 3, 7.5)
    await gathered(backend, asked())
    await gathered(backend, asked(model="opus", web=("web_search",), context="c", system="s"))
    await backend.close()
    assert [received.model for received in server.requests] == ["tiny:7b", "huge:70b"]
    assert server.requests[0].headers["x-api-key"] == SECRET
    assert "tools" not in server.requests[1].body
    assert server.requests[1].body["system"] == "s", "no marks where nothing says so"


async def test_without_a_key_variable_nobodys_key_is_sent(
    server: MessagesServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in OTHERS.items():
        monkeypatch.setenv(name, value)
    backend = open_profile("ollama", Profile(base_url=server.url), OTHERS)
    assert text_of(await gathered(backend, asked()))
    await backend.close()
    sent = repr(server.requests[0].headers)
    assert not any(value in sent for value in OTHERS.values())


async def test_what_it_says_it_can_do_is_used(server: MessagesServer) -> None:
    profile = Profile(base_url=server.url, web=True, cache=True, structured=True)
    backend = open_profile("gateway", profile, {})
    work = asked(web=("web_search",), system="s", schema=SCHEMA)
    await gathered(backend, work, ScriptedTools(Read="x"))
    bare = open_profile("bare", msgspec.structs.replace(profile, tools=False, web=False), {})
    await gathered(bare, asked(web=("web_search",), system="s"), ScriptedTools(Read="x"))
    await backend.close()
    await bare.close()
    first, second = (received.body for received in server.requests)
    assert [tool["name"] for tool in first["tools"]] == ["Read", "web_search"]
    assert first["system"][0]["cache_control"] == {"type": "ephemeral"}
    assert first["output_config"]["format"]["schema"] == SCHEMA
    assert "tools" not in second


@pytest.mark.parametrize(
    ("fault", "key_env", "words"),
    [
        ("unauthorized", "MY_KEY", "MY_KEY"),
        ("unauthorized", None, "key_env of the profile 'mine'"),
        ("html", "MY_KEY", "base_url of the profile 'mine'"),
        ("redirect", "MY_KEY", "base_url of the profile 'mine'"),
        ("drop", "MY_KEY", "(profile 'mine')"),
    ],
)
async def test_messages_name_the_profile_and_its_variable(
    server: MessagesServer, fault: str, key_env: str | None, words: str
) -> None:
    profile = Profile(base_url=server.url, key_env=key_env)
    backend = open_profile("mine", profile, {"MY_KEY": SECRET})
    server.then(FAULTS[fault])
    failure = await failure_of(backend)
    await backend.close()
    assert words in failure.message and "profile 'mine'" in failure.message
    assert "ANTHROPIC" not in failure.message and SECRET not in failure.message


@pytest.mark.parametrize(
    ("base_url", "environment", "words"),
    [
        ("http://127.0.0.1:1", {}, "set MY_KEY"),
        ("http://127.0.0.1:1", {"MY_KEY": "two words"}, "MY_KEY"),
        ("", {"MY_KEY": SECRET}, "base_url of the profile 'mine'"),
        ("ftp://there", {"MY_KEY": SECRET}, "base_url of the profile 'mine'"),
    ],
)
async def test_nothing_is_sent_where_something_lacks(
    base_url: str, environment: Mapping[str, str], words: str
) -> None:
    profile = Profile(base_url=base_url, key_env="MY_KEY")
    backend = open_profile("mine", profile, {**environment, **OTHERS})
    with pytest.raises(BackendError) as caught:
        await gathered(backend, asked())
    assert words in caught.value.message and "ANTHROPIC" not in caught.value.message


@pytest.mark.parametrize(
    ("base_url", "key_env", "environment", "expected"),
    [
        ("http://localhost:11434", None, {}, None),
        ("https://example.invalid", "MY_KEY", {"MY_KEY": "k"}, None),
        ("https://example.invalid", "MY_KEY", {}, "set MY_KEY"),
        ("https://example.invalid", "MY_KEY", {"MY_KEY": " "}, "set MY_KEY"),
        ("localhost:11434", None, {}, "base_url"),
        ("", None, {}, "base_url"),
    ],
)
def test_what_is_lacking(
    base_url: str, key_env: str | None, environment: Mapping[str, str], expected: str | None
) -> None:
    said = lacking(Profile(base_url=base_url, key_env=key_env), environment)
    assert said is None if expected is None else said is not None and expected in said


@pytest.mark.parametrize(
    ("base_url", "key_env", "read_on_the_way"),
    [
        ("http://example.invalid", "MY_KEY", True),
        ("HTTP://example.invalid", "MY_KEY", True),
        ("http://me:secret@example.invalid", None, True),
        ("http://127.0.0.1.example.invalid", "MY_KEY", True),
        ("http://192.168.0.9:8080", "MY_KEY", True),
        ("http://example.invalid", None, False),
        ("https://example.invalid", "MY_KEY", False),
        ("http://127.0.0.1:8080", "MY_KEY", False),
        ("http://[::1]:8080", "MY_KEY", False),
        ("http://localhost:8080", "MY_KEY", False),
    ],
)
def test_a_key_that_others_can_read(
    base_url: str, key_env: str | None, read_on_the_way: bool
) -> None:
    said = exposed(Profile(base_url=base_url, key_env=key_env))
    assert (said is not None) == read_on_the_way
    assert said is None or "secret" not in said
