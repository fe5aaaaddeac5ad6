"""Connections that end because somebody ended them."""
from labs.scenario import scenario


@scenario(also_ipv6=True)
def graceful_close(lab):
    """Both sides close.

    A closes after the answer, B half a second later.
    """
    link = lab.connect()
    link.talk()
    lab.sleep(1)
    link.initiator.close()
    lab.sleep(0.5)
    link.responder.close()
    lab.sleep(1)
    lab.truth.add(link, "closed")


@scenario()
def data_after_peer_closed(lab):
    """B closes, A goes on sending: FIN, then RST.

    B closes its socket after the answer. A, not having noticed, sends another question, which B's kernel answers with
    a RST. This is the end of a closed connection, not a lost one.
    """
    link = lab.connect()
    link.talk()
    link.responder.close()
    lab.sleep(1)
    link.initiator.send("One more thing...\n")
    lab.sleep(1)
    lab.expect(link.initiator.error(), "EPIPE", "A's application")
    lab.truth.add(link, "closed")


@scenario()
def application_aborts(lab):
    """B's application aborts the connection (SO_LINGER 0).

    After the answer and 2 s of silence B's kernel sends a RST,ACK at SND.NXT that nothing provoked.
    """
    link = lab.connect()
    link.talk()
    lab.sleep(2)
    link.responder.abort()
    lab.sleep(1)
    lab.expect(link.initiator.error(), "ECONNRESET", "A's application")
    lab.truth.add(link, "peer_reset", "peer_reset")


@scenario()
def process_killed(lab):
    """B's process is killed (kill -9); its kernel closes for it.

    It had read all that came, so a FIN is sent; A closes too.
    """
    process = lab.b.new_process()
    link = lab.connect(server=process)
    link.talk()
    lab.sleep(2)
    process.kill()
    lab.sleep(0.5)
    link.initiator.close()
    lab.sleep(1)
    lab.truth.add(link, "closed")


@scenario(also_ipv6=True)
def process_killed_with_unread_data(lab):
    """B's process is killed (kill -9) before it has read what came; its kernel resets.

    A's last question was acknowledged but never read, so B's kernel sends a RST,ACK (RFC 9293, section 3.6.1) instead
    of a FIN.
    """
    process = lab.b.new_process()
    link = lab.connect(server=process)
    link.talk()
    link.initiator.send("Are you busy?\n")
    lab.sleep(2)
    process.kill()
    lab.sleep(1)
    lab.expect(link.initiator.error(), "ECONNRESET", "A's application")
    lab.truth.add(link, "peer_reset", "peer_reset")
