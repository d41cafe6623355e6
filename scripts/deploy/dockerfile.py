"""Reads a Dockerfile: its stages and their instructions."""

import dataclasses
import json
import re
import shlex
from typing import Dict, List, Optional


@dataclasses.dataclass
class Instruction:
    """One instruction, its lines joined."""

    name: str
    text: str

    def words(self) -> List[str]:
        """The words of one that may be written as a list or as a line."""
        return json.loads(self.text) if self.text.startswith("[") else shlex.split(self.text)


@dataclasses.dataclass
class Copy:
    """What COPY takes from where."""

    stage: Optional[str]
    sources: List[str]
    target: str


@dataclasses.dataclass
class Stage:
    """A stage of the build."""

    base: str
    name: str
    instructions: List[Instruction]

    def all(self, name: str) -> List[Instruction]:
        """Its instructions of a kind, in order."""
        return [each for each in self.instructions if each.name == name]

    def last(self, name: str) -> Optional[Instruction]:
        """The one that counts, of a kind of which the last counts."""
        return (self.all(name) or [None])[-1]

    def environment(self) -> Dict[str, str]:
        """The variables that ENV sets."""
        pairs = (word.split("=", 1) for each in self.all("ENV") for word in shlex.split(each.text))
        return {name: value for name, value in pairs}

    def copies(self) -> List[Copy]:
        """What is copied into it."""
        return [parse_copy(each) for each in self.all("COPY")]


def parse_copy(instruction: Instruction) -> Copy:
    """Reads a COPY."""
    words = instruction.words()
    stage = None
    while words[0].startswith("--"):
        flag = words.pop(0)
        if flag.startswith("--from="):
            stage = flag[len("--from="):]
    return Copy(stage, words[:-1], words[-1])


def health_command(instruction: Instruction) -> List[str]:
    """The words of a HEALTHCHECK's command."""
    return Instruction("CMD", instruction.text.split("CMD", 1)[1].strip()).words()


def parse(text: str) -> List[Stage]:
    """Reads the file."""
    stages: List[Stage] = []
    lines = [line for line in text.splitlines() if not line.lstrip().startswith("#")]
    for line in re.sub(r"\\\n\s*", "", "\n".join(lines)).splitlines():
        if not line.strip():
            continue
        name, rest = line.strip().split(None, 1)
        if name == "FROM":
            words = rest.split()
            alias = words[2] if len(words) == 3 and words[1].upper() == "AS" else str(len(stages))
            stages.append(Stage(words[0], alias, []))
        elif not stages:
            raise ValueError(f"{name} stands before the first FROM")
        else:
            stages[-1].instructions.append(Instruction(name, rest))
    return stages
