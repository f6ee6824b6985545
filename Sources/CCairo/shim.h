// Lets Swift see CCairo's C library; no logic.
#pragma once
#include <cairo.h>n#include <cairo-pdf.h>n#include <cairo-svg.h>
