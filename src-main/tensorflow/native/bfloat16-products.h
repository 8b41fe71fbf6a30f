// Products of bfloat16 pairs, as AVX-512 has them. Where KINDRED_BFLOAT16_PRODUCTS is defined, code between
// KINDRED_PRODUCTS_BEGIN and KINDRED_PRODUCTS_END may use them; before it runs, ask `hasBfloat16Products`.
#pragma once
#include <cstring>

#include "row-vectors.h"

#if defined(__x86_64__) && defined(__GNUC__) && !defined(__clang__) && __GNUC__ >= 10
#define KINDRED_BFLOAT16_PRODUCTS
#include <immintrin.h>
#define KINDRED_PRODUCTS_BEGIN _Pragma("GCC push_options") _Pragma("GCC target(\"avx512f,avx512bw,avx512vl,avx512bf16\")")
#define KINDRED_PRODUCTS_END _Pragma("GCC pop_options")
#endif

namespace kindred {

inline bool hasBfloat16Products() {
#ifdef KINDRED_BFLOAT16_PRODUCTS
  return __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512vl") &&
         __builtin_cpu_supports("avx512bf16");
#else
  return false;
#endif
}

#ifdef KINDRED_BFLOAT16_PRODUCTS
KINDRED_PRODUCTS_BEGIN

// Two neighbours in memory, in all sixteen lanes.
inline __m512bh pairInAllLanes(const Bfloat16* p) {
  int word;
  std::memcpy(&word, p, sizeof word);
  return (__m512bh)_mm512_set1_epi32(word);
}

// Sixteen numbers of one row and of the next, paired.
inline __m512i pairedRows(__m256i first, __m256i second) {
  return _mm512_or_si512(_mm512_cvtepu16_epi32(first), _mm512_slli_epi32(_mm512_cvtepu16_epi32(second), 16));
}

KINDRED_PRODUCTS_END
#endif

}  // namespace kindred
