"""Names that tell a secret: what no specialist may see, by what it is called and where it stands.

Backups, copies and disguises of a secret (`.env~`, `key.pem.bak`, `id_rsa.txt`)
are secrets too; what only shows the form of one (`.env.example`) is not. Source
code may be called what it likes. Every name is given in its folded form, see
`path_names`. This module never touches a file, and can not know what stands in
one.
"""

import re
from functools import lru_cache

SECRET = "it may hold a secret, which no specialist may see; work without it, and say so"
KEY = "it may hold a key, which no specialist may see; work without it, and say so"
GIT = "it belongs to git; read and change the files of the project themselves"

_FOLDERS = {
    ".git": GIT,
    "git~1": GIT,
    ".ssh": KEY,
    ".gnupg": KEY,
    ".aws": SECRET,
    ".azure": SECRET,
    ".kube": SECRET,
    ".docker": SECRET,
    ".gcloud": SECRET,
    ".password-store": SECRET,
}
"""Names of folders, or of files, that forbid all below them."""

_PLACES = frozenset(
    tuple(place.split("/"))
    for place in (
        ".config/gcloud .config/gh .config/hub .config/op .config/doctl .config/rclone "
        ".config/composer .claude/settings.local.json .codex/auth.json .m2/settings.xml "
        ".gradle/gradle.properties .composer/auth.json .vscode/sftp.json .bundle/config"
    ).split()
)
"""Two names in a row that forbid themselves and all below them."""

_DATA = r"\.(?:json|ya?ml|toml|ini|cfg|conf|csv|txt|xml|properties|enc|dat)"
_PART = r"(?:.*[-_.])?"
"""What may stand before a telling word."""
_MORE = r"(?:[-_.].*)?"
"""And behind it."""

_FILES: tuple[tuple[re.Pattern[str], str], ...] = tuple(
    (re.compile(pattern), why)
    for pattern, why in (
        (r"\.env(?:rc|[-_.].*)?|.+\.env", SECRET),
        (r"id_(?:rsa|dsa|ecdsa|ed25519)(?:_.*|-.*)?", KEY),
        (r".+\.(?:pem|key|p12|pfx|kdbx?|jks|jceks|keystore|keytab|ppk|p8|pkcs8|pkcs12)", KEY),
        (r".+\.(?:priv|prv|private|gpg|pgp|ovpn)|ssh_host_.*_key", KEY),
        (rf"{_PART}private[-_.]?key(?:{_MORE}{_DATA})?", KEY),
        (r"[._]netrc|\.npmrc|\.pypirc|\.git-credentials|\.htpasswd|\.pgpass|\.my(?:login)?\.cnf",
         SECRET),
        (r"\.vault[-_]token|kubeconfig|\.s3cfg|\.boto|\.dockercfg|\.terraformrc", SECRET),
        (r"\.?vault[-_]?pass(?:word)?(?:\.txt|\.ya?ml)?", SECRET),
        (r".*\.tfstate(?:\..*)?|.*\.tfvars(?:\.json)?", SECRET),
        (rf"{_PART}(?:credentials?|creds|secrets?|passwords?){_MORE}{_DATA}", SECRET),
        (rf"{_PART}(?:api[-_]?keys?|(?:access|auth|refresh|bearer)[-_]?tokens?){_MORE}{_DATA}",
         SECRET),
        (r"\.?(?:credentials?|secrets)", SECRET),
        (r"\.(?:.*[-_])?(?:token|credentials?|creds|secrets?|password)", SECRET),
        (rf"{_PART}(?:client[-_]?secret|service[-_]?account){_MORE}\.json", SECRET),
        (r".*firebase[-_]?adminsdk.*\.json", SECRET),
    )
)  # fmt: skip
"""Names of files. A folder of such a name forbids all below it too."""

_BARE = re.compile(r"(?:creds|secret|passwords?|passwd|passphrase|api[-_]?keys?)")
"""Names that are a secret's for a file alone: a folder of such a name is mostly one of sources."""

_SAMPLES = re.compile(
    r".*[._-](?:examples?|samples?|templates?|dist|tpl)(?:\.(?:json|ya?ml|toml|ini))?"
)
"""Names of files that only show the form of a secret."""

_COPY = re.compile(
    r"(?<=.)(?:~|\.sw[a-p]|\.\d{1,8}| ?\(\d{1,4}\)| copy(?: \d+)?"
    r"|[-_. ](?:bak|backup|bkp?|old|orig|original|saved?|copy|prev|previous|tmp|temp|rej)\d*"
    r"|[-_.]\d{4}-\d{2}-\d{2}(?:[-_t.]?\d{2,6})?)\Z"
)
"""What programs and people put behind the name of a copy."""
_DISGUISE = re.compile(r"(?<=.)\.(?:txt|b64|base64)\Z")
_COPY_OF = re.compile(r"(?:copy of |backup of |\.?#+)")
_MOST_ENDINGS = 4

_TELLING = re.compile(r"secret|credential|creds|passw|passphrase|private|api[-_]?key|token")
_KEYS = re.compile(rf"{_PART}keys?{_MORE}")


def forbidden(parts: list[str], *, folder: bool = False) -> str | None:
    """Why a path must not be read: the first of its names that says so; `None` where none does.

    Args:
        parts: The folded names of a path.
        folder: Whether it is a folder.
    """
    for name in parts:
        if why := _FOLDERS.get(name):
            return why
    for place in zip(parts, parts[1:], strict=False):
        if place in _PLACES:
            return SECRET
    if not folder and _BARE.fullmatch(parts[-1]):
        return SECRET
    return next((why for name in parts if (why := _secret(name))), None)


def is_telling(name: str) -> bool:
    """Whether a name is a secret's where .gitignore keeps the file out of the repository."""
    return _TELLING.search(name) is not None or _KEYS.fullmatch(name) is not None


@lru_cache(maxsize=16_384)
def _secret(name: str) -> str | None:
    """Why a file of this name must not be read."""
    names = [name]
    while len(names) <= _MOST_ENDINGS and (shorter := _without_marks(names[-1])) != names[-1]:
        names.append(shorter)
    if any(map(_SAMPLES.fullmatch, names)):
        return None
    # What an editor keeps beside `id_rsa` is `.id_rsa.swp`.
    every = {*names, *(each.lstrip(".") for each in names[1:])}
    fitting = (why for pattern, why in _FILES if any(map(pattern.fullmatch, every)))
    return next(fitting, None)


def _without_marks(name: str) -> str:
    """A name without one sign of a copy."""
    if match := _COPY_OF.match(name):
        return name[match.end() :].rstrip("#")
    if match := _COPY.search(name) or _DISGUISE.search(name):
        return name[: match.start()]
    return name
