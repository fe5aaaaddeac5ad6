"""Servers of a test's own on loopback, which end with it: sshd, and one node of Slurm."""
import os
import pwd
import shutil
import socket
import subprocess
import sys
import time

NOT_RUN = 77  # SKIP_RETURN_CODE in CMakeLists.txt
LONGEST_WAIT_S = 60


def binary(name, *others):
    """Its path. Where the packages are not there, the test does not run."""
    for known in (name, *others):
        path = shutil.which(known)
        if path is not None:
            return path
    print(f"{name} is not here", file=sys.stderr)
    return sys.exit(NOT_RUN)


def use_unpacked(root):
    """Programs and libraries of packages that are unpacked below root, besides those that are installed."""
    machine = os.uname().machine + "-linux-gnu"
    libraries = [f"{root}/usr/lib/{machine}", f"{root}/usr/lib/{machine}/slurm-wlm"]
    os.environ["PATH"] = ":".join([f"{root}/usr/bin", f"{root}/usr/sbin", os.environ["PATH"], "/usr/sbin", "/sbin"])
    os.environ["LD_LIBRARY_PATH"] = ":".join(libraries)


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def wait_for(happened, what):
    end = time.monotonic() + LONGEST_WAIT_S
    while not happened():
        assert time.monotonic() < end, what()
        time.sleep(0.1)


def write(path, text):
    with open(path, "w", encoding="utf-8") as file:
        file.write(text)
    os.chmod(path, 0o600)
    return path


class Daemons:
    """Processes with a log each, ended in the order opposite to that of their start."""

    def __init__(self, folder):
        self.folder, self.processes = folder, {}
        os.mkdir(folder)

    def __enter__(self):
        try:
            self.begin()
        except BaseException:
            self.__exit__()
            raise
        return self

    def begin(self):
        raise NotImplementedError

    def __exit__(self, *_):
        for name in reversed(list(self.processes)):
            self.stop(name)

    def path(self, name):
        return os.path.join(self.folder, name)

    def start(self, name, *command):
        with open(self.path(f"{name}.log"), "ab") as log:
            self.processes[name] = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=log, stderr=log)

    def stop(self, name):
        process = self.processes.pop(name)
        process.terminate()
        try:
            process.wait(20)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()

    def logs(self):
        found = []
        for name in sorted(os.listdir(self.folder)):
            if name.endswith(".log"):
                with open(self.path(name), encoding="utf-8", errors="replace") as file:
                    found.append(f"{name}:\n{file.read()[-3000:]}")
        return "\n".join(found)


class Sshd(Daemons):
    """One server, as root, which is known by any name; at `unreachable` nobody answers."""

    def begin(self):
        server, generate = binary("sshd"), binary("ssh-keygen")
        for key in ("host", "user"):
            subprocess.run([generate, "-q", "-t", "ed25519", "-N", "", "-f", self.path(key)], check=True)
        port, user = free_port(), pwd.getpwuid(os.geteuid()).pw_name
        self.provide_users(user)
        settings = {"Port": port, "ListenAddress": "127.0.0.1", "HostKey": self.path("host"), "UsePAM": "no",
                    "AuthorizedKeysFile": self.path("user.pub"), "StrictModes": "no", "PidFile": "none",
                    "PasswordAuthentication": "no", "PermitRootLogin": "prohibit-password", "MaxStartups": "100"}
        lines = "".join(f"{key} {value}\n" for key, value in settings.items())
        self.start("sshd", server, "-D", "-e", "-f", write(self.path("sshd_config"), lines))
        with open(self.path("host.pub"), encoding="utf-8") as file:
            write(self.path("known"), f"server {file.read()}")
        client = {"HostName": "127.0.0.1", "User": user, "IdentityFile": self.path("user"), "IdentitiesOnly": "yes",
                  "UserKnownHostsFile": self.path("known"), "HostKeyAlias": "server", "BatchMode": "yes"}
        lines = f"Host unreachable\nPort {free_port()}\nHost *\nPort {port}\n"
        lines += "".join(f"{key} {value}\n" for key, value in client.items())
        self.ssh = [binary("ssh"), "-F", write(self.path("config"), lines)]
        wait_for(lambda: subprocess.run([*self.ssh, "node1", "true"], capture_output=True,
                                        check=False).returncode == 0, self.logs)

    def provide_users(self, user):
        """What the package makes: a user without rights, and a folder of its own. Seen by this test only."""
        with open("/etc/passwd", encoding="utf-8") as file:
            users = [line for line in file.read().splitlines() if not line.startswith("sshd:")]
        users.append(f"sshd:x:{pwd.getpwnam('nobody').pw_uid}:65534::/run/sshd:/bin/false")
        subprocess.run(["mount", "--bind", write(self.path("passwd"), "\n".join([*users, ""])), "/etc/passwd"],
                       check=True)
        os.chmod(self.path("passwd"), 0o644)
        subprocess.run(["mount", "--bind", write(self.path("shadow"), f"{user}:*:::::::\n"), "/etc/shadow"],
                       check=True)  # without a password, but not locked
        subprocess.run(["mount", "-t", "tmpfs", "tmpfs", "/run"], check=True)
        os.mkdir("/run/sshd", 0o755)


