"""The user's page about the app tells every key."""

from pathlib import Path

from orchtui.ui.keymap import sections

PAGE = Path(__file__).parents[2] / "docs" / "app.md"


def test_every_key_stands_in_the_docs_under_its_title() -> None:
    text = PAGE.read_text()
    for title, keys in sections():
        chapter = text.partition(f"### {title}\n")[2].partition("\n#")[0]
        for names, what in keys:
            shown = "  ".join(f"`{name}`" for name in names.split())
            assert f"| {shown} | {what} |" in chapter, (title, names)
