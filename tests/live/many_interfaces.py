"""Many interfaces: their rings share one buffer, and those that come and go fill no terminal."""
from rig import main

from labs.network import Machine, wait_until

IDLE = 20
PASSING = 150
MIB = 1024  # KiB


def names(count):
    return [f"many{i}" for i in range(count)]


def make(machine, count):
    """Joined in pairs, and up."""
    every = names(count)
    machine.ip(*[f"link add {one} type veth peer name {other}" for one, other in zip(every[::2], every[1::2])],
               *[f"link set {name} up" for name in every])


def rings_together(rig):
    """20 idle interfaces take at most 1 MiB each more than one does, which has the buffer for itself."""
    machine = Machine()
    make(machine, IDLE)
    with rig.start(machine, interface="many0", name="one") as program:
        one = program.memory_kib()
    options = [word for name in names(IDLE) for word in ("-i", name)]
    with rig.start(machine, *options, interface=None, name="all") as program:
        all_together = program.memory_kib()
        assert program.stop() == 0, program.text("stderr")
    machine.end_all()
    print(f"one {one / MIB:.1f} MiB, {IDLE} {all_together / MIB:.1f} MiB")
    assert all_together < one + IDLE * MIB, (one, all_together)


def come_and_go(rig):
    """150 interfaces come, go down and vanish: a few lines say so, and one how many more there would be."""
    machine = Machine()
    with rig.start(machine, interface="any") as program:
        make(machine, PASSING)
        machine.ip(*[f"link set {name} down" for name in names(PASSING)],
                   *[f"link delete {name}" for name in names(PASSING)[::2]])
        wait_until(lambda: "many0 is gone" in program.text("stderr") or
                   len(program.text("stderr").splitlines()) >= 20, 10, "nothing was said of the links")
        assert program.stop() == 0, program.text("stderr")
        said = program.text("stderr").splitlines()
    machine.end_all()
    print(f"{len(said)} lines, the last: {said[-1]}")
    assert len(said) <= 22, said
    assert "more messages about links within a minute were left out" in said[-1], said


if __name__ == "__main__":
    main(rings_together, come_and_go)
