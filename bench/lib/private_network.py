"""A network namespace of our own, and what passes through its interfaces, in plain Python: for benchmarks and tests."""
import ctypes
import fcntl
import mmap
import os
import select
import socket
import struct
import sys

SOL_PACKET, PACKET_RX_RING, PACKET_STATISTICS, PACKET_VERSION = 263, 5, 6, 10
TPACKET_V3, TP_STATUS_USER, PACKET_OUTGOING, ETH_P_ALL = 2, 1, 4, 3
SIOCSIFFLAGS, SIOCGIFFLAGS, SIOCETHTOOL = 0x8914, 0x8913, 0x8946
ETHTOOL_STXCSUM, ETHTOOL_STSO, ETHTOOL_SGSO, ETHTOOL_SGRO = 0x17, 0x1F, 0x24, 0x2C
CLONE_NEWUSER, CLONE_NEWNET = 0x10000000, 0x40000000
FILE_HEADER = struct.pack("<IHHiIII", 0xA1B23C4D, 2, 4, 0, 0, 262144, 1)  # pcap, nanoseconds, Ethernet


def unshare(flags):
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.unshare(flags) != 0:
        sys.exit("SKIP: no network namespace of our own: " + os.strerror(ctypes.get_errno()))


def enter():
    """Root needs no user namespace, in which it would be less; to others it gives the right to all this."""
    user, group = os.geteuid(), os.getegid()
    if user == 0:
        unshare(CLONE_NEWNET)
    else:
        unshare(CLONE_NEWUSER | CLONE_NEWNET)
        for name, text in (("setgroups", "deny"), ("uid_map", f"{user} {user} 1"), ("gid_map", f"{group} {group} 1")):
            with open("/proc/self/" + name, "w", encoding="ascii") as file:
                file.write(text)
    bring_up("lo")


def bring_up(interface):
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as control:
        name = struct.pack("16s16x", interface.encode())
        flags, = struct.unpack("16xH14x", fcntl.ioctl(control, SIOCGIFFLAGS, name))
        fcntl.ioctl(control, SIOCSIFFLAGS, struct.pack("16sH14x", interface.encode(), flags | 1))


def switch_off_offloads(interface):
    """So that frames are as they would be on a wire: no longer than the MTU, their checksums finished."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as control:
        for command in (ETHTOOL_STSO, ETHTOOL_SGSO, ETHTOOL_SGRO, ETHTOOL_STXCSUM):
            value = ctypes.create_string_buffer(struct.pack("II", command, 0))
            fcntl.ioctl(control, SIOCETHTOOL, struct.pack("16sP8x", interface.encode(), ctypes.addressof(value)))


class Capture:
    """All IP that passes an interface, to a file, by way of a ring (TPACKET_V3) that is shared with the kernel: what an
    ordinary user's socket may hold is soon full."""
    BLOCK, BLOCKS = 1 << 20, 64

    def __init__(self, path, interface="lo"):
        self.once = interface == "lo"  # where everything leaves, and then arrives
        self.file = open(path, "wb", buffering=1 << 20)
        self.file.write(FILE_HEADER)
        self.socket = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, 0)
        self.socket.setsockopt(SOL_PACKET, PACKET_VERSION, TPACKET_V3)
        self.socket.setsockopt(SOL_PACKET, PACKET_RX_RING,
                               struct.pack("7I", self.BLOCK, self.BLOCKS, self.BLOCK, self.BLOCKS, 50, 0, 0))
        self.ring = mmap.mmap(self.socket.fileno(), self.BLOCK * self.BLOCKS)
        self.socket.bind((interface, ETH_P_ALL))

    def run(self, is_over):
        """Until `is_over`, and nothing more has come."""
        block = 0
        while True:
            at = block * self.BLOCK
            if struct.unpack_from("I", self.ring, at + 8)[0] & TP_STATUS_USER:
                self.take(at)
                struct.pack_into("I", self.ring, at + 8, 0)  # the kernel's again
                block = (block + 1) % self.BLOCKS
            elif not select.select([self.socket], [], [], 0.2)[0] and is_over():
                break
        self.file.close()
        _, dropped, _ = struct.unpack("3I", self.socket.getsockopt(SOL_PACKET, PACKET_STATISTICS, 12))
        if dropped:
            sys.exit(f"{dropped} packets were not captured: this machine is too busy")

    def take(self, at):
        count, first = struct.unpack_from("II", self.ring, at + 12)
        at += first
        for _ in range(count):
            following, seconds, nanoseconds, size, length, _, mac = struct.unpack_from("6IH", self.ring, at)
            frame = self.ring[at + mac:at + mac + size]
            if frame[12:14] == b"\x08\x00" and (self.ring[at + 58] == PACKET_OUTGOING or not self.once):
                self.file.write(struct.pack("<IIII", seconds, nanoseconds, size, length) + frame)
            at += following


def capture_of_child(path, play, interface="lo"):
    """Captures what `play` does, in a process of its own; its exit code."""
    capture = Capture(path, interface)
    child = os.fork()
    if child == 0:
        status = 1
        try:
            status = play() or 0
        finally:
            os._exit(status)
    capture.run(lambda: os.waitid(os.P_PID, child, os.WEXITED | os.WNOHANG | os.WNOWAIT) is not None)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
