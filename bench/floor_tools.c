// What the variants of the floor have in common.

#define _GNU_SOURCE
#include "floor_tools.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

void check(int ok, const char* what) {
  if (ok) return;
  fprintf(stderr, "the floor: %s: %s\n", what, errno ? strerror(errno) : "not as expected");
  exit(1);
}

void write_file(const char* path, const char* text) {
  const int fd = open(path, O_WRONLY | O_CLOEXEC);
  check(fd >= 0 && write(fd, text, strlen(text)) == (ssize_t)strlen(text), path);
  close(fd);
}

struct sockaddr_in loopback(uint16_t port) {
  return (struct sockaddr_in){
      .sin_family = AF_INET, .sin_port = htons(port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
}

void attach(int fd, struct sock_filter* filter, unsigned short length) {
  const struct sock_fprog program = {length, filter};
  check(setsockopt(fd, SOL_SOCKET, SO_ATTACH_FILTER, &program, sizeof program) == 0, "SO_ATTACH_FILTER");
}

int open_guard(uint16_t* port) {
  struct sock_filter drop_everything = BPF_STMT(BPF_RET | BPF_K, 0);
  struct sockaddr_in address = loopback(0);
  socklen_t length = sizeof address;
  const int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  check(bind(fd, (struct sockaddr*)&address, sizeof address) == 0, "bind");
  attach(fd, &drop_everything, 1);
  check(listen(fd, 1) == 0, "listen");
  check(getsockname(fd, (struct sockaddr*)&address, &length) == 0, "getsockname");
  *port = ntohs(address.sin_port);
  return fd;
}

double now_us(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return (double)now.tv_sec * 1e6 + (double)now.tv_nsec / 1e3;
}

static int ascending(const void* a, const void* b) {
  const double x = *(const double*)a, y = *(const double*)b;
  return (x > y) - (x < y);
}

void print_times(const char* variant, double* times, int count) {
  qsort(times, (size_t)count, sizeof *times, ascending);
  printf("%s\t%d\t%.1f\t%.1f\n", variant, count, times[0], times[count / 2]);
}

int open_sender(void) {
  const struct sockaddr_in address = loopback(0);
  const int fd = socket(AF_INET, SOCK_RAW | SOCK_CLOEXEC, IPPROTO_RAW);
  check(connect(fd, (const struct sockaddr*)&address, sizeof address) == 0, "connect(SOCK_RAW)");
  return fd;
}
