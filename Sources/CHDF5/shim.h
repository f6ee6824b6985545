// Lets Swift see libhdf5: macros that expand to globals, wrapped as functions.
#pragma once
#include <hdf5.h>

static inline hid_t engram_h5t_double(void) { return H5T_NATIVE_DOUBLE; }
