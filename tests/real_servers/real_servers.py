#!/usr/bin/env python3
"""Servers that nobody here wrote: a real client's session is captured, and `tcpcraft replay` plays the client again.

    real_servers.py TCPCRAFT (nginx|redis|sshd) (loopback|loss) [--as-nobody]

Each prints SKIP and the reason where it cannot run here. `loss`: over a veth whose other end is reached through a
forwarder that loses packets.
"""
import os
import pathlib
import re
import shutil
import socket
import subprocess
import sys
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
sys.path.insert(0, str(ROOT / "bench/lib"))
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
sys.dont_write_bytecode = True
import lossy_network  # noqa: E402
import private_network  # noqa: E402

NOBODY = 65534


def program(name):
    found = shutil.which(name, path="/usr/sbin:/usr/bin:/sbin:/bin:/usr/local/bin:/usr/local/sbin")
    if not found:
        sys.exit(f"SKIP: {name} is not installed")
    return found


def exchange(address, requests, until):
    """Sends one after the other, each when the answer to the one before has come."""
    with socket.create_connection(address) as connection:
        for request in requests:
            connection.sendall(request)
            answer = b""
            while not until(request, answer):
                part = connection.recv(65536)
                if not part:
                    return
                answer += part


class Nginx:
    port, ignore, exit_code = 8080, ["^Date: .*"], 0
    CONFIGURATION = """user root root; daemon off; master_process off; pid {folder}/pid; error_log stderr;
events {{ worker_connections 256; }}
http {{
  access_log off; client_body_temp_path {folder}/t; proxy_temp_path {folder}/t; fastcgi_temp_path {folder}/t;
  uwsgi_temp_path {folder}/t; scgi_temp_path {folder}/t; keepalive_timeout 5s;
  server {{ listen {address}:{port}; root {folder}/www; }}
}}
"""

    def command(self, folder, address):
        nginx = program("nginx")
        www = folder / "www"
        www.mkdir(exist_ok=True)
        for name, size in (("empty", 0), ("small", 300), ("large", 300_000)):
            (www / name).write_bytes((b"%s " % name.encode() * size)[:size])
            os.utime(www / name, (1_700_000_000, 1_700_000_000))
        (folder / "nginx.conf").write_text(self.CONFIGURATION.format(folder=folder, address=address, port=self.port))
        return [nginx, "-p", str(folder), "-e", "stderr", "-c", str(folder / "nginx.conf")]

    def talk(self, folder, address):
        def request(method, path, *headers):
            return "\r\n".join([f"{method} {path} HTTP/1.1", "Host: test", *headers, "", ""]).encode()

        def whole(asked, answer):
            head, end, body = answer.partition(b"\r\n\r\n")
            length = re.search(rb"Content-Length: (\d+)", head)
            return end and (asked.startswith(b"HEAD") or (length and len(body) >= int(length[1])))
        there = (address, self.port)
        exchange(there, [request("GET", "/small"), request("GET", "/empty"), request("HEAD", "/large"),
                         request("GET", "/large")], whole)
        exchange(there, [request("GET", "/missing"), request("GET", "/large", "Range: bytes=1000-1999"),
                         request("GET", "/small", "Connection: close")], whole)
        exchange(there, [b"nonsense\r\n\r\n"], whole)


class Redis:
    port, ignore, exit_code = 6379, [], 0

    def command(self, folder, address):
        return [program("redis-server"), "--port", str(self.port), "--bind", address, "--save", "", "--appendonly",
                "no", "--dir", str(folder), "--daemonize", "no", "--protected-mode", "no"]

    def talk(self, folder, address):
        def array(*words):
            words = [word if isinstance(word, bytes) else word.encode() for word in words]
            return b"*%d\r\n" % len(words) + b"".join(b"$%d\r\n%s\r\n" % (len(word), word) for word in words)
        large = b"0123456789" * 30_000
        there = (address, self.port)

        def one(_, answer):
            bulk = re.match(rb"\$(\d+)\r\n", answer)
            return len(answer) >= bulk.end() + int(bulk[1]) + 2 if bulk else answer.endswith(b"\r\n")
        exchange(there, [b"PING\r\n", array("SET", "large", large), array("GET", "large"), array("INCR", "m"),
                         array("NONSENSE")], one)
        exchange(there, [b"".join(array("INCRBY", "n", str(i)) for i in range(500))],
                 lambda _, answer: answer.count(b"\r\n") == 500)
        exchange(there, [array("SET", "k", "v"), array("GET", "k"), array("DEL", "k", "j"), array("QUIT")], one)


