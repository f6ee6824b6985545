// Turns a crash or an endless loop of libhdf5 in a damaged file into one sentence and an exit status.
#pragma once
#include <malloc.h>
#include <stddef.h>

// Installs the signal handlers; the process ends with `status` when libhdf5 fails inside a call.
void engram_guard_install(int status);

// From now on the reason goes to `descriptor` instead, as the JSON value by which a worker tells of its failure.
void engram_guard_answer(int descriptor);

// Brackets a sequence of calls to libhdf5 on the calling thread; one thread at a time.
void engram_guard_enter(void);
void engram_guard_leave(void);

// Names what the calls concern, and how many bytes they move (more bytes may take longer).
void engram_guard_at(const char *file, const char *object);
void engram_guard_bytes(size_t bytes);

// Registers a file that is being written, to be removed if the process ends here; false when there are too many.
int engram_guard_add_partial(const char *path);
void engram_guard_remove_partial(const char *path);

// Keeps up to 64 MB of freed memory, and takes pieces of up to 32 MB from it.
static inline void engram_keep_freed_memory(void) {
  mallopt(M_MMAP_THRESHOLD, 1 << 25);
  mallopt(M_TRIM_THRESHOLD, 1 << 26);
}
