// Starts a program of a user's in a process group of its own, watched by a guardian that ends the whole group when the
// program ends or when whoever started it dies.
#pragma once
#include <stdint.h>
#include <sys/types.h>

// What a started program is reached by; every descriptor belongs to the caller.
struct engram_program {
  int input;    // write end of its standard input
  int output;   // read end of its standard output
  int errors;   // read end of its standard error
  int status;   // read end: one `struct engram_ending` when it has ended, then end of file
  int life;     // closing it ends the program and all that it started
  pid_t guardian;
};

// How a program ended.
struct engram_ending {
  int32_t error;   // errno when it could not be started, else 0
  int32_t status;  // as waitpid gives it
};

// Starts `path` in `folder`. It may write below `folder` and `/dev` only, where the kernel can enforce that
// (Landlock); private memory is limited to `memory` bytes. Returns 0, or errno.
int engram_launch(
  const char *path, char *const arguments[], char *const environment[], const char *folder, uint64_t memory,
  struct engram_program *program);

// Whether the kernel can keep a program from writing elsewhere; where it can and fails, nothing is started.
int engram_can_confine(void);
