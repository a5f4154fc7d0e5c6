"""Shell completion: the candidates at the cursor, with names from the policy in use.

The script of a shell calls the program with the name of the shell in `_ZSUPPORT_COMPLETE`. Zsh and
fish pass the words up to the cursor. Bash splits words at `=`, so it passes the line up to the
cursor and the part of the last word that a candidate replaces. The program prints a line for each
candidate, with its description after a tab. A line `/` states that files are candidates too; after
a tab it has the ending of their names, if they are not policies. No script evaluates this output.
As a second safeguard, only descriptions of plain words are printed.

The command line is parsed with the table of options, because importing Typer takes three times as
long as everything else and the user waits.
"""

from __future__ import annotations

import os
import re
import time
from collections.abc import Callable, Iterable

from zsupport.answer.case import say
from zsupport.cli.options import COMMANDS, HELP, ROOT, Option, load_command
from zsupport.cli.output import chosen_language, emit, wording
from zsupport.clock.deadline import STARTS
from zsupport.clock.instants import to_datetime
from zsupport.clock.problem import BadText
from zsupport.errors import PolicyError, ZsupportError
from zsupport.policy.model import Revision, Text
from zsupport.report import FINDING_FORMATS
from zsupport.report.text import single_line
from zsupport.sources.mappings import shipped_mappings
from zsupport.typed import NamedTuple
from zsupport.wording import Message

_SCRIPTS = {
    "bash": r"""
_zsupport() {
    local value description
    COMPREPLY=()
    while IFS=$'\t' read -r value description; do
        if [[ $value == / ]]; then
            compopt -o default 2>/dev/null
        else
            COMPREPLY+=("$value")
        fi
    done < <(_ZSUPPORT_COMPLETE=bash "${1/#\~\//$HOME/}" "${COMP_LINE:0:COMP_POINT}" "$2" \
        2>/dev/null </dev/null)
}
complete -F _zsupport zsupport
""",
    "zsh": r"""
#compdef zsupport
_zsupport() {
    local value description files
    local -a candidates
    while IFS=$'\t' read -r value description; do
        if [[ $value == / ]]; then
            files=${description:-yaml|yml}
        else
            candidates+=("$value${description:+:$description}")
        fi
    done < <(_ZSUPPORT_COMPLETE=zsh "${words[1]/#\~\//$HOME/}" \
        "${(@Q)words[2,CURRENT-1]}" "${(Q)PREFIX}" 2>/dev/null </dev/null)
    (( $#candidates )) && _describe -V value candidates
    if [[ -n $files ]]; then
        compset -P '--*='
        _files -g "*.($files)(-.)"
    fi
}
if [[ $funcstack[1] == _zsupport ]]; then
    _zsupport "$@"
else
    compdef _zsupport zsupport
fi
""",
    "fish": r"""
function __zsupport
    set -l words (commandline -opc)
    set -l current (commandline -ct)
    set -l program (string replace -r '^~/' "$HOME/" -- $words[1])
    set -l program_call env _ZSUPPORT_COMPLETE=fish $program $words[2..-1] "$current"
    for line in ($program_call 2>/dev/null </dev/null)
        set -l parts (string split \t -- "$line")
        if test "$parts[1]" = /
            set -l ending yaml
            set -q parts[2]; and set ending $parts[2]
            set -l path (string replace -r '^--[a-z]+=' '' -- "$current")
            set -l before (string match -r '^--[a-z]+=' -- "$current")
            for file in (__fish_complete_suffix "$path" .$ending)
                echo "$before$file"
            end
        else
            echo $line
        end
    end
end
complete -c zsupport -e
complete -c zsupport -f -k -a '(__zsupport)'
""",
}


class Candidates(NamedTuple):
    """The candidates at the cursor: words with descriptions, and whether files are candidates.

    `ending` is that of the files, unless they are policies.
    """

    words: tuple[tuple[str, str], ...] = ()
    files: bool = False
    ending: str = ""


