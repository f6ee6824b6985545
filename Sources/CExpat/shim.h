// Lets Swift see CExpat's C library; no logic.
#pragma once
#include <expat.h>
