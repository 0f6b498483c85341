#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Makes a shell completion for boot0 from its --help: make-completion.py bash|zsh|fish BINARY"""

import re
import sys

import helptext

# The lists of `boot0 complete`, for the options that take them.
VALUES = {"chip": "chips", "board": "boards", "serial": "serials", "path": "paths",
          "port": "ports", "ide-port": "ports"}
FORMATS = "binary ihex srec elf uf2 dfu dfuse"
FILES = {"flash", "verify", "info", "convert", "read", "gang", "watch"}  # take file names


def words(command):
    return [f"--{o.name}" for o in command.options] + [f"-{o.letter}" for o in command.options
                                                       if o.letter]


def spellings(option):
    return [f"--{option.name}"] + ([f"-{option.letter}"] if option.letter else [])


def bash_values(commands):
    """Returns the values of options. -b and -s can have other meanings in another command."""
    rows = []
    for command in commands:
        for option in command.options:
            if option.name in VALUES:
                rows += [f"        {command.name}:{word}) kind={VALUES[option.name]} ;;"
                         for word in spellings(option)]
    return "\n".join(rows)


def with_subcommands(commands):
    return [c for c in commands if c.subcommands()]


def bash(commands):
    names = " ".join(c.name for c in commands)
    cases = "\n".join(f"        {c.name}) options='{' '.join(words(c))}' ;;" for c in commands)
    subcommands = "\n".join(
        f"        {c.name}) mapfile -t COMPREPLY < <(compgen -W '{' '.join(c.subcommands())}' -- "
        '"$current"); return ;;' for c in with_subcommands(commands))
    return f"""# bash completion for boot0
_boot0() {{
    local current=${{COMP_WORDS[COMP_CWORD]}} previous=${{COMP_WORDS[COMP_CWORD-1]}} options=
    local kind="" value
    COMPREPLY=()
    # "--chip=f4" comes as three words.
    if [ "$current" = = ]; then
        current=
    elif [ "$previous" = = ] && [ "$COMP_CWORD" -gt 2 ]; then
        previous=${{COMP_WORDS[COMP_CWORD-2]}}
    fi
    if [ "$COMP_CWORD" -eq 1 ]; then
        mapfile -t COMPREPLY < <(compgen -W '{names} help --help --version' -- "$current")
        return
    fi
    case ${{COMP_WORDS[1]}} in
        help) mapfile -t COMPREPLY < <(compgen -W '{names}' -- "$current"); return ;;
{cases}
    esac
    case $previous in
        --format | -F)
            mapfile -t COMPREPLY < <(compgen -W '{FORMATS}' -- "$current")
            return ;;
    esac
    case ${{COMP_WORDS[1]}}:$previous in
{bash_values(commands)}
    esac
    if [ -n "$kind" ]; then
        while read -r value; do
            [[ $value != "$current"* ]] || COMPREPLY+=("$value")
        done < <("${{1:-boot0}}" complete "$kind" 2>/dev/null)
        return
    fi
    [[ $COMP_CWORD -ne 2 || $current == -* ]] || case ${{COMP_WORDS[1]}} in
{subcommands}
    esac
    if [[ $current == -* ]]; then
        mapfile -t COMPREPLY < <(compgen -W "$options" -- "$current")
    else
        mapfile -t COMPREPLY < <(compgen -f -- "$current")
    fi
}}
complete -o filenames -F _boot0 boot0
"""


def zsh_quote(text):
    return text.replace("'", "'\\''").replace("[", "(").replace("]", ")").replace(":", "\\:")


def zsh_action(option):
    if option.name in VALUES:
        return f"{{_boot0_values {VALUES[option.name]}}}"
    if option.name == "format":
        return f"({FORMATS})"
    return "_files" if option.argument == "FILE" else ""


def zsh_option(option):
    argument = zsh_quote(re.sub(r"[][=]", "", option.argument))
    value = f":{argument}:{zsh_action(option)}" if option.argument else ""
    equals = "=-" if option.argument.startswith("[=") else "=" if option.argument else ""
    long = f"'--{option.name}{equals}[{zsh_quote(option.text)}]{value}'"
    if not option.letter:
        return long
    return f"{long} '-{option.letter}[{zsh_quote(option.text)}]{value}'"


def zsh(commands):
    listed = "\n".join(f"        '{c.name}:{zsh_quote(c.summary)}'" for c in commands)
    cases = []
    for c in commands:
        options = " \\\n                ".join(zsh_option(o) for o in c.options)
        files = " '*:file:_files'" if c.name in FILES else ""
        if c.subcommands():
            files = f" '1:command:({' '.join(c.subcommands())})'"
        cases.append(f"            {c.name}) _arguments {options}{files} ;;")
    body = "\n".join(cases)
    return f"""#compdef boot0
_boot0_values() {{
    local -a values
    values=(${{(f)"$(_call_program values boot0 complete $1 2>/dev/null)"}})
    compadd -a values
}}
_boot0() {{
    local -a commands
    commands=(
{listed}
    )
    if (( CURRENT == 2 )); then
        _describe command commands
    else
        local name=$words[2]
        shift words
        (( CURRENT-- ))
        case $name in
{body}
        esac
    fi
}}
_boot0 "$@"
"""


def fish_quote(text):
    return "'" + text.replace("\\", "\\\\").replace("'", "\\'") + "'"


def fish(commands):
    lines = ["# fish completion for boot0"]
    for c in commands:
        lines.append(f"complete -c boot0 -n __fish_use_subcommand -f -a {c.name} "
                     f"-d {fish_quote(c.summary)}")
        if c.subcommands():
            lines.append(f"complete -c boot0 -n '__fish_seen_subcommand_from {c.name}' -f "
                         f"-a {fish_quote(' '.join(c.subcommands()))}")
        for o in c.options:
            letter = f" -s {o.letter}" if o.letter else ""
            needs = " -r" if o.argument and not o.argument.startswith("[=") else ""
            if o.name in VALUES:
                needs = f" -x -a '(boot0 complete {VALUES[o.name]})'"
            elif o.name == "format":
                needs = f" -x -a '{FORMATS}'"
            lines.append(f"complete -c boot0 -n '__fish_seen_subcommand_from {c.name}'{letter} "
                         f"-l {o.name}{needs} -d {fish_quote(o.text)}")
    return "\n".join(lines) + "\n"


def main():
    shell, binary = sys.argv[1:3]
    sys.stdout.write({"bash": bash, "zsh": zsh, "fish": fish}[shell](helptext.read_commands(binary)))


main()
