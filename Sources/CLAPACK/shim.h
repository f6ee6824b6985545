// Lets Swift see OpenBLAS and LAPACKE; no logic.
#pragma once
#include <complex.h>
#define lapack_complex_float float _Complex
#define lapack_complex_double double _Complex
#include <cblas.h>
#include <lapacke.h>
