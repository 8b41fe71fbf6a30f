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

// Two neighbours in memory, in all sixteen lanes. Read here and now: GCC else keeps for the next pixel what that reads
// too, in more registers than there are. For the same reason loops over sums are unrolled by name.
inline __m512bh pairInAllLanes(const Bfloat16* p) {
  __m512bh lanes;
  asm("vpbroadcastd %1, %0" : "=v"(lanes) : "m"(*reinterpret_cast<const uint32_t(*)[1]>(p)));
  return lanes;
}

// Sixteen numbers of one row and of the next, paired.
inline __m512i pairedRows(__m256i first, __m256i second) {
  alignas(64) static constexpr uint16_t kOrder[32] = {0, 32, 1, 33, 2,  34, 3,  35, 4,  36, 5,  37, 6,  38, 7,  39,
                                                      8, 40, 9, 41, 10, 42, 11, 43, 12, 44, 13, 45, 14, 46, 15, 47};
  return _mm512_permutex2var_epi16(_mm512_castsi256_si512(first), _mm512_load_si512(kOrder), _mm512_castsi256_si512(second));
}

KINDRED_PRODUCTS_END
#endif

}  // namespace kindred