def script(shell: str) -> str:
    """Return the script that enables completion in a shell: bash, zsh or fish."""
    return _SCRIPTS[shell].lstrip("\n")


def answer(shell: str, arguments: list[str]) -> int:
    """Print the candidates for the script of a shell; return 0."""
    cut = 0
    if shell == "bash":
        line, replaced = (*arguments, "", "")[:2]
        typed, raw = split_line(line)
        if raw.endswith(replaced):
            cut = len(split_line(raw[: len(raw) - len(replaced)])[0][-1])
        arguments = typed[1:]
    elif shell == "fish" and arguments:
        # Fish unquotes all words but the last, and expects candidates without quotes.
        arguments[-1] = split_line(arguments[-1])[0][-1]
    candidates = complete(arguments or [""])
    words = wording(chosen_language(screen=True))  # a terminal shows the candidates
    lines = []
    for word, description in candidates.words:
        description = single_line(words.message(description))
        lines.append(word[cut:] + (f"\t{description}" if description else ""))
    if candidates.files:
        lines.append(f"/\t{candidates.ending}" if candidates.ending else "/")
    emit("".join(f"{line}\n" for line in lines))
    return 0


def split_line(line: str) -> tuple[list[str], str]:
    """Return the words of an unfinished bash command, unquoted, and the last one as written.

    The end of the line closes an open quote. After a space the last word is empty. Nothing is
    expanded.
    """
    words = [""]
    start, in_word, quote = 0, False, ""
    position = 0
    while position < len(line):
        letter = line[position]
        if letter == "\\" and quote != "'" and position + 1 < len(line):
            position += 1
            # Between double quotes a backslash escapes these characters only.
            keep = "\\" if quote and line[position] not in '"\\$`' else ""
            words[-1] += keep + line[position]
            in_word = True
        elif quote or letter in "'\"":
            if letter == quote:
                quote = ""
            elif quote:
                words[-1] += letter
            else:
                quote, in_word = letter, True
        elif letter.isspace():
            if in_word:
                words.append("")
            in_word, start = False, position + 1
        else:
            words[-1] += letter
            in_word = True
        position += 1
    return words, line[start:]


def complete(words: list[str]) -> Candidates:
    """Return the candidates for the last word, given the words before it."""
    *before, current = words
    try:
        return _CommandLine(before).complete(current)
    except (ZsupportError, BadText, OSError):
        # Completion cannot show an error.
        return Candidates()


