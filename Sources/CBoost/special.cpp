// Special functions and distributions; out-of-range arguments give NaN, never an exception.
#include "CBoost.h"

#include <boost/math/distributions/chi_squared.hpp>
#include <boost/math/distributions/fisher_f.hpp>
#include <boost/math/distributions/students_t.hpp>
#include <boost/math/special_functions/beta.hpp>
#include <boost/math/special_functions/digamma.hpp>
#include <boost/math/special_functions/erf.hpp>
#include <boost/math/special_functions/gamma.hpp>
#include <cmath>

namespace {
using namespace boost::math::policies;
typedef policy<domain_error<ignore_error>, pole_error<ignore_error>, overflow_error<ignore_error>,
               underflow_error<ignore_error>, denorm_error<ignore_error>, rounding_error<ignore_error>,
               evaluation_error<ignore_error>>
    Quiet;
}  // namespace

extern "C" double engram_boost_erfcx(double x) {
  // Beyond 25, exp(x^2) overflows before the product is formed; seven terms of the asymptotic series suffice there.
  if (x > 25) {
    const double inverse = 1 / (x * x);
    double series = 1;
    for (double k = 6.5; k > 0; k -= 1) series = 1 - k * inverse * series;
    return series / (x * std::sqrt(M_PI));
  }
  // x^2 rounded would lose x^2 units of relative accuracy in exp: split off the part that squares exactly.
  const double high = std::nearbyint(x * 0x1p20) * 0x1p-20;
  return std::exp(high * high) * std::exp((x - high) * (x + high)) * boost::math::erfc(x, Quiet());
}

extern "C" double engram_boost_erf_inverse(double p) { return boost::math::erf_inv(p, Quiet()); }

extern "C" double engram_boost_digamma(double x) { return boost::math::digamma(x, Quiet()); }

extern "C" double engram_boost_gamma_p(double a, double x) { return boost::math::gamma_p(a, x, Quiet()); }

extern "C" double engram_boost_beta_regularised(double a, double b, double x) {
  return boost::math::ibeta(a, b, x, Quiet());
}

extern "C" double engram_boost_student_upper(double t, double freedom) {
  if (!(freedom > 0) || std::isnan(t)) return NAN;
  return cdf(complement(boost::math::students_t_distribution<double, Quiet>(freedom), t));
}

extern "C" double engram_boost_student_quantile(double p, double freedom) {
  if (!(freedom > 0) || !(p >= 0 && p <= 1)) return NAN;
  return quantile(boost::math::students_t_distribution<double, Quiet>(freedom), p);
}

extern "C" double engram_boost_chi_squared_upper(double x, double freedom) {
  if (!(freedom > 0) || !(x >= 0)) return NAN;
  return cdf(complement(boost::math::chi_squared_distribution<double, Quiet>(freedom), x));
}

extern "C" double engram_boost_fisher_upper(double f, double numerator, double denominator) {
  if (!(numerator > 0) || !(denominator > 0) || !(f >= 0)) return NAN;
  return cdf(complement(boost::math::fisher_f_distribution<double, Quiet>(numerator, denominator), f));
}
