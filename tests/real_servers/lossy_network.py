"""A client and a server, each in a network namespace of its own, and between them a forwarder that loses packets: what
netem does, for kernels without it and users without privilege."""
import ctypes
import mmap
import os
import random
import select
import shutil
import signal
import socket
import struct
import subprocess
import sys

import private_network
from private_network import CLONE_NEWNET, CLONE_NEWUSER, ETH_P_ALL, PACKET_OUTGOING

CLIENT, SERVER, CLIENT_DEVICE, SERVER_DEVICE = "10.9.0.1", "10.9.0.2", "client0", "server0"


def enter_as_root():
    """Unlike private_network.enter: the programs that are started from here keep their rights."""
    user, group = os.geteuid(), os.getegid()
    private_network.unshare(CLONE_NEWNET if user == 0 else CLONE_NEWUSER | CLONE_NEWNET)
    if user != 0:
        for name, text in (("setgroups", "deny"), ("uid_map", f"0 {user} 1"), ("gid_map", f"0 {group} 1")):
            with open("/proc/self/" + name, "w", encoding="ascii") as file:
                file.write(text)


def ip(*words):
    subprocess.run([shutil.which("ip", path="/usr/sbin:/sbin:/usr/bin:/bin"), *words], check=True)


class Namespace:
    """Made by a child, and kept for as long as this lives."""

    def __init__(self):
        ready, wanted = os.pipe(), os.pipe()
        self.keeper = os.fork()
        if self.keeper == 0:
            private_network.unshare(CLONE_NEWNET)
            private_network.bring_up("lo")
            os.write(ready[1], b"x")
            os.close(wanted[1])
            os.read(wanted[0], 1)  # until the parent ends
            os._exit(0)
        os.close(wanted[0])
        os.read(ready[0], 1)
        self.fd = os.open(f"/proc/{self.keeper}/ns/net", os.O_RDONLY | os.O_CLOEXEC)

    def start(self, play):
        """Plays something there, in a process whose number is returned."""
        sys.stdout.flush()
        child = os.fork()
        if child != 0:
            return child
        status = 1
        try:
            if ctypes.CDLL(None).setns(self.fd, CLONE_NEWNET) != 0:
                sys.exit("setns")
            status = play() or 0
        except SystemExit as reason:
            print(reason.code)
        finally:
            sys.stdout.flush()
            os._exit(status)


class Background:
    """Plays something in a namespace from `with` to its end."""

    def __init__(self, namespace, play):
        self.namespace, self.play = namespace, play

    def __enter__(self):
        self.child = self.namespace.start(self.run)

    def run(self):
        os.setpgid(0, 0)
        return self.play()

    def __exit__(self, *_):
        os.killpg(self.child, signal.SIGTERM)
        os.waitpid(self.child, 0)


class LossyNetwork:
    def __init__(self, loss=0.05):
        if not shutil.which("ip", path="/usr/sbin:/sbin:/usr/bin:/bin"):
            sys.exit("SKIP: iproute2 is not installed")
        self.loss = loss
        self.counter = mmap.mmap(-1, 4)

    def __enter__(self):
        enter_as_root()
        self.client, self.server = Namespace(), Namespace()
        for namespace, device, address in ((self.client, CLIENT_DEVICE, CLIENT), (self.server, SERVER_DEVICE, SERVER)):
            ip("link", "add", "to-" + device, "type", "veth", "peer", "name", device, "netns", str(namespace.keeper))
            with open(f"/proc/sys/net/ipv6/conf/to-{device}/disable_ipv6", "w", encoding="ascii") as file:
                file.write("1")
            ip("link", "set", "to-" + device, "up")
            self.wait(namespace.start(lambda device=device, address=address: self.furnish(device, address)))
        self.forwarder = os.fork()
        if self.forwarder == 0:
            self.forward()
        return self

    def __exit__(self, *_):
        for process in (self.forwarder, self.client.keeper, self.server.keeper):
            os.kill(process, signal.SIGKILL)
            os.waitpid(process, 0)

    @staticmethod
    def furnish(device, address):
        private_network.switch_off_offloads(device)
        ip("addr", "add", address + "/24", "dev", device)
        ip("link", "set", device, "up")

    @staticmethod
    def wait(child):
        if os.waitpid(child, 0)[1] != 0:
            sys.exit("FAIL: above")

    def forward(self):
        """Frames from either side to the other, but for some of those that carry IP."""
        chance = random.Random(7)
        ends = [socket.socket(socket.AF_PACKET, socket.SOCK_RAW, 0) for _ in range(2)]
        for end, device in zip(ends, (CLIENT_DEVICE, SERVER_DEVICE)):
            end.bind(("to-" + device, ETH_P_ALL))
        while True:
            for end in select.select(ends, [], [])[0]:
                frame, (_, _, kind, *_) = end.recvfrom(70000)
                if kind == PACKET_OUTGOING:
                    continue
                if frame[12:14] == b"\x08\x00" and chance.random() < self.loss:
                    struct.pack_into("I", self.counter, 0, self.lost() + 1)
                else:
                    ends[end is ends[0]].send(frame)

    def lost(self):
        return struct.unpack_from("I", self.counter)[0]

    def at_client(self, play):
        self.wait(self.client.start(play))

    def at_server(self, play):
        return Background(self.server, play)
