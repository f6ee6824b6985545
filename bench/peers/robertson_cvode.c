// Robertson's reactions to 1e5 with CVODE (BDF, Newton, dense matrix, analytic Jacobian), called from C.
// Usage: robertson_cvode; prints the seconds of one run (best of 20 times 50 runs), the largest relative error and rtol.
#include <cvode/cvode.h>
#include <math.h>
#include <nvector/nvector_serial.h>
#include <stdio.h>
#include <sunlinsol/sunlinsol_dense.h>
#include <sunmatrix/sunmatrix_dense.h>
#include <time.h>

static const double exact[3] = {0.0178659211421, 7.27475146845e-8, 0.982134006110};

static int slope(realtype t, N_Vector y, N_Vector out, void *data) {
  const realtype *v = N_VGetArrayPointer(y);
  realtype *f = N_VGetArrayPointer(out);
  realtype slow = 0.04 * v[0], fast = 1e4 * v[1] * v[2], square = 3e7 * v[1] * v[1];
  f[0] = fast - slow;
  f[1] = slow - fast - square;
  f[2] = square;
  return 0;
}

static int jacobian(realtype t, N_Vector y, N_Vector f, SUNMatrix j, void *data, N_Vector a, N_Vector b, N_Vector c) {
  const realtype *v = N_VGetArrayPointer(y);
  SM_ELEMENT_D(j, 0, 0) = -0.04;
  SM_ELEMENT_D(j, 0, 1) = 1e4 * v[2];
  SM_ELEMENT_D(j, 0, 2) = 1e4 * v[1];
  SM_ELEMENT_D(j, 1, 0) = 0.04;
  SM_ELEMENT_D(j, 1, 1) = -1e4 * v[2] - 6e7 * v[1];
  SM_ELEMENT_D(j, 1, 2) = -1e4 * v[1];
  SM_ELEMENT_D(j, 2, 0) = 0;
  SM_ELEMENT_D(j, 2, 1) = 6e7 * v[1];
  SM_ELEMENT_D(j, 2, 2) = 0;
  return 0;
}

static double run(SUNContext context, double rtol) {
  N_Vector y = N_VNew_Serial(3, context), tolerance = N_VNew_Serial(3, context);
  realtype *v = N_VGetArrayPointer(y), *a = N_VGetArrayPointer(tolerance), t;
  for (int i = 0; i < 3; i++) {
    v[i] = i == 0;
    a[i] = rtol * 1e-8;
  }
  void *solver = CVodeCreate(CV_BDF, context);
  SUNMatrix matrix = SUNDenseMatrix(3, 3, context);
  SUNLinearSolver linear = SUNLinSol_Dense(y, matrix, context);
  CVodeInit(solver, slope, 0, y);
  CVodeSVtolerances(solver, rtol, tolerance);
  CVodeSetMaxNumSteps(solver, 100000);
  CVodeSetLinearSolver(solver, linear, matrix);
  CVodeSetJacFn(solver, jacobian);
  CVodeSetStopTime(solver, 1e5);
  double error = CVode(solver, 1e5, y, &t, CV_NORMAL) < 0 ? INFINITY : 0;
  for (int i = 0; i < 3; i++) error = fmax(error, fabs(v[i] / exact[i] - 1));
  CVodeFree(&solver);
  SUNLinSolFree(linear);
  SUNMatDestroy(matrix);
  N_VDestroy(y);
  N_VDestroy(tolerance);
  return error;
}

static double now(void) {
  struct timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return time.tv_sec + 1e-9 * time.tv_nsec;
}

int main(void) {
  SUNContext context;
  SUNContext_Create(NULL, &context);
  double rtol = 1e-3, error, best = INFINITY;
  // The loosest tolerance that keeps the error below 1e-6.
  while ((error = run(context, rtol)) >= 1e-6 && rtol > 1e-12) rtol /= sqrt(10);
  for (int round = 0; round < 20; round++) {
    double begin = now();
    for (int i = 0; i < 50; i++) run(context, rtol);
    best = fmin(best, (now() - begin) / 50);
  }
  printf("{\"seconds\": %.9f, \"error\": %.3g, \"rtol\": %.3g}\n", best, error, rtol);
}
