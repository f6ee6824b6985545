// Lets Swift see CCrypto's C library; no logic.
#pragma once
#include <openssl/evp.h>
