"""Many short connections, some long ones: `churn.py serve ADDRESS` on one host, `churn.py use ADDRESS RATE` on another.

The server echoes what it gets. The client opens RATE connections a second (one in ten is aborted by the client, one in
fifty by the server, one in twenty stays for 3 s) and holds some that only exchange heartbeats and some that only
TCP's keepalive uses. Whatever fails is tried again: the link may be down.
"""
import asyncio
import itertools
import random
import socket
import struct
import sys

PORT = 9000
HEARTBEATS, IDLE = 10, 40
LONGEST_S = 5


async def serve(address):
    server = await asyncio.start_server(echo, address, PORT, backlog=1024)
    async with server:
        await server.serve_forever()


async def echo(reader, writer):
    try:
        while data := await reader.read(1000):
            if data.startswith(b"abort"):
                abort(writer)
                return
            writer.write(data)
            await writer.drain()
    except OSError:
        pass
    finally:
        writer.close()


def abort(writer):
    """Closing will send a RST."""
    writer.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))


async def use(address, rate):
    running = set()  # asyncio itself holds tasks weakly

    def start(coroutine):
        task = asyncio.ensure_future(coroutine)
        running.add(task)
        task.add_done_callback(running.discard)

    for number in range(HEARTBEATS):
        start(for_ever(beat, address, number))
    for _ in range(IDLE):
        start(for_ever(idle, address))
    loop = asyncio.get_running_loop()
    begun = loop.time()
    for number in itertools.count(1):
        start(tried(short, address, number))
        await asyncio.sleep(max(0, begun + number / rate - loop.time()))


async def for_ever(what, *arguments):
    while True:
        await tried(what, *arguments)
        await asyncio.sleep(random.uniform(0.5, 1.5))


async def tried(what, *arguments):
    try:
        await what(*arguments)
    except (OSError, asyncio.TimeoutError, asyncio.IncompleteReadError):
        pass


async def opened(address):
    return await asyncio.wait_for(asyncio.open_connection(address, PORT), LONGEST_S)


async def exchange(reader, writer, data):
    writer.write(data)
    await asyncio.wait_for(reader.readexactly(len(data)), LONGEST_S)


async def short(address, number):
    reader, writer = await opened(address)
    try:
        await exchange(reader, writer, b"x" * 200)
        if number % 20 == 0:
            await asyncio.sleep(3)
        if number % 10 == 1:
            abort(writer)
        if number % 50 == 2:
            await exchange(reader, writer, b"abort")
    finally:
        writer.close()


async def beat(address, number):
    reader, writer = await opened(address)
    try:
        while True:
            await asyncio.sleep(1)
            await exchange(reader, writer, b"beat%12d" % number)
    finally:
        writer.close()


async def idle(address):
    reader, writer = await opened(address)
    held = writer.get_extra_info("socket")
    for option, value in ((socket.TCP_KEEPIDLE, 3), (socket.TCP_KEEPINTVL, 1), (socket.TCP_KEEPCNT, 9)):
        held.setsockopt(socket.IPPROTO_TCP, option, value)
    held.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
    try:
        await reader.read(1)
    finally:
        writer.close()


if __name__ == "__main__":
    if sys.argv[1] == "serve":
        asyncio.run(serve(sys.argv[2]))
    else:
        asyncio.run(use(sys.argv[2], float(sys.argv[3])))
