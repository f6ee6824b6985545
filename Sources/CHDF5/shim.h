// Lets Swift see libhdf5: macros that expand to globals wrapped as functions, and the callbacks the library wants.
#pragma once
#define H5_USE_110_API
#include <hdf5.h>
#include <stdio.h>
#include <string.h>

static inline hid_t engram_h5t_int8(void) { return H5T_NATIVE_INT8; }
static inline hid_t engram_h5t_int16(void) { return H5T_NATIVE_INT16; }
static inline hid_t engram_h5t_int32(void) { return H5T_NATIVE_INT32; }
static inline hid_t engram_h5t_int64(void) { return H5T_NATIVE_INT64; }
static inline hid_t engram_h5t_uint8(void) { return H5T_NATIVE_UINT8; }
static inline hid_t engram_h5t_uint16(void) { return H5T_NATIVE_UINT16; }
static inline hid_t engram_h5t_uint32(void) { return H5T_NATIVE_UINT32; }
static inline hid_t engram_h5t_uint64(void) { return H5T_NATIVE_UINT64; }
static inline hid_t engram_h5t_float(void) { return H5T_NATIVE_FLOAT; }
static inline hid_t engram_h5t_double(void) { return H5T_NATIVE_DOUBLE; }
static inline hid_t engram_h5t_c_s1(void) { return H5T_C_S1; }
static inline hid_t engram_h5t_reference(void) { return H5T_STD_REF_OBJ; }

static inline hid_t engram_h5p_file_access(void) { return H5P_FILE_ACCESS; }
static inline hid_t engram_h5p_file_create(void) { return H5P_FILE_CREATE; }
static inline hid_t engram_h5p_group_create(void) { return H5P_GROUP_CREATE; }
static inline hid_t engram_h5p_dataset_create(void) { return H5P_DATASET_CREATE; }
static inline hid_t engram_h5p_dataset_transfer(void) { return H5P_DATASET_XFER; }
static inline hid_t engram_h5p_link_create(void) { return H5P_LINK_CREATE; }
static inline hid_t engram_h5p_link_access(void) { return H5P_LINK_ACCESS; }
static inline hid_t engram_h5p_dataset_access(void) { return H5P_DATASET_ACCESS; }

static inline unsigned engram_h5f_readonly(void) { return H5F_ACC_RDONLY; }
static inline unsigned engram_h5f_readwrite(void) { return H5F_ACC_RDWR; }
static inline unsigned engram_h5f_truncate(void) { return H5F_ACC_TRUNC; }
static inline size_t engram_h5t_variable(void) { return H5T_VARIABLE; }
static inline hsize_t engram_h5s_unlimited(void) { return H5S_UNLIMITED; }

// The HDF5 error stack is per thread in a thread-safe build, so this is called at each outermost entry.
static inline void engram_silence(void) { H5Eset_auto2(H5E_DEFAULT, NULL, NULL); }

// What the library said: the reasons from the deepest function outwards, one a line.
typedef struct {
  char text[1024];
  size_t used;
} engram_reason;

static inline herr_t engram_collect(unsigned n, const H5E_error2_t *error, void *context) {
  engram_reason *reason = (engram_reason *)context;
  (void)n;
  if (!error->desc || !error->desc[0]) return 0;
  size_t room = sizeof(reason->text) - reason->used;
  if (room < 2) return 0;
  int written = snprintf(reason->text + reason->used, room, "%s\n", error->desc);
  if (written > 0) reason->used += (size_t)written < room ? (size_t)written : room - 1;
  return 0;
}

static inline void engram_reasons(engram_reason *reason) {
  memset(reason, 0, sizeof(*reason));
  H5Ewalk2(H5E_DEFAULT, H5E_WALK_UPWARD, engram_collect, reason);
  H5Eclear2(H5E_DEFAULT);
}

