"""The graph of who waits for whom: circles, stages, and what follows."""

import itertools

from hypothesis import given
from hypothesis import strategies as st

from orchtui.engine.plans.graph import Order, find_cycle, stages

NODES = [f"t{number}" for number in range(7)]
EDGES = st.lists(st.tuples(st.sampled_from(NODES), st.sampled_from(NODES)), max_size=14)


def needs(edges: list[tuple[str, str]]) -> dict[str, list[str]]:
    graph: dict[str, list[str]] = {node: [] for node in NODES}
    for before, after in edges:
        graph[after].append(before)
    return graph


@given(EDGES)
def test_a_circle_is_named_and_is_one(edges: list[tuple[str, str]]) -> None:
    graph = needs(edges)

    cycle = find_cycle(graph)

    if cycle:
        assert cycle[0] == cycle[-1]
        steps = list(itertools.pairwise(cycle))
        assert all(a in graph[b] for a, b in steps) or all(b in graph[a] for a, b in steps)
    else:
        groups = stages(graph)
        level = {node: number for number, group in enumerate(groups) for node in group}
        for node in NODES:
            assert level[node] == 1 + max((level[other] for other in graph[node]), default=-1)


@given(EDGES)
def test_an_order_never_has_a_circle_and_knows_what_follows(edges: list[tuple[str, str]]) -> None:
    order = Order(NODES)

    kept = [edge for edge in edges if order.add(*edge)]

    assert not find_cycle(needs(kept))
    reachable = set(kept)
    for middle, one, other in itertools.product(NODES, NODES, NODES):
        if (one, middle) in reachable and (middle, other) in reachable:
            reachable.add((one, other))
    for one, other in itertools.product(NODES, NODES):
        assert order.follows(one, other) == ((one, other) in reachable)
    for before, after in set(edges) - set(kept):
        assert before == after or order.follows(after, before)


@given(EDGES)
def test_an_order_of_a_graph_without_a_circle_is_that_of_its_edges(
    edges: list[tuple[str, str]],
) -> None:
    by_edges = Order(NODES)
    kept = [edge for edge in edges if by_edges.add(*edge)]

    order = Order.of({"gone": ["nobody"], **needs(kept)})

    for one, other in itertools.product(NODES, NODES):
        assert order.follows(one, other) == by_edges.follows(one, other)


def test_ids_that_are_not_there_are_left_out() -> None:
    assert stages({"a": ["gone"], "b": ["a"]}) == [["a"], ["b"]]
    assert stages({}) == []
    assert find_cycle({"a": ["gone"]}) == []


@given(EDGES, EDGES, st.lists(st.sampled_from(NODES), unique=True))
def test_an_order_of_a_graph_grows_as_one_that_was_made_edge_by_edge(
    edges: list[tuple[str, str]], more: list[tuple[str, str]], some: list[str]
) -> None:
    """Circles too: it leaves out the edge that would close one."""
    by_edges, graph = Order(NODES), needs(edges)
    for after, others in graph.items():
        for before in others:
            by_edges.add(before, after)
    order = Order.of(graph)

    for edge in more:
        assert order.add(*edge) == by_edges.add(*edge)
    for one, other in itertools.product(NODES, NODES):
        assert order.follows(one, other) == by_edges.follows(one, other)
    beside = [
        one
        for one in some
        if any(
            one != other and not order.follows(one, other) and not order.follows(other, one)
            for other in some
        )
    ]
    assert order.side_by_side(some) == beside
