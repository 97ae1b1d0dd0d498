#pragma once

#include <linux/filter.h>
#include <netinet/in.h>
#include <stdint.h>

/// Ends the program unless `ok`.
void check(int ok, const char* what);
void write_file(const char* path, const char* text);
void attach(int fd, struct sock_filter* filter, unsigned short length);
struct sockaddr_in loopback(uint16_t port);
/// A listening socket that drops every segment unseen, so that the kernel does not answer for the peer.
int open_guard(uint16_t* port);
double now_us(void);
/// Sorts them.
void print_times(const char* variant, double* times, int count);

/// A raw socket that sends whole IPv4 datagrams to the loopback address.
int open_sender(void);
