"""How much memory this program and the programs that it started use. It never keeps a reading."""


def resident() -> int:
    """Bytes in memory, of this process and all below it. Slow enough for a thread."""
    import psutil  # not at the top: the first paint comes before it

    me = psutil.Process()
    total: int = me.memory_info().rss
    for child in me.children(recursive=True):
        try:
            total += child.memory_info().rss
        except psutil.Error:
            continue  # it ended meanwhile
    return total