class _CommandLine:
    """The words before the cursor, parsed with the table of options."""

    def __init__(self, before: list[str]) -> None:
        self.options: tuple[Option, ...] = (*ROOT, HELP)
        self.command: str | None = None
        self.values_by_option: dict[str, list[str]] = {}
        self.pending_option: Option | None = None  # the option whose value is expected next
        self.options_ended = False  # after `--`
        for word in before:
            self.read(word)

    def read(self, word: str) -> None:
        """Parse the next complete word."""
        if self.pending_option:
            self.values_by_option[self.pending_option.name].append(word)
            self.pending_option = None
        elif not self.options_ended and word == "--":
            self.options_ended = True
        elif not self.options_ended and word[:1] == "-" and word != "-":
            flag, equals, value = word.partition("=")
            option = next((o for o in self.options if flag in o.flags), None)
            if option:
                self.values_by_option.setdefault(option.name, [])
                if equals:
                    self.values_by_option[option.name].append(value)
                elif option.kind != "flag":
                    self.pending_option = option
        elif self.command is None:
            self.command = word if word in COMMANDS else ""
            self.options = ()
            if self.command:
                self.options = (*load_command(word).every_option(), HELP)
        else:
            argument = self.argument()
            if argument:
                self.values_by_option[argument.name] = [word]

    def argument(self) -> Option | None:
        """Return the next positional argument of the command."""
        for option in self.options:
            if not option.flags and (
                option.kind == "arguments" or option.name not in self.values_by_option
            ):
                return option
        return None

    def complete(self, current: str) -> Candidates:
        """Return the candidates for the current word."""
        flag, equals, value = current.partition("=")
        if self.pending_option:
            return self.values(self.pending_option, current, "")
        if current.startswith("--") and equals and not self.options_ended:
            option = next((o for o in self.options if flag in o.flags and o.kind != "flag"), None)
            return self.values(option, value, f"{flag}=") if option else Candidates()
        if current.startswith("-") and not self.options_ended:
            return _candidates_starting_with(current, self.flags())
        if self.command is None:
            return _candidates_starting_with(current, COMMANDS.items())
        argument = self.argument()
        if argument:
            return self.values(argument, current, "")
        # If no argument can follow, Tab after a space lists the options.
        return (
            Candidates()
            if current or self.options_ended
            else _candidates_starting_with("", self.flags())
        )

    def flags(self) -> Iterable[tuple[str, str]]:
        """Return the long names and help of the options that are still allowed."""
        for option in self.options:
            allowed = option.kind == "texts" or option.name not in self.values_by_option
            if option.flags and allowed and not option.hidden:
                yield option.flags[0], option.help

    def values(self, option: Option, current: str, prefix: str) -> Candidates:
        """Return the values of an option or argument, each after `prefix`."""
        if option.choices:
            return _candidates_starting_with(
                current, ((choice, "") for choice in option.choices), prefix
            )
        kind = "lang" if option.name == "lang" else option.completes
        if kind == "guide":
            from zsupport.guide import GUIDES

            # If a guide and a command share a name, describe the guide.
            return _candidates_starting_with(
                current, {**GUIDES, **COMMANDS, **GUIDES}.items(), prefix
            )
        if kind == "policy":
            from zsupport.sources.find import shipped_policies

            names = _candidates_starting_with(
                current, ((name, "") for name in shipped_policies()), prefix
            )
            return names._replace(files=True)
        if kind in ("tz", "zone"):
            from zsupport.clock.zones import zone_names

            zones = [*(["local"] if kind == "tz" else []), "UTC", *zone_names()]
            return _candidates_starting_with(current, ((zone, "") for zone in zones), prefix)
        if kind == "rule":
            return self.rules(current, prefix)
        if kind == "field":
            return self.fields(current, prefix)
        if kind == "change":
            # The names follow the instant, whose text can contain a comma too.
            before, comma, current = current.rpartition(",")
            if not comma:
                return Candidates()
            prefix += before + comma
        if kind == "output":
            formats = ((f"{format}=", "") for format in FINDING_FORMATS)
            return _candidates_starting_with(current, formats, prefix)
        if kind == "share":
            shares = ((share, "") for share in ("1/2", "3/4", "9/10"))
            return _candidates_starting_with(current, shares, prefix)
        if kind == "mapping":
            mappings = ((name, "") for name in shipped_mappings())
            return _candidates_starting_with(current, mappings, prefix)._replace(files=True)
        if kind == "file":
            return Candidates(files=True)
        if kind == "ics":
            return Candidates(files=True, ending="ics")
        if kind is None:
            return Candidates()
        revision = self.revision()
        lang = chosen_language(screen=True, stated=self.last("lang"))
        words = wording(lang)
        described = [
            (name, _plain_words(words.message(say(text, lang))))
            for name, text in _NAMES[kind](revision)
            if "=" not in name or name.partition("=")[0] not in self.stated_names(option)
        ]
        return _candidates_starting_with(current, described, prefix)

    def rules(self, current: str, prefix: str) -> Candidates:
        """Return codes and names of rules of `check`. In a list, complete the last rule."""
        from zsupport.check.catalogue import KINDS

        before, comma, last = current.rpartition(",")
        kinds = KINDS.values()
        rules = [(kind.code, kind.name) for kind in kinds]
        rules += [(kind.name, kind.code) for kind in kinds if last]
        return _candidates_starting_with(last, rules, prefix + before + comma)

    def fields(self, current: str, prefix: str) -> Candidates:
        """Return the fields of the answers. In a list, complete the last field."""
        from zsupport.view.policies import ShownRevision
        from zsupport.view.questions import QUESTIONS, load_question

        name = self.command or ""
        answer = load_question(name).answer if name in QUESTIONS else ShownRevision
        before, comma, last = current.rpartition(",")
        names = ((field, "") for field in answer.__annotations__)
        return _candidates_starting_with(last, names, prefix + before + comma)

    def stated_names(self, option: Option) -> set[str]:
        """Return the names for which this option already states a value."""
        return {pair.partition("=")[0] for pair in self.values_by_option.get(option.name, ())}

    def last(self, name: str) -> str | None:
        """Return the last value of an option."""
        values = self.values_by_option.get(name)
        return values[-1] if values else None

    def revision(self) -> Revision:
        """Return the revision in force now of the policy that this command line uses."""
        from zsupport.library import load_files
        from zsupport.sources.find import choose, find, has_only_ordinary_files, is_path

        option = self.last("policy")
        if option is not None and is_path(option):
            # The shell expands `~` and variables before it runs the line.
            option = os.path.expandvars(os.path.expanduser(option))
        name, _ = choose(option, os.environ, os.getcwd())
        if name == "-" or (is_path(name) and not has_only_ordinary_files(name)):
            raise PolicyError(Message("{name}: completion reads only files and folders", name=name))
        policy = load_files(find(name))
        return policy.revision_at(to_datetime(int(time.time())))[0]


