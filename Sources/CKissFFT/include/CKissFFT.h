// Fourier transforms of KissFFT in float64, with C linkage.
#pragma once
#include <stddef.h>
#ifdef __cplusplus
extern "C" {
#endif

/// Transforms `count` complex numbers (real, imaginary, ...), forward with exp(-2 pi i jk/n) or inverse without the
/// factor 1/n. `from` and `to` must differ. Returns 1 when memory runs out.
int engram_kissfft(const double *from, double *to, size_t count, int inverse);

#ifdef __cplusplus
}
#endif
