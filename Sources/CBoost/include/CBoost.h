// Special functions, distributions and quadrature of Boost.Math, with C linkage.
#pragma once
#ifdef __cplusplus
extern "C" {
#endif

/// Scaled complementary error function exp(x^2) erfc(x).
double engram_boost_erfcx(double x);

#ifdef __cplusplus
}
#endif
