"""tools/cluster: however captures are spread, and whatever fails, the reports are those of one run.

    python3 cluster.py PROGRAM PROJECT CASE

GNU parallel, sshd and Slurm are installed, or unpacked below build/cluster of the project.
"""
import glob
import os
import shlex
import shutil
import subprocess
import sys
import tempfile
import time

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, "..", "..", "tools"))
sys.dont_write_bytecode = True

from daemons import NOT_RUN, Slurm, Sshd, binary, use_unpacked, wait_for  # noqa: E402
from labs.enclosure import enclose  # noqa: E402

OPTIONS = ("-q", "--segments", "all")
STORIES = ("address_moves_to_standby", "alive_both_probe", "firewall_restarted", "heartbeat_stops", "peer_crashed",
           "host_rebooted_met_by_probe", "process_killed", "port_reuse")
CHOSEN = "peer_crashed.pcap"  # for which something goes wrong


def read(path):
    with open(path, "rb") as file:
        return file.read()


def write(path, data):
    with open(path, "wb") as file:
        file.write(data)
    return path


def reports(folder):
    return {name: read(os.path.join(folder, name)) for name in os.listdir(folder)}


class Bench:
    """Captures, the list of them, and a folder for one way to make their report."""

    def __init__(self, program, project, folder):
        self.program, self.project, self.folder = program, project, folder
        self.captures = []
        os.mkdir(self.path("captures"))
        for story in STORIES:
            (capture,) = glob.glob(os.path.join(project, "testdata", story, "capture.pcap*"))
            self.captures.append(shutil.copy(capture, self.path("captures", story + ".pcap")))
        # A name to be quoted.
        odd = self.path("captures", "it's {} \"$odd\" \\.pcap")
        os.rename(self.captures[1], odd)
        self.captures[1] = odd
        self.list = write(self.path("list.txt"), "\r\n".join(["", *self.captures, ""]).encode())
        self.slim, self.report = self.path("slim of all"), self.path("report")

    def path(self, *names):
        return os.path.join(self.folder, *names)

    def chosen(self):
        return self.path("captures", CHOSEN)

    def with_fault(self, fault, times):
        """deadpeer with a fault; tries are counted from zero."""
        shutil.rmtree(self.path("tries"), ignore_errors=True)
        os.mkdir(self.path("tries"))
        words = [sys.executable, "-B", os.path.join(HERE, "faults.py"), self.program, self.path("tries"), fault,
                 str(times), CHOSEN]
        program = write(self.path("faulty deadpeer"), f'#!/bin/sh\nexec {shlex.join(words)} "$@"\n'.encode())
        os.chmod(program, 0o755)
        return program

    def tries(self, name=CHOSEN):
        path = self.path("tries", name)
        return os.path.getsize(path) if os.path.exists(path) else 0

    def all_tries(self):
        return sum(self.tries(os.path.basename(capture)) for capture in self.captures)

    def command(self, engine, *options):
        return [os.path.join(self.project, "tools", "cluster", engine), *options, self.list, self.slim, self.report,
                *OPTIONS]

    def run(self, engine, *options, program=None, fresh=True):
        if fresh:
            self.forget()
        return subprocess.run(self.command(engine, *options), capture_output=True, text=True, check=False,
                              cwd=self.folder, env=self.environment(program))

    def environment(self, program=None):
        return {**os.environ, "DEADPEER": program or self.program}

    def forget(self):
        for path in (self.slim, self.report):
            shutil.rmtree(path, ignore_errors=True)
        for path in glob.glob(glob.escape(self.slim) + ".*"):
            os.remove(path)

    def check_whole(self, done, code=0):
        """The reports, byte for byte, and the exit code of one run over the captures."""
        whole = self.path("whole")
        one = subprocess.run([self.program, *OPTIONS, *self.captures, "-o", whole], capture_output=True, check=False)
        assert one.returncode == done.returncode == code, (one, done)
        expected, found = reports(whole), reports(self.report)
        assert len(expected) == 6 and expected == found, (done, expected, found)
        # Nothing that was begun is left.
        assert len(os.listdir(self.slim)) == len(self.captures), os.listdir(self.slim)

    def check_missing(self, done):
        """The exit code and what names the capture without a slim file, and the row in the report."""
        assert done.returncode == 2, done
        number = self.captures.index(self.chosen()) + 2
        assert f"line {number} of {self.list}, {self.chosen()}, has no slim file" in done.stderr, done
        rows = reports(self.report)["capture.csv"].decode().splitlines()
        assert [row.split(",")[0] for row in rows if ",refused," in row] == [CHOSEN], rows


