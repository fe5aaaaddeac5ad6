"""Boxes on the path that cut idle connections."""
from labs.scenario import scenario

FORGETS_AFTER_S = 6


def forgetful_router(lab, rule):
    """The router tracks connections, forgets idle ones, and treats their later segments by the rule."""
    lab.router.rules(rule)
    lab.router.sysctl("net/netfilter/nf_conntrack_tcp_loose", 0)
    lab.router.sysctl("net/netfilter/nf_conntrack_tcp_timeout_established", FORGETS_AFTER_S)


def play_idle_times(lab):
    """Two connections idle for less than the router's timeout, two for more; returns them."""
    probed = [lab.connect(opener_options={"keepalive": (idle, 1, 3)}) for idle in (3, 5, 8)]
    silent = lab.connect()
    for link in (*probed, silent):
        link.talk()
    lab.sleep(8)
    silent.initiator.send("Are you there?\n")
    return (*probed, silent)


@scenario(far="b")
def path_forgot_idle_connection(lab):
    """A firewall on the path silently forgets connections that were idle for 6 s.

    Four connections of A to B, keepalive every 3 s, 5 s, 8 s, and none. The first two keep the firewall's memory
    fresh. On the third three probes, on the fourth data after 8 s of silence and their retransmissions are dropped,
    until A gives up. B is up all the time and never hears of it, as the capture on its side shows.
    """
    forgetful_router(lab, "ct state invalid drop")
    lab.a.sysctl("net/ipv4/tcp_retries2", 3)
    often, enough, rare, silent = play_idle_times(lab)
    lab.sleep(9)
    for link in (rare, silent):
        lab.expect(link.initiator.error(), "ETIMEDOUT", "A's application")
    lab.truth.add(often, "alive", initiator_timers=(3,))
    lab.truth.add(enough, "alive", initiator_timers=(5,))
    lab.truth.add(rare, "path_dead", "probes_unanswered", "path_dead", "idle_timeout_on_path",
                  reason="probes_exhausted", dead="responder", initiator_timers=(8, 1, 3))
    lab.truth.add(silent, "path_dead", "path_dead", "idle_timeout_on_path", reason="retransmissions_exhausted",
                  dead="responder")
    lab.truth.add_far(often, "alive", initiator_timers=(3,))
    lab.truth.add_far(enough, "alive", initiator_timers=(5,))
    lab.truth.add_far(rare, "idle")
    lab.truth.add_far(silent, "idle")


@scenario(also_ipv6=True)
def router_rejects_with_reset(lab):
    """A firewall on the path forgets connections that were idle for 6 s and resets them.

    As in path_forgot_idle_connection, but the firewall answers in B's name with a RST. Its hop limit betrays it: the
    RST has not passed the router as B's own segments have.
    """
    forgetful_router(lab, "meta l4proto tcp ct state invalid reject with tcp reset")
    often, enough, rare, silent = play_idle_times(lab)
    lab.sleep(4)
    for link in (rare, silent):
        lab.expect(link.initiator.error(), "ECONNRESET", "A's application")
    lab.truth.add(often, "alive", initiator_timers=(3,))
    lab.truth.add(enough, "alive", initiator_timers=(5,))
    lab.truth.add(rare, "middlebox_reset", "middlebox_reset", "idle_timeout_on_path", initiator_timers=(8,))
    lab.truth.add(silent, "middlebox_reset", "middlebox_reset", "idle_timeout_on_path")
