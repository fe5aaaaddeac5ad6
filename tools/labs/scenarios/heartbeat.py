"""Applications that keep their connections alive themselves."""
import time

from labs.scenario import scenario

PERIOD_S = 1
SNAP_LENGTH = 256  # the payload tells the protocol


def beat(link, times, question, answer):
    """Question and answer at exact distances, so that the period does not drift."""
    start = time.monotonic()
    for number in range(1, times + 1):
        time.sleep(max(0, start + number * PERIOD_S - time.monotonic()))
        if answer:
            link.talk(question, answer)
        else:
            link.initiator.send(question)


@scenario(snap_length=SNAP_LENGTH)
def heartbeat_both_ways(lab):
    """The applications exchange 16 bytes every second.

    The protocol is nobody's. Keepalive is off, and not needed.
    """
    link = lab.connect()
    link.talk()
    beat(link, 9, "beat\0\0\0\0from A\0\0", "beat\0\0\0\0from B\0\0")
    lab.truth.add(link, "alive", heartbeat=("both", PERIOD_S))


@scenario(snap_length=SNAP_LENGTH)
def heartbeat_redis_ping(lab):
    """A Redis client pings its server every second.

    A sends PING in the Redis protocol, B answers PONG.
    """
    link = lab.connect(port=6379)
    link.talk("*2\r\n$3\r\nGET\r\n$5\r\ncolor\r\n", "$4\r\nblue\r\n")
    beat(link, 9, "*1\r\n$4\r\nPING\r\n", "+PONG\r\n")
    lab.truth.add(link, "alive", heartbeat=("both", PERIOD_S, "redis"))


@scenario(ipv6=True, snap_length=SNAP_LENGTH)
def heartbeat_mqtt_pingreq_ipv6(lab):
    """An MQTT client with a keep alive of 1 s.

    A connects (MQTT 3.1.1) and sends PINGREQ every second, B answers PINGRESP.
    """
    link = lab.connect(port=1883)
    link.talk("\x10\x0f\0\x04MQTT\x04\x02\0\x01\0\x03lab", "\x20\x02\0\0")
    beat(link, 9, "\xc0\0", "\xd0\0")
    lab.truth.add(link, "alive", heartbeat=("both", PERIOD_S, "mqtt"))


@scenario(snap_length=SNAP_LENGTH)
def heartbeat_stops(lab):
    """The heartbeat stops, though the connection stays open.

    Both applications exchange 16 bytes every second, eight times; then A's application hangs. Both kernels are up and
    nothing is sent any more.
    """
    link = lab.connect()
    link.talk()
    beat(link, 8, "beat\0\0\0\0from A\0\0", "beat\0\0\0\0from B\0\0")
    lab.wait_visibly(5.5)
    lab.truth.add(link, "idle", "heartbeat_stopped", heartbeat=("both", PERIOD_S))


@scenario(snap_length=SNAP_LENGTH)
def heartbeat_meets_dead_peer(lab):
    """The peer dies; the heartbeat's data are what finds out.

    Both applications exchange 16 bytes every second, six times; then B loses power. A's next beats are retransmitted
    until A's kernel gives up (tcp_retries2 is 3: about 3 s).
    """
    lab.a.sysctl("net/ipv4/tcp_retries2", 3)
    link = lab.connect()
    link.talk()
    beat(link, 6, "beat\0\0\0\0from A\0\0", "beat\0\0\0\0from B\0\0")
    lab.power_off(lab.b)
    beat(link, 3, "beat\0\0\0\0from A\0\0", "")
    lab.wait_visibly(7)
    lab.expect(link.initiator.error(), "ETIMEDOUT", "A's application")
    lab.truth.add(link, "peer_dead", "heartbeat_stopped", "peer_dead", reason="retransmissions_exhausted",
                  dead="responder", heartbeat=("both", PERIOD_S))