// First value that the wanted type cannot hold; `kind` -1 while there is none.
typedef struct {
  int kind;
} engram_conversion;

// Values beyond the range (and fractions on the way to integers) stop the read; rounding to a float does not.
static inline H5T_conv_ret_t engram_convert(
    H5T_conv_except_t kind, hid_t from, hid_t to, void *source, void *target, void *context) {
  (void)target;
  if (kind == H5T_CONV_EXCEPT_PRECISION) return H5T_CONV_UNHANDLED;
  if (kind == H5T_CONV_EXCEPT_PINF || kind == H5T_CONV_EXCEPT_NINF || kind == H5T_CONV_EXCEPT_NAN) {
    if (H5Tget_class(to) == H5T_FLOAT) return H5T_CONV_UNHANDLED;
  }
  // The fast paths call an infinity out of range and NaN a fraction. As a float either is itself again.
  double value = 0;
  if (H5Tequal(from, H5T_NATIVE_DOUBLE) > 0) memcpy(&value, source, sizeof(value));
  if (H5Tequal(from, H5T_NATIVE_FLOAT) > 0) {
    float narrow;
    memcpy(&narrow, source, sizeof(narrow));
    value = narrow;
  }
  if (value - value != 0) {
    if (H5Tget_class(to) == H5T_FLOAT) return H5T_CONV_UNHANDLED;
    kind = H5T_CONV_EXCEPT_NAN;
  }
  ((engram_conversion *)context)->kind = (int)kind;
  return H5T_CONV_ABORT;
}

static inline herr_t engram_check_conversion(hid_t transfer, engram_conversion *state) {
  state->kind = -1;
  return H5Pset_type_conv_cb(transfer, engram_convert, state);
}

// Refuses to leave the file through an external link.
static inline herr_t engram_refuse_external(const char *parent_file, const char *parent_group, const char *file,
    const char *object, unsigned *flags, hid_t access, void *context) {
  (void)parent_file; (void)parent_group; (void)file; (void)object; (void)flags; (void)access; (void)context;
  H5Epush2(H5E_DEFAULT, "", "", 0, H5E_ERR_CLS, H5E_LINK, H5E_TRAVERSE, "an external link is not followed");
  return -1;
}

static inline herr_t engram_forbid_external(hid_t link_access) {
  return H5Pset_elink_cb(link_access, engram_refuse_external, NULL);
}

// Frees what variable-length elements point to (the numbered call that is not deprecated in 1.10).
static inline herr_t engram_reclaim(hid_t type, hid_t space, void *buffer) {
  return H5Dvlen_reclaim(type, space, H5P_DEFAULT, buffer);
}

// One link at a time, in the order of the names.
static inline herr_t engram_links(hid_t group, H5L_iterate_t visit, void *context) {
  hsize_t at = 0;
  return H5Literate(group, H5_INDEX_NAME, H5_ITER_INC, &at, visit, context);
}

// One attribute at a time, in the order of the names.
static inline herr_t engram_attributes(hid_t object, H5A_operator2_t visit, void *context) {
  hsize_t at = 0;
  return H5Aiterate2(object, H5_INDEX_NAME, H5_ITER_INC, &at, visit, context);
}

// Address, kind and attribute count of an open object.
static inline herr_t engram_object_info(hid_t object, H5O_info_t *info) {
  return H5Oget_info2(object, info, H5O_INFO_BASIC | H5O_INFO_NUM_ATTRS);
}

static inline hsize_t engram_open_identifiers(void) {
  const H5I_type_t kinds[] = {
      H5I_FILE, H5I_GROUP, H5I_DATASET, H5I_ATTR, H5I_DATATYPE, H5I_DATASPACE, H5I_GENPROP_LST};
  hsize_t sum = 0;
  for (int i = 0; i < 7; i++) {
    hsize_t count = 0;
    if (H5Inmembers(kinds[i], &count) >= 0) sum += count;
  }
  return sum;
}
