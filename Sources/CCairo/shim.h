// Lets Swift see CCairo's C library; no logic.
#pragma once
#include <cairo.h>
#include <cairo-pdf.h>
#include <cairo-svg.h>
