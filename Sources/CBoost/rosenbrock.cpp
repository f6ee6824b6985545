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

// Kept from step to step: the stepper allocates some twenty vectors.
struct engram_boost_stepper {
  boost::numeric::odeint::rosenbrock4<double> method;
  Vector x, next, error;
};

extern "C" engram_boost_stepper *engram_boost_stepper_new(int size) {
  try {
    return new engram_boost_stepper{{}, Vector(size), Vector(size), Vector(size)};
  } catch (const std::exception &) {
    return nullptr;
  }
}

extern "C" void engram_boost_stepper_free(engram_boost_stepper *stepper) { delete stepper; }

extern "C" int engram_boost_rosenbrock4(engram_boost_stepper *stepper, engram_boost_slope f,
                                        engram_boost_jacobian jacobian, void *context, double t, double dt,
                                        const double *from, double *to, double *error) {
  try {
    engram_boost_stepper &own = *stepper;
    std::copy(from, from + own.x.size(), own.x.begin());
    own.method.do_step(std::make_pair(Slope{f, context}, SlopeJacobian{jacobian, context}), own.x, t, own.next, dt,
                       own.error);
    std::copy(own.next.begin(), own.next.end(), to);
    std::copy(own.error.begin(), own.error.end(), error);
    return 0;
  } catch (const std::exception &) {
    return 1;
  }
}
