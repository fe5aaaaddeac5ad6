"""Data that are not acknowledged, or not wanted."""
from labs.scenario import scenario


@scenario()
def data_unacknowledged_until_timeout(lab):
    """B dies while A has data to send; A retransmits until it gives up.

    A's tcp_retries2 is 4, which gives up after about 6 s. Linux sends no RST then: the retransmissions just stop.
    """
    lab.a.sysctl("net/ipv4/tcp_retries2", 4)
    link = lab.connect()
    link.talk()
    lab.sleep(1)
    lab.power_off(lab.b)
    link.initiator.send("Are you there?\n")
    lab.wait_visibly(15)
    lab.expect(link.initiator.error(), "ETIMEDOUT", "A's application")
    lab.truth.add(link, "peer_dead", "peer_dead", reason="retransmissions_exhausted", dead="responder")


@scenario(ipv6=True)
def user_timeout_on_data_ipv6(lab):
    """B dies while A has data to send; A's TCP_USER_TIMEOUT of 1.2 s ends it.

    The system would have retransmitted for a quarter of an hour. Linux sends no RST: the retransmissions just stop,
    as they do with a small tcp_retries2: the capture does not tell which it was.
    """
    link = lab.connect(opener_options={"user_timeout_ms": 1200})
    link.talk()
    lab.sleep(1)
    lab.power_off(lab.b)
    link.initiator.send("Are you there?\n")
    lab.wait_visibly(9)
    lab.expect(link.initiator.error(), "ETIMEDOUT", "A's application")
    lab.truth.add(link, "peer_dead", "peer_dead", reason="retransmissions_exhausted", dead="responder")


@scenario(snap_length=192)
def data_met_by_icmp_unreachable(lab):
    """The router says that B cannot be reached while A retransmits.

    A's tcp_retries2 is 4. The router lost its way to B and answers everything with ICMP host unreachable. Linux then
    takes back the doubling of its timer (RFC 6069): the gaps do not grow. Its application gets EHOSTUNREACH.
    """
    lab.a.sysctl("net/ipv4/tcp_retries2", 4)
    lab.router.sysctl("net/ipv4/icmp_ratelimit", 0)
    link = lab.connect()
    link.talk()
    lab.sleep(1)
    lab.router.ip(f"route add unreachable {lab.b.address}")
    link.initiator.send("Are you there?\n")
    lab.wait_visibly(12)
    lab.expect(link.initiator.error(), "EHOSTUNREACH", "A's application")
    lab.truth.add(link, "peer_dead", "peer_dead", reason="retransmissions_exhausted", dead="responder")


@scenario()
def closed_window(lab):
    """B does not read; A probes its closed window, and B is alive.

    A fills B's buffer. Linux probes the closed window with segments that look like keepalive probes, at growing gaps,
    and each is answered. After 7 s B reads, the rest flows, and both close.
    """
    link = lab.connect(opener_options={"send_buffer": 8192}, server_options={"receive_buffer": 4096})
    sent = link.initiator.fill()
    lab.sleep(7)
    lab.expect(len(link.responder.receive(sent)), sent, "B's application")
    lab.sleep(0.5)
    link.initiator.close()
    link.responder.close()
    lab.sleep(0.5)
    lab.truth.add(link, "closed")


@scenario()
def closed_window_stays_closed(lab):
    """B does not read, and the capture ends; B is alive.

    As in closed_window, but B never reads. A's keepalive (2 s, 1 s, 3) is on and silent: while data wait, Linux probes
    the window instead.
    """
    link = lab.connect(opener_options={"send_buffer": 8192, "keepalive": (2, 1, 3)},
                       server_options={"receive_buffer": 4096})
    link.initiator.fill()
    lab.sleep(8)
    lab.expect(link.initiator.is_established(), True, "the connection lives")
    lab.truth.add(link, "alive")
