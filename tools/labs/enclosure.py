"""Processes and mounts of one's own, so that nothing stays behind however a test ends."""
import ctypes
import os
import signal
import subprocess
import sys

# Where the root folder is no mount point, as in a chroot, unshare(1) cannot make the mounts private by itself.
OWN = ["unshare", "--pid", "--fork", "--kill-child", "--mount", "--propagation", "unchanged"]


def why_not():
    """Why this process cannot be enclosed and make networks; empty if it can. On standard error what was refused."""
    if subprocess.run([*OWN, "--net", "ip", "link", "set", "lo", "up"], check=False).returncode == 0:
        return ""
    return "no network namespaces can be made here; that takes root with CAP_SYS_ADMIN and CAP_NET_ADMIN"


def enclose():
    """Runs this program anew as process 1 of its own namespaces; there it returns at once.

    When the program ends, or is killed, the kernel ends every process that it started and undoes its mounts.
    """
    if os.getpid() != 1:
        os.execvp("unshare", [*OWN, "--", sys.executable, *sys.orig_argv[1:]])
    make_mounts_private()
    subprocess.run(["mount", "-t", "proc", "proc", "/proc"], check=True)
    signal.signal(signal.SIGINT, signal.default_int_handler)  # a shell's background jobs, and so theirs, ignore it


def make_mounts_private():
    """What is mounted from now on is mounted for this process and its children only.

    Only a mount point can be told so, and in a chroot the next one may be above the root folder. The way there is to
    enter another root, one below: then nothing stops at this one.
    """
    if set_private("/"):
        return
    root, here = os.open("/", os.O_RDONLY), os.open(".", os.O_RDONLY)
    os.chroot("/proc")
    os.fchdir(root)
    while not os.path.samefile(".", ".."):
        os.chdir("..")
    done = set_private(".")
    os.fchdir(root)
    os.chroot(".")
    os.fchdir(here)
    if not done:
        raise OSError("the mounts of this process cannot be made private")


def set_private(folder):
    recursive, private = 1 << 14, 1 << 18  # MS_REC, MS_PRIVATE of <sys/mount.h>
    return ctypes.CDLL(None).mount(None, folder.encode(), None, recursive | private, None) == 0
