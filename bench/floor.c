// The floor: one TCP connection's whole life, played by hand from one thread with no more than it takes. What
// tcpcraft adds to it is the price of its generality.
//
// A life: SYN, SYN-ACK, ACK, PSH-ACK "a\n", ACK, (the server reads, echoes, closes) PSH-ACK, FIN-ACK, ACK of
// the data, ACK of the FIN: nine segments, every number checked. A RST then removes the kernel's FIN-WAIT-2.
// Or the peer answers data and FIN by a FIN of its own, which is acknowledged.
//
// A cell of the matrix is such a life with more in it: see floor_cell.c.
//
// usage: bench_floor [LIVES] [nine|closed]
//   nine: the nine segments alone, with a new guard each time
//   closed: the life that both close, with one guard for all

#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/filter.h>
#include <net/if.h>
#include <netinet/in.h>
#include <netinet/ip.h>
#include <netinet/tcp.h>
#include <sched.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "floor_cell.h"
#include "floor_tools.h"

enum { KERNEL_PORT = 9877, WINDOW = 65535, MOST_REPLIES = 4, HEADERS = 40 };

static void enter_private_network(void) {
  const unsigned uid = geteuid(), gid = getegid();
  if (uid != 0 || unshare(CLONE_NEWNET) != 0) {
    char map[64];
    check(unshare(CLONE_NEWUSER | CLONE_NEWNET) == 0, "unshare");
    write_file("/proc/self/setgroups", "deny");
    snprintf(map, sizeof map, "%u %u 1", uid, uid);
    write_file("/proc/self/uid_map", map);
    snprintf(map, sizeof map, "%u %u 1", gid, gid);
    write_file("/proc/self/gid_map", map);
  }
  const int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  struct ifreq request = {.ifr_name = "lo"};
  check(ioctl(fd, SIOCGIFFLAGS, &request) == 0, "SIOCGIFFLAGS");
  request.ifr_flags |= IFF_UP;
  check(ioctl(fd, SIOCSIFFLAGS, &request) == 0, "SIOCSIFFLAGS");
  close(fd);
}

static int open_listener(void) {
  const struct sockaddr_in address = loopback(KERNEL_PORT);
  const int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  check(bind(fd, (const struct sockaddr*)&address, sizeof address) == 0 && listen(fd, 16) == 0, "listen");
  return fd;
}

/// Receives what comes from the kernel's port, and nothing else.
static int open_receiver(void) {
  struct sock_filter from_kernel[] = {BPF_STMT(BPF_LDX | BPF_B | BPF_MSH, 0),
                                      BPF_STMT(BPF_LD | BPF_H | BPF_IND, 0),
                                      BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, KERNEL_PORT, 0, 1),
                                      BPF_STMT(BPF_RET | BPF_K, 0xffffffff), BPF_STMT(BPF_RET | BPF_K, 0)};
  const int fd = socket(AF_INET, SOCK_RAW | SOCK_CLOEXEC, IPPROTO_TCP);
  check(fd >= 0, "socket(SOCK_RAW)");
  attach(fd, from_kernel, sizeof from_kernel / sizeof *from_kernel);
  return fd;
}

struct wire {
  int sender, receiver, listener;
  uint16_t peer_port;
};

static uint16_t checksum(const uint8_t* tcp, unsigned size) {
  uint32_t sum = 2 * (INADDR_LOOPBACK >> 16) + 2 * (INADDR_LOOPBACK & 0xffff) + IPPROTO_TCP + size;
  for (unsigned i = 0; i < size; i += 2) sum += (uint32_t)(tcp[i] << 8 | tcp[i + 1]);
  while (sum >> 16) sum = (sum & 0xffff) + (sum >> 16);
  return (uint16_t)~sum;
}

/// Sends one segment; the payload has an even size.
static void send_segment(const struct wire* wire, uint8_t flags, uint32_t seq, uint32_t ack,
                         const char* payload) {
  const unsigned length = (unsigned)strlen(payload);
  uint8_t packet[HEADERS + 8];
  struct iphdr ip = {.version = 4,
                     .ihl = 5,
                     .tot_len = htons((uint16_t)(HEADERS + length)),
                     .ttl = 64,
                     .protocol = IPPROTO_TCP,
                     .saddr = htonl(INADDR_LOOPBACK),
                     .daddr = htonl(INADDR_LOOPBACK)};
  struct tcphdr tcp = {.th_sport = htons(wire->peer_port),
                       .th_dport = htons(KERNEL_PORT),
                       .th_seq = htonl(seq),
                       .th_ack = htonl(ack),
                       .th_off = 5,
                       .th_flags = flags,
                       .th_win = htons(WINDOW)};
  memcpy(packet, &ip, sizeof ip);
  memcpy(packet + sizeof ip, &tcp, sizeof tcp);
  memcpy(packet + HEADERS, payload, length);
  tcp.th_sum = htons(checksum(packet + sizeof ip, (unsigned)sizeof tcp + length));
  memcpy(packet + sizeof ip, &tcp, sizeof tcp);
  check(send(wire->sender, packet, HEADERS + length, 0) == (ssize_t)(HEADERS + length), "send");
}

struct replies {
  uint8_t bytes[MOST_REPLIES][128];
  unsigned size[MOST_REPLIES];
};

