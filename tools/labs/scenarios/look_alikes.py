"""Failures that look like others: who would accuse a host here would often be wrong."""
from labs.connection import Connection
from labs.packet import SYN, tcp_packet
from labs.scenario import scenario


@scenario(also_ipv6=True)
def firewall_restarted(lab):
    """A firewall on the path loses its table of connections, and resets what it does not know.

    Connections of A to three addresses of B, in use every half second. The router tracks connections. Its table is
    emptied, as by a restart; the next segment of each connection is none of a connection that it knows, and it answers
    in B's name with a RST. Its hop limit betrays it. B is up all the time, and takes new connections.
    """
    network = lab.b.address.rpartition(":" if ":" in lab.b.address else ".")[0]
    separator = ":" if ":" in lab.b.address else "."
    addresses = [lab.b.address, *(f"{network}{separator}{number}" for number in (3, 4))]
    for address in addresses[1:]:
        lab.b.ip(f"address add {address}/{lab.b.prefix_length} dev eth0" + (" nodad" if separator == ":" else ""))
    lab.router.rules("meta l4proto tcp ct state invalid reject with tcp reset")
    lab.router.sysctl("net/netfilter/nf_conntrack_tcp_loose", 0)
    links = [lab.connect(to_address=address) for address in addresses]
    for _ in range(6):
        for link in links:
            link.talk()
        lab.sleep(0.5)
    lab.router.call("forget_connections")
    for link in links:
        link.initiator.send("Are you there?\n")
    lab.sleep(0.5)
    new = lab.connect(to_address=addresses[0])
    new.talk()
    lab.sleep(11)  # connections that live on would speak against it
    new.talk()
    for link in links:
        lab.expect(link.initiator.error(), "ECONNRESET", "A's application")
        lab.truth.add(link, "middlebox_restarted", "middlebox_restarted", dead="responder",
                      heartbeat=("both", 0.5))
    lab.truth.add(new, "alive")


@scenario()
def nat_forgets_and_maps_anew(lab):
    """A NAT forgets a connection and takes its next segment for a new one, from another port.

    The router translates A's address and port into its own and B's service sees those. Its table is emptied; A's next
    segment gets another port, which B's host does not know: it answers with a RST, which the NAT brings to A. Seen from
    A, B has forgotten the connection; seen from B, a connection goes on from another port.
    """
    lab.router.nft("table inet nat {\n  chain out { type nat hook postrouting priority 100;"
                   " oifname to_b masquerade random; }\n}\n")
    link = lab.connect()
    link.talk()
    lab.sleep(1)
    before = link.initiator_end
    lab.router.call("forget_connections")
    link.initiator.send("Are you there?\n")
    lab.sleep(1)
    lab.expect(link.initiator.error(), "ECONNRESET", "A's application")
    lab.expect(link.initiator_end, before, "A's end")
    lab.truth.add(link, "peer_lost_state", "peer_lost_state", dead="responder")


@scenario(watch="router_b")
def container_restarted_on_its_address(lab):
    """A container is replaced by a new one with the same address, within two seconds.

    B's sockets are gone without a packet and its link is down for 1.5 s; then it announces its address by ARP. A's next
    data meet a RST of a host that knows nothing of the connection, and a new connection is taken. No host boots so
    quickly.
    """
    link = lab.connect()
    link.talk()
    lab.sleep(1)
    lab.power_off(lab.b)
    lab.sleep(1.5)
    lab.b.power_on()
    lab.sleep(1)
    link.initiator.send("Are you there?\n")
    lab.sleep(0.5)
    lab.expect(link.initiator.error(), "ECONNRESET", "A's application")
    new = lab.connect()
    new.talk()
    lab.truth.add(link, "peer_lost_state", "peer_lost_state", dead="responder")
    lab.truth.add(new, "alive")


@scenario()
def process_restarted_on_its_port(lab):
    """A service is killed and started again on its port, and what its kernel says of that is lost.

    The path loses what B sends while its process is killed, so that its FIN does not come. A new process takes the same
    port. A's next data meet the RST of a host without such a connection, while an older connection to another process
    of B lives on.
    """
    service = lab.b.new_process()
    older = lab.connect(port=9001)
    link = lab.connect(server=service)
    for each in (older, link):
        each.talk()
    lab.sleep(1)
    lab.router.rules("tcp sport 9000 drop")
    service.kill()
    lab.sleep(1.5)
    lab.b.call("run", command=["ss", "-K", "sport", "=", "9000"])  # its kernel tries no longer
    lab.router.rules()
    again = lab.b.new_process()
    new = lab.connect(server=again)
    new.talk()
    link.initiator.send("Are you there?\n")
    lab.sleep(0.5)
    lab.expect(link.initiator.error(), "ECONNRESET", "A's application")
    older.talk()
    lab.truth.add(older, "alive")
    lab.truth.add(link, "peer_lost_state", "peer_lost_state", dead="responder")
    lab.truth.add(new, "idle")


