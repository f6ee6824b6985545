// Lets Swift see KissFFT; its pkg-config file has flags that SwiftPM refuses, so they stand here.
#pragma once
#define kiss_fft_scalar float
#define KISS_FFT_SHARED
#include <kissfft/kiss_fft.h>
#include <kissfft/kiss_fftr.h>