class Slurm(Daemons):
    """munged, slurmctld and slurmd of one node with two places, as root."""

    def begin(self):
        munged, control = binary("munged"), binary("slurmctld", "slurmctld-wlm")
        self.node, self.step = binary("slurmd", "slurmd-wlm"), binary("slurmstepd", "slurmstepd-wlm")
        for name in ("munge", "state", "spool"):
            os.mkdir(self.path(name), 0o700)
        key, socket_path = self.path("munge/key"), self.path("munge/socket")
        with open(key, "wb") as file:
            file.write(os.urandom(1024))
        os.chmod(key, 0o600)
        self.start("munged", munged, "--foreground", "--force", f"--socket={socket_path}", f"--key-file={key}",
                   *(f"--{what}-file={self.path('munge/' + what)}" for what in ("log", "pid", "seed")))
        wait_for(lambda: os.path.exists(socket_path), self.logs)
        self.name = os.uname().nodename.split(".")[0]
        os.environ["SLURM_CONF"] = write(self.path("slurm.conf"), self.configuration(socket_path))
        os.chmod(self.path("slurm.conf"), 0o644)
        self.start("slurmctld", control, "-D", "-i", "-f", self.path("slurm.conf"))
        self.start_node()
        wait_for(lambda: self.state() == "idle", self.logs)

    def configuration(self, socket_path):
        plugins = next(path for path in (*os.environ["LD_LIBRARY_PATH"].split(":"),
                                         f"/usr/lib/{os.uname().machine}-linux-gnu/slurm-wlm")
                       if os.path.exists(f"{path}/auth_munge.so"))
        settings = {
            "ClusterName": "test", "SlurmctldHost": f"{self.name}(127.0.0.1)", "SlurmctldPort": free_port(),
            "SlurmdPort": free_port(), "AuthType": "auth/munge", "CredType": "cred/munge",
            "AuthInfo": f"socket={socket_path},cred_expire=2", "SlurmUser": "root", "SlurmdUser": "root",
            "PluginDir": plugins, "StateSaveLocation": self.path("state"), "SlurmdSpoolDir": self.path("spool"),
            "SlurmctldPidFile": self.path("slurmctld.pid"), "SlurmdPidFile": self.path("slurmd.pid"),
            "ProctrackType": "proctrack/linuxproc", "TaskPlugin": "task/none", "SwitchType": "switch/none",
            "MpiDefault": "none", "SchedulerType": "sched/builtin",
            "SchedulerParameters": "sched_interval=1,batch_sched_delay=1", "JobAcctGatherType": "jobacct_gather/none",
            "ReturnToService": 2, "SlurmdTimeout": 5, "SlurmctldTimeout": 5, "MinJobAge": 60}
        return "".join(f"{key}={value}\n" for key, value in settings.items()) + (
            f"NodeName={self.name} NodeAddr=127.0.0.1 CPUs={min(2, os.cpu_count())} State=UNKNOWN\n"
            "PartitionName=all Nodes=ALL Default=YES State=UP OverSubscribe=FORCE:2\n")

    def start_node(self):
        self.start("slurmd", self.node, "-D", "-f", self.path("slurm.conf"), "-d", self.step, "-N", self.name)

    def state(self):
        done = subprocess.run(["sinfo", "--noheader", "--format=%t"], capture_output=True, text=True, check=False)
        return done.stdout.strip()
