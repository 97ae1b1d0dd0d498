// The floor of the matrix's cell ESTABLISHED:data_left, over IPv4: the connection as the prober sets it up, a
// segment that is answered, and the questions that are asked about it.
//
// SYN, SYN-ACK, ACK, accept; 1000 bytes each way, acknowledged and read; 500 bytes of the kernel's left
// unacknowledged; a query by sock_diag with TCP_INFO; 100 old bytes, which draw an ACK at once; the barrier:
// a SYN to a closed port, drawing a RST; another query; a look for bytes to read, of which there are none; an
// abortive close, drawing a RST. Every number is checked.

#define _GNU_SOURCE
#include "floor_cell.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/if_tun.h>
#include <linux/inet_diag.h>
#include <linux/netlink.h>
#include <linux/sock_diag.h>
#include <net/if.h>
#include <netinet/ip.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "floor_tools.h"

enum {
  KERNEL_PORT = 9878,
  CLOSED_PORT = 9879,
  TUN_PEER_PORT = 40000,
  WINDOW = 65535,
  IP_SIZE = sizeof(struct iphdr),
  HEADERS = IP_SIZE + sizeof(struct tcphdr),
  HISTORY = 1000,
  OUTSTANDING = 500,
  INJECTED = 100,
  MOST = 4
};

struct floor_cell {
  enum floor_link link;
  int sender, receiver;  ///< both the device on TUN
  int guard, listener, closed_port, diag;
  struct in_addr kernel, peer;
  uint16_t peer_port;
  uint32_t iss;
};

/// A number of the kernel's that is not known yet.
enum { ANY_SEQ = 1 };

static uint32_t sum_of(const uint8_t* bytes, unsigned size) {
  uint32_t sum = 0;
  for (unsigned i = 0; i < size; i += 2) sum += (uint32_t)(bytes[i] << 8 | bytes[i + 1]);
  return sum;
}

static uint16_t folded(uint32_t sum) {
  while (sum >> 16) sum = (sum & 0xffff) + (sum >> 16);
  return (uint16_t)~sum;
}

static uint16_t checksum(const struct floor_cell* cell, const uint8_t* tcp, unsigned size) {
  const uint32_t from = ntohl(cell->peer.s_addr), to = ntohl(cell->kernel.s_addr);
  return folded((from >> 16) + (from & 0xffff) + (to >> 16) + (to & 0xffff) + IPPROTO_TCP + size +
                sum_of(tcp, size));
}

/// A SYN carries an MSS of 1460, so that what the kernel writes is one segment. The payload has an even size.
static void send_segment(const struct floor_cell* cell, uint16_t port, uint8_t flags, uint32_t seq,
                         uint32_t ack, unsigned length) {
  static const uint8_t mss[] = {2, 4, 1460 >> 8, 1460 & 0xff};
  const unsigned options = flags & TH_SYN ? sizeof mss : 0, size = HEADERS + options + length;
  uint8_t packet[HEADERS + sizeof mss + HISTORY];
  struct iphdr ip = {.version = 4,
                     .ihl = 5,
                     .tot_len = htons((uint16_t)size),
                     .ttl = 64,
                     .protocol = IPPROTO_TCP,
                     .saddr = cell->peer.s_addr,
                     .daddr = cell->kernel.s_addr};
  struct tcphdr tcp = {.th_sport = htons(cell->peer_port),
                       .th_dport = htons(port),
                       .th_seq = htonl(seq),
                       .th_ack = htonl(ack),
                       .th_off = (5 + options / 4) & 0xf,
                       .th_flags = flags,
                       .th_win = htons(WINDOW)};
  ip.check = htons(folded(sum_of((const uint8_t*)&ip, IP_SIZE)));
  memcpy(packet, &ip, IP_SIZE);
  memcpy(packet + IP_SIZE, &tcp, sizeof tcp);
  memcpy(packet + HEADERS, mss, options);
  memset(packet + HEADERS + options, 'h', length);
  tcp.th_sum = htons(checksum(cell, packet + IP_SIZE, size - IP_SIZE));
  memcpy(packet + IP_SIZE, &tcp, sizeof tcp);
  check(write(cell->sender, packet, size) == (ssize_t)size, "write");
}

/// The segment must be the one described, on the kernel's `port`. Its sequence number.
static uint32_t expect(const struct floor_cell* cell, const uint8_t* packet, ssize_t size, uint16_t port,
                       uint8_t flags, uint32_t seq, uint32_t ack, unsigned length) {
  struct tcphdr tcp;
  check(size >= HEADERS, "size");
  memcpy(&tcp, packet + IP_SIZE, sizeof tcp);
  check(tcp.th_sport == htons(port) && tcp.th_dport == htons(cell->peer_port), "ports");
  check(tcp.th_flags == flags && ntohl(tcp.th_ack) == ack, "flags and acknowledgement");
  check(seq == ANY_SEQ || ntohl(tcp.th_seq) == seq, "sequence number");
  check(size == IP_SIZE + tcp.th_off * 4 + (ssize_t)length, "payload");
  return ntohl(tcp.th_seq);
}

