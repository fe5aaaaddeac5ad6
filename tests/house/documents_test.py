"""The manual page says what --help and the glossary say, and completions offer what there is.

    python3 documents_test.py PROGRAM FOLDER README
"""
import os
import re
import shutil
import subprocess
import sys


def run(*words, **how):
    return subprocess.run(words, capture_output=True, text=True, check=True, **how).stdout


def manual(program, folder, readme):
    page = subprocess.run(["man", "--warnings", "-l", f"{folder}/deadpeer.1"], capture_output=True, text=True, check=True,
                          env={**os.environ, "MANWIDTH": "200", "LC_ALL": "C.UTF-8", "PAGER": "cat"})
    # Lines that do not fill are no fault of the page.
    assert not re.search("not defined|undefined|error|unknown", page.stderr), page.stderr
    text = re.sub(".\b", "", page.stdout)
    for command in ([], ["diff"], ["slim"], ["sockets"], ["compare"]):
        options = re.findall(r"^  (-[\w,-]+)", run(program, *command, "--help"), re.MULTILINE)
        assert len(options) > 4, options
        for option in ",".join(options).split(","):
            assert re.search(rf"^       (\S+, )*{re.escape(option)}\b", text, re.MULTILINE), option
    for option in ("--excel", "--crlf", "--community-id-seed"):
        assert option in text, option
    codes = re.findall(r"^\| `(\w+)`", run(program, "--explain", "all"), re.MULTILINE)
    assert len(codes) > 100
    for code in codes:
        assert re.search(rf"^       {code}\b", text, re.MULTILINE), code
    with open(readme, encoding="utf-8") as file:
        rows = dict(re.findall(r"^\| (\d+) \| (.*) \|$", file.read(), re.MULTILINE))
    exits = dict(re.findall(r"^       (\d+)\n +(.*)$", text, re.MULTILINE))
    assert {code: meaning.replace("`", "") for code, meaning in rows.items()} == exits, (rows, exits)


BASH = """source "$1"; shift
COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1))
_deadpeer 2>/dev/null
printf '%s\\n' "${COMPREPLY[@]}"
"""


def completions(program, folder):
    def offered(*words):
        return run("bash", "-c", BASH, "bash", f"{folder}/deadpeer.bash", "deadpeer", *words).split()

    assert offered("--evi") == ["--evidence"]
    assert {"--html", "--wireshark", "-i"} <= set(offered("-"))
    assert offered("--format", "") == ["csv", "jsonl", "sqlite", "xlsx"]
    assert offered("--report", "flows,ev") == ["flows,events"]
    assert offered("--explain", "peer_dea") == ["peer_dead"]
    assert "lo" in offered("-i", "")
    assert offered("di") == ["diff"]
    assert offered("com") == ["compare"]
    assert {"-o", "--timeouts", "--no-sandbox"} <= set(offered("compare", "-"))
    assert offered("sl") == ["slim"]
    assert offered("slim", "--mis") == ["--missing"]
    assert offered("diff", "--fail-on", "new_dead") == ["new_dead_peer"]
    assert offered("so") == ["sockets"]
    assert offered("sockets", "--format", "") == ["csv", "jsonl", "table"]
    assert offered("sockets", "--report", "/us") == ["/usr"]
    assert offered("sockets", "--col") == ["--columns"]
    assert offered("-o", "/us") == ["/usr"]
    # What is offered is taken.
    for words in (["--order", ""], ["--segments", ""], ["--time", ""], ["--wireshark", ""]):
        for word in offered(*words):
            done = subprocess.run([program, words[0], word, "/nonexistent"], capture_output=True, text=True, check=False)
            assert "is not one of" not in done.stderr, done
    for shell, file in (("bash", "deadpeer.bash"), ("zsh", "_deadpeer"), ("fish", "deadpeer.fish")):
        if shutil.which(shell):
            run(shell, "-n", f"{folder}/{file}")


def main():
    program, folder, readme = sys.argv[1:]
    manual(program, folder, readme)
    completions(program, folder)


main()
