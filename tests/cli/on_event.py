"""on_event.py PROGRAM TESTDATA CASE: events handed to a command, and to the system's log.

The live cases feed a pipe; what they wait for happens within seconds, and is waited for, not slept for.
"""
import json
import os
import re
import signal
import socket
import struct
import subprocess
import sys
import tempfile
import time

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
sys.dont_write_bytecode = True

from live_pipe import HEADER, Writer  # noqa: E402

LONGEST_WAIT_S = 30


def run(program, *arguments, code=0, **keywords):
    done = subprocess.run([program, *arguments], capture_output=True, check=False, text=True, **keywords)
    assert done.returncode == code, (arguments, done)
    return done


def content(path):
    if not os.path.exists(path):
        return ""
    with open(path, encoding="utf-8") as file:
        return file.read()


def wait_for(happened, what):
    end = time.monotonic() + LONGEST_WAIT_S
    while not happened():
        assert time.monotonic() < end, what
        time.sleep(0.05)


def events_as_lines(program, capture, *more):
    return run(program, "-q", capture, "-o", "-", "--report", "events", "--format", "jsonl", *more).stdout


def files(program, testdata):
    """A command gets the lines of events.jsonl, all of them, before the program ends; also in the sandbox of root."""
    for story in ("sample", "peer_crashed", "firewall_restarted"):
        capture = f"{testdata}/{story}/capture.pcap"
        with tempfile.TemporaryDirectory() as folder:
            os.chmod(folder, 0o777)
            expected = events_as_lines(program, capture)
            assert expected.count("\n") >= 1
            for more in ((), ("--no-sandbox",), ("-o", f"{folder}/out"), ("--columns", "short", "-o", f"{folder}/out")):
                got = f"{folder}/got"
                done = run(program, "-q", capture, "--on-event", f"cat > {got}", *more)
                assert content(got) == expected, (story, more)
                assert done.stderr == "", done
                os.remove(got)
            # What the command says does not get between the reports.
            done = run(program, "-q", capture, "-o", "-", "--report", "events", "--format", "jsonl", "--on-event",
                       "sed s/^/said:/")
            assert done.stdout == expected
            assert done.stderr == "".join(f"said:{line}\n" for line in expected.splitlines()), done.stderr
            hidden = run(program, "-q", capture, "--anonymise", "a key for tests", "--on-event", "cat")
            assert hidden.stderr == events_as_lines(program, capture, "--anonymise", "a key for tests")