/// The one segment that is there. Another on TUN would be taken for the next one and be found out then, a
/// call less than it takes to see that there is none.
static uint32_t receive(const struct floor_cell* cell, uint16_t port, uint8_t flags, uint32_t seq,
                        uint32_t ack, unsigned length) {
  uint8_t packet[HEADERS + 40 + HISTORY];
  errno = 0;
  const ssize_t size = read(cell->receiver, packet, sizeof packet);
  return expect(cell, packet, size, port, flags, seq, ack, length);
}

/// By sock_diag, with TCP_INFO: the connection is ESTABLISHED.
static void query(const struct floor_cell* cell) {
  struct {
    struct nlmsghdr header;
    struct inet_diag_req_v2 body;
  } request = {{sizeof request, SOCK_DIAG_BY_FAMILY, NLM_F_REQUEST, 0, 0},
               {.sdiag_family = AF_INET,
                .sdiag_protocol = IPPROTO_TCP,
                .idiag_ext = 1 << (INET_DIAG_INFO - 1),
                .idiag_states = ~0u,
                .id = {.idiag_sport = htons(KERNEL_PORT),
                       .idiag_dport = htons(cell->peer_port),
                       .idiag_src = {cell->kernel.s_addr},
                       .idiag_dst = {cell->peer.s_addr},
                       .idiag_cookie = {INET_DIAG_NOCOOKIE, INET_DIAG_NOCOOKIE}}}};
  _Alignas(struct nlmsghdr) uint8_t answer[2048];
  check(send(cell->diag, &request, sizeof request, 0) == (ssize_t)sizeof request, "SOCK_DIAG request");
  const ssize_t size = recv(cell->diag, answer, sizeof answer, MSG_DONTWAIT);
  const struct nlmsghdr* header = (const struct nlmsghdr*)answer;
  check(size > 0 && header->nlmsg_type == SOCK_DIAG_BY_FAMILY, "SOCK_DIAG answer");
  const struct inet_diag_msg* message = NLMSG_DATA(header);
  check(message->idiag_state == TCP_ESTABLISHED, "state");
  check(size > (ssize_t)(NLMSG_LENGTH(sizeof *message) + sizeof(struct tcp_info)), "TCP_INFO");
}

static void write_bytes(int connection, unsigned size) {
  static const char text[HISTORY];
  check(send(connection, text, size, MSG_NOSIGNAL) == (ssize_t)size, "send");
}

static void read_bytes(int connection, unsigned size) {
  char text[2 * HISTORY];
  check(recv(connection, text, sizeof text, MSG_DONTWAIT) == (ssize_t)size, "recv");
}

static void play_one(struct floor_cell* cell) {
  const uint16_t port = KERNEL_PORT;
  uint32_t next = (cell->iss += 10000019) + 1;
  send_segment(cell, port, TH_SYN, next - 1, 0, 0);
  uint32_t kernel = receive(cell, port, TH_SYN | TH_ACK, ANY_SEQ, next, 0) + 1;
  send_segment(cell, port, TH_ACK, next, kernel, 0);
  const int connection = accept4(cell->listener, NULL, NULL, SOCK_CLOEXEC);
  check(connection >= 0, "accept");
  char byte = 0;

  write_bytes(connection, HISTORY);
  receive(cell, port, TH_PUSH | TH_ACK, kernel, next, HISTORY);
  kernel += HISTORY;
  send_segment(cell, port, TH_PUSH | TH_ACK, next, kernel, HISTORY);
  next += HISTORY;
  receive(cell, port, TH_ACK, kernel, next, 0);
  read_bytes(connection, HISTORY);
  write_bytes(connection, OUTSTANDING);
  receive(cell, port, TH_PUSH | TH_ACK, kernel, next, OUTSTANDING);
  query(cell);

  send_segment(cell, port, TH_PUSH | TH_ACK, next - INJECTED, kernel, INJECTED);
  send_segment(cell, CLOSED_PORT, TH_SYN, cell->iss, 0, 0);
  receive(cell, port, TH_ACK, kernel + OUTSTANDING, next, 0);
  receive(cell, CLOSED_PORT, TH_RST | TH_ACK, 0, cell->iss + 1, 0);
  query(cell);
  check(recv(connection, &byte, 1, MSG_DONTWAIT) == -1 && errno == EAGAIN, "recv");
  check(close(connection) == 0, "close");
  receive(cell, port, TH_RST | TH_ACK, kernel + OUTSTANDING, next, 0);
}

