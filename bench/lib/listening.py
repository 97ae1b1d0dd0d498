"""Brings up the loopback of a network namespace of our own, listens on port 9877, and runs a command there."""
import fcntl
import socket
import struct
import subprocess
import sys

SIOCGIFFLAGS, SIOCSIFFLAGS, IFF_UP = 0x8913, 0x8914, 1
control = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
flags = struct.unpack("16xH14x", fcntl.ioctl(control, SIOCGIFFLAGS, struct.pack("16s16x", b"lo")))[0]
if flags & IFF_UP:
    sys.exit("listening.py: the loopback is up already: this is no network namespace of our own")
fcntl.ioctl(control, SIOCSIFFLAGS, struct.pack("16sH14x", b"lo", IFF_UP))
server = socket.create_server(("127.0.0.1", 9877), backlog=128)
sys.exit(subprocess.call(sys.argv[1:]))
