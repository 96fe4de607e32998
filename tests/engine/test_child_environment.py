"""Which variables a program gets that orchtui starts: its own secrets, and nobody else's."""

import os
import shutil
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest

from orchtui.engine.backends.child_environment import ChildEnvironment, for_git, is_secret
from orchtui.engine.backends.command import CommandBackend
from orchtui.engine.backends.profiles import Profile
from orchtui.engine.backends.program_keys import KEYS, keys_of
from orchtui.engine.backends.registry import Backends
from orchtui.engine.errors import BackendError
from orchtui.engine.workspace import git
from tests.engine.backends.asking import KEY
from tests.engine.backends.program_helpers import assignment

SECRETS = """
    ANTHROPIC_API_KEY ANTHROPIC_AUTH_TOKEN OPENAI_API_KEY GEMINI_API_KEY GOOGLE_API_KEY
    CLAUDE_CODE_OAUTH_TOKEN CODEX_API_KEY HF_TOKEN HUGGING_FACE_HUB_TOKEN REPLICATE_API_TOKEN
    GH_TOKEN GITHUB_TOKEN GITLAB_TOKEN CI_JOB_TOKEN NPM_TOKEN NODE_AUTH_TOKEN PYPI_TOKEN
    TWINE_PASSWORD AWS_ACCESS_KEY_ID AWS_SECRET_ACCESS_KEY AWS_SESSION_TOKEN AZURE_CLIENT_SECRET
    GOOGLE_CREDENTIALS DOCKER_AUTH_CONFIG DOCKER_PASSWORD PGPASSWORD MYSQL_PWD REDIS_PASSWORD
    SECRET_KEY SECRET_KEY_BASE_SECRET DJANGO_SECRET_KEY STRIPE_SECRET_KEY JWT_SECRET SLACK_BOT_TOKEN
    SSH_PASSPHRASE GPG_PASSPHRASE AZURE_DEVOPS_EXT_PAT KEY TOKEN PASSWORD api_key GHTOKEN API_KEY_2
    TOKEN2 ORCHTUI_APIKEY
""".split()
OTHERS = """
    PATH HOME PWD OLDPWD SHELL USER LANG LC_ALL TERM COLORTERM DISPLAY XAUTHORITY TMPDIR EDITOR
    SSH_AUTH_SOCK SSH_AGENT_PID SSH_ASKPASS GIT_ASKPASS GPG_TTY GPG_AGENT_INFO KUBECONFIG
    DOCKER_HOST PYTHONPATH VIRTUAL_ENV NODE_PATH GOPATH JAVA_HOME LD_LIBRARY_PATH http_proxy
    ANTHROPIC_BASE_URL ANTHROPIC_MODEL OPENAI_BASE_URL TOKENIZERS_PARALLELISM MAX_TOKENS
    GOOGLE_APPLICATION_CREDENTIALS AWS_PROFILE AWS_REGION AWS_SHARED_CREDENTIALS_FILE
    SSL_CERT_FILE TLS_KEY_FILE PASSWORD_STORE_DIR GIT_CONFIG_KEY_FILE
    GIT_CONFIG_COUNT GIT_CONFIG_KEY_0 GIT_CONFIG_KEY_12 GIT_CONFIG_VALUE_0 KEYBOARD MONKEY PATTERN
""".split()


@pytest.mark.parametrize("name", SECRETS)
def test_this_name_stands_for_a_secret(name: str) -> None:
    assert is_secret(name)


@pytest.mark.parametrize("name", OTHERS)
def test_this_name_does_not(name: str) -> None:
    assert not is_secret(name)


EVERYTHING = {name: f"value of {name}" for name in (*SECRETS, *OTHERS)}


def secrets_in(environment: Mapping[str, str]) -> set[str]:
    return set(environment) & set(SECRETS)


def test_what_is_no_secret_is_for_all() -> None:
    assert set(ChildEnvironment(EVERYTHING).for_child()) == set(OTHERS)


@pytest.mark.parametrize(
    ("program", "gets"),
    [
        ("claude", {"ANTHROPIC_API_KEY", "ANTHROPIC_AUTH_TOKEN", "CLAUDE_CODE_OAUTH_TOKEN"}),
        ("codex", {"OPENAI_API_KEY", "CODEX_API_KEY"}),
        ("gemini", {"GEMINI_API_KEY", "GOOGLE_API_KEY", "GOOGLE_CREDENTIALS"}),
        ("claude-agent-acp", {"ANTHROPIC_API_KEY", "ANTHROPIC_AUTH_TOKEN",
         "CLAUDE_CODE_OAUTH_TOKEN"}),
        ("python3", set()),
        ("./claude", set()),
        ("tools/codex", set()),
    ],
)  # fmt: skip
def test_a_known_program_gets_exactly_its_own(program: str, gets: set[str]) -> None:
    children = ChildEnvironment(EVERYTHING)

    assert secrets_in(children.for_child(keys_of(program, children))) == gets


