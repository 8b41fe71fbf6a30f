// Products of numbers with numbers, sixteen sums at a time, as AVX-512 has them: of float32, and of pairs of bfloat16. Where
// KINDRED_PRODUCTS is defined, code between KINDRED_PRODUCTS_BEGIN and KINDRED_PRODUCTS_END may use them; before it runs, ask
// `hasProducts` of the type.
#pragma once
#include <cstring>

#include "row-vectors.h"

#if defined(__x86_64__) && defined(__GNUC__) && !defined(__clang__) && __GNUC__ >= 10
#define KINDRED_PRODUCTS
#include <immintrin.h>
#define KINDRED_PRODUCTS_BEGIN _Pragma("GCC push_options") _Pragma("GCC target(\"avx512f,avx512bw,avx512vl,avx512bf16\")")
#define KINDRED_PRODUCTS_END _Pragma("GCC pop_options")
#endif

namespace kindred {

// Whether this processor has the instructions and this build the code.
template <typename T>
bool hasProducts();

template <>
inline bool hasProducts<float>() {
#ifdef KINDRED_PRODUCTS
  return __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512vl");
#else
  return false;
#endif
}

template <>
inline bool hasProducts<Bfloat16>() {
#ifdef KINDRED_PRODUCTS
  return hasProducts<float>() && __builtin_cpu_supports("avx512bf16");
#else
  return false;
#endif
}

// `kTogether`: how many numbers one product takes from each side, neighbours in memory. `laid` puts sixteen numbers of so
// many rows side by side, number by number; a null row is zeros.
template <typename T>
struct Products;

#ifdef KINDRED_PRODUCTS
KINDRED_PRODUCTS_BEGIN

template <>
struct Products<Bfloat16> {
  static constexpr int kTogether = 2;
  using Vector = __m512bh;

  // Read here and now: GCC else keeps for the next pixel what that reads too, in more registers than there are. For the
  // same reason loops over sums are unrolled by name.
  static Vector inAllLanes(const Bfloat16* p) {
    Vector lanes;
    asm("vpbroadcastd %1, %0" : "=v"(lanes) : "m"(*reinterpret_cast<const uint32_t(*)[1]>(p)));
    return lanes;
  }

  static Vector load(const Bfloat16* p) { return (Vector)_mm512_loadu_si512(p); }

  static __m512 added(__m512 sums, Vector a, Vector b) { return _mm512_dpbf16_ps(sums, a, b); }

  static void store(Bfloat16* p, __m512 sums) { _mm256_storeu_si256((__m256i*)p, (__m256i)_mm512_cvtneps_pbh(sums)); }

  static void lay(const Bfloat16* const (&rows)[2], Bfloat16* to) {
    alignas(64) static constexpr uint16_t kOrder[32] = {0, 32, 1, 33, 2,  34, 3,  35, 4,  36, 5,  37, 6,  38, 7,  39,
                                                        8, 40, 9, 41, 10, 42, 11, 43, 12, 44, 13, 45, 14, 46, 15, 47};
    const __m512i first = _mm512_castsi256_si512(sixteen(rows[0])), second = _mm512_castsi256_si512(sixteen(rows[1]));
    _mm512_storeu_si512(to, _mm512_permutex2var_epi16(first, _mm512_load_si512(kOrder), second));
  }

  // The two numbers at `p` and those `step`, 2 · step … numbers on.
  static void layColumns(const Bfloat16* p, int step, Bfloat16* to) {
    _mm512_storeu_si512(to, _mm512_i32gather_epi32(sixteenSteps(step), p, 2));
  }

 private:
  static __m256i sixteen(const Bfloat16* p) {
    return p == nullptr ? _mm256_setzero_si256() : _mm256_loadu_si256((const __m256i*)p);
  }

  static __m512i sixteenSteps(int step) {
    const __m512i lanes = _mm512_set_epi32(15, 14, 13, 12, 11, 10, 9, 8, 7, 6, 5, 4, 3, 2, 1, 0);
    return _mm512_mullo_epi32(lanes, _mm512_set1_epi32(step));
  }
};

template <>
struct Products<float> {
  static constexpr int kTogether = 1;
  using Vector = __m512;

  static Vector inAllLanes(const float* p) {
    Vector lanes;
    asm("vbroadcastss %1, %0" : "=v"(lanes) : "m"(*p));
    return lanes;
  }

  static Vector load(const float* p) { return _mm512_loadu_ps(p); }

  static __m512 added(__m512 sums, Vector a, Vector b) { return _mm512_fmadd_ps(a, b, sums); }

  static void store(float* p, __m512 sums) { _mm512_storeu_ps(p, sums); }

  static void lay(const float* const (&rows)[1], float* to) {
    _mm512_storeu_ps(to, rows[0] == nullptr ? _mm512_setzero_ps() : _mm512_loadu_ps(rows[0]));
  }

  static void layColumns(const float* p, int step, float* to) {
    const __m512i lanes = _mm512_set_epi32(15, 14, 13, 12, 11, 10, 9, 8, 7, 6, 5, 4, 3, 2, 1, 0);
    _mm512_storeu_ps(to, _mm512_i32gather_ps(_mm512_mullo_epi32(lanes, _mm512_set1_epi32(step)), p, 4));
  }
};

KINDRED_PRODUCTS_END
#endif

}  // namespace kindred