def faults(bench, engine, *options):
    """A mapper that is killed, fails twice, fails always, meets text and a damaged capture."""
    for fault, times in (("kill", 1), ("fail", 2), ("kill", 2)):
        program = bench.with_fault(fault, times)
        bench.check_whole(bench.run(engine, *options, program=program))
        assert bench.tries() == times + 1 and bench.all_tries() == len(bench.captures) + times, (fault, times)
    program = bench.with_fault("fail", 1000)
    bench.check_missing(bench.run(engine, *options, program=program))
    assert bench.tries() == 3, bench.tries()
    # Once more, when it no longer fails: nothing else is read again.
    program = bench.with_fault("fail", 0)
    bench.check_whole(bench.run(engine, *options, program=program, fresh=False))
    assert bench.all_tries() == bench.tries() == 1

    good = read(bench.chosen())
    write(bench.chosen(), b"no capture\n")
    bench.check_missing(bench.run(engine, *options))
    write(bench.chosen(), good[:-7])  # truncated: that is told, not tried again
    program = bench.with_fault("fail", 0)
    bench.check_whole(bench.run(engine, *options, program=program, fresh=False), 2)
    assert bench.tries() == 1
    write(bench.chosen(), good)


def log_rows(bench):
    return [row.split("\t") for row in read(bench.slim + ".joblog").decode().splitlines()[1:]]


def local(bench):
    """Two jobs at a time."""
    bench.check_whole(bench.run("parallel", "-j", "2"))
    rows = log_rows(bench)
    assert sorted(int(row[0]) for row in rows) == list(range(1, len(bench.captures) + 1)), rows
    assert all(row[6:8] == ["0", "0"] for row in rows), rows
    # What the log calls done, but is gone, is made again; and nothing else.
    os.remove(os.path.join(bench.slim, CHOSEN + ".slim.pcapng.zst"))
    program = bench.with_fault("fail", 0)
    bench.check_whole(bench.run("parallel", "-j", "2", program=program, fresh=False))
    assert bench.all_tries() == bench.tries() == 1


def local_faults(bench):
    faults(bench, "parallel", "-j", "2")


def interrupted(bench):
    """The whole run is killed while the mapper of one capture waits, and goes on later."""
    bench.forget()
    os.rename(bench.chosen(), bench.path("aside"))
    os.mkfifo(bench.chosen())  # nobody writes: its mapper waits
    program = bench.with_fault("fail", 0)
    with subprocess.Popen(bench.command("parallel", "-j", "2"), env=bench.environment(program), cwd=bench.folder,
                          stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True) as process:
        wait_for(lambda: bench.all_tries() == len(bench.captures) and
                 len(glob.glob(glob.escape(bench.slim) + "/*.zst")) == len(bench.captures) - 1, lambda: "not begun")
        time.sleep(0.5)  # until the log has the last that ended
        os.killpg(process.pid, 9)
    os.close(os.open(bench.chosen(), os.O_RDWR))  # the mapper, in a group of its own, finds no capture, and ends
    os.remove(bench.chosen())
    os.rename(bench.path("aside"), bench.chosen())
    program = bench.with_fault("fail", 0)
    bench.check_whole(bench.run("parallel", "-j", "2", program=program, fresh=False))
    assert bench.all_tries() == bench.tries() == 1, os.listdir(bench.path("tries"))


def full_disk(bench):
    """The disk of the slim files has room for a few of them, and then for all."""
    if os.geteuid() != 0:
        print("no file system can be mounted here", file=sys.stderr)
        sys.exit(NOT_RUN)
    os.mkdir(bench.slim)
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=16k", "tmpfs", bench.slim], check=True)
    try:
        done = bench.run("parallel", "-j", "2", fresh=False)
        made = os.listdir(bench.slim)
        assert done.returncode == 2 and 0 < len(made) < len(bench.captures), (done, made)
        for number, capture in enumerate(bench.captures):
            there = os.path.basename(capture) + ".slim.pcapng.zst" in made
            assert (f"line {number + 2} of {bench.list}, {capture}, has no slim file" in done.stderr) != there, done
        subprocess.run(["mount", "-o", "remount,size=10m", bench.slim], check=True)
        bench.check_whole(bench.run("parallel", "-j", "2", fresh=False))
    finally:
        subprocess.run(["umount", bench.slim], check=True)


