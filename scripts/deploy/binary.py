"""What the program says of itself: its commands, options and variables, read from `--help`."""

import dataclasses
import re
import subprocess
from typing import Dict, List, Optional, Set, Tuple

TIMEOUT = 60


@dataclasses.dataclass
class Command:
    """One command with its options."""

    options: Set[str]
    # Options that are followed by a value.
    valued: Set[str]
    # The variable that does what an option does.
    variables: Dict[str, str]
    defaults: Dict[str, str]
    arguments: List[str]
    subcommands: Set[str]


class Surface:
    """All commands, by their words: `("token", "create")`."""

    def __init__(self, commands: Dict[Tuple[str, ...], Command]) -> None:
        self.commands = commands

    @property
    def options(self) -> Set[str]:
        """Every option of any command."""
        return {option for command in self.commands.values() for option in command.options}

    @property
    def variables(self) -> Set[str]:
        """Every variable of any command."""
        return {name for command in self.commands.values() for name in command.variables.values()}

    def complaint(self, words: List[str]) -> Optional[str]:
        """What is wrong with a command line, its first word being the program; None if nothing is."""
        path: Tuple[str, ...] = ()
        command = self.commands[()]
        arguments = 0
        rest = list(words[1:])
        while rest:
            word = rest.pop(0)
            if word.startswith("--"):
                name = word.split("=", 1)[0]
                if name not in command.options:
                    return f"`flaneur {' '.join(path)}` has no option {name}".replace(" `", "`")
                if name in command.valued and "=" not in word:
                    if not rest:
                        return f"{name} needs a value"
                    rest.pop(0)
            elif word in command.subcommands:
                path += (word,)
                command = self.commands[path]
            elif command.subcommands:
                return f"there is no command `flaneur {' '.join(path + (word,))}`"
            elif arguments < len(command.arguments) or any("..." in each for each in command.arguments):
                arguments += 1
            else:
                return f"`flaneur {' '.join(path)}` takes no `{word}`"
        return None


def parse_help(text: str) -> Command:
    """Reads what clap prints for `--help`."""
    command = Command(set(), set(), {}, {}, [], set())
    section, option = "", ""
    for line in text.splitlines():
        heading = re.match(r"([A-Z][A-Za-z ]*):$", line)
        if heading:
            section, option = heading.group(1), ""
            continue
        if section == "Commands":
            if named := re.match(r"  ([a-z][a-z-]*)(?:\s|$)", line):
                command.subcommands.add(named.group(1))
        elif section == "Arguments":
            if named := re.match(r"\s+([<\[][A-Z][A-Z_-]*[>\]](?:\.\.\.)?)", line):
                command.arguments.append(named.group(1))
        elif section:
            if named := re.match(r"\s+(?:-\w, )?(--[a-z][a-z-]*)(\S*)( ?[<\[][^>\]]+[>\]])?", line):
                option = named.group(1)
                command.options.add(option)
                # A value that has to be joined by `=` is written `--option[=<VALUE>]`.
                if named.group(3) and not named.group(2):
                    command.valued.add(option)
            if option:
                if named := re.search(r"\[env: ([A-Z_]+)[=\]]", line):
                    command.variables[option] = named.group(1)
                if named := re.search(r"\[default: ([^\]]*)\]", line):
                    command.defaults[option] = named.group(1)
    command.subcommands.discard("help")
    return command


def read(binary: str) -> Surface:
    """Asks the program for all there is."""
    commands: Dict[Tuple[str, ...], Command] = {}
    waiting: List[Tuple[str, ...]] = [()]
    while waiting:
        path = waiting.pop()
        done = subprocess.run([binary, *path, "--help"], stdout=subprocess.PIPE, stdin=subprocess.DEVNULL,
                              check=True, text=True, timeout=TIMEOUT, env={"PATH": "/usr/bin:/bin"})
        commands[path] = parse_help(done.stdout)
        waiting.extend(path + (name,) for name in sorted(commands[path].subcommands))
    return Surface(commands)
