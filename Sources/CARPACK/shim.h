// Lets Swift see CARPACK's C library; no logic.
#pragma once
#include <arpack.h>