def hosts(bench, *names):
    return write(bench.path("hosts"), "".join(name + "\n" for name in names).encode())


def ssh(bench):
    """Two hosts, then one of two that does not answer."""
    with Sshd(bench.path("sshd")) as server:
        os.environ["PARALLEL_SSH"] = shlex.join(server.ssh)
        both = hosts(bench, "1/node1", "1/node2")
        bench.check_whole(bench.run("parallel", "-S", both))
        assert {row[1] for row in log_rows(bench)} == {"node1", "node2"}, log_rows(bench)
        done = bench.run("parallel", "-S", hosts(bench, "1/unreachable", "1/node1"))
        bench.check_whole(done)
        assert {row[1] for row in log_rows(bench)} == {"node1"}, log_rows(bench)


def ssh_faults(bench):
    with Sshd(bench.path("sshd")) as server:
        os.environ["PARALLEL_SSH"] = shlex.join(server.ssh)
        faults(bench, "parallel", "-S", hosts(bench, "1/node1", "1/node2"))


def slurm(bench):
    with Slurm(bench.path("slurm")) as cluster:
        try:
            bench.check_whole(bench.run("slurm", "-n", "2"))
            faults(bench, "slurm", "-n", "2")
        except AssertionError:
            print(cluster.logs(), file=sys.stderr)
            raise


def slurm_node_lost(bench):
    """The node stops with a task half done, and is back when it was given up."""
    with Slurm(bench.path("slurm")) as cluster:
        os.rename(bench.chosen(), bench.path("aside"))
        os.mkfifo(bench.chosen())  # nobody writes: its mapper waits
        program = bench.with_fault("fail", 0)
        bench.forget()
        with subprocess.Popen(bench.command("slurm"), env=bench.environment(program), cwd=bench.folder,
                              stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
            wait_for(lambda: bench.tries() == 1, cluster.logs)
            cluster.stop("slurmd")
            wait_for(lambda: cluster.state().startswith("down"), cluster.logs)
            os.remove(bench.chosen())
            os.rename(bench.path("aside"), bench.chosen())
            cluster.start_node()
            out, err = process.communicate()
        done = subprocess.CompletedProcess(process.args, process.returncode, out, err)
        bench.check_whole(done)
        assert bench.tries() == 2, cluster.logs()


def usage(bench):
    for engine in ("parallel", "slurm"):
        told = subprocess.run([bench.command(engine)[0], "-h"], capture_output=True, text=True, check=False)
        assert told.returncode == 0 and told.stdout.startswith(f"usage: {engine} "), told
        for words in ([], ["-x"], [bench.list, bench.slim]):
            done = subprocess.run([bench.command(engine)[0], *words], capture_output=True, text=True, check=False)
            assert done.returncode == 1 and done.stderr == told.stdout, done
        no_list = subprocess.run([bench.command(engine)[0], bench.path("none"), bench.slim, bench.report],
                                 capture_output=True, text=True, check=False, env=bench.environment())
        assert no_list.returncode == 3 and "No such file" in no_list.stderr, no_list


def main():
    program, project, case = sys.argv[1:]
    program, project = os.path.abspath(program), os.path.abspath(project)
    cases = {test.__name__: test for test in (local, local_faults, interrupted, full_disk, ssh, ssh_faults,
                                              slurm, slurm_node_lost, usage)}
    use_unpacked(os.path.join(project, "build", "cluster"))
    binary("sbatch" if case.startswith("slurm") else "parallel")
    if os.geteuid() == 0:
        enclose()
    elif case.startswith(("ssh", "slurm")):
        print("its servers are started as root", file=sys.stderr)
        sys.exit(NOT_RUN)
    with tempfile.TemporaryDirectory() as folder:
        os.environ["PARALLEL_HOME"] = os.path.join(folder, "parallel")
        os.environ["LC_ALL"] = "C"
        cases[case](Bench(program, project, folder))


main()
