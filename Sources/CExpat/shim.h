// Lets Swift see Expat; no logic.
#pragma once
#include <expat.h>
