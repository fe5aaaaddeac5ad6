"""Once the capture is open the program is nobody and may nothing: seen from outside, and tried from inside."""
import os
import signal

from rig import main

from labs.network import wait_until
from labs.report_files import read
from labs.scenario import Lab
from labs.wire import Wire


NOBODY = 65534


def assert_is_nobody(status):
    assert status["Uid"].split() == [str(NOBODY)] * 4, status["Uid"]
    assert status["Gid"].split() == [str(NOBODY)] * 4 and status["Groups"].strip() == "", (status["Gid"], status["Groups"])
    for which in ("CapEff", "CapPrm", "CapInh", "CapBnd", "CapAmb"):
        assert int(status[which], 16) == 0, (which, status[which])
    assert (status["NoNewPrivs"], status["Seccomp"]) == ("1", "2"), status


def is_nobody(rig):
    with Wire() as wire:
        program = rig.start(wire.a, "--interval", "1")
        status = program.status()
        Lab(wire, None).connect().talk()
        assert program.stop() == 0
    assert len(read(program.reports, "flows")) == 1, "reports are written all the same"
    assert_is_nobody(status)


def binder_is_nobody(rig):
    """The process that binds to an interface that is back has its sockets and nothing else, and ends with the program."""
    with Wire() as wire:
        program = rig.start(wire.a, "--wait-for-interface")
        [binder] = program.children()
        assert_is_nobody(program.status(binder))
        opened = [os.readlink(f"/proc/{binder}/fd/{number}") for number in os.listdir(f"/proc/{binder}/fd")]
        assert len(opened) == 2 and all(name.startswith("socket:") for name in opened), opened
        os.kill(binder, signal.SIGTERM)  # as everybody in the group gets it
        assert os.path.exists(f"/proc/{binder}/fd")
        program.process.kill()
        wait_until(lambda: not is_running(program, binder), 5, "the binder outlives the program")


def is_running(program, process):
    try:
        return not program.status(process)["State"].startswith("Z")
    except FileNotFoundError:
        return False


def another_user(rig):
    """-Z: by name or number."""
    with Wire() as wire:
        for user, number in (("daemon", "1"), ("12345", "12345")):
            program = rig.start(wire.a, "-Z", user, name=user)
            assert program.status()["Uid"].split() == [number] * 4, program.status()["Uid"]
            assert program.stop() == 0


def without_sandbox(rig):
    """--no-sandbox leaves root root, and the summary says so."""
    with Wire() as wire:
        program = rig.start(wire.a, "--no-sandbox")
        status = program.status()
        assert program.stop() == 0
    assert (status["Uid"].split()[0], status["NoNewPrivs"], status["Seccomp"]) == ("0", "0", "0"), status
    assert "sandbox: off" in program.text("stdout"), program.text("stdout")


def tries_in_vain(rig):
    """The program with the hook of tests/sandbox tries to get out before it captures the first frame."""
    outside, inside = os.path.join(rig.folder, "outside"), os.path.join(rig.folder, "inside")
    for path in (outside, inside):
        os.mkdir(path)
    for path in (outside + "/file", inside + "/own"):
        with open(path, "w") as file:
            file.write("secret")
    os.symlink(outside + "/file", inside + "/link")
    for path in (outside, inside, outside + "/file", inside + "/own"):
        os.chown(path, NOBODY, NOBODY)  # so that permissions alone refuse nothing
    os.environ["DEADPEER_TEST_HOOK"] = f"{outside}:{inside}"
    with Wire() as wire:
        program = rig.start(wire.a, "--interval", "1", output=inside)
        Lab(wire, None).connect().talk()
        assert program.stop() == 0, program.text("stderr")
    attempts = [line.split()[1:] for line in program.text("stderr").splitlines() if line.startswith("attempt ")]
    assert len(attempts) > 40, attempts
    assert sum(name.startswith("capture_") for name, _ in attempts) > 20, attempts
    got_out = [name for name, answer in attempts if answer not in ("EPERM", "EACCES")]
    assert not got_out, got_out
    assert len(read(inside, "flows")) == 1
    with open(outside + "/file") as file:
        assert file.read() == "secret"
    assert sorted(os.listdir(outside)) == ["file"], os.listdir(outside)


if __name__ == "__main__":
    main(is_nobody, binder_is_nobody, another_user, without_sandbox, tries_in_vain)
