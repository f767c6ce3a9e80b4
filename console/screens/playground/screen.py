"""Playground: chat with any model or config through the gateway, with one or with two side by side."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, tzinfo
from typing import TYPE_CHECKING, ClassVar, cast

import msgspec
from textual import on, work
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.getters import query_one
from textual.widgets import Static

from console.client import GatewayClient
from console.keyboard import Place
from console.keys_table import bindings
from console.pace import Pace
from console.playground.chat import Answer, ask, look_up_cost
from console.playground.sides import Playground, Side, curl_of
from console.playground.transcript import Transcript
from console.screens.governed import GovernedScreen
from console.text.plain import plain_line
from console.widgets.key_bar import KeyBar
from console.widgets.prompt_area import PromptArea
from console.widgets.status_line import StatusLine
from console.widgets.text_view import GrowingView, TextView

if TYPE_CHECKING:
    from console.app import TollhouseApp

NAMES = "AB"
"""What the two sides are called."""


class PlaygroundScreen(GovernedScreen):
    """A prompt below, the conversations above it."""

    CSS_PATH = "screen.tcss"
    PLACES: ClassVar[tuple[Place, ...]] = ("playground",)
    BINDINGS: ClassVar[list[BindingType]] = [*bindings("playground")]
    prompt = query_one("#prompt", PromptArea)

    def __init__(self, gateway: GatewayClient, _zone: tzinfo | None, now: Callable[[], datetime]) -> None:
        super().__init__()
        self.gateway = gateway
        self.now = now
        self.ground = Playground()
        self.transcripts = [Transcript(), Transcript()]
        self.current = 0
        """The side that keys work on."""
        self.pace = Pace(self, self.paint)

    def compose(self) -> ComposeResult:
        """Two sides, one of them hidden at first, and the prompt."""
        yield StatusLine()
        with Horizontal(id="sides"):
            for place in range(len(NAMES)):
                with Vertical(classes="side", id=f"side-{place}"):
                    yield Static(classes="target", markup=False)
                    yield GrowingView()
        yield Static(id="told", markup=False)
        yield PromptArea(
            id="prompt", placeholder="Say something; Enter sends, Ctrl+J begins a line, Esc leaves to the keys"
        )
        yield KeyBar("playground", "everywhere")

    def on_mount(self) -> None:
        """Ready to type."""
        self.prompt.focus()
        self.pace.now()

    def on_screen_resume(self) -> None:
        """What came meanwhile."""
        self.pace.now()

    @on(TextView.Resized)
    def lay_out_again(self) -> None:
        """Another width."""
        self.pace.soon()

    def paint(self) -> None:
        """Everything as it is now, if anybody is looking."""
        if not self.is_current:
            return
        for place, side in enumerate(self.ground.sides):
            view = self.view(place)
            view.show(self.transcripts[place].lines(side, view.width))
        for place in range(len(NAMES)):
            self.query_one(f"#side-{place}").display = place < len(self.ground.sides)
        for place, side in enumerate(self.ground.sides):
            self.query_one(f"#side-{place} .target", Static).update(self.titled(place, side))
        self.query_one("#told", Static).update(plain_line(self.ground.told()))

    def titled(self, place: int, side: Side) -> Content:
        """Who answers on this side; the one that keys work on is marked."""
        is_marked = len(self.ground.sides) > 1 and place == self.current
        name = f"{NAMES[place]} " if len(self.ground.sides) > 1 else ""
        return Content.styled(
            f"{name}{plain_line(side.target) or 'no model yet: Enter chooses one'}",
            "bold reverse" if is_marked else "bold",
        )

    def view(self, place: int) -> TextView:
        """The transcript of a side."""
        return self.query_one(f"#side-{place} TextView", TextView)

    @property
    def side(self) -> Side:
        """The one that keys work on."""
        return self.ground.sides[self.current]

    def replay(self, ground: Playground, prompt: str) -> None:
        """Stand where a logged request stood, its last prompt ready to be sent."""
        self.action_stop_all()
        self.ground, self.current = ground, 0
        self.transcripts = [Transcript(), Transcript()]
        self.prompt.fill(prompt)
        self.prompt.focus()
        self.pace.soon()

    def action_send(self) -> None:
        """Put what is typed to every side; what is under way is waited for."""
        text = self.prompt.text.strip()
        if any(side.is_answering for side in self.ground.sides):
            self.tollhouse.say("An answer is under way; Esc stops it.")
        elif not all(side.target for side in self.ground.sides):
            self.action_model()
        elif text or self.ground.waits_for_answer:
            self.prompt.clear()
            self.begin(text)
        else:
            self.prompt.focus()

    def begin(self, prompt: str) -> None:
        """Ask."""
        for place, (_, answer) in enumerate(self.ground.say(prompt)):
            self.run_worker(self.answered(answer), group=f"side-{place}", exclusive=True)
            self.view(place).to_end()
        self.pace.soon()

    async def answered(self, answer: Answer) -> None:
        """One answer, as it comes, and then what it cost."""
        await ask(self.gateway, answer, self.pace.soon, lambda: self.now().timestamp())
        await self.priced(answer)

    async def priced(self, answer: Answer) -> None:
        """What an answer cost, be it whole or stopped."""
        await look_up_cost(self.gateway, answer)
        self.pace.soon()

    def action_stop(self) -> None:
        """Stop what is under way; with nothing under way leave the prompt, so that the letters are keys."""
        if not self.action_stop_all():
            self.set_focus(None if self.prompt.has_focus else self.prompt)

    def action_interrupt(self) -> None:
        """Stop what is under way; with nothing under way quit, as everywhere."""
        if not self.action_stop_all():
            self.tollhouse.action_interrupt()

    def action_stop_all(self) -> bool:
        """Close every stream, also to the vendor; whether there was one."""
        under_way = [place for place, side in enumerate(self.ground.sides) if side.is_answering]
        for place in under_way:
            self.workers.cancel_group(self, f"side-{place}")
            if (answer := self.ground.sides[place].last) is not None:
                answer.is_stopped = True
                self.run_worker(self.priced(answer), group=f"price-{place}", exclusive=True)
        return bool(under_way)

    def action_write(self) -> None:
        """Back into the prompt."""
        self.prompt.focus()

    def action_newline(self) -> None:
        """A line more."""
        self.prompt.insert("\n")

    @work(exclusive=True, group="ask")
    async def action_model(self) -> None:
        """Choose whom this side asks; with a prompt waiting, ask at once."""
        from console.screens.playground.target_picker import TargetPicker

        lacking = [place for place, side in enumerate(self.ground.sides) if not side.target]
        place = lacking[0] if lacking else self.current
        chosen = await self.app.push_screen_wait(TargetPicker(self.gateway, self.ground.sides[place].target))
        if chosen:
            self.ground.sides[place].target = chosen
            self.pace.soon()
            self.prompt.focus()

    def action_second(self) -> None:
        """Add a side that hears the same prompts, or take it away."""
        if len(self.ground.sides) == 1:
            self.ground.sides.append(Side())
            self.current = 1
            self.action_model()
        else:
            self.action_stop_all()
            del self.ground.sides[1]
            self.current = 0
        self.transcripts[1] = Transcript()
        self.pace.now()

    def action_other(self) -> None:
        """Work on the other side."""
        self.current = (self.current + 1) % len(self.ground.sides)
        self.pace.now()

    @work(exclusive=True, group="ask")
    async def action_parameters(self) -> None:
        """The system prompt and the parameters."""
        from console.screens.playground.settings import PlaygroundSettings, Settings

        now = Settings(self.ground.system, self.ground.parameters)
        if (chosen := await self.app.push_screen_wait(PlaygroundSettings(now))) is not None:
            self.ground.system, self.ground.parameters = chosen.system, chosen.parameters
            self.pace.now()

    def action_again(self) -> None:
        """Ask the last prompt again: of another model, perhaps, or with other parameters."""
        if not any(side.is_answering for side in self.ground.sides) and self.ground.take_back():
            self.begin("")

    def action_clear(self) -> None:
        """An empty conversation with the same models."""
        self.action_stop_all()
        self.ground.clear()
        self.pace.now()

    def action_copy_answer(self) -> None:
        """The last answer's text."""
        if (answer := self.side.last) is not None and answer.text:
            self.tollhouse.copy(answer.text, "answer")
        else:
            self.tollhouse.say("There is no answer to copy yet.")

    def action_copy(self) -> None:
        """Choose what to copy of this side."""
        from console.screens.choose import ChooseScreen

        self.app.push_screen(ChooseScreen("Copy", self.copies()), self.tollhouse.copy_choice)

    def copies(self) -> dict[str, str]:
        """What there is to copy: a secret is in none of it."""
        answer = self.side.last
        question = self.ground.question(self.side) if answer is None else answer.question
        choices = {"curl": curl_of(question, self.gateway.url), "request JSON": json_of(question.body())}
        if answer is not None:
            choices |= {
                "answer": answer.text,
                "answer JSON": json_of(answer.completion()),
                "log id": answer.trace or "",
            }
        return {name: text for name, text in choices.items() if text}

    def action_scroll(self, by: int) -> None:
        """A line."""
        self.view(self.current).move(by)

    def action_scroll_page(self, by: int) -> None:
        """A screenful."""
        self.view(self.current).move_page(by)

    def action_scroll_to_top(self) -> None:
        """The beginning."""
        self.view(self.current).to_beginning()

    def action_scroll_to_end(self) -> None:
        """The end."""
        self.view(self.current).to_end()

    @property
    def tollhouse(self) -> TollhouseApp:
        """The application, typed."""
        return cast("TollhouseApp", self.app)


def json_of(value: object) -> str:
    """JSON for people."""
    return msgspec.json.format(msgspec.json.encode(value), indent=2).decode()
