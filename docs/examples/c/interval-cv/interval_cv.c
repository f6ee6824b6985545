// Coefficient of variation of the intervals between spikes of each unit, as a program that knows nothing of Engram but
// the protocol: one request as a line of JSON, data in HDF5 files in the working directory, answers as lines of JSON.
#include <hdf5.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void fail(const char *what) {
  printf("{\"error\": \"%s\"}\n", what);
  exit(0);
}

// The number that follows `"name": ` in the request; a program with more parameters takes a JSON library.
static double parameter(const char *request, const char *name) {
  const char *found = strstr(request, name);
  if (found == NULL) fail("the request lacks a parameter");
  return strtod(found + strlen(name), NULL);
}

// All numbers of a dataset, and how many there are.
static double *numbers(hid_t file, const char *path, hsize_t *count) {
  hid_t dataset = H5Dopen2(file, path, H5P_DEFAULT);
  if (dataset < 0) fail("the inputs lack the spikes");
  hid_t space = H5Dget_space(dataset);
  *count = (hsize_t)H5Sget_simple_extent_npoints(space);
  double *values = malloc((*count + 1) * sizeof *values);
  if (values == NULL || H5Dread(dataset, H5T_NATIVE_DOUBLE, H5S_ALL, H5S_ALL, H5P_DEFAULT, values) < 0) {
    fail("the spikes cannot be read");
  }
  H5Sclose(space);
  H5Dclose(dataset);
  return values;
}

static void put(hid_t file, const char *name, const char *unit, const double *values, hsize_t count) {
  hid_t space = H5Screate_simple(1, &count, NULL);
  hid_t dataset =
    H5Dcreate2(file, name, H5T_NATIVE_DOUBLE, space, H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT);
  if (dataset < 0 || H5Dwrite(dataset, H5T_NATIVE_DOUBLE, H5S_ALL, H5S_ALL, H5P_DEFAULT, values) < 0) {
    fail("the results cannot be written");
  }
  hid_t type = H5Tcopy(H5T_C_S1);
  H5Tset_size(type, strlen(unit));
  hid_t scalar = H5Screate(H5S_SCALAR);
  hid_t attribute = H5Acreate2(dataset, "units", type, scalar, H5P_DEFAULT, H5P_DEFAULT);
  H5Awrite(attribute, type, unit);
  H5Aclose(attribute);
  H5Sclose(scalar);
  H5Tclose(type);
  H5Dclose(dataset);
  H5Sclose(space);
}

int main(void) {
  static char request[1 << 16];
  setvbuf(stdout, NULL, _IOLBF, 0);
  if (fgets(request, sizeof request, stdin) == NULL) return 1;
  double shortest = parameter(request, "\"shortest\": ");

  hid_t inputs = H5Fopen("inputs.h5", H5F_ACC_RDONLY, H5P_DEFAULT);
  if (inputs < 0) fail("the inputs cannot be opened");
  hsize_t spikes, bounds;
  double *times = numbers(inputs, "/spikes/times", &spikes);
  double *offsets = numbers(inputs, "/spikes/offsets", &bounds);
  H5Fclose(inputs);

  hsize_t units = bounds - 1;
  double *means = malloc((units + 1) * sizeof *means), *cvs = malloc((units + 1) * sizeof *cvs);
  if (means == NULL || cvs == NULL) fail("there is not enough memory");
  for (hsize_t unit = 0; unit < units; unit++) {
    hsize_t first = (hsize_t)offsets[unit], last = (hsize_t)offsets[unit + 1];
    double count = 0, sum = 0, squares = 0;
    for (hsize_t k = first + 1; k < last; k++) {
      double interval = times[k] - times[k - 1];
      if (interval >= shortest) count++, sum += interval;
    }
    double mean = sum / count;
    // A second pass, so that equal intervals give exactly 0.
    for (hsize_t k = first + 1; k < last; k++) {
      double interval = times[k] - times[k - 1];
      if (interval >= shortest) squares += (interval - mean) * (interval - mean);
    }
    means[unit] = count < 2 ? NAN : mean;
    cvs[unit] = count < 2 ? NAN : sqrt(squares / count) / mean;
  }

  hid_t outputs = H5Fcreate("outputs.h5", H5F_ACC_TRUNC, H5P_DEFAULT, H5P_DEFAULT);
  if (outputs < 0) fail("the outputs cannot be created");
  put(outputs, "mean_interval", "ms", means, units);
  put(outputs, "cv", "1", cvs, units);
  H5Fclose(outputs);
  printf("{\"done\": true}\n");
  return 0;
}
