// libhdf5 1.10 reads beyond its buffers, or loops for ever, on some damaged files. Neither can be caught where it
// happens: its memory may be spoilt, so the only safe way on is out. The handlers use only calls that are safe in a
// signal handler.
#define _GNU_SOURCE
#include "CGuard.h"

#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

enum { PATHS = 16, LENGTH = 4096, STACK = 1 << 16 };

static int exit_status;
static int answers = -1;
static volatile int is_inside;
static volatile pthread_t holder;
static volatile unsigned long sequence;
static volatile size_t allowance;
static char file_name[LENGTH], object_name[LENGTH];
static char partials[PATHS][LENGTH];
static char alternate_stack[STACK];

// CPU seconds one sequence of calls may take, and bytes for which it gets one more.
static const double seconds_allowed = 5;
static const double bytes_a_second = 1e7;

static void say(const char *words) {
  ssize_t written = write(STDERR_FILENO, words, strlen(words));
  (void)written;
}

// Writes a name as a part of a JSON text; a byte that would need a code becomes a question mark.
static void tell(const char *name) {
  for (; *name; name++) {
    const char byte[2] = {*name, 0};
    const char *own = *name == '"' ? "\\\"" : *name == '\\' ? "\\\\" : (unsigned char)*name < 0x20 ? "?" : byte;
    ssize_t written = write(answers, own, strlen(own));
    (void)written;
  }
}

static void answer(const char *words) {
  ssize_t written = write(answers, words, strlen(words));
  (void)written;
}

// The words of `Failure` in the worker's protocol; the parent knows which job it was.
static void answer_failure(const char *what) {
  answer("{\"failed\":{\"_0\":{\"name\":\"\",\"problem\":\"the file is damaged: libhdf5 ");
  answer(what);
  answer(", at ");
  tell(file_name);
  answer("#");
  tell(object_name);
  answer("\",\"fix\":\"copy or download the file again, or restore it from its source\"}}}\n");
}

static void say_failure(const char *what) {
  say(file_name);
  if (object_name[0] && strcmp(object_name, "/")) {
    say("#");
    say(object_name);
  }
  say(": error: the file is damaged: libhdf5 ");
  say(what);
  say("\n  fix: copy or download the file again, or restore it from its source\n");
}

static void leave_process(const char *what) {
  if (answers >= 0) {
    answer_failure(what);
  } else {
    say_failure(what);
  }
  for (int i = 0; i < PATHS; i++) {
    if (partials[i][0]) unlink(partials[i]);
  }
  _exit(exit_status);
}

static void on_fault(int number) {
  if (is_inside && pthread_equal(holder, pthread_self())) leave_process("crashed while reading it");
  // Not libhdf5: a fault of our own, which shall look like one.
  signal(number, SIG_DFL);
  raise(number);
}

static void on_tick(int number) {
  static unsigned long watched;
  static double began;
  struct timespec now;
  clockid_t clock;
  (void)number;
  if (!is_inside || pthread_getcpuclockid(holder, &clock) || clock_gettime(clock, &now)) return;
  double seconds = (double)now.tv_sec + (double)now.tv_nsec * 1e-9;
  if (watched != sequence) {
    watched = sequence;
    began = seconds;
  } else if (seconds - began > seconds_allowed + (double)allowance / bytes_a_second) {
    leave_process("does not come to an end while reading it");
  }
}

void engram_guard_install(int status) {
  exit_status = status;
  stack_t stack = {.ss_sp = alternate_stack, .ss_size = STACK};
  sigaltstack(&stack, NULL);
  struct sigaction fault = {.sa_handler = on_fault, .sa_flags = SA_ONSTACK | SA_NODEFER};
  sigemptyset(&fault.sa_mask);
  // SIGILL and SIGTRAP stay: they are Swift's own checks.
  const int faults[] = {SIGSEGV, SIGBUS, SIGABRT, SIGFPE};
  for (int i = 0; i < 4; i++) sigaction(faults[i], &fault, NULL);
  struct sigaction tick = {.sa_handler = on_tick, .sa_flags = SA_RESTART};
  sigemptyset(&tick.sa_mask);
  sigaction(SIGVTALRM, &tick, NULL);
  // A parent that starts us from a worker thread (Foundation's Process does) hands its blocked signals down.
  sigset_t ours;
  sigemptyset(&ours);
  sigaddset(&ours, SIGVTALRM);
  sigaddset(&ours, SIGINT);
  sigaddset(&ours, SIGTERM);
  for (int i = 0; i < 4; i++) sigaddset(&ours, faults[i]);
  pthread_sigmask(SIG_UNBLOCK, &ours, NULL);
  // Counts the process's own computing time: an idle process gets no ticks.
  const struct itimerval every_second = {{1, 0}, {1, 0}};
  setitimer(ITIMER_VIRTUAL, &every_second, NULL);
}

void engram_guard_answer(int descriptor) { answers = descriptor; }

void engram_guard_enter(void) {
  holder = pthread_self();
  sequence++;
  allowance = 0;
  is_inside = 1;
}

void engram_guard_leave(void) { is_inside = 0; }

static void copy(char *target, const char *source) {
  size_t length = strnlen(source, LENGTH - 1);
  memcpy(target, source, length);
  target[length] = 0;
}

void engram_guard_at(const char *file, const char *object) {
  copy(file_name, file);
  copy(object_name, object);
}

void engram_guard_bytes(size_t bytes) { allowance = bytes; }

int engram_guard_add_partial(const char *path) {
  if (strlen(path) >= LENGTH) return 0;
  for (int i = 0; i < PATHS; i++) {
    if (partials[i][0]) continue;
    copy(partials[i], path);
    return 1;
  }
  return 0;
}

void engram_guard_remove_partial(const char *path) {
  for (int i = 0; i < PATHS; i++) {
    if (!strcmp(partials[i], path)) partials[i][0] = 0;
  }
}
