"""How the live tests run: as root, each in processes and mounts of its own, one case at a time.

    python3 FILE.py PROGRAM CASE

A case is a function of the file; it gets a Rig and fails by raising. Without the right to make namespaces nothing can
be tested, and ctest is told so.
"""
import os
import subprocess
import sys
import traceback

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "tools"))

from labs.enclosure import enclose, why_not  # noqa: E402
from labs.program import Program  # noqa: E402

NOT_RUN = 77  # SKIP_RETURN_CODE of tests/live/CMakeLists.txt
SCRATCH = "/mnt"  # a file system in memory that only this process and its children see


class Rig:
    """The program under test and a place for files. Programs started by `start` are ended with the rig."""

    def __init__(self, executable):
        self.executable = executable
        self.folder = SCRATCH
        self.programs = []
        mount_memory(SCRATCH)

    def start(self, machine, *options, name="run", **settings):
        program = Program(self.executable, machine, os.path.join(self.folder, name), *options, **settings)
        self.programs.append(program)
        return program

    def analyse(self, capture, folder):
        """Reads a capture file; the reports go to the folder."""
        subprocess.run([self.executable, "-q", capture, "-o", folder], check=True)

    def close(self):
        for program in self.programs:
            program.kill()

    def last_words(self):
        for program in self.programs:
            for name in ("stdout", "stderr"):
                text = program.text(name)[-2000:]
                if text:
                    print(f"--- {program.path(name)}\n{text}")


def mount_memory(path, options="mode=755"):
    os.makedirs(path, exist_ok=True)
    subprocess.run(["mount", "-t", "tmpfs", "-o", options, "tmpfs", path], check=True)


def main(*cases):
    reason = os.getpid() != 1 and why_not()
    if reason:
        print(reason)
        sys.exit(NOT_RUN)
    enclose()
    executable, name = sys.argv[1:]
    rig = Rig(executable)
    try:
        {case.__name__: case for case in cases}[name](rig)
    except BaseException:  # also a KeyboardInterrupt should tell how far it came
        traceback.print_exc()
        rig.last_words()
        sys.exit(1)
    finally:
        rig.close()