@pytest.mark.parametrize("program", ["llm", "opencode"])
def test_a_program_for_all_providers_gets_theirs_and_no_other(program: str) -> None:
    children = ChildEnvironment(EVERYTHING)
    gets = secrets_in(children.for_child(keys_of(program, children)))

    assert {"ANTHROPIC_API_KEY", "OPENAI_API_KEY", "GEMINI_API_KEY", "HF_TOKEN"} <= gets
    assert not gets & {"GH_TOKEN", "NPM_TOKEN", "PGPASSWORD", "SECRET_KEY", "CI_JOB_TOKEN"}


def test_claude_gets_amazons_keys_where_it_works_through_amazon() -> None:
    there = ChildEnvironment({**EVERYTHING, "CLAUDE_CODE_USE_BEDROCK": "1"})

    assert "AWS_SECRET_ACCESS_KEY" in there.for_child(keys_of("claude", there))
    assert "AWS_SECRET_ACCESS_KEY" not in there.for_child(keys_of("codex", there))


def test_every_preset_has_its_own() -> None:
    from orchtui.engine.backends.presets import PRESETS

    assert {preset.program for preset in PRESETS.values()} <= set(KEYS)


def test_what_is_passed_on_by_name_is_there_and_nothing_else() -> None:
    children = ChildEnvironment(EVERYTHING)

    assert secrets_in(children.for_child((), ("GH_TOKEN", "NO_SUCH_TOKEN"))) == {"GH_TOKEN"}
    assert children.kept_from((), ("GH_TOKEN",)) == set(SECRETS) - {"GH_TOKEN"}


def test_a_profiles_key_is_a_secret_whatever_its_name() -> None:
    backends = Backends(
        {"LAN": "the key", "OTHER": "no key"},
        profiles={"lan": Profile(base_url="http://127.0.0.1:1", key_env="LAN")},
    )

    assert backends.children.for_child() == {"OTHER": "no key"}
    assert backends.children.for_child((), ("LAN",)) == {"LAN": "the key", "OTHER": "no key"}


def test_git_gets_what_it_needs_and_no_secret() -> None:
    given = for_git({**EVERYTHING, "GIT_SSH_COMMAND": "ssh", "GIT_TOKEN": "x", "HTTPS_PROXY": "p"})

    assert {"PATH", "HOME", "GIT_SSH_COMMAND", "SSH_AUTH_SOCK", "HTTPS_PROXY"} <= set(given)
    assert not any(is_secret(name) for name in given)


# With real children


@pytest.fixture
def planted(monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    """Every secret, in the environment of this very process."""
    for name in SECRETS:
        monkeypatch.setenv(name, f"{KEY}-{name}")
    return dict(os.environ)


SHOW = "import os; print(*os.environ, sep=chr(10))"


async def names_seen(tmp_path: Path, *command: str, env: tuple[str, ...] = ()) -> set[str]:
    given = assignment(tmp_path, *command, env=env)
    events = [event async for event in CommandBackend().stream(given)]
    return set("".join(getattr(event, "text", "") for event in events).split())


async def test_a_real_program_sees_none(tmp_path: Path, planted: dict[str, str]) -> None:
    seen = await names_seen(tmp_path, sys.executable, "-c", SHOW)

    assert "PATH" in seen
    assert not seen & set(SECRETS)


async def test_a_real_program_sees_what_is_passed_on(
    tmp_path: Path, planted: dict[str, str]
) -> None:
    seen = await names_seen(tmp_path, sys.executable, "-c", SHOW, env=("PGPASSWORD",))

    assert seen & set(SECRETS) == {"PGPASSWORD"}


async def test_a_program_that_misses_one_is_told_how_to_get_it(
    tmp_path: Path, planted: dict[str, str]
) -> None:
    code = "import os; os.environ['GH_TOKEN']"
    with pytest.raises(BackendError, match=r"KeyError(.|\n)*`env: \[GH_TOKEN\]`"):
        await names_seen(tmp_path, sys.executable, "-c", code)
    with pytest.raises(BackendError) as other:
        await names_seen(tmp_path, sys.executable, "-c", "1 / 0")
    assert "env:" not in str(other.value)


@pytest.mark.skipif(shutil.which("git") is None, reason="there is no git here")
def test_real_git_sees_none(tmp_path: Path, planted: dict[str, str]) -> None:
    git.git(tmp_path, "init")
    alias = ("-c", "alias.seen=!env")
    seen = git.git(tmp_path, *alias, "seen").decode()

    assert "PATH=" in seen
    assert not {line.split("=")[0] for line in seen.splitlines()} & set(SECRETS)
    assert KEY not in seen
