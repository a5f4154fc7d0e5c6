"""The short path of the command line compared with Typer, which is the reference."""

from collections.abc import Iterator
from contextlib import redirect_stdout
from functools import cache
from io import StringIO
from typing import Any, NamedTuple

import pytest
import typer
from hypothesis import event, given, settings
from hypothesis import strategies as st

from zsupport.cli.app import typer_command
from zsupport.cli.options import COMMANDS, Command, Option, load_command
from zsupport.cli.short import read_short

Values = dict[str, object]


class ParseResult(NamedTuple):
    """The result of an argument list: the values of the call, or the error."""

    values: Values | None
    refusal: str | None


class _Uncalled(Command):
    """A command whose `call` can be replaced."""


class Recorded:
    """A command that Typer runs and that only records its values."""

    def __init__(self, name: str) -> None:
        self.calls: list[Values] = []
        self.command = _Uncalled(*load_command(name))
        self.command.call = self.record  # type: ignore[method-assign]
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr("zsupport.cli.app.load_command", lambda _: self.command)
            self.typer: Any = typer_command(name)

    def record(self, values: Values) -> int:
        """Record the values of a call."""
        self.calls.append(dict(values))
        return 0

    def by_typer(self, arguments: list[str]) -> ParseResult:
        """Return the result of parsing the arguments with Typer."""
        self.calls.clear()
        try:
            with redirect_stdout(StringIO()):
                self.typer.main(list(arguments), prog_name="zsupport", standalone_mode=False)
        except typer.TyperException as error:
            assert self.calls == []
            return ParseResult(None, error.format_message())
        # Not called and no error: the help was shown.
        return ParseResult(self.calls[0] if self.calls else None, None)


RECORDED = {name: Recorded(name) for name in COMMANDS}

#: Usual and unusual values.
VALUES = st.sampled_from(
    ["pro", "P1", "impact=down", "json", "plain", "auto", "JSON", "always", "never", "now", "@0",
     "2026-11-23T10:00:00Z", "a b", "å", "=", "a=b=c", "true", "0", "", " ", "-", "--", "-q",
     "-x", "-5", "--plan", "--plan=pro", "--why", "--help", "./p.yaml", "*", "\u202e", "\n"]
) | st.text(max_size=4)  # fmt: skip
STRAY = st.sampled_from(
    ["--", "-", "-q", "-qq", "-h", "--help", "-Q", "-q=1", "-qv", "--no-such", "--pla", "---plan",
     "--plan", "pro", "", "=", "--=x", "--quiet=true", "--no-quiet", "-plan", "--WHY"]
)  # fmt: skip
STRAYS = st.lists(STRAY, max_size=1)
FORMS = st.sampled_from(["apart", "apart", "equals", "alone"])


@cache
def values_of(option: Option) -> st.SearchStrategy[str]:
    """Return a strategy for values of an option; two of three are valid choices, if it has any."""
    valid = st.sampled_from(option.choices) if option.choices else VALUES
    return st.one_of(valid, valid, VALUES)


@st.composite
def option_of(draw: st.DrawFn, options: st.SearchStrategy[Option]) -> list[str]:
    """Return one of these options in a valid or invalid form."""
    option = draw(options)
    if not option.flags:
        return [draw(VALUES)]
    flag = draw(st.sampled_from(option.flags))
    value = draw(values_of(option))
    form = draw(FORMS)
    if option.kind == "flag":
        return [flag] if form != "equals" else draw(st.sampled_from([[flag], [f"{flag}={value}"]]))
    return {"apart": [flag, value], "equals": [f"{flag}={value}"], "alone": [flag]}[form]


@st.composite
def argument_lists(draw: st.DrawFn, lists: st.SearchStrategy[list[list[str]]]) -> list[str]:
    """Return mostly valid argument lists, some with a stray word."""
    parts = draw(lists)
    for word in draw(STRAYS):
        parts.insert(draw(st.integers(0, len(parts))), [word])
    return [word for part in parts for word in part]


#: The strategies of each command, made once, because making them takes as long as drawing.
ARGUMENT_LISTS = {
    name: argument_lists(
        st.lists(option_of(st.sampled_from(recorded.command.every_option())), max_size=4)
    )
    for name, recorded in RECORDED.items()
}


@pytest.mark.parametrize("name", COMMANDS)
@settings(max_examples=300, deadline=None)
@given(data=st.data())
def test_short_path_parses_like_typer(name: str, data: st.DataObject) -> None:
    recorded = RECORDED[name]
    arguments = data.draw(ARGUMENT_LISTS[name])
    short = read_short(recorded.command, list(arguments))
    outcome = recorded.by_typer(arguments)
    event("short" if short is not None else "refused" if outcome.refusal else "left to Typer")
    if short is not None:
        assert outcome.refusal is None
        assert outcome.values == short
    if outcome.refusal is not None:
        assert short is None


