// Lets Swift see CZip's C library; no logic.
#pragma once
#include <zip.h>
#include <zlib.h>
