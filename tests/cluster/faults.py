"""faults.py PROGRAM FOLDER FAULT TIMES NAME WORD...: deadpeer WORD..., which goes wrong TIMES times for capture NAME.

`fail`: it ends at once; `kill`: it is killed with half a slim file written. FOLDER counts the tries.
"""
import glob
import os
import subprocess
import sys
import time


def kill_in_the_middle(program, capture, slim):
    process = subprocess.Popen([program, "slim", "-q", "-", "--name", os.path.basename(capture), "-o", slim],
                               stdin=subprocess.PIPE)
    with open(capture, "rb") as file:
        process.stdin.write(file.read(os.path.getsize(capture) // 2))
    process.stdin.flush()
    begun = os.path.join(glob.escape(slim), f".{glob.escape(os.path.basename(capture))}.slim.pcapng.zst.*.tmp")
    while not glob.glob(begun):
        assert process.poll() is None
        time.sleep(0.01)
    process.kill()
    process.wait()
    sys.exit(137)


def main():
    program, folder, fault, times, name, *words = sys.argv[1:]
    if words[0] == "slim" and "-o" in words:
        capture = words[-1]
        tries = os.path.join(folder, os.path.basename(capture))
        with open(tries, "a", encoding="utf-8") as file:
            file.write("x")
        if os.path.basename(capture) == name and os.path.getsize(tries) <= int(times):
            if fault == "kill":
                kill_in_the_middle(program, capture, words[words.index("-o") + 1])
            sys.exit(1)
    os.execv(program, [program, *words])


main()