@scenario(far="b")
def path_loses_one_direction(lab):
    """The path loses what A sends, and nothing else.

    A sends data again and again; B's host lives and its keepalive (2 s, 1 s, 3) probes, which A answers: these answers
    are lost, too. B gives up. Seen from A, B's probes show that it lives while it acknowledges nothing; seen from B, A
    is silent.
    """
    link = lab.connect(server_options={"keepalive": (2, 1, 3)})
    link.talk()
    lab.sleep(0.5)
    lab.router.rules("tcp dport 9000 drop")
    lab.sleep(6.5)
    lab.expect(link.responder.error(), "ETIMEDOUT", "B's application")
    lab.truth.add(link, "peer_dead", "peer_dead", dead="initiator", reason="answers_lost", responder_timers=(2, 1, 3))
    lab.truth.add_far(link, "peer_dead", "probes_unanswered", "peer_dead", dead="initiator",
                      reason="probes_exhausted", responder_timers=(2, 1, 3))


@scenario(watch="b")
def request_meets_the_fin_of_an_idle_connection(lab):
    """B closes an idle connection while A's next request is on its way.

    The path holds B's FIN back; A, which has not heard of it, sends a request, and B's host, whose application has
    closed, answers with a RST.
    """
    link = lab.connect()
    link.talk()
    lab.sleep(5)
    lab.router.rules("tcp sport 9000 tcp flags & fin == fin drop")
    link.responder.close()
    lab.sleep(0.05)
    link.initiator.send("One more thing.\n")
    lab.sleep(0.5)
    lab.expect(link.initiator.error(), "ECONNRESET", "A's application")
    lab.truth.add(link, "closed", "reuse_race", reason="reuse_race")


@scenario(far="b")
def path_loses_the_other_direction(lab):
    """The path loses what B sends, and nothing else.

    A's keepalive (2 s, 1 s, 3) probes; B's host answers each, and the answers are lost. A gives up. Seen from A, B is
    silent; seen from B, every probe was answered and A resets all the same.
    """
    link = lab.connect(opener_options={"keepalive": (2, 1, 3)})
    link.talk()
    lab.sleep(0.5)
    lab.router.rules("tcp sport 9000 drop")
    lab.sleep(6.5)
    lab.expect(link.initiator.error(), "ETIMEDOUT", "A's application")
    lab.truth.add(link, "peer_dead", "probes_unanswered", "peer_dead", dead="responder", reason="probes_exhausted",
                  initiator_timers=(2, 1, 3), also_possible=("path_down",))
    lab.truth.add_far(link, "peer_dead", "peer_dead", dead="responder", reason="answers_lost",
                      initiator_timers=(2, 1, 3))


@scenario(watch="router_b", snap_length=400, late=True, programs=("dnsmasq", "udhcpc"))
def lease_renewed_after_silence(lab):
    """B's host, silent for long, renews its lease by DHCP, and a service of B has forgotten a connection.

    B has its address from the router by DHCP (dnsmasq, udhcpc). A service of B forgets its connection with A without a
    packet, as a container does that is restored. For 7 s B sends nothing, then a DHCP request from its own address: it
    renews its lease, which a host that boots cannot do. A's next data meet the RST of a host that knows nothing of the
    connection.
    """
    lease = lab.start_dhcp()
    lab.start_capture()
    link = lab.connect()
    link.talk()
    lab.sleep(1)
    link.responder.vanish()
    lab.sleep(6)
    lease.renew()
    lab.sleep(2)
    link.initiator.send("Are you there?\n")
    lab.sleep(0.5)
    lab.expect(link.initiator.error(), "ECONNRESET", "A's application")
    new = lab.connect()
    new.talk()
    lab.truth.add(link, "peer_lost_state", "peer_lost_state", dead="responder")
    lab.truth.add(new, "alive")


@scenario(watch="router_b", snap_length=400, late=True, programs=("dnsmasq", "udhcpc"))
def lease_renewed_between_losses(lab):
    """A service of B forgets two connections while its host renews its lease again and again.

    As in lease_renewed_after_silence, but two connections are lost, no other one shows that the host lives, and B
    renews its lease every 3 s: there is no time for a boot.
    """
    lease = lab.start_dhcp()
    lab.start_capture()
    links = [lab.connect() for _ in range(2)]
    for link in links:
        link.talk()
    for link in links:
        link.responder.vanish()
    for _ in range(3):
        lab.sleep(3)
        lease.renew()
    for link in links:
        link.initiator.send("Are you there?\n")
    lab.sleep(0.5)
    for link in links:
        lab.expect(link.initiator.error(), "ECONNRESET", "A's application")
        lab.truth.add(link, "peer_lost_state", "peer_lost_state", dead="responder")


@scenario()
def ports_are_scanned(lab):
    """A asks twelve ports of B whether anybody listens, as a SYN scan does.

    A's scanner sends SYNs by a raw socket. Three ports are open; of their SYN-ACKs A's kernel, which has no such
    connection, resets each. The others refuse. No connection ever existed, and no host failed; a real one lives on.
    """
    real = lab.connect(port=22)
    real.talk()
    ports = [21, 22, 23, 25, 80, 110, 143, 443, 445, 3306, 5432, 8080]
    for port in (80, 443):
        lab.listen(lab.b, port)
    for number, port in enumerate(ports):
        probe = Connection((lab.a.address, 50000 + number), (lab.b.address, port), None, None)
        lab.a.call("inject", to_address=lab.b.address,
                   packet=tcp_packet(probe.initiator_end, probe.responder_end, 77_000_000 + number, SYN, 1024))
        lab.sleep(0.05)
        if port in (22, 80, 443):
            lab.truth.add(probe, "scan", "scan")
        else:
            lab.truth.add(probe, "peer_reset", "scan", reason="connection_refused")
    lab.sleep(1)
    real.talk()
    lab.truth.add(real, "alive")
