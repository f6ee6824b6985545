// KissFFT's header-only form serves float64, which its packaged libraries do not.
#include "CKissFFT.h"

#include <cmath>
#include <exception>
#include <kissfft/kissfft.hh>

extern "C" int engram_kissfft(const double *from, double *to, size_t count, int inverse) {
  try {
    const kissfft<double> plan(count, inverse != 0);
    plan.transform(reinterpret_cast<const std::complex<double> *>(from), reinterpret_cast<std::complex<double> *>(to));
    return 0;
  } catch (const std::exception &) {
    return 1;
  }
}
