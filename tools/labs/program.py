"""deadpeer while it captures: started in a machine's network namespace, watched from outside."""
import os
import signal
import socket
import subprocess
import time

from labs.network import LabError, wait_until

READY_WITHIN_S = 20  # generous: other tests load the machine


class Program:
    """One run. `folder` gets its stdout and stderr; reports go to folder/reports unless `output` is another.

    `wrapper`: a command that runs it in its own process (exec). `stdout`: a descriptor instead of the file.

    It is ready when it has told its service manager so (sd_notify).
    """

    def __init__(self, executable, machine, folder, *options, interface="eth0", output=None, wrapper=(), wait=True,
                 stdout=None):
        os.makedirs(folder, exist_ok=True)
        self.folder = folder
        self.reports = output or os.path.join(folder, "reports")
        command = [executable, *(["-i", interface] if interface else []), "-o", self.reports, *options]
        self.notices = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.notices.bind(fresh(self.path("notices")))
        self.notices.setblocking(False)
        environment = {**os.environ, "NOTIFY_SOCKET": self.path("notices")}
        with open(self.path("stdout"), "wb") as out, open(self.path("stderr"), "wb") as errors:
            self.process = subprocess.Popen(
                ["nsenter", f"--net=/proc/{machine.pid}/ns/net", *wrapper, *command],
                stdin=subprocess.DEVNULL, stdout=stdout or out, stderr=errors, env=environment)
        self.pid = self.process.pid  # nsenter and wrappers exec
        self.told = ""
        if wait:
            self.wait_until_ready()

    def path(self, name):
        return os.path.join(self.folder, name)

    def text(self, name):
        with open(self.path(name), errors="replace") as file:
            return file.read()

    def wait_until_ready(self):
        wait_until(lambda: "READY=1" in self.notified() or self.process.poll() is not None, READY_WITHIN_S,
                   "deadpeer did not get ready")
        if self.process.returncode is not None:
            raise LabError(f"deadpeer ended with {self.process.returncode}: {self.text('stderr')}")

    def notified(self):
        """All that it told its service manager so far."""
        try:
            while True:
                self.told += self.notices.recv(4096).decode() + "\n"
        except BlockingIOError:
            return self.told

    def send(self, number):
        self.process.send_signal(number)

    def wait(self, seconds=15):
        """Its exit code; negative: the signal that ended it."""
        try:
            return self.process.wait(seconds)
        except subprocess.TimeoutExpired:
            where = self.whereabouts()
            self.kill()
            raise LabError(f"deadpeer did not end within {seconds} s: {where}\n{self.text('stderr')}") from None

    def whereabouts(self):
        """What it is doing, as the kernel sees it."""
        found = {"state": self.status()["State"], "CPU": f"{self.cpu_seconds()} s"}
        for what in ("wchan", "syscall", "stack"):
            with open(f"/proc/{self.pid}/{what}") as file:
                found[what] = file.read().strip()
        return " ".join(f"{name} {value}" for name, value in found.items())

    def stop(self, number=signal.SIGINT):
        self.send(number)
        return self.wait()

    def kill(self):
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait()
        self.notices.close()

    def children(self):
        """The processes that it has started."""
        with open(f"/proc/{self.pid}/task/{self.pid}/children") as file:
            return [int(pid) for pid in file.read().split()]

    def status(self, pid=None):
        """/proc/PID/status as a dictionary of texts; of one of its children, if that is named."""
        with open(f"/proc/{pid or self.pid}/status") as file:
            return dict(line.rstrip("\n").split(":\t", 1) for line in file if ":\t" in line)

    def memory_kib(self, what="VmRSS"):
        return int(self.status()[what].split()[0])

    def cpu_seconds(self):
        with open(f"/proc/{self.pid}/stat") as file:
            fields = file.read().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def descriptors(self):
        return len(os.listdir(f"/proc/{self.pid}/fd"))

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.kill()


def fresh(path):
    """The path, with nothing there."""
    if os.path.lexists(path):
        os.remove(path)
    return path


class RowWatch:
    """Sees when each row of a file appears. Ask often: `look()`."""

    def __init__(self, path):
        self.path, self.at, self.rest, self.rows = path, 0, "", []

    def look(self):
        """Reads what is new; rows become (wall-clock seconds, line). The header is a row."""
        try:
            with open(self.path, newline="") as file:
                if os.fstat(file.fileno()).st_size == self.at:
                    return
                file.seek(self.at)
                text = file.read()
                self.at = file.tell()
        except FileNotFoundError:
            return
        now = time.time()
        *lines, self.rest = (self.rest + text).split("\n")
        self.rows += [(now, line) for line in lines]
