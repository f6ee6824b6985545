#include "CSLEEF.h"

// The ten rounds of Philox-4x32 (Salmon et al. 2011) on eight successive counters at once; the words stand in 64-bit
// lanes, whose products of low halves need no widening.
#define ROUNDS 10
#define FACTOR_0 0xD2511F53u
#define FACTOR_1 0xCD9E8D57u
#define WEYL_0 0x9E3779B9u
#define WEYL_1 0xBB67AE85u

#if defined(__AVX2__)
#include <immintrin.h>

typedef struct { __m256i a, b, c, d; } words;

static inline words start(uint32_t first, const uint32_t counter[4]) {
  return (words){
    _mm256_set_epi64x((uint32_t)(first + 3), (uint32_t)(first + 2), (uint32_t)(first + 1), first),
    _mm256_set1_epi64x(counter[1]), _mm256_set1_epi64x(counter[2]), _mm256_set1_epi64x(counter[3])};
}

static inline words round_of(words w, __m256i k, __m256i l) {
  const __m256i low = _mm256_set1_epi64x(0xFFFFFFFF);
  __m256i p = _mm256_mul_epu32(w.a, _mm256_set1_epi64x(FACTOR_0));
  __m256i q = _mm256_mul_epu32(w.c, _mm256_set1_epi64x(FACTOR_1));
  return (words){
    _mm256_xor_si256(_mm256_xor_si256(_mm256_srli_epi64(q, 32), w.b), k), _mm256_and_si256(q, low),
    _mm256_xor_si256(_mm256_xor_si256(_mm256_srli_epi64(p, 32), w.d), l), _mm256_and_si256(p, low)};
}

static inline void store(words w, uint64_t *bits) {
  __m256i even = _mm256_or_si256(_mm256_slli_epi64(w.b, 32), w.a);
  __m256i odd = _mm256_or_si256(_mm256_slli_epi64(w.d, 32), w.c);
  __m256i low = _mm256_unpacklo_epi64(even, odd), high = _mm256_unpackhi_epi64(even, odd);
  _mm256_storeu_si256((__m256i *)bits, _mm256_permute2x128_si256(low, high, 0x20));
  _mm256_storeu_si256((__m256i *)(bits + 4), _mm256_permute2x128_si256(low, high, 0x31));
}

void engram_philox(const uint32_t counter[4], const uint32_t key[2], size_t octets, uint64_t *bits) {
  for (size_t n = 0; n < octets; n++) {
    uint32_t first = counter[0] + 8 * (uint32_t)n;
    words w = start(first, counter), x = start(first + 4, counter);
    uint32_t k = key[0], l = key[1];
    for (int r = 0; r < ROUNDS; r++, k += WEYL_0, l += WEYL_1) {
      __m256i wide_k = _mm256_set1_epi64x(k), wide_l = _mm256_set1_epi64x(l);
      w = round_of(w, wide_k, wide_l);
      x = round_of(x, wide_k, wide_l);
    }
    store(w, bits + 16 * n);
    store(x, bits + 16 * n + 8);
  }
}
#else
void engram_philox(const uint32_t counter[4], const uint32_t key[2], size_t octets, uint64_t *bits) {
  for (size_t n = 0; n < 8 * octets; n++) {
    uint32_t a = counter[0] + (uint32_t)n, b = counter[1], c = counter[2], d = counter[3];
    uint32_t k = key[0], l = key[1];
    for (int r = 0; r < ROUNDS; r++, k += WEYL_0, l += WEYL_1) {
      uint64_t p = (uint64_t)a * FACTOR_0, q = (uint64_t)c * FACTOR_1;
      a = (uint32_t)(q >> 32) ^ b ^ k;
      c = (uint32_t)(p >> 32) ^ d ^ l;
      b = (uint32_t)q;
      d = (uint32_t)p;
    }
    bits[2 * n] = (uint64_t)b << 32 | a;
    bits[2 * n + 1] = (uint64_t)d << 32 | c;
  }
}
#endif
