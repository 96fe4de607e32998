"""What `orchtui.yaml` says, who said it, and what is told of its mistakes."""

from pathlib import Path

import pytest

from orchtui.config import FILE, Settings, load_config
from orchtui.engine.agents.specialists import agent_folders
from orchtui.engine.cluster.cluster_address import Cluster
from orchtui.engine.errors import InputError
from tests.cli.conftest import Orchtui

SERVER = "profiles: {near: {base_url: 'http://127.0.0.1:1'}}\n"


@pytest.fixture
def users(home: Path) -> Path:
    """Where the user's own file stands."""
    folder = home / ".config" / "orchtui"
    folder.mkdir(parents=True)
    return folder / FILE


def problems(folder: Path, text: str) -> list[tuple[int, int, str]]:
    """Lines, columns and messages of a project's file."""
    (folder / FILE).write_text(text)
    with pytest.raises(InputError) as caught:
        load_config(folder)
    assert {Path(one.file).name for one in caught.value.problems} == {FILE}
    return [(one.line, one.column, one.message) for one in caught.value.problems]


def test_without_files_nothing_is_said(project: Path) -> None:
    assert load_config(project) == Settings()


def test_a_whole_file(project: Path) -> None:
    (project / FILE).write_text(
        "backend: far\n"
        "models: {quick: tiny-1}\n"
        "profiles:\n"
        "  far:\n"
        "    base_url: https://far.example\n"
        "    key_env: FAR_KEY\n"
        "    model: big-1\n"
        "    models: {opus: big-1}\n"
        "    limits: {concurrency: 2, idle_timeout: 5m}\n"
        "    tools: false\n"
        "    web: true\n"
        "    cache: true\n"
        "    structured: true\n"
        "    warm_cache: true\n"
        "    runs_on: [gpu, lab]\n"
        "limits: {timeout: 1h, retries: 0}\n"
        "agents: [team, ~/mine]\n"
        "theme: dark\n"
        "notify: [bell, osc9]\n"
    )

    settings = load_config(project)

    far = settings.profiles["far"]
    assert settings.backend == "far" and settings.models == {"quick": "tiny-1"}
    assert (far.base_url, far.key_env, far.model) == ("https://far.example", "FAR_KEY", "big-1")
    assert (far.concurrency, far.idle_timeout) == (2, 300.0)
    assert (far.tools, far.web, far.cache, far.warm_cache) == (False, True, True, True)
    assert far.structured and far.runs_on == ("gpu", "lab")
    assert (settings.limits.timeout, settings.limits.retries) == (3600.0, 0)
    assert settings.agents == ("team", "~/mine")
    assert settings.theme == "dark" and settings.notify == ("bell", "osc9")


# Two files


def test_the_projects_file_wins_key_by_key(project: Path, users: Path) -> None:
    users.write_text(
        "backend: claude\nmodels: {a: users, b: users}\nlimits: {retries: 5, timeout: 1h}\n"
        "profiles: {near: {base_url: 'http://127.0.0.1:2'}, mine: {base_url: 'http://127.0.0.1:3'}}\n"
        "theme: light\nagents: [~/users]\n"
    )
    (project / FILE).write_text(
        SERVER + "models: {a: projects}\nlimits: {retries: 1}\nagents: [team]\nbackend: near\n"
    )

    settings = load_config(project)

    assert settings.backend == "near" and settings.theme == "light"
    assert settings.models == {"a": "projects", "b": "users"}
    assert (settings.limits.retries, settings.limits.timeout) == (1, 3600.0)
    assert settings.profiles["near"].base_url == "http://127.0.0.1:1"
    assert settings.agents == ("team", "~/users")
    assert settings.said_by == {
        "backend": project / FILE,
        "theme": users,
        "models.a": project / FILE,
        "models.b": users,
        "limits.retries": project / FILE,
        "limits.timeout": users,
        "agents.team": project / FILE,
        "agents.~/users": users,
        "profiles.near": project / FILE,
        "profiles.mine": users,
    }


