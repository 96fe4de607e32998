"""What is being written is told once it takes long, and the outer work again when that is over."""

from orchtui.engine.run_folders.writing import AFTER, WrittenNow


def test_it_is_told_after_a_while_and_no_longer_than_it_lasts() -> None:
    now = 0.0
    written = WrittenNow(lambda: now)
    assert written.now is written.long is None

    with written.telling("files", 10_000) as count:
        count(3_400, 10_000)
        assert written.now is not None and written.long is None
        now += AFTER
        assert written.long is not None
        assert written.long.words == "writing 3,400 of 10,000 files"
        with written.telling("result"):
            assert written.now.what == "result" and written.long is None
            now += AFTER
            assert written.long.words == "writing the result"
        assert written.long.words == "writing 3,400 of 10,000 files"

    assert written.now is written.long is None


def test_it_is_over_also_when_it_fails() -> None:
    written = WrittenNow(lambda: 0.0)
    try:
        with written.telling("log"):
            raise OSError
    except OSError:
        assert written.now is None


def test_what_an_earlier_run_left_is_removed_and_told_as_that() -> None:
    now = 0.0
    written = WrittenNow(lambda: now)
    with written.telling("old files") as count:
        count(1_200, 9_800)
        now += AFTER
        assert written.long is not None
        assert written.long.words == "removing 1,200 of 9,800 files of an earlier run"
