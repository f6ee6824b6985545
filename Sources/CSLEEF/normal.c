#include "CSLEEF.h"

#include <math.h>
#include <stdint.h>

// Quantiles of the normal distribution: Wichura (1988) Algorithm AS 241, Appl. Statist. 37, 477. The loops are simple
// enough for the compiler to vectorise; one element takes the same operations as many, so its value does not depend on
// its position.
#define BLOCK 512
#define POLYNOMIAL(x, a, b, c, d, e, f, g, h) \
  (((((((h * x + g) * x + f) * x + e) * x + d) * x + c) * x + b) * x + a)

static inline double central(double q) {
  double r = 0.180625 - q * q;
  return q *
         POLYNOMIAL(r, 3.3871328727963666080, 133.14166789178437745, 1971.5909503065514427,
                    13731.693765509461125, 45921.953931549871457, 67265.770927008700853,
                    33430.575583588128105, 2509.0809287301226727) /
         POLYNOMIAL(r, 1, 42.313330701600911252, 687.18700749205790830, 5394.1960214247511077,
                    21213.794301586595867, 39307.895800092710610, 28729.085735721942674,
                    5226.4952788528545610);
}

// From the root of minus the logarithm of the tail's probability, up to 5: a tail of 1e-11.
static inline double near_tail(double root) {
  double r = root - 1.6;
  return POLYNOMIAL(r, 1.42343711074968357734, 4.63033784615654529590, 5.76949722146069140550,
                    3.64784832476320460504, 1.27045825245236838258, 0.241780725177450611770,
                    0.0227238449892691845833, 7.74545014278341407640e-4) /
         POLYNOMIAL(r, 1, 2.05319162663775882187, 1.67638483018380384940, 0.689767334985100004550,
                    0.148103976427480074590, 0.0151986665636164571966, 5.47593808499534494600e-4,
                    1.05075007164441684324e-9);
}

static inline double far_tail(double root) {
  double r = root - 5;
  return POLYNOMIAL(r, 6.65790464350110377720, 5.46378491116411436990, 1.78482653991729133580,
                    0.296560571828504891230, 0.0265321895265761230930, 0.00124266094738807843860,
                    2.71155556874348757815e-5, 2.01033439929228813265e-7) /
         POLYNOMIAL(r, 1, 0.599832206555887937690, 0.136929880922735805310, 0.0148753612908506148525,
                    7.86869131145613259100e-4, 1.84631831751005468180e-5, 1.42151175831644588870e-7,
                    2.04426310338993978564e-15);
}

static void block(double *x, size_t count) {
  double tail[BLOCK + 1], sign[BLOCK + 1];
  int32_t place[BLOCK + 1];
  size_t found = 0;
  for (size_t i = 0; i < count; i++) {
    // Without branches: which side a random number falls on cannot be predicted.
    place[found] = (int32_t)i;
    found += fabs(x[i] - 0.5) > 0.425;
  }
  for (size_t k = 0; k < found; k++) {
    double u = x[place[k]], above = 1 - u;
    tail[k] = u < above ? u : above;
    sign[k] = copysign(1, u - 0.5);
  }
  for (size_t i = 0; i < count; i++) x[i] = central(x[i] - 0.5);
  engram_sleef_log_double(tail, tail, found);
  for (size_t k = 0; k < found; k++) tail[k] = sqrt(-tail[k]);
  int far = 0;
  for (size_t k = 0; k < found; k++) far |= tail[k] > 5;
  // One number in 10^11 lies so far out; the others need not wait for its quotient.
  if (far) {
    for (size_t k = 0; k < found; k++) sign[k] *= tail[k] > 5 ? far_tail(tail[k]) : near_tail(tail[k]);
  } else {
    for (size_t k = 0; k < found; k++) sign[k] *= near_tail(tail[k]);
  }
  for (size_t k = 0; k < found; k++) x[place[k]] = sign[k];
}

void engram_normal_quantiles(double *x, size_t count) {
  for (size_t i = 0; i < count; i += BLOCK) block(x + i, count - i < BLOCK ? count - i : BLOCK);
}
