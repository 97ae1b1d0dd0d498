/* The wall time of a whole command, started again and again: bench_command RUNS COMMAND [ARGUMENT ...] */
#define _GNU_SOURCE
#include <fcntl.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

extern char** environ;

static double now_ms(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return (double)t.tv_sec * 1e3 + (double)t.tv_nsec / 1e6;
}

static int by_value(const void* a, const void* b) {
  const double x = *(const double*)a, y = *(const double*)b;
  return (x > y) - (x < y);
}

int main(int argc, char** argv) {
  const int runs = argc > 2 ? atoi(argv[1]) : 0;
  if (runs < 1) return 2;
  double* times = malloc(sizeof *times * (size_t)runs);
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, "/dev/null", O_WRONLY, 0);
  for (int i = 0; i < runs; ++i) {
    pid_t child;
    int status = 0;
    const double begin = now_ms();
    if (posix_spawn(&child, argv[2], &actions, NULL, argv + 2, environ) != 0) return 3;
    waitpid(child, &status, 0);
    times[i] = now_ms() - begin;
    if (status != 0) {
      fprintf(stderr, "run %d: status %d\n", i, status);
      return 1;
    }
  }
  qsort(times, (size_t)runs, sizeof *times, by_value);
  printf("%-22s %8s %8s %8s\n%-22.22s %8d %8.2f %8.2f\n", "whole command", "runs", "min ms", "median ms",
         argc > 3 ? argv[3] : argv[2], runs, times[0], times[runs / 2]);
  posix_spawn_file_actions_destroy(&actions);
  free(times);
  return 0;
}