def test_the_projects_no_wins_over_the_users_yes(project: Path, users: Path) -> None:
    users.write_text("warm_cache: true\n")
    (project / FILE).write_text("warm_cache: false\n")

    assert not load_config(project).warm_cache


def test_one_named_file_stands_for_all(project: Path, users: Path, tmp_path: Path) -> None:
    users.write_text("theme: light\n")
    (project / FILE).write_text("theme: dark\n")
    named = tmp_path / "other.yaml"
    named.write_text("backend: local\n")

    settings = load_config(project, named)

    assert (settings.backend, settings.theme) == ("local", None)
    assert settings.said_by == {"backend": named}
    assert settings.own(project).files == {"backend": str(named)}


# Whose word it is


def test_what_the_user_said_is_the_users_own(project: Path, users: Path) -> None:
    users.write_text(SERVER + "backend: near\n")

    own = load_config(project).own(project)

    assert (set(own.backends), set(own.profiles)) == ({"near"}, {"near"})


def test_what_the_project_said_is_not(project: Path, users: Path) -> None:
    users.write_text(SERVER + "backend: claude\n")
    (project / FILE).write_text(SERVER.replace(":1'", ":9'") + "backend: near\nagents: [team]\n")

    own = load_config(project).own(project)

    assert (set(own.backends), set(own.profiles), list(own.folders)) == (set(), set(), [])


def test_a_file_named_by_hand_is_the_persons_own(project: Path) -> None:
    named = project / "sub" / "mine.yaml"
    named.parent.mkdir()
    named.write_text(SERVER + "backend: near\nagents: [../team]\n")

    own = load_config(project, named).own(project)

    assert (list(own.backends), list(own.profiles)) == (["near"], ["near"])
    assert own.files["profiles.near"] == own.files["backend"] == "sub/mine.yaml"


@pytest.mark.parametrize("link", [False, True])
def test_to_name_the_projects_own_file_by_hand_changes_nothing(project: Path, link: bool) -> None:
    (project / FILE).write_text(SERVER)
    named = project / FILE
    if link:
        named = project / "mine.yaml"
        named.symlink_to(project / FILE)

    assert not load_config(project, named).own(project).profiles


def test_a_link_to_a_file_of_the_project_is_the_projects(project: Path, users: Path) -> None:
    (project / "real.yaml").write_text(SERVER)
    users.symlink_to(project / "real.yaml")

    own = load_config(project).own(project)
    assert not own.profiles
    assert own.files["profiles.near"] == str(users)


def test_the_users_folders_are_where_they_are_looked_for(
    project: Path, users: Path, home: Path
) -> None:
    users.write_text("agents: [~/mine, /opt/agents]\n")
    settings = load_config(project)

    found = agent_folders(project, home, settings.agents)
    configured = [folder.path for folder in found if folder.source == "configured"]
    assert list(settings.own(project).folders) == configured == [home / "mine", Path("/opt/agents")]


def test_variables_that_programs_get_are_the_users_or_the_projects(
    project: Path, users: Path
) -> None:
    users.write_text("env: [GH_TOKEN, NPM_TOKEN]\n")
    (project / FILE).write_text("env: [AWS_SECRET_ACCESS_KEY, GH_TOKEN]\n")
    settings = load_config(project)

    assert settings.env == ("AWS_SECRET_ACCESS_KEY", "GH_TOKEN", "NPM_TOKEN")
    assert list(settings.own(project).env) == ["GH_TOKEN", "NPM_TOKEN"]


def test_a_secret_itself_is_not_taken(project: Path) -> None:
    [(line, _, message)] = problems(project, "env: [GH_TOKEN=ghp_0123456789]\n")

    assert line == 1
    assert "the name of an environment variable" in message


# Names of backends


@pytest.mark.parametrize("name", ["anthropic", "local", "rehearsal", "claude", "codex", "llm"])
def test_these_can_be_chosen(project: Path, name: str) -> None:
    (project / FILE).write_text(f"backend: {name}\n")

    assert load_config(project).backend == name


