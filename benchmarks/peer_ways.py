"""One library's documented way to do many model calls at once, in that library's own environment.

Started by `peers` with the environment's Python: it imports nothing of orchtui, and prints one JSON
object with the seconds and the processor's seconds of each round.

    python benchmarks/peer_ways.py langgraph URL TASKS ROUNDS
"""

import asyncio
import json
import operator
import os
import sys
import time
from collections.abc import Callable, Coroutine
from importlib import import_module
from typing import Annotated, Any, TypedDict

KEY = "benchmark"
MODEL = "claude-haiku-4-5"

Way = Callable[[str, list[str]], Coroutine[None, None, None]]
"""Asks the server at an address all of the prompts at once, and reads every answer as it comes."""


class _State(TypedDict):
    prompts: list[str]
    answers: Annotated[list[str], operator.add]


async def langgraph(url: str, prompts: list[str]) -> None:
    """A map with `Send`; `stream_mode="messages"` streams the tokens of all nodes."""
    graphs: Any = import_module("langgraph.graph")
    send: Any = import_module("langgraph.types").Send
    model: Any = import_module("langchain_anthropic").ChatAnthropic(
        model=MODEL, api_key=KEY, base_url=url, max_tokens=8000, max_retries=0
    )

    async def work(state: dict[str, str]) -> dict[str, list[str]]:
        answer = await model.ainvoke(state["prompt"])
        return {"answers": [str(answer.content)]}

    builder = graphs.StateGraph(_State)
    builder.add_node("work", work)
    builder.add_conditional_edges(
        graphs.START,
        lambda state: [send("work", {"prompt": prompt}) for prompt in state["prompts"]],
        ["work"],
    )
    builder.add_edge("work", graphs.END)
    length = 0
    start = {"prompts": prompts, "answers": []}
    async for message, _ in builder.compile().astream(start, stream_mode="messages"):
        length += len(message.content)
    assert length > 0


async def pydantic_ai(url: str, prompts: list[str]) -> None:
    """`run_stream` of one agent for each prompt, all gathered."""
    agents: Any = import_module("pydantic_ai")
    models: Any = import_module("pydantic_ai.models.anthropic")
    providers: Any = import_module("pydantic_ai.providers.anthropic")
    client = import_module("anthropic").AsyncAnthropic(
        api_key=KEY, base_url=url, max_retries=0, timeout=600.0
    )
    provider = providers.AnthropicProvider(anthropic_client=client)
    agent = agents.Agent(models.AnthropicModel(MODEL, provider=provider))

    async def one(prompt: str) -> None:
        length = 0
        async with agent.run_stream(prompt) as result:
            async for text in result.stream_text(delta=True):
                length += len(text)
        assert length > 0

    await asyncio.gather(*map(one, prompts))


async def autogen(url: str, prompts: list[str]) -> None:
    """`AssistantAgent.run_stream` with a model client that streams, all gathered."""
    agents: Any = import_module("autogen_agentchat.agents")
    models: Any = import_module("autogen_ext.models.anthropic")
    client = models.AnthropicChatCompletionClient(
        model="claude-3-5-haiku-20241022", api_key=KEY, base_url=url, max_retries=0, timeout=600.0
    )

    async def one(number: int, prompt: str) -> None:
        agent = agents.AssistantAgent(
            f"agent_{number}", model_client=client, model_client_stream=True
        )
        heard = 0
        async for _ in agent.run_stream(task=prompt):
            heard += 1
        assert heard > 1

    await asyncio.gather(*(one(number, prompt) for number, prompt in enumerate(prompts)))


async def openai_agents(url: str, prompts: list[str]) -> None:
    """`Runner.run_streamed` with the LiteLLM model, all gathered."""
    agents: Any = import_module("agents")
    models: Any = import_module("agents.extensions.models.litellm_model")
    agents.set_tracing_disabled(True)
    model = models.LitellmModel(model=f"anthropic/{MODEL}", base_url=url, api_key=KEY)
    agent = agents.Agent(name="describer", model=model)

    async def one(prompt: str) -> None:
        heard = 0
        async for _ in agents.Runner.run_streamed(agent, prompt).stream_events():
            heard += 1
        assert heard > 1

    await asyncio.gather(*map(one, prompts))


async def crewai(url: str, prompts: list[str]) -> None:
    """A crew for each prompt with `kickoff_async`, all gathered."""
    crews: Any = import_module("crewai")
    model = crews.LLM(
        model=f"anthropic/{MODEL}", base_url=url, api_key=KEY, stream=True, max_tokens=8000
    )

    async def one(prompt: str) -> None:
        agent = crews.Agent(role="describer", goal="describe", backstory="You write.", llm=model)
        task = crews.Task(description=prompt, expected_output="a description", agent=agent)
        done = await crews.Crew(agents=[agent], tasks=[task], verbose=False).kickoff_async()
        assert str(done)

    await asyncio.gather(*map(one, prompts))


WAYS: dict[str, Way] = {
    "langgraph": langgraph,
    "pydantic-ai": pydantic_ai,
    "autogen": autogen,
    "openai-agents": openai_agents,
    "crewai": crewai,
}


def main() -> None:
    """Do the rounds, after two prompts that load everything."""
    name, url, tasks, rounds = sys.argv[1:5]
    os.environ.update(
        ANTHROPIC_API_KEY=KEY,
        ANTHROPIC_BASE_URL=url,
        # Nobody is told of a measurement.
        LITELLM_LOCAL_MODEL_COST_MAP="True",
        CREWAI_DISABLE_TELEMETRY="true",
        CREWAI_TRACING_ENABLED="false",
        OTEL_SDK_DISABLED="true",
    )
    print("\n" + json.dumps(asyncio.run(_rounds(WAYS[name], url, int(tasks), int(rounds)))))


async def _rounds(way: Way, url: str, tasks: int, rounds: int) -> list[tuple[float, float]]:
    """All in one event loop: some libraries keep their connections for the whole process."""
    await way(url, ["one", "two"])
    prompts = [f"Describe the letter number {number}." for number in range(tasks)]
    took = []
    for _ in range(rounds):
        began, busy = time.perf_counter(), time.process_time()
        await way(url, prompts)
        took.append((time.perf_counter() - began, time.process_time() - busy))
    return took


if __name__ == "__main__":
    main()
