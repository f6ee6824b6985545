// Lets Swift see libzip; no logic.
#pragma once
#include <zip.h>
