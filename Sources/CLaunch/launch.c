// Between fork and exec only calls are made that are safe in a process with threads: no memory, no locks, no stdio.
#define _GNU_SOURCE
#include "CLaunch.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stddef.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

// From linux/landlock.h, which older systems lack. Rights to change files: write 2, remove 16 and 32, make 64 to 4096,
// refer 8192 (second version), truncate 16384 (third).
struct ruleset {
  uint64_t handled;
};
struct beneath {
  uint64_t allowed;
  int32_t parent;
} __attribute__((packed));
enum { CREATE_RULESET = 444, ADD_RULE = 445, RESTRICT_SELF = 446, CLOSE_RANGE = 436 };

static long landlock_version(void) { return syscall(CREATE_RULESET, NULL, 0, 1); }

int engram_can_confine(void) { return landlock_version() >= 1; }

static void allow(int rules, const char *folder, uint64_t rights) {
  int place = open(folder, O_PATH | O_CLOEXEC);
  if (place < 0) return;
  struct beneath rule = {rights, place};
  syscall(ADD_RULE, rules, 1, &rule, 0);
  close(place);
}

// Keeps this process to `folder` and /dev where the kernel can; returns 0, or errno when it can and does not.
static int confine(const char *folder) {
  long version = landlock_version();
  if (version < 1) return 0;
  uint64_t rights = 2 | 16 | 32 | 0x1FC0;
  // Moving between folders is refused altogether by the first version.
  if (version >= 2) rights |= 1 << 13;
  if (version >= 3) rights |= 1 << 14;
  struct ruleset set = {rights};
  int rules = (int)syscall(CREATE_RULESET, &set, sizeof set, 0);
  if (rules < 0) return errno;
  allow(rules, folder, rights);
  allow(rules, "/dev", rights);
  if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0) return errno;
  if (syscall(RESTRICT_SELF, rules, 0) != 0) return errno;
  close(rules);
  return 0;
}

static void close_from(int first) {
  if (syscall(CLOSE_RANGE, first, ~0U, 0) == 0) return;
  struct rlimit limit = {0, 0};
  getrlimit(RLIMIT_NOFILE, &limit);
  int last = limit.rlim_cur > 65536 ? 65536 : (int)limit.rlim_cur;
  for (int descriptor = first; descriptor < last; descriptor++) close(descriptor);
}

static void bound(int resource, uint64_t most) {
  struct rlimit limit = {most, most};
  setrlimit(resource, &limit);
}

// Becomes the program; `started` hears errno when that fails.
static void become(
  const char *path, char *const arguments[], char *const environment[], const char *folder, uint64_t memory,
  const int ends[3], int started) {
  setpgid(0, 0);
  signal(SIGPIPE, SIG_DFL);
  signal(SIGINT, SIG_DFL);
  signal(SIGTERM, SIG_DFL);
  signal(SIGHUP, SIG_DFL);
  signal(SIGCHLD, SIG_DFL);
  sigset_t none;
  sigemptyset(&none);
  sigprocmask(SIG_SETMASK, &none, NULL);
  for (int place = 0; place < 3; place++) dup2(ends[place], place);
  dup2(started, 3);
  fcntl(3, F_SETFD, FD_CLOEXEC);
  close_from(4);
  umask(0077);
  bound(RLIMIT_CORE, 0);
  // Engram limits its own address space; a program's reservations are no concern of that.
  struct rlimit space;
  if (getrlimit(RLIMIT_AS, &space) == 0) {
    space.rlim_cur = space.rlim_max;
    setrlimit(RLIMIT_AS, &space);
  }
  if (memory > 0) bound(RLIMIT_DATA, memory);
  int32_t error = chdir(folder) == 0 ? confine(folder) : errno;
  if (error == 0) {
    execve(path, arguments, environment);
    error = errno;
  }
  ssize_t told = write(3, &error, sizeof error);
  _exit(told > 0 ? 127 : 126);
}

static int wake = -1;

static void on_child(int number) {
  (void)number;
  int known = errno;
  ssize_t told = write(wake, "", 1);
  (void)told;
  errno = known;
}