@pytest.mark.parametrize("name", ["command", "acp", "nobody", "neer"])
def test_these_can_not(project: Path, name: str) -> None:
    [(line, column, message)] = problems(project, f"theme: x\n{SERVER}backend: {name}\n")

    assert (line, column) == (3, 10)
    assert f"not '{name}'" in message and "anthropic" in message
    if name == "neer":
        assert "near" in message


def test_a_project_may_choose_a_profile_of_the_user(project: Path, users: Path) -> None:
    users.write_text(SERVER)
    (project / FILE).write_text("backend: near\n")

    assert load_config(project).backend == "near"


def test_the_user_may_not_choose_a_profile_of_a_project(project: Path, users: Path) -> None:
    """In every other project it would be nobody."""
    users.write_text("backend: near\n")
    (project / FILE).write_text(SERVER)

    with pytest.raises(InputError, match="backend must be one of"):
        load_config(project)


# Mistakes


@pytest.mark.parametrize(
    ("text", "place", "words"),
    [
        ("profles: {}\n", (1, 1), "profles"),
        ("profiles: {near: {}}\n", (1, 18), "base_url"),
        ("profiles:\n  near: {base_url: x, kee: y}\n", (2, 23), "kee"),
        ("profiles:\n  claude: {base_url: x}\n", (2, 3), "a backend already"),
        ("profiles:\n  a b: {base_url: x}\n", (2, 3), "name"),
        ("profiles:\n  near: {base_url: [x]}\n", (2, 20), "base_url"),
        ("profiles:\n  near: {base_url: x, tools: 7}\n", (2, 30), "tools"),
        ("profiles:\n  near: {base_url: x, limits: {concurrency: no}}\n", (2, 45), "concurrency"),
        ("profiles:\n  near: {base_url: x, limits: {budget_usd: 1}}\n", (2, 32), "budget_usd"),
        ("backend: local\nbackend: claude\n", (2, 1), "backend"),
        ("limits: {timeout: soon}\n", (1, 19), "timeout"),
        ("agents: {team: x}\n", (1, 9), "agents"),
        ("- backend\n", (1, 1), ""),
        ("theme: [\n", (2, 1), ""),
        ("notify: bel\n", (1, 9), "bell"),
        ("notify: [bell, {}]\n", (1, 16), "item 2 of notify"),
    ],
)
def test_a_mistake_is_told_with_its_place(
    project: Path, text: str, place: tuple[int, int], words: str
) -> None:
    [(line, column, message)] = problems(project, text)

    assert (line, column) == place, message
    assert words in message


@pytest.mark.parametrize(
    "parts",
    [
        ("sk-", "ant-123"), ("sk_", "live_9aB8cD7eF6gH5iJ4"), ("hf_", "abcdefghijklmnopqrst"),
        ("ghp_", "16C7e42F292c6912E7710c838347Ae178B4a"), ("AKIA", "IOSFODNN7EXAMPLE"),
        ("xoxb", "-1-2"), ("0123456789abcdef", "0123456789abcdef"), ("a ", "key"), ("$", "KEY"),
        ("eyJ", "hbGciOiJIUzI1NiJ9"), ("AIza", "SyA1234567890abcdefghijklmnopqrs"),
    ],
)  # fmt: skip
def test_a_key_where_the_name_of_its_variable_belongs_is_not_repeated(
    project: Path, parts: tuple[str, str]
) -> None:
    # Put together only here: what looks for leaked keys in files would take them for real.
    key = "".join(parts)
    text = f"profiles:\n  near: {{base_url: 'http://x', key_env: '{key}'}}\n"

    [(line, column, message)] = problems(project, text)

    assert (line, column) == (2, 41)
    assert "the name of an environment variable" in message and key not in message


