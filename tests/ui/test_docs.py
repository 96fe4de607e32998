"""The user's pages tell every key, and every id for one's own keys."""

from pathlib import Path

from orchtui.ui.keys.key_help import sections

DOCS = Path(__file__).parents[2] / "docs"


def test_every_key_stands_in_the_docs_under_its_title() -> None:
    text = (DOCS / "app.md").read_text()
    for title, rows in sections():
        chapter = text.partition(f"### {title}\n")[2].partition("\n#")[0]
        for row in rows:
            assert f"| {_code(row.keys)} | {row.what} |" in chapter, (title, row.keys)


def test_the_ids_of_the_docs_are_those_that_there_are() -> None:
    text = (DOCS / "keys.md").read_text().partition("## Ids\n")[2]
    wanted = [
        line
        for title, rows in sections()
        for line in (
            f"### {title}",
            *(f"| `{row.id}` | {_code(row.keys)} | {row.what} |" for row in rows),
        )
    ]
    assert [line for line in text.splitlines() if line.startswith(("### ", "| `"))] == wanted


def _code(keys: str) -> str:
    return "  ".join(f"`{name}`" for name in keys.split())
