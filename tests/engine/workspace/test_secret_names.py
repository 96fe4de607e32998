"""Names that may stand for a secret, and such that only look like one."""

from pathlib import Path

import pytest

from orchtui.engine.paths.rules import Rules
from tests.engine.workspace.places import Place, use

SECRETS = [
    # backups and copies of what is one
    ".env~", ".env.bak", ".env-prod", ".env_local", ".env.bak~", "prod.env.old", "#.env#",
    ".#.env", "key.pem.bak", "key.pem~", "key.pem.orig", ".key.pem.swp", "server.key.2024-01-31",
    "a.p12.1", "id_rsa.old", "id_rsa~", "id_rsa.bak2", ".id_rsa.swp", "id_rsa (1)", "id_rsa copy",
    "Copy of id_rsa", "credentials.json.bak", ".netrc.save", ".npmrc.backup", ".htpasswd.orig",
    "secrets.yaml.tmp", "terraform.tfstate.backup", "key.pem.txt", "id_ed25519.b64",
    "key.pem.bak.txt",
    # names without an ending
    "credentials", "Credentials", ".credentials", "credential", "secret", "secrets", "passwords",
    "passwd", "passphrase", "creds", ".aws-credentials", "api_key", "apikey", ".token",
    # keys by other names
    "private_key.txt", "private-key", "privatekey.json", "my_private_key.pem",
    "prod.private-key.txt", "rsa.priv", "rsa.private", "host.prv", "secring.gpg", "backup.pgp",
    "vpn.ovpn", "krb5.keytab", "store.jceks", "signing.pkcs12",
    # what providers and tools call theirs
    "firebase-adminsdk.json", "shop-firebase-adminsdk-x1y2-0123abcd.json",
    "firebase_adminsdk-a.json", ".vault_pass", ".vault-password", "vault_pass.txt",
    ".vault_pass.txt", "oauth_creds.json", "api-keys.json", "github_access_token.txt",
    "auth-token.json",
    # by where they stand
    ".config/gcloud/application_default_credentials.json", ".config/gcloud/properties",
    "home/.config/gcloud/x", ".CONFIG/gcloud/x", ".config/gh/hosts.yml",
    ".claude/settings.local.json", "sub/.claude/settings.local.json", ".codex/auth.json",
    ".m2/settings.xml", ".gradle/gradle.properties", ".composer/auth.json", ".vscode/sftp.json",
]  # fmt: skip

PLAIN = [
    "README.bak", "notes.txt~", "src/private_key.py", "src/credentials.py", "src/secrets.go",
    "tokens.json", "design-tokens.json", "token.py", "src/tokenizer.json", "keyboard.json",
    "monkey.txt", "keys.md", "gpg.md", "docs/secrets.md", "docs/private-key.md",
    "password_reset.html", "PasswordInput.tsx", ".env.example", ".env.example.bak", ".env.sample~",
    "credentials.template.json", "api_key.go", "id_rsa.pub", "environment.yml", "src/env.ts",
    ".envoy.yaml", "main.copy.py", "v1.2.3", "x.old", "private/notes.txt", "public_key.txt",
    ".config/nvim/init.lua", ".claude/settings.json", "settings.local.json", "auth.json",
    "src/auth/hosts.yml", "gcloud/x", "config/gradle.properties", "passphrase.rs",
    "accredentials.txt", "secretary.txt", "creds.py",
]  # fmt: skip


@pytest.fixture(scope="module")
def rules(tmp_path_factory: pytest.TempPathFactory) -> Rules:
    folder = tmp_path_factory.mktemp("project")
    return Rules.load(folder, folder / "artifacts")


@pytest.mark.parametrize("path", SECRETS)
def test_it_may_not_be_read(rules: Rules, path: str) -> None:
    why = rules.unreadable(path)
    assert why is not None and "no specialist may see" in why
    assert rules.unreadable(f"deep/er/{path}") is not None


@pytest.mark.parametrize("path", PLAIN)
def test_what_only_looks_like_one_may(rules: Rules, path: str) -> None:
    assert rules.unreadable(path) is None


async def test_a_folder_of_sources_may_have_such_a_name(tmp_path: Path) -> None:
    place = Place(tmp_path)
    for name in ("views/passwords/edit.html", "api_keys/models.py", "secrets/prod.txt"):
        (place.project / name).parent.mkdir(parents=True)
        (place.project / name).write_text("zebra\n")
    site = await place.site()

    found = (await use(site, "Grep", pattern="zebra")).text
    assert found == "api_keys/models.py:1:zebra\nviews/passwords/edit.html:1:zebra"
    assert (await use(site, "List_Files", path="views/passwords")).ok
    assert not (await use(site, "Read", path="secrets/prod.txt")).ok
    await site.leave()


async def test_neither_read_nor_grep_gives_them_out(tmp_path: Path) -> None:
    place = Place(tmp_path)
    names = [name for name in SECRETS if "/" not in name]
    for name in names:
        (place.project / "docs" / name).write_text("the word is swordfish\n")
    site = await place.site()
    for name in names:
        assert not (await use(site, "Read", path=f"docs/{name}")).ok, name
    assert (await use(site, "Grep", pattern="swordfish")).text == "(nothing fits)"
    listed = (await use(site, "List_Files", path="docs")).text
    assert [name for name in names if name in listed] == []
    await site.leave()
