"""A well-behaved agent, made with the protocol's own library: it answers with what it was asked.

Run as a program: python echo.py
"""

import asyncio
from typing import Any

from acp import run_agent, text_block, update_agent_message
from acp.core import Client
from acp.schema import InitializeResponse, NewSessionResponse, PromptResponse, Usage


class Echo:
    """The part of an agent that a turn needs."""

    def on_connect(self, conn: Client) -> None:
        self._client = conn

    async def initialize(self, protocol_version: int, **kwargs: Any) -> InitializeResponse:
        return InitializeResponse(protocol_version=protocol_version)

    async def new_session(self, cwd: str, **kwargs: Any) -> NewSessionResponse:
        self._folder = cwd
        return NewSessionResponse(session_id="echo")

    async def prompt(self, session_id: str, prompt: list[Any], **kwargs: Any) -> PromptResponse:
        for word in f"in {self._folder}: {prompt[0].text}".split(" "):
            update = update_agent_message(text_block(word + " "))
            await self._client.session_update(session_id=session_id, update=update)
        usage = Usage(total_tokens=10, input_tokens=3, output_tokens=4, cached_read_tokens=3)
        return PromptResponse(stop_reason="end_turn", usage=usage)

    async def cancel(self, session_id: str, **kwargs: Any) -> None:
        raise SystemExit(0)


if __name__ == "__main__":
    asyncio.run(run_agent(Echo()))  # type: ignore[arg-type]  # a turn needs no more of an Agent
