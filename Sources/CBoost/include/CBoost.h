// Special functions, distributions, quadrature, roots and the stiff stepper of Boost, with C linkage.
#pragma once
#ifdef __cplusplus
extern "C" {
#endif

/// Scaled complementary error function exp(x^2) erfc(x).
double engram_boost_erfcx(double x);
/// x with erf(x) = p.
double engram_boost_erf_inverse(double p);
/// Derivative of log gamma.
double engram_boost_digamma(double x);
/// Regularised lower incomplete gamma function P(a, x).
double engram_boost_gamma_p(double a, double x);
/// Regularised incomplete beta function I_x(a, b).
double engram_boost_beta_regularised(double a, double b, double x);
/// Upper tails and a quantile; NaN for impossible arguments.
double engram_boost_student_upper(double t, double freedom);
double engram_boost_student_quantile(double p, double freedom);
double engram_boost_chi_squared_upper(double x, double freedom);
double engram_boost_fisher_upper(double f, double numerator, double denominator);

/// A function of one variable; `context` is the caller's.
typedef double (*engram_boost_function)(void *context, double x);
/// Adaptive Gauss-Kronrod quadrature with 31 nodes; 1 when Boost refused. `magnitude` is the integral of |f|.
int engram_boost_gauss_kronrod(engram_boost_function f, void *context, double from, double to, double tolerance,
                               int depth, double *value, double *error, double *magnitude);
/// Narrows a bracket of a root to `tolerance`; `evaluations` holds the limit, then the number used.
int engram_boost_toms748(engram_boost_function f, void *context, double *low, double *high, double at_low,
                         double at_high, double tolerance, int *evaluations);

/// dx/dt of a system of equations.
typedef void (*engram_boost_slope)(void *context, double t, const double *x, double *slope);
/// Derivatives of the slopes by the variables, row by row, and by time.
typedef void (*engram_boost_jacobian)(void *context, double t, const double *x, double *jacobian, double *in_time);
/// Work space of steps of one system; NULL without memory.
typedef struct engram_boost_stepper engram_boost_stepper;
engram_boost_stepper *engram_boost_stepper_new(int size);
void engram_boost_stepper_free(engram_boost_stepper *stepper);
/// One Rosenbrock step of order 4 with an error estimate of order 3; 1 when Boost refused.
int engram_boost_rosenbrock4(engram_boost_stepper *stepper, engram_boost_slope f, engram_boost_jacobian jacobian,
                             void *context, double t, double dt, const double *from, double *to, double *error);

#ifdef __cplusplus
}
#endif
