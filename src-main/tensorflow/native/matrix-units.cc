#include "matrix-units.h"

#ifdef KINDRED_PRODUCTS
#include <cpuid.h>
#endif
#ifdef KINDRED_MATRIX_UNITS
#include <sys/syscall.h>
#include <unistd.h>
#endif

namespace kindred {

// By CPUID: GCC 12 does not know them by name.
bool areMatrixUnitsInProcessor() {
#ifdef KINDRED_PRODUCTS
  unsigned a, b, c, d;
  constexpr unsigned kBfloat16 = 1u << 22, kTile = 1u << 24;
  return __get_cpuid_count(7, 0, &a, &b, &c, &d) != 0 && (d & kBfloat16) != 0 && (d & kTile) != 0;
#else
  return false;
#endif
}

#ifdef KINDRED_MATRIX_UNITS
KINDRED_MATRIX_UNITS_BEGIN

namespace {

// Linux saves tiles only for a process that has asked for them once.
bool isLent() {
  constexpr int kRequestPermission = 0x1023, kTileData = 18;
  return syscall(SYS_arch_prctl, kRequestPermission, kTileData) == 0;
}

// What `ldtilecfg` reads.
struct alignas(64) TileConfiguration {
  uint8_t palette = 1;
  uint8_t startRow = 0;
  uint8_t reserved[14] = {};
  uint16_t rowBytes[16] = {};
  uint8_t rows[16] = {};
};

void putShapes(int depth, void* before) {
  _tile_storeconfig(before);
  TileConfiguration shapes;
  for (int tile = 0; tile < 8; tile++) {
    const bool isRows = tile == 4 || tile == 5, isPairs = tile >= 6;
    shapes.rowBytes[tile] = isRows ? 2 * depth : 64;
    shapes.rows[tile] = isPairs ? depth / 2 : kTileRows;
  }
  // GCC's intrinsic reads eight bytes of it, and what else is written here would be left out.
  asm volatile("" : : "r"(&shapes) : "memory");
  _tile_loadconfig(&shapes);
}

void restoreShapes(const unsigned char* before) {
  if (before[0] == 0) _tile_release();
  else _tile_loadconfig(before);
}

}  // namespace

bool hasMatrixUnits() {
  static const bool has = hasProducts<Bfloat16>() && areMatrixUnitsInProcessor() && isLent();
  return has;
}

KINDRED_MATRIX_UNITS_END

// GCC 12 compiles constructors for the processor of the whole file.
TileShapes::TileShapes(int depth) { putShapes(depth, before_); }

// TensorFlow's threads come here too: oneDNN may count on the shapes that it left.
TileShapes::~TileShapes() { restoreShapes(before_); }

#else

bool hasMatrixUnits() { return false; }

#endif

}  // namespace kindred
