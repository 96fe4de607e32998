"""How much memory this program and the programs that it started use. It never keeps a reading."""


def resident() -> int:
    """Bytes in memory, of this process and all below it. Slow enough for a thread.

    While programs run they are looked at anyway, and that reading is taken.
    """
    from orchtui.engine.backends.footprints import FOOTPRINTS  # the first paint comes before it

    if (family := FOOTPRINTS.family()) is not None:
        return family.memory
    import psutil  # where there is no proc(5)

    me = psutil.Process()
    total: int = me.memory_info().rss
    for child in me.children(recursive=True):
        try:
            total += child.memory_info().rss
        except psutil.Error:
            continue  # it ended meanwhile
    return total