void floor_cell_play(struct floor_cell* cell, double* times, int count) {
  for (int i = 0; i < count; ++i) {
    const double start = now_us();
    if (cell->link == FLOOR_NEW_GUARD) {
      close(cell->guard);
      cell->guard = open_guard(&cell->peer_port);
    }
    play_one(cell);
    times[i] = now_us() - start;
  }
}

/// Receives what comes from the kernel's two ports, and nothing else.
static int open_receiver(void) {
  struct sock_filter from_kernel[] = {BPF_STMT(BPF_LDX | BPF_B | BPF_MSH, 0),
                                      BPF_STMT(BPF_LD | BPF_H | BPF_IND, 0),
                                      BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, KERNEL_PORT, 1, 0),
                                      BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, CLOSED_PORT, 0, 1),
                                      BPF_STMT(BPF_RET | BPF_K, 0xffffffff),
                                      BPF_STMT(BPF_RET | BPF_K, 0)};
  const int fd = socket(AF_INET, SOCK_RAW | SOCK_NONBLOCK | SOCK_CLOEXEC, IPPROTO_TCP);
  check(fd >= 0, "socket(SOCK_RAW)");
  attach(fd, from_kernel, sizeof from_kernel / sizeof *from_kernel);
  return fd;
}

static void request(int fd, unsigned long what, struct ifreq* request, struct in_addr address) {
  struct sockaddr_in value = {.sin_family = AF_INET, .sin_addr = address};
  memcpy(&request->ifr_addr, &value, sizeof value);
  check(ioctl(fd, what, request) == 0, "address of the TUN device");
}

/// A device between the two addresses. -1 where the system does not allow it.
static int open_tun(const struct floor_cell* cell) {
  struct ifreq device = {.ifr_flags = IFF_TUN | IFF_NO_PI};
  const int tun = open("/dev/net/tun", O_RDWR | O_NONBLOCK | O_CLOEXEC);
  if (tun < 0 || ioctl(tun, TUNSETIFF, &device) != 0) return -1;
  char ipv6_off[64];
  snprintf(ipv6_off, sizeof ipv6_off, "/proc/sys/net/ipv6/conf/%s/disable_ipv6", device.ifr_name);
  if (access(ipv6_off, F_OK) == 0) write_file(ipv6_off, "1");  // it would solicit routers
  const int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  request(fd, SIOCSIFADDR, &device, cell->kernel);
  request(fd, SIOCSIFDSTADDR, &device, cell->peer);
  check(ioctl(fd, SIOCGIFFLAGS, &device) == 0, "SIOCGIFFLAGS");
  device.ifr_flags |= IFF_UP;
  check(ioctl(fd, SIOCSIFFLAGS, &device) == 0, "SIOCSIFFLAGS");
  close(fd);
  return tun;
}

static int open_bound(struct in_addr address, uint16_t port) {
  const struct sockaddr_in name = {.sin_family = AF_INET, .sin_port = htons(port), .sin_addr = address};
  const struct linger abortive = {1, 0};
  const int on = 1, fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  check(setsockopt(fd, SOL_SOCKET, SO_LINGER, &abortive, sizeof abortive) == 0, "SO_LINGER");
  check(setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on) == 0, "SO_REUSEADDR");
  check(bind(fd, (const struct sockaddr*)&name, sizeof name) == 0, "bind");
  return fd;
}

struct floor_cell* floor_cell_open(enum floor_link link, const char** reason) {
  struct floor_cell* cell = calloc(1, sizeof *cell);
  check(cell != NULL, "calloc");
  cell->link = link;
  cell->guard = -1;
  cell->kernel.s_addr = cell->peer.s_addr = htonl(INADDR_LOOPBACK);
  if (link == FLOOR_TUN) {
    cell->kernel.s_addr = inet_addr("198.51.100.1");
    cell->peer.s_addr = inet_addr("198.51.100.2");
    cell->peer_port = TUN_PEER_PORT;
    cell->sender = cell->receiver = open_tun(cell);
    if (cell->sender < 0) {
      *reason = strerror(errno);
      free(cell);
      return NULL;
    }
  } else {
    cell->guard = open_guard(&cell->peer_port);
    cell->receiver = open_receiver();
    cell->sender = open_sender();
  }
  write_file("/proc/sys/net/ipv4/tcp_early_retrans", "0");  // no repetition after 10 ms
  cell->closed_port = open_bound(cell->kernel, CLOSED_PORT);
  cell->listener = open_bound(cell->kernel, KERNEL_PORT);
  check(listen(cell->listener, 16) == 0, "listen");
  cell->diag = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_SOCK_DIAG);
  check(cell->diag >= 0, "NETLINK_SOCK_DIAG");
  return cell;
}

void floor_cell_close(struct floor_cell* cell) {
  close(cell->diag);
  close(cell->listener);
  close(cell->closed_port);
  close(cell->receiver);
  if (cell->sender != cell->receiver) close(cell->sender);
  if (cell->guard >= 0) close(cell->guard);
  free(cell);
}
