"""What is wrong with words on the command line, in one sentence like any other error."""

from collections.abc import Sequence
from typing import Any

from typer.exceptions import TyperException

from pipeline.config.reader import nearest

KINDS = {int: "a whole number, such as 3", float: "a number, such as 0.5", bool: "true or false"}
"""What an option takes, by its type; all others take any text."""


def sentence(error: TyperException, words: Sequence[str], name: str) -> str:
    """Return what is wrong with `words` behind `name`: the verb, the option or argument, and what it must be."""
    context = getattr(error, "ctx", None)
    called = f"{context.command_path}" if context is not None else f"{name} {' '.join(words[:1])}".strip()
    verb = called.removeprefix(name).strip()
    ends = f"; {called} --help says what there is."
    parameter: Any = getattr(error, "param", None)
    if parameter is not None:
        title, kind = _title(parameter), KINDS.get(parameter.type_descriptor.annotation)
        if type(error).__name__ == "MissingParameter":
            return f"{verb}: {title} is missing{ends}"
        if kind is not None:
            return f"{verb}: {title}{_value(parameter, words)} must be {kind}."
    if (option := getattr(error, "option_name", None)) is not None and (known := _known(context)):
        return f"{f'{verb}: ' if verb else ''}there is no option {option}{nearest(option, known)}."
    said = error.format_message().strip().removesuffix(".")
    start = f"{said[:1].lower()}{said[1:]}"
    return f"{verb}: {start}{ends}" if verb else f"{start}{ends}"


def _known(context: Any) -> list[str]:
    """Return the options of the verb of a context."""
    if context is None:
        return []
    return [option for one in context.command.params for option in one.opts if option.startswith("-")]


def _title(parameter: Any) -> str:
    """Return what a parameter is called: its option, or an argument's name in capitals."""
    options = [option for option in parameter.opts if option.startswith("-")]
    return options[0] if options else f"the argument {(parameter.metavar or parameter.name).upper()}"


def _value(parameter: Any, words: Sequence[str]) -> str:
    """Return ' = VALUE' as it was given for a parameter, '' where that cannot be told."""
    for n, word in enumerate(words):
        option, equals, value = word.partition("=")
        if option in parameter.opts:
            return f" = {(value if equals else ''.join(words[n + 1 : n + 2]))[:100]!r}"
    return ""
