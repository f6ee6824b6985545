// One step of Boost.odeint's Rosenbrock method; step control is the caller's.
#define BOOST_UBLAS_NDEBUG 1
#include "CBoost.h"

#include <algorithm>
// uBLAS of Boost 1.74 derives from std::iterator, which C++17 deprecates.
#pragma clang diagnostic push
#pragma clang diagnostic ignored "-Wdeprecated-declarations"
#include <boost/numeric/odeint/stepper/rosenbrock4.hpp>
#pragma clang diagnostic pop
#include <exception>

namespace {
typedef boost::numeric::ublas::vector<double> Vector;
typedef boost::numeric::ublas::matrix<double> Jacobian;

struct Slope {
  engram_boost_slope f;
  void *context;
  void operator()(const Vector &x, Vector &slope, double t) const { f(context, t, &x[0], &slope[0]); }
};

struct SlopeJacobian {
  engram_boost_jacobian f;
  void *context;
  void operator()(const Vector &x, Jacobian &jacobian, const double &t, Vector &in_time) const {
    f(context, t, &x[0], &jacobian(0, 0), &in_time[0]);
  }
};
}  // namespace

extern "C" int engram_boost_rosenbrock4(engram_boost_slope f, engram_boost_jacobian jacobian, void *context, int size,
                                        double t, double dt, const double *from, double *to, double *error) {
  try {
    Vector x(size), next(size), difference(size);
    std::copy(from, from + size, x.begin());
    boost::numeric::odeint::rosenbrock4<double> stepper;
    stepper.do_step(std::make_pair(Slope{f, context}, SlopeJacobian{jacobian, context}), x, t, next, dt, difference);
    std::copy(next.begin(), next.end(), to);
    std::copy(difference.begin(), difference.end(), error);
    return 0;
  } catch (const std::exception &) {
    return 1;
  }
}