def well_written(command: Command) -> Iterator[tuple[list[str], Values]]:
    """Yield valid argument lists with their values."""
    for option in command.every_option():
        if option.kind == "arguments":
            yield ["one", "two"], {option.name: ["one", "two"]}
        if option.kind == "argument":
            for name in ("x", "a=b", " ", "é"):
                yield [name], {option.name: name}
        for flag in option.flags:
            if option.kind == "flag":
                yield [flag], {option.name: True}
                yield [flag, flag], {option.name: True}
                continue
            value = option.choices[-1] if option.choices else "x"
            single: object = [value] if option.kind == "texts" else value
            yield [flag, value], {option.name: single}
            if len(flag) == 2:  # the value of `-k=x` is `=x`
                continue
            yield [f"{flag}={value}"], {option.name: single}
            repeated: object = [value, value] if option.kind == "texts" else value
            yield [flag, value, f"{flag}={value}"], {option.name: repeated}
            if not option.choices:
                for odd in ("", "-", "a=b", " "):
                    unusual: object = [odd] if option.kind == "texts" else odd
                    yield [flag, odd], {option.name: unusual}
                    yield [f"{flag}={odd}"], {option.name: unusual}


@pytest.mark.parametrize("name", COMMANDS)
def test_common_command_lines_are_parsed_equally(name: str) -> None:
    recorded = RECORDED[name]
    command = recorded.command
    omitted: Values = {
        option.name: False if option.kind == "flag" else option.default
        for option in command.every_option()
    }
    takes_several = any(option.kind == "arguments" for option in command.every_option())
    cases = [([], dict[str, object]()), *well_written(command)]
    for arguments, given_values in cases:
        expected = {**omitted, **given_values}
        assert recorded.by_typer(list(arguments)).values == expected, arguments
        # Commands with several arguments are always parsed by Typer.
        short = read_short(command, list(arguments))
        assert short == (None if takes_several else expected), arguments


@pytest.mark.parametrize(
    "arguments",
    [
        ["--plan"], ["--no-such"], ["--no-such=x"], ["surplus"], ["--format", "yaml"],
        ["--format", "JSON"], ["--format="], ["--color", ""], ["--why=yes"], ["--quiet=1"],
        ["-x"], ["-q=1"], ["--plan", "pro", "surplus"], ["--", "surplus"], [""], ["--pla", "pro"],
        ["--PLAN", "pro"], ["-plan", "pro"], ["--fact"], ["--plan", "pro", "--role"],
    ],
)  # fmt: skip
def test_invalid_arguments_are_left_to_typer(arguments: list[str]) -> None:
    recorded = RECORDED["channels"]
    assert recorded.by_typer(arguments).refusal
    assert read_short(recorded.command, arguments) is None


@pytest.mark.parametrize(
    ("arguments", "values"),
    [
        (["--plan", "-x"], {"plan": "-x"}),
        (["--plan", "--role"], {"plan": "--role"}),
        (["--plan=-x"], {"plan": "-x"}),
        (["--plan=--"], {"plan": "--"}),
        (["-qq"], {"quiet": True}),
        (["--plan", "pro", "--"], {"plan": "pro"}),
        (["--plan", "--"], {"plan": "--"}),
        (["--fact", "a=b", "--fact=c=d"], {"fact": ["a=b", "c=d"]}),
    ],
)
def test_unusual_arguments_are_parsed_by_typer(arguments: list[str], values: Values) -> None:
    recorded = RECORDED["channels"]
    expected = recorded.by_typer(arguments).values
    assert expected is not None
    assert {name: expected[name] for name in values} == values
    short = read_short(recorded.command, arguments)
    assert short is None or short == expected


@pytest.mark.parametrize(
    ("arguments", "values"),
    [
        (["office", "--plan", "pro", "-q"], {"name": "office", "plan": "pro", "quiet": True}),
        (["--plan", "pro", "office"], {"name": "office", "plan": "pro"}),
        (["--why", "24x7"], {"name": "24x7", "why": True}),
    ],
)
def test_name_next_to_options_is_parsed_equally(arguments: list[str], values: Values) -> None:
    recorded = RECORDED["hours"]
    short = read_short(recorded.command, list(arguments))
    assert short is not None
    assert {name: short[name] for name in values} == values
    assert recorded.by_typer(arguments).values == short


def test_second_name_is_left_to_typer() -> None:
    recorded = RECORDED["hours"]
    assert recorded.by_typer(["office", "late"]).refusal
    assert read_short(recorded.command, ["office", "late"]) is None
