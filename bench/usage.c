/* What a whole command costs, its children included: bench_usage REPORT GROUP COMMAND [ARGUMENT ...]
 *
 * Writes to the file REPORT: the wall time in seconds, the processor time of user and system, and the KiB
 * that the largest process had resident. GROUP: the cgroup.procs that the command is to run in; "-": none.
 * Exits as it does. */
#define _GNU_SOURCE
#include <fcntl.h>
#include <spawn.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

extern char** environ;

static double now(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static double seconds(struct timeval t) {
  return (double)t.tv_sec + (double)t.tv_usec / 1e6;
}

static int enter(const char* group) {
  if (strcmp(group, "-") == 0) return 1;
  const int fd = open(group, O_WRONLY | O_CLOEXEC);
  const int entered = fd >= 0 && write(fd, "0", 1) == 1;
  if (fd >= 0) close(fd);
  return entered;
}

int main(int argc, char** argv) {
  if (argc < 4 || !enter(argv[2])) return 125;
  pid_t child;
  int status = 0;
  struct rusage usage;
  const double begin = now();
  if (posix_spawn(&child, argv[3], NULL, NULL, argv + 3, environ) != 0) return 127;
  if (wait4(child, &status, 0, &usage) != child) return 125;
  const double wall = now() - begin;
  FILE* report = fopen(argv[1], "we");
  if (!report) return 125;
  fprintf(report, "%.6f %.6f %.6f %ld\n", wall, seconds(usage.ru_utime), seconds(usage.ru_stime),
          usage.ru_maxrss);
  fclose(report);
  return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}