class Sshd:
    """What it says behind its banner is different each time: the replay has to find that, there."""
    port, ignore, exit_code = 2222, [], 1

    def command(self, folder, address):
        sshd, keygen = program("sshd"), program("ssh-keygen")
        program("ssh")
        for key in ("host_key", "user_key"):
            if not (folder / key).exists():
                subprocess.run([keygen, "-q", "-t", "ed25519", "-N", "", "-f", str(folder / key)], check=True)
        (folder / "authorized").write_text((folder / "user_key.pub").read_text())
        (folder / "sshd.conf").write_text(
            f"ListenAddress {address}\nPort {self.port}\nHostKey {folder}/host_key\nPidFile none\nUsePAM no\n"
            f"StrictModes no\nAuthorizedKeysFile {folder}/authorized\nPermitRootLogin yes\n"
            "LoginGraceTime 5\n")  # A client whose RST is lost is waited for as long.
        if os.geteuid() == 0:
            os.makedirs("/run/sshd", exist_ok=True)
        return [sshd, "-D", "-e", "-f", str(folder / "sshd.conf")]

    def talk(self, folder, address):
        subprocess.run(["ssh", "-F", "none", "-p", str(self.port), "-i", str(folder / "user_key"), "-o", "BatchMode=yes", "-o",
                        "StrictHostKeyChecking=no", "-o", "UserKnownHostsFile=/dev/null", address, "true"],
                       check=False, stdin=subprocess.DEVNULL)


def wait_until_listening(port):
    """Without a connection, which a capture or a server might make something of."""
    for _ in range(1000):
        with open("/proc/thread-self/net/tcp", encoding="ascii") as sockets:
            if any(re.search(rf":{port:04X} \d+:0000 0A ", line) for line in sockets):
                return
        time.sleep(0.01)
    sys.exit(f"FAIL: nobody listens at port {port}")


class Server:
    """Running from `with` to its end, and waited for until it listens."""

    def __init__(self, words, port):
        self.words, self.port = words, port

    def __enter__(self):
        self.process = subprocess.Popen(self.words, stdin=subprocess.DEVNULL, stdout=sys.stderr)
        wait_until_listening(self.port)
        return self

    def __exit__(self, *_):
        self.process.terminate()
        try:
            self.process.wait(5)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()


def check(server, ran, capture):
    print(ran.stdout)
    if ran.returncode != server.exit_code:
        sys.exit(f"FAIL: exit code {ran.returncode}, not {server.exit_code}")
    if isinstance(server, Sshd):
        banner = re.search(rb"SSH-2.0-OpenSSH[^\r\n]*\r\n", capture.read_bytes())[0]
        print("the banner has", len(banner), "bytes")
        differs = re.search(r"byte (\d+)", ran.stdout)
        # Behind it is the length of a packet, of its padding, and its type; then 16 bytes at random.
        if not differs or not len(banner) + 6 <= int(differs[1]) <= len(banner) + 6 + 16:
            sys.exit("FAIL: the difference is not where the key exchange begins")


def replay(tcpcraft, server, capture, address, *options):
    words = [tcpcraft, "replay", str(capture), "--to", f"{address}:{server.port}", *options]
    for expression in server.ignore:
        words += ["--ignore", expression]
    print("+", " ".join(words), flush=True)
    return subprocess.run(words, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                          check=False)


