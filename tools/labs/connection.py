"""One TCP connection of the lab, held at both ends."""


class Socket:
    """One end, in the process that owns it."""

    def __init__(self, process, handle):
        self.process, self.handle = process, handle

    def send(self, payload):
        self.process.call("send", handle=self.handle, payload=payload)

    def receive(self, size):
        return self.process.call("receive", handle=self.handle, size=size)

    def fill(self):
        return self.process.call("fill", handle=self.handle)

    def error(self):
        """The pending error's name (ETIMEDOUT, ECONNRESET, ...), or an empty text. Reading clears it."""
        return self.process.call("pending_error", handle=self.handle)

    def is_established(self):
        return self.process.call("state", handle=self.handle) == 1

    def sequence(self):
        return self.process.call("sequence", handle=self.handle)

    def close(self):
        self.process.call("close", handle=self.handle)

    def abort(self):
        self.process.call("abort", handle=self.handle)

    def vanish(self):
        self.process.call("vanish", handle=self.handle)


class Connection:
    """`initiator` and `responder` are the two sockets; `*_end` their (address, port)."""

    def __init__(self, initiator_end, responder_end, initiator, responder):
        self.initiator_end, self.responder_end = initiator_end, responder_end
        self.initiator, self.responder = initiator, responder

    def talk(self, question="How do you do?\n", answer="Very well, thank you.\n"):
        """A question of the initiator and its answer, both read."""
        self.initiator.send(question)
        self.responder.receive(len(question))
        self.responder.send(answer)
        self.initiator.receive(len(answer))