def is_free_of_programs(program, testdata):
    """The process that reads the capture can start nothing; the other one does. It ends with it."""
    with tempfile.TemporaryDirectory() as folder:
        fifo = f"{folder}/fifo"
        os.mkfifo(fifo)
        process = subprocess.Popen([program, "--live", fifo, "--on-event", f"echo $$ > {folder}/id; exec cat"],
                                   stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        with open(fifo, "wb", buffering=0) as pipe:
            pipe.write(HEADER)
            os.chmod(folder, 0o777)
            wait_for(lambda: content(f"{folder}/id").endswith("\n") or process.poll() is not None, "the command runs")
            if process.poll() is not None:
                raise AssertionError("it ended")
            with open(f"/proc/{process.pid}/status", encoding="ascii") as file:
                status = dict(line.split(":", 1) for line in file)
            assert status["Seccomp"].strip() == "2", status["Seccomp"]
            command = int(content(f"{folder}/id"))
            with open(f"/proc/{command}/status", encoding="ascii") as file:
                status = dict(line.split(":", 1) for line in file)
            assert status["CapEff"].strip() == "0" * 16, status
            assert not [name for name in os.listdir(f"/proc/{command}/fd") if int(name) > 2]
            process.kill()
            process.wait()
            wait_for(lambda: not os.path.exists(f"/proc/{command}"), "the command ends with the program")


def has_ended(process):
    stat = content(f"/proc/{process}/stat")
    return not stat or stat.rsplit(") ", 1)[1][0] in "ZX"


def has_log():
    return os.path.exists("/dev/log") or os.path.exists("/run/systemd/journal/socket")


class Live:
    """deadpeer reading a pipe."""

    def __init__(self, program, *arguments):
        reading, writing = os.pipe()
        self.process = subprocess.Popen([program, "-", *arguments], stdin=reading, stdout=subprocess.PIPE,
                                        stderr=subprocess.PIPE, text=True)
        os.close(reading)
        self.writer = Writer(writing)

    def end(self):
        self.writer.file.close()
        out, err = self.process.communicate(timeout=LONGEST_WAIT_S)
        assert self.process.returncode == 0, err
        return out, err


def live(program, testdata):
    """An event reaches the command while the capture goes on."""
    with tempfile.TemporaryDirectory() as folder:
        os.chmod(folder, 0o777)
        got = f"{folder}/got"
        run_ = Live(program, "--live", "--on-event", f"cat > {got}")
        run_.writer.die()
        wait_for(lambda: '"peer_dead"' in content(got) or "probes_unanswered" in content(got), "an event comes")
        assert run_.process.poll() is None
        out, _ = run_.end()
        events = [json.loads(line) for line in content(got).splitlines()]
        assert events and all(event["event_type"] == "deadpeer_event" for event in events)
        printed = [line for line in out.splitlines() if " UTC  " in line]
        assert len(printed) == len(events), (printed, events)


def starts_again(program, testdata):
    """A command that ends after each line is started again, later each time; what it had is not told twice."""
    capture = f"{testdata}/firewall_restarted/capture.pcap"
    with tempfile.TemporaryDirectory() as folder:
        os.chmod(folder, 0o777)
        run_ = Live(program, "--live", "-q", "--on-event",
                    f"read -r line; echo $$ > {folder}/id; echo \"$line\" >> {folder}/got; exit 3")
        for i in range(3):
            run_.writer.file.write(reset_connection(i))
            wait_for(lambda count=i: content(f"{folder}/got").count("\n") > count, f"event {i}")
            # What is written to it before it has ended is lost.
            wait_for(lambda: has_ended(int(content(f"{folder}/id"))), "its end")
        _, err = run_.end()
        again = "deadpeer: the command of --on-event has ended (exit code 3); it is started again after {} s\n"
        assert again.format(1) in err and again.format(2) in err, err
        lines = content(f"{folder}/got").splitlines()
        assert len(lines) == 3 == len(set(lines)), lines
    # Who cannot be started is tried once more at the end, and nobody waits for ever.
    began = time.monotonic()
    run(program, "-q", capture, "--on-event", "exit 1")
    run(program, "-q", capture, "--on-event", "/nonexistent/command")
    assert time.monotonic() - began < LONGEST_WAIT_S


def deaf(program, testdata):
    """A command that reads nothing holds up nothing live, and files for some seconds: what it did not get is counted."""
    frames = HEADER + b"".join(map(reset_connection, range(3000)))
    beyond = "2,400 events not handed to --on-event or --syslog: more than 600 in a minute"
    unread = r"[12],\d+ events not handed to --on-event: the command did not read them in time"
    goes_on = "the command of --on-event is still at work, and goes on by itself"
    for kind, expected in (("--live", (beyond, goes_on)), ("--offline", (unread, goes_on))):
        with tempfile.TemporaryDirectory() as folder:
            os.chmod(folder, 0o777)
            began = time.monotonic()
            with open(f"{folder}/err", "wb") as err:  # the command has it, too, and outlives the program
                code = subprocess.run([program, kind, "-", "-q", "-o", f"{folder}/out", "--on-event",
                                       f"echo $$ > {folder}/id; exec sleep 90"], input=frames, stderr=err,
                                      check=False).returncode
            took = time.monotonic() - began
            os.kill(int(content(f"{folder}/id")), signal.SIGKILL)
            assert code == 0 and took < 2 * LONGEST_WAIT_S, (code, took)
            said = content(f"{folder}/err").splitlines()
            assert len(said) == len(expected), said
            for line, pattern in zip(said, expected):
                assert re.fullmatch("deadpeer: " + pattern, line), said


def reset_connection(number):
    """A connection that is reset by its server after data: an event."""
    port = 10000 + number
    out = b""
    begin = 1_700_000_000_000_000 + number * 1000
    client, server = bytes([10, 0, number >> 8, number & 255]), bytes([10, 9, 0, 1])
    steps = [(True, 99, 0, 0x02), (False, 499, 100, 0x12), (True, 100, 500, 0x10), (False, 500, 100, 0x14)]
    for i, (forth, seq, ack, flags) in enumerate(steps):
        source, target = (client, server) if forth else (server, client)
        ports = (port, 80) if forth else (80, port)
        frame = b"\2" * 12 + b"\x08\x00" + bytes([0x45, 0, 0, 40, 0, 0, 0x40, 0, 64, 6, 0, 0]) + source + target
        frame += struct.pack(">HHIIBBHHH", *ports, seq, ack, 0x50, flags, 500, 0, 0)
        micros = begin + i
        out += struct.pack("<IIII", micros // 10**6, micros % 10**6, len(frame), len(frame)) + frame
    return out


def usage(program, testdata):
    done = run(program, f"{testdata}/peer_crashed/capture.pcap", "--syslog", code=0 if has_log() else 4)
    if not has_log():
        assert done.stderr == ("deadpeer: --syslog: nobody reads the system's log: /dev/log: No such file or directory; "
                               "start journald or a syslogd first\n"), done.stderr
    done = run(program, "x.pcap", "--on-event", "", code=1)
    assert done.stderr.startswith("deadpeer: --on-event is given but empty\n"), done.stderr
    # Ctrl-C reaches the program, and not the command, which gets the last events.
    with tempfile.TemporaryDirectory() as folder:
        os.chmod(folder, 0o777)
        reading, writing = os.pipe()
        process = subprocess.Popen([program, "--live", "-", "--on-event", f"cat > {folder}/got; echo end >> {folder}/got"],
                                   stdin=reading, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
                                   start_new_session=True)
        writer = Writer(writing)
        writer.die()
        os.killpg(process.pid, signal.SIGINT)
        assert process.wait(LONGEST_WAIT_S) == 0
        os.close(reading)
        wait_for(lambda: content(f"{folder}/got").endswith("end\n"), "the command gets all and ends by itself")
        assert content(f"{folder}/got").count("\n") >= 2


def syslog(program, testdata):
    """In a mount namespace of its own, where sockets of the test are the log: as root."""
    if os.geteuid() != 0 or subprocess.run(["unshare", "--mount", "true"], capture_output=True, check=False).returncode:
        sys.exit(77)
    capture = f"{testdata}/peer_crashed/capture.pcap"
    with tempfile.TemporaryDirectory() as folder:
        os.makedirs(f"{folder}/dev")
        os.makedirs(f"{folder}/journal")

        def logged(where, *arguments):
            reader = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
            reader.bind(where)
            os.chmod(where, 0o666)
            reader.setblocking(False)
            # Nothing of this is seen outside.
            script = (f"touch {folder}/dev/null && mount --bind /dev/null {folder}/dev/null && "
                      f"mount --rbind {folder}/dev /dev && mount -t tmpfs none /run && "
                      f"mkdir -p /run/systemd/journal && mount --bind {folder}/journal /run/systemd/journal && "
                      "exec \"$@\"")
            done = run("unshare", "--mount", "sh", "-c", script, "sh", program, "-q", capture, "--syslog", *arguments)
            assert done.stderr == "", done
            messages = []
            while True:
                try:
                    messages.append(reader.recv(65536).decode())
                except BlockingIOError:
                    break
            reader.close()
            os.remove(where)
            return messages

        messages = logged(f"{folder}/dev/log")
        assert len(messages) == events_as_lines(program, capture).count("\n"), messages
        assert messages[-1].startswith("<26>deadpeer["), messages
        assert "]: peer_dead: 10.2.0.2:9000: 10.2.0.2:9000 stopped responding, and " in messages[-1], messages
        assert messages[0].startswith("<28>deadpeer["), messages
        with open(f"{folder}/inventory", "w", encoding="ascii") as file:
            file.write("address,name\n10.2.0.2,db-1\n")
        messages = logged(f"{folder}/journal/socket", "--inventory", f"{folder}/inventory")
        fields = dict(line.split("=", 1) for line in messages[-1].splitlines())
        text = fields.pop("MESSAGE")
        assert text.startswith("peer_dead: 10.2.0.2:9000 (db-1): 10.2.0.2:9000 stopped responding, and "), text
        assert fields == {"PRIORITY": "2", "SYSLOG_FACILITY": "3", "SYSLOG_IDENTIFIER": "deadpeer",
                          "DEADPEER_EVENT": "peer_dead", "DEADPEER_SEVERITY": "critical",
                          "DEADPEER_CONFIDENCE": "high", "DEADPEER_INPUT": capture, "DEADPEER_SUBJECT": "10.2.0.2",
                          "DEADPEER_SUBJECT_PORT": "9000", "DEADPEER_SUBJECT_NAME": "db-1",
                          "DEADPEER_PEER": "10.1.0.2", "DEADPEER_PEER_PORT": "40001"}, fields


CASES = {case.__name__: case
         for case in (files, is_free_of_programs, live, starts_again, deaf, usage, syslog)}

if __name__ == "__main__":
    CASES[sys.argv[3]](sys.argv[1], sys.argv[2])