def run_recorded(tcpcraft, server, folder, capture):
    """What is recorded of the session passes against the server itself."""
    recorded = folder / "recorded"
    for words in ([tcpcraft, "record", "--app", "external", "-o", str(recorded), str(capture)],
                  [tcpcraft, "run", "--net", "host", "--no-captures", "-q", str(recorded)]):
        print("+", " ".join(words), flush=True)
        ran = subprocess.run(words, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                             check=False)
        print(ran.stdout)
        if ran.returncode != 0:
            sys.exit(f"FAIL: exit code {ran.returncode}")


def on_loopback(tcpcraft, server, folder):
    address, capture = "127.0.0.1", folder / "session.pcap"
    words = server.command(folder, address)
    in_child(lambda: capture_on_loopback(server, folder, words, address, capture))
    command = " ".join(f"'{word}'" for word in words)
    if os.geteuid() != 0 or not isinstance(server, Sshd):  # which, as root, wants to be more than root of a namespace
        check(server, replay(tcpcraft, server, capture, address, "--exec", "exec " + command), capture)
    if os.geteuid() == 0:
        private_network.enter()
        with Server(words, server.port):
            check(server, replay(tcpcraft, server, capture, address), capture)
        if not isinstance(server, Sshd):  # which says nothing twice
            with Server(words, server.port):
                run_recorded(tcpcraft, server, folder, capture)


def capture_on_loopback(server, folder, words, address, capture):
    private_network.enter()
    with Server(words, server.port):
        if private_network.capture_of_child(capture, lambda: server.talk(folder, address)) != 0:
            sys.exit("the session failed")


def with_loss(tcpcraft, server, folder):
    capture, address = folder / "session.pcap", lossy_network.SERVER
    if isinstance(server, Sshd) and os.geteuid() != 0:
        sys.exit("SKIP: sshd, as root of a user namespace, wants to be more than that")
    words = server.command(folder, address)
    with lossy_network.LossyNetwork() as network:
        with network.at_server(lambda: os.execv(words[0], words)):
            network.wait(network.server.start(lambda: wait_until_listening(server.port)))
            network.at_client(lambda: private_network.capture_of_child(
                capture, lambda: server.talk(folder, address), lossy_network.CLIENT_DEVICE))
        lost = network.lost()
        with network.at_server(lambda: os.execv(words[0], words)):
            network.wait(network.server.start(lambda: wait_until_listening(server.port)))
            network.at_client(lambda: check(
                server, replay(tcpcraft, server, capture, address, "--allow-target", address), capture))
        print(f"{lost} packets were lost on the way while it was captured, {network.lost() - lost} while it was replayed")


def in_child(play):
    sys.stdout.flush()
    child = os.fork()
    if child == 0:
        try:
            play()
            os._exit(0)
        except SystemExit as reason:
            print(reason.code, flush=True)
            os._exit(1)
    if os.waitpid(child, 0)[1] != 0:
        sys.exit(1)


def main(tcpcraft, name, way, *options):
    if "--as-nobody" in options:
        if os.geteuid() != 0:
            sys.exit("SKIP: this is an ordinary user already")
        os.setgroups([])
        os.setgid(NOBODY)
        os.setuid(NOBODY)
        if not os.access(tcpcraft, os.X_OK):
            sys.exit("SKIP: an ordinary user cannot reach this build")
        # Begun anew, so that /proc/self is the user's own.
        python = program("python3")
        os.execv(python, [python, __file__, tcpcraft, name, way])
    os.environ.pop("GITHUB_ACTIONS", None)
    server = {"nginx": Nginx, "redis": Redis, "sshd": Sshd}[name]()
    with tempfile.TemporaryDirectory() as folder:
        {"loopback": on_loopback, "loss": with_loss}[way](tcpcraft, server, pathlib.Path(folder))
    print("PASS")


if __name__ == "__main__":
    main(*sys.argv[1:])
