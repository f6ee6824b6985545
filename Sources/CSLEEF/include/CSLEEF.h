// Vectorised elementary functions of SLEEF over whole arrays.
#pragma once
#include <stddef.h>

/// y[i] = exp(x[i]), tanh(x[i]), log(x[i]); `x` and `y` may be the same array.
void engram_sleef_exp_float(const float *x, float *y, size_t count);
void engram_sleef_tanh_float(const float *x, float *y, size_t count);
void engram_sleef_exp_double(const double *x, double *y, size_t count);
void engram_sleef_tanh_double(const double *x, double *y, size_t count);
void engram_sleef_log_double(const double *x, double *y, size_t count);