@pytest.mark.parametrize(
    "name", ["FAR_KEY", "MY_SK_2", "openrouter_api_key", "_K", "ANTHROPIC_KEY"]
)
def test_names_of_variables_are_taken(project: Path, name: str) -> None:
    (project / FILE).write_text(f"profiles: {{near: {{base_url: 'http://x', key_env: {name}}}}}\n")

    assert load_config(project).profiles["near"].key_env == name


def test_all_mistakes_are_told_at_once(project: Path) -> None:
    told = problems(project, "theme: [x]\nlimits: {retries: -1}\nbackend: nobody\n")

    assert [line for line, _, _ in told] == [1, 2, 3]


def test_a_file_that_can_not_be_read_is_told(project: Path) -> None:
    (project / FILE).write_bytes(b"theme: \xff\n")
    with pytest.raises(InputError, match="UTF-8"):
        load_config(project)
    with pytest.raises(InputError):
        load_config(project, project / "none.yaml")


# Prices


def test_prices_by_backend_and_model(project: Path) -> None:
    (project / FILE).write_text(
        SERVER + "prices:\n"
        "  near: {any: {input: 0, output: 0}}\n"
        "  anthropic:\n"
        "    m-1: {input: 3, output: 15.5, cache_read: 0.3, cache_write: 3.75, web_search: 10}\n"
        "    m-2: {input: 1, output: 2, long_prompt: {over: 100000, input: 2, output: 4}}\n"
    )

    settings = load_config(project)

    m1 = settings.prices["anthropic"]["m-1"]
    assert (m1.input, m1.output, m1.cache_read, m1.cache_write) == (3, 15.5, 0.3, 3.75)
    assert m1.web_search == 10 and m1.long_prompt is None
    long = settings.prices["anthropic"]["m-2"].long_prompt
    assert long is not None and (long.over, long.input, long.output) == (100_000, 2, 4)
    assert settings.prices["near"]["any"].free
    assert settings.price_files == (str(project / FILE),)


def test_a_projects_prices_win_model_by_model(project: Path, users: Path) -> None:
    users.write_text("prices: {anthropic: {a: {input: 1, output: 1}, b: {input: 1, output: 1}}}\n")
    (project / FILE).write_text(
        "prices: {anthropic: {b: {input: 2, output: 2}}, codex: {any: {input: 3, output: 3}}}\n"
    )

    settings = load_config(project)

    costs = {
        f"{backend}/{model}": price.input
        for backend, models in settings.prices.items()
        for model, price in models.items()
    }
    assert costs == {"anthropic/a": 1, "anthropic/b": 2, "codex/any": 3}
    assert settings.price_files == (str(project / FILE), str(users))


@pytest.mark.parametrize(
    ("text", "place", "words"),
    [
        ("prices: {antropic: {m: {input: 1, output: 1}}}", (1, 10), "did you mean 'anthropic'?"),
        ("prices: {codex: {m: {input: 1}}}", (1, 21), "prices.codex.m needs the key 'output'"),
        ("prices: {codex: {m: {input: -1, output: 1}}}", (1, 29), "from 0 to 1,000,000, not '-1'"),
        ("prices: {codex: {m: {input: free, output: 1}}}", (1, 29), "not 'free'"),
        ("prices: {codex: {m: {in: 1, input: 1, output: 1}}}", (1, 22), "unknown key 'in'"),
        ("prices: {codex: 5}", (1, 17), "prices.codex must be a mapping"),
        (
            "prices: {codex: {m: {input: 1, output: 1, long_prompt: {input: 1, output: 1}}}}",
            (1, 56),
            "needs the key 'over'",
        ),
    ],
)
def test_what_is_wrong_with_a_price(
    project: Path, text: str, place: tuple[int, int], words: str
) -> None:
    ((line, column, message),) = problems(project, text)

    assert (line, column) == place
    assert words in message