/// Takes the replies that are there, which must be `count`.
static void receive(const struct wire* wire, struct replies* replies, int count) {
  struct mmsghdr headers[MOST_REPLIES] = {0};
  struct iovec vectors[MOST_REPLIES];
  for (int i = 0; i < MOST_REPLIES; ++i) {
    vectors[i] = (struct iovec){replies->bytes[i], sizeof replies->bytes[i]};
    headers[i].msg_hdr.msg_iov = &vectors[i];
    headers[i].msg_hdr.msg_iovlen = 1;
  }
  errno = 0;
  check(recvmmsg(wire->receiver, headers, MOST_REPLIES, MSG_DONTWAIT, NULL) == count, "number of replies");
  for (int i = 0; i < count; ++i) replies->size[i] = headers[i].msg_len;
}

static uint32_t expect(const struct wire* wire, const struct replies* replies, int index, uint8_t flags,
                       uint32_t seq, uint32_t ack, const char* payload) {
  struct tcphdr tcp;
  const uint8_t* bytes = replies->bytes[index];
  memcpy(&tcp, bytes + sizeof(struct iphdr), sizeof tcp);
  const unsigned start = (unsigned)sizeof(struct iphdr) + tcp.th_off * 4u;
  errno = 0;
  check(tcp.th_dport == htons(wire->peer_port) && tcp.th_flags == flags && ntohl(tcp.th_ack) == ack, "reply");
  check((flags & TH_SYN) || ntohl(tcp.th_seq) == seq, "sequence number");
  check(replies->size[index] == start + strlen(payload) && !memcmp(bytes + start, payload, strlen(payload)),
        "payload");
  return ntohl(tcp.th_seq);
}

static void serve(int connection) {
  char text[256];
  const ssize_t size = read(connection, text, sizeof text);
  check(size == 2 && write(connection, text, 2) == 2 && close(connection) == 0, "serve");
}

static void live(const struct wire* wire, uint32_t iss, int both_close) {
  struct replies replies;
  send_segment(wire, TH_SYN, iss, 0, "");
  receive(wire, &replies, 1);
  const uint32_t irs = expect(wire, &replies, 0, TH_SYN | TH_ACK, 0, iss + 1, "");

  send_segment(wire, TH_ACK, iss + 1, irs + 1, "");
  const int connection = accept4(wire->listener, NULL, NULL, SOCK_CLOEXEC);
  check(connection >= 0, "accept");
  send_segment(wire, TH_PUSH | TH_ACK, iss + 1, irs + 1, "a\n");
  receive(wire, &replies, 1);
  expect(wire, &replies, 0, TH_ACK, irs + 1, iss + 3, "");

  serve(connection);
  receive(wire, &replies, 2);
  expect(wire, &replies, 0, TH_PUSH | TH_ACK, irs + 1, iss + 3, "a\n");
  expect(wire, &replies, 1, TH_FIN | TH_ACK, irs + 3, iss + 3, "");

  if (both_close) {
    send_segment(wire, TH_FIN | TH_ACK, iss + 3, irs + 4, "");
    receive(wire, &replies, 1);
    expect(wire, &replies, 0, TH_ACK, irs + 4, iss + 4, "");
    return;
  }
  send_segment(wire, TH_ACK, iss + 3, irs + 3, "");
  send_segment(wire, TH_ACK, iss + 3, irs + 4, "");
  send_segment(wire, TH_RST, iss + 3, 0, "");
}

static void measure(struct wire wire, int lives, int lasting_guard, int both_close) {
  double* times = malloc((size_t)lives * sizeof *times);
  check(times != NULL, "malloc");
  int guard = open_guard(&wire.peer_port);
  for (int i = 0; i < lives; ++i) {
    const double start = now_us();
    if (!lasting_guard) {
      close(guard);
      guard = open_guard(&wire.peer_port);
    }
    live(&wire, (uint32_t)i * 100000u, both_close);
    times[i] = now_us() - start;
  }
  close(guard);
  print_times(both_close ? "closed" : lasting_guard ? "lasting-guard" : "new-guard", times, lives);
  free(times);
}

static void measure_cells(const char* variant, enum floor_link link, int lives) {
  const char* reason = NULL;
  struct floor_cell* cell = floor_cell_open(link, &reason);
  if (!cell) {
    printf("%s\tskipped: %s\n", variant, reason);
    return;
  }
  double* times = malloc((size_t)lives * sizeof *times);
  check(times != NULL, "malloc");
  floor_cell_play(cell, times, lives);
  floor_cell_close(cell);
  print_times(variant, times, lives);
  free(times);
}

int main(int argc, char** argv) {
  const int lives = argc > 1 ? atoi(argv[1]) : 10000;
  const char* const only = argc > 2 ? argv[2] : NULL;
  check(lives > 0, "usage: bench_floor [LIVES] [nine|closed]");
  enter_private_network();
  const struct wire wire = {
      .sender = open_sender(), .receiver = open_receiver(), .listener = open_listener()};
  printf("variant\tlives\tmin_us\tmedian_us\n");
  if (!only || !strcmp(only, "nine")) measure(wire, lives, 0, 0);
  if (only && !strcmp(only, "closed")) measure(wire, lives, 1, 1);
  if (only) return 0;
  measure(wire, lives, 1, 0);
  close(wire.receiver);  // which would take its share of what passes
  measure_cells("cell-new-guard", FLOOR_NEW_GUARD, lives);
  measure_cells("cell-lasting-guard", FLOOR_LASTING_GUARD, lives);
  measure_cells("cell-tun", FLOOR_TUN, lives);
  return 0;
}