def _candidates_starting_with(
    current: str, candidates: Iterable[tuple[str, str]], prefix: str = ""
) -> Candidates:
    """Return the candidates that start with `current`, ignoring case, each after `prefix`."""
    folded = current.casefold()
    return Candidates(
        tuple(
            (prefix + word, description)
            for word, description in candidates
            if word.casefold().startswith(folded)
        )
    )


def _plain_words(text: str | None) -> str:
    """Return a text of plain words, which no shell can misread; empty for any other text."""
    plain = single_line(text or "")
    return plain if re.fullmatch(r"[\w ,.;()/&+-]{1,80}", plain) else ""


def _facts(revision: Revision) -> list[tuple[str, Text | None]]:
    return [
        (f"{fact.id}={value}", text)
        for fact in revision.facts
        for value, text in fact.values.items()
    ]


_Names = list[tuple[str, Text | None]]
#: The names in a policy by kind, with their descriptions.
_NAMES: dict[str, Callable[[Revision], _Names]] = {
    "plan": lambda revision: [(plan.id, plan.name) for plan in revision.plans],
    "role": lambda revision: [(role.id, role.name) for role in revision.roles],
    "channel": lambda revision: [(channel.id, channel.name) for channel in revision.channels],
    "priority": lambda revision: [
        (priority.id, priority.name) for priority in revision.priorities
    ],
    "metric": lambda revision: [
        *((metric.id, metric.name) for metric in revision.metrics), ("all", Message("All metrics"))
    ],
    "topic": lambda revision: [
        (topic.id, topic.name)
        for topic in (revision.self_help.topics if revision.self_help else ())
    ],
    "term": lambda revision: [(topic, None) for topic in dict.fromkeys(
        term.topic for term in revision.terms
    )],
    "fact": _facts,
    "change": lambda revision: [
        *(
            (f"{kind}={name}", text)
            for kind in ("priority", "plan", "role")
            for name, text in _NAMES[kind](revision)
        ),
        *_facts(revision),
    ],
    "start": lambda revision: [
        (f"{metric.id}=", metric.starts)
        for metric in revision.metrics
        if metric.starts not in STARTS
    ],
    "hours": lambda revision: [
        *((id, calendars[0].remarks.note) for id, calendars in revision.hours.items()),
        ("24x7", Message("Always open")),
    ],
    "lang": lambda revision: [(language, None) for language in revision.languages],
    "language": lambda revision: [(language, None) for language in dict.fromkeys(
        language
        for languages in (
            *(channel.languages for channel in revision.channels),
            *(grant.languages for grant in revision.grants),
        )
        for language, _ in languages or ()
    )],
}  # fmt: skip