def test_own_keys_are_said_key_by_key_and_mistakes_told_by_doctor(
    project: Path, orchtui: Orchtui, users: Path
) -> None:
    users.write_text("keys: {app.zoom: ctrl+g, tasks.add: n}")
    (project / FILE).write_text('keys:\n  tasks.add: [N, "?"]\n  tasks.ad: [q]\n')
    assert load_config(project).keys == {
        "app.zoom": ("ctrl+g",),
        "tasks.add": ("N", "?"),
        "tasks.ad": ("q",),
    }
    told = orchtui("doctor").stdout
    assert "keys.app.zoom: ctrl+g (user file" in told
    assert "keys.tasks.add: N ? (project file orchtui.yaml)" in told
    assert "there is no action 'tasks.ad'; did you mean tasks.add?" in told


@pytest.mark.parametrize("nothing", ["", "~", "null", '""', "[]", '[""]'])
def test_an_action_can_be_given_no_key(
    project: Path, orchtui: Orchtui, users: Path, nothing: str
) -> None:
    users.write_text("keys: {app.zoom: ctrl+g}")
    (project / FILE).write_text(f"keys:\n  app.zoom: {nothing}\n")
    assert not any(load_config(project).keys["app.zoom"])
    told = orchtui("doctor").stdout
    assert "keys.app.zoom: no key (project file orchtui.yaml)" in told
    assert "keys: app.zoom" not in told


def test_keys_that_are_no_keys_are_errors_of_the_file(project: Path, orchtui: Orchtui) -> None:
    (project / FILE).write_text("keys: [a, b]\n")
    done = orchtui("doctor")
    assert done.returncode == 2
    assert "keys must be a mapping, not a list" in done.stderr


# --- the cluster ----------------------------------------------------------------------------------


def test_a_cluster_is_an_address_or_that_with_what_goes_with_it(project: Path, users: Path) -> None:
    users.write_text(
        "cluster: {address: 'tls://head:8786', ca: ca.pem, cert: me.pem, key: me.key, env: [A_KEY]}"
    )
    settings = load_config(project)
    assert settings.cluster == Cluster(
        address="tls://head:8786", ca="ca.pem", cert="me.pem", key="me.key", env=("A_KEY",)
    )
    assert settings.own(project).cluster
    # What goes with an address goes with no other one.
    assert settings.cluster_for("tls://head:8786") is settings.cluster
    assert settings.cluster_for("tls://other:8786") == Cluster(address="tls://other:8786")
    (project / FILE).write_text("cluster: local:2")
    settings = load_config(project)
    assert settings.cluster == Cluster(address="local:2")
    assert not settings.own(project).cluster
    assert not settings.own(project, "local:2").cluster  # the project's variables go with it
    assert settings.own(project, "local:3").cluster


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("cluster: head:8786", "cluster must be tcp://HOST:PORT or tls://HOST:PORT"),
        ("cluster: local:0", "or local:N for N workers here (1 to 999), not 'local:0'"),
        ("cluster: {ca: x}", "address"),
        ("cluster: {address: 'tcp://h:1', env: [sk-abcdefghijklmnop1234]}", "the name of an env"),
        ("cluster: [a]", "cluster"),
        ("cluster: {address: 'tcp://h:1', ca: x.pem, key: k}", "ca, key: files of tls://, which"),
        ("cluster: {address: 'local:2', cert: x.pem}", "cert: files of tls://, which local:2"),
        ("cluster: {address: 'tcp://h:1', ca: x.pem, key: k}", "ca, key: files of tls://, which"),
        ("cluster: {address: 'local:2', cert: x.pem}", "cert: files of tls://, which local:2"),
    ],
)
def test_what_is_wrong_with_a_cluster_is_told(project: Path, text: str, says: str) -> None:
    (found,) = problems(project, text)
    assert says in found[2] and "sk-abc" not in found[2]


def test_a_bad_address_after_the_flag_is_told(orchtui: Orchtui) -> None:
    done = orchtui("run", "--request", "a", "--cluster", "http://h:1")
    assert done.returncode == 2 and "local:N for N workers here" in done.stderr