// Waits until the program ends or the one who started it is gone, then ends what is left of its group.
static void guard(pid_t child, int started, int life, int status) {
  int32_t error = 0;
  while (read(started, &error, sizeof error) < 0 && errno == EINTR) {
  }
  int bell[2];
  if (pipe2(bell, O_CLOEXEC | O_NONBLOCK) != 0) _exit(1);
  wake = bell[1];
  struct sigaction action = {.sa_handler = on_child, .sa_flags = SA_NOCLDSTOP};
  sigaction(SIGCHLD, &action, NULL);
  // Who started us may have blocked it, and a mask is inherited.
  sigset_t children;
  sigemptyset(&children);
  sigaddset(&children, SIGCHLD);
  sigprocmask(SIG_UNBLOCK, &children, NULL);
  struct engram_ending ending = {error, 0};
  struct pollfd watched[2] = {{bell[0], POLLIN, 0}, {life, POLLIN, 0}};
  // A child that ended before the handler was there is seen by the first look.
  while (waitpid(child, &ending.status, WNOHANG) == 0) {
    if (poll(watched, 2, -1) < 0) continue;
    if (watched[1].revents) {
      kill(-child, SIGKILL);
      while (waitpid(child, &ending.status, 0) < 0 && errno == EINTR) {
      }
      break;
    }
    char rung[64];
    while (read(bell[0], rung, sizeof rung) > 0) {
    }
  }
  kill(-child, SIGKILL);
  ssize_t told = write(status, &ending, sizeof ending);
  _exit(told > 0 ? 0 : 1);
}

static int pipe_above(int ends[2]) {
  int low[2];
  if (pipe2(low, O_CLOEXEC) != 0) return errno;
  // Above the standard descriptors, so that placing them there closes none that is still needed.
  ends[0] = fcntl(low[0], F_DUPFD_CLOEXEC, 10);
  ends[1] = fcntl(low[1], F_DUPFD_CLOEXEC, 10);
  int error = ends[0] < 0 || ends[1] < 0 ? errno : 0;
  close(low[0]);
  close(low[1]);
  return error;
}

int engram_launch(
  const char *path, char *const arguments[], char *const environment[], const char *folder, uint64_t memory,
  struct engram_program *program) {
  enum { INPUT, OUTPUT, ERRORS, STATUS, LIFE, STARTED, COUNT };
  int pipes[COUNT][2];
  for (int place = 0; place < COUNT; place++) pipes[place][0] = pipes[place][1] = -1;
  int error = 0;
  for (int place = 0; place < COUNT && error == 0; place++) error = pipe_above(pipes[place]);
  // _Fork, as libraries' handlers at a fork stop their threads, which go on here.
  pid_t guardian = error == 0 ? _Fork() : -1;
  if (error == 0 && guardian < 0) error = errno;
  if (guardian == 0) {
    setsid();
    signal(SIGINT, SIG_IGN);
    signal(SIGTERM, SIG_IGN);
    signal(SIGHUP, SIG_IGN);
    signal(SIGPIPE, SIG_IGN);
    signal(SIGCHLD, SIG_DFL);
    pid_t child = _Fork();
    int ends[3] = {pipes[INPUT][0], pipes[OUTPUT][1], pipes[ERRORS][1]};
    if (child == 0) become(path, arguments, environment, folder, memory, ends, pipes[STARTED][1]);
    if (child < 0) {
      struct engram_ending ending = {errno, 0};
      ssize_t told = write(pipes[STATUS][1], &ending, sizeof ending);
      _exit(told > 0 ? 0 : 1);
    }
    setpgid(child, child);
    // Nothing of the starter's is kept open: no lock of a file, no end of the program's pipes.
    dup2(pipes[LIFE][0], 3);
    dup2(pipes[STATUS][1], 4);
    dup2(pipes[STARTED][0], 5);
    close(0);
    close(1);
    close(2);
    close_from(6);
    guard(child, 5, 3, 4);
  }
  int kept[COUNT] = {1, 0, 0, 0, 1, -1};
  for (int place = 0; place < COUNT; place++) {
    for (int end = 0; end < 2; end++) {
      int is_kept = error == 0 && kept[place] == end;
      if (!is_kept && pipes[place][end] >= 0) close(pipes[place][end]);
    }
  }
  if (error != 0) return error;
  *program = (struct engram_program){
    pipes[INPUT][1], pipes[OUTPUT][0], pipes[ERRORS][0], pipes[STATUS][0], pipes[LIFE][1], guardian};
  return 0;
}
