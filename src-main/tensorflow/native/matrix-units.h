// Products of matrices of bfloat16 in tiles, as Intel's AMX has them. Where KINDRED_MATRIX_UNITS is defined, code between
// KINDRED_MATRIX_UNITS_BEGIN and KINDRED_MATRIX_UNITS_END may use them; before it runs, ask `hasMatrixUnits`.
//
// A product adds to a tile of 16 × 16 sums the product of two others: one of 16 rows by up to 32 numbers, and one that
// holds those 32 rows of 16 numbers in pairs, [row / 2][number][row % 2]. The pairs of a row are summed first.
#pragma once
#include <cstdint>

#include "products.h"

#if defined(KINDRED_PRODUCTS) && defined(__linux__) && __GNUC__ >= 11
#define KINDRED_MATRIX_UNITS
#define KINDRED_MATRIX_UNITS_BEGIN \
  _Pragma("GCC push_options")      \
  _Pragma("GCC target(\"avx512f,avx512bw,avx512vl,avx512bf16,amx-tile,amx-bf16\")")
#define KINDRED_MATRIX_UNITS_END _Pragma("GCC pop_options")
#endif

namespace kindred {

bool areMatrixUnitsInProcessor();

// Whether this processor has them, the system lends them to this process, and this build has the code.
bool hasMatrixUnits();

#ifdef KINDRED_MATRIX_UNITS

constexpr int kTileRows = 16;
// Images (or pixels, where a pixel stands for itself) from which on tiles are faster than sums by pairs: measured with the
// convolutions 3 × 3 of ResNet-18 and their gradients by filter. With fewer, tiles are too empty.
constexpr int kLeastImages = 4;

// The first place from `p` on where a line of the cache begins: rows of tiles that lie across two take twice as long.
template <typename P>
P* aligned(P* p) {
  return reinterpret_cast<P*>((reinterpret_cast<uintptr_t>(p) + 63) & ~uintptr_t{63});
}

// The shapes of this thread's tiles, in place of those it had, while it lives: 0 to 3 are sums, 4 and 5 rows of `depth`
// numbers, 6 and 7 as many rows of 16 in pairs. `depth` is 16 or 32.
class TileShapes {
 public:
  explicit TileShapes(int depth);
  ~TileShapes();
  TileShapes(const TileShapes&) = delete;
  TileShapes& operator=(const TileShapes&) = delete;

 private:
  alignas(64) unsigned char before_[64];
};

#endif

}  // namespace kindred
