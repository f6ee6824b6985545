// Quadrature and root finding over C callbacks; no exception leaves this file.
#include "CBoost.h"

#include <boost/math/quadrature/gauss_kronrod.hpp>
#include <boost/math/tools/toms748_solve.hpp>
#include <cmath>
#include <exception>

extern "C" int engram_boost_gauss_kronrod(engram_boost_function f, void *context, double from, double to,
                                          double tolerance, int depth, double *value, double *error,
                                          double *magnitude) {
  try {
    using rule = boost::math::quadrature::gauss_kronrod<double, 31>;
    if (!std::isfinite(from) || !std::isfinite(to)) {
      *value = rule::integrate([=](double x) { return f(context, x); }, from, to, depth, tolerance, error, magnitude);
      return 0;
    }
    // Boost's estimate of the error leaves out the length of the interval: short ones would be halved to the end. On
    // [-1, 1] the two agree.
    double middle = 0.5 * (from + to), half = 0.5 * (to - from);
    *value = half * rule::integrate([=](double x) { return f(context, middle + half * x); }, -1.0, 1.0, depth, tolerance,
                                    error, magnitude);
    *error *= std::fabs(half);
    *magnitude *= std::fabs(half);
    return 0;
  } catch (const std::exception &) {
    return 1;
  }
}

extern "C" int engram_boost_toms748(engram_boost_function f, void *context, double *low, double *high, double at_low,
                                    double at_high, double tolerance, int *evaluations) {
  try {
    boost::uintmax_t limit = *evaluations;
    auto close = [=](double a, double b) { return b - a <= tolerance; };
    auto bracket = boost::math::tools::toms748_solve([=](double x) { return f(context, x); }, *low, *high, at_low,
                                                     at_high, close, limit);
    *low = bracket.first;
    *high = bracket.second;
    *evaluations = static_cast<int>(limit);
    return 0;
  } catch (const std::exception &) {
    return 1;
  }
}
