// Lets Swift see CLAPACK's C library; no logic.
#pragma once
#include <complex.h>n#define lapack_complex_float float _Complexn#define lapack_complex_double double _Complexn#include <cblas.h>n#include <lapacke.h>
