#include "matrix-filter-gradient.h"

#include <algorithm>
#include <vector>

#include "matrix-units.h"
#include "shared-work.h"

/* A product sums over the same pixel of thirty-two images, so that a tap is another pixel and those that lie outside of the
 * images need no products. Both sides are laid out in tiles, sixteen channels by thirty-two images:
 *
 *   lines    [sixteen input channels][group of images][row][column][input channel][image]          of x, columns with their zeros
 *   slopes   [sixteen output channels][group of images][row][column][image / 2][output channel][2]  of dy
 *   sums     [sixteen input channels][sixteen output channels][tap][input channel][output channel]  of float32
 *
 * Small kernels are summed by images: a few rows of a group are laid out and added, each part of the images into sums of its
 * own. Large ones would be read and written too often: all images are laid out, then each part of the kernel is summed. Of a
 * kernel of one pixel at stride 1 it is all one which image a pixel is of: a group is 32 pixels wide and a row of them long. */
namespace kindred {

#ifdef KINDRED_MATRIX_UNITS
KINDRED_MATRIX_UNITS_BEGIN
namespace {

constexpr int kImages = 32;
constexpr int kTile = 16 * kImages;
constexpr int kSums = 16 * 16;
// Numbers above which a kernel is large.
constexpr int64_t kSmallKernel = 9 * 64 * 128;
// Bytes that are laid out at once, of a small kernel and of a large one.
constexpr int64_t kNearBytes = 640 << 10, kManyBytes = 4 << 20;
// Each part sums by itself; fixed, so that the order of summing is.
constexpr int kParts = 16;
// Columns of a group where a pixel stands for itself.
constexpr int kPixelColumns = 32;

struct Sizes {
  explicit Sizes(const FilterGradientShape& s)
      : isFlat(s.side == 1 && s.stride == 1), step(s.side == 1 ? s.stride : 1), stride(s.stride / step),
        height(isFlat ? 1 : s.outHeight), width(isFlat ? kPixelColumns : s.outWidth),
        columns((width - 1) * stride + s.side), inBlocks(s.inChannels / 16), outBlocks(s.outChannels / 16) {
    const int64_t all = isFlat ? static_cast<int64_t>(s.images) * s.height * s.width : s.images;
    const int64_t ofGroup = isFlat ? static_cast<int64_t>(kImages) * width : kImages;
    groups = static_cast<int>((all + ofGroup - 1) / ofGroup);
  }

  const bool isFlat;
  // From one pixel that is laid out to the next, in the image; and from one that a tap needs to the next, in the lines.
  const int step, stride;
  // Of dy in a group.
  const int height, width;
  // Of the lines.
  const int columns;
  const int inBlocks, outBlocks;
  int groups;
};

// Rows of lines and slopes of some groups; what is laid out later takes the place of what was first.
class Laid {
 public:
  Laid(const FilterGradientShape& shape, const Bfloat16* x, const Bfloat16* dy, int groups, int lineRows, int slopeRows)
      : sizes(shape), s_(shape), x_(x), dy_(dy), groups_(groups), lineRows_(lineRows), slopeRows_(slopeRows) {
    const int64_t lines = static_cast<int64_t>(sizes.inBlocks) * groups * lineRows * sizes.columns * kTile;
    const int64_t slopes = static_cast<int64_t>(sizes.outBlocks) * groups * slopeRows * sizes.width * kTile;
    thread_local std::vector<Bfloat16> kept;
    const size_t size = lines + slopes + 32;
    if (kept.size() < size) kept.resize(size);
    lines_ = aligned(kept.data());
    slopes_ = lines_ + lines;
  }

  // Of the `at`-th group.
  Bfloat16* lineOf(int block, int at, int row) const {
    return lines_ + ((static_cast<int64_t>(block) * groups_ + at) * lineRows_ + row % lineRows_) * sizes.columns * kTile;
  }
  Bfloat16* slopeOf(int block, int at, int row) const {
    return slopes_ + ((static_cast<int64_t>(block) * groups_ + at) * slopeRows_ + row % slopeRows_) * sizes.width * kTile;
  }

  void layLine(int at, int group, int row) {
    const int64_t blockSize = static_cast<int64_t>(groups_) * lineRows_ * sizes.columns * kTile;
    Bfloat16* to = lineOf(0, at, row);
    const int last = std::min(sizes.columns - s_.pad, sizes.isFlat ? sizes.width : s_.width);
    for (int column = 0; column < sizes.columns; column++, to += kTile) {
      const int from = column - s_.pad;
      if (from < 0 || from >= last) {
        for (int block = 0; block < sizes.inBlocks; block++) std::memset(to + block * blockSize, 0, kTile * sizeof(Bfloat16));
      } else {
        layTiles<true>(source(x_, s_.height, s_.width, s_.inChannels, group, row * sizes.step, from, from * sizes.step), s_.inChannels,
                 blockSize, to);
      }
    }
  }

  void laySlope(int at, int group, int row) {
    const int64_t blockSize = static_cast<int64_t>(groups_) * slopeRows_ * sizes.width * kTile;
    Bfloat16* to = slopeOf(0, at, row);
    for (int column = 0; column < sizes.width; column++, to += kTile)
      layTiles<false>(source(dy_, s_.outHeight, s_.outWidth, s_.outChannels, group, row, column, column), s_.outChannels, blockSize, to);
  }

  const Sizes sizes;

 private:
  // Pixels of one place, `step` numbers from one image to the next, and `ahead` to the same of the next place.
  struct Source {
    const Bfloat16* first;
    int64_t step, ahead;
    int images;
  };

  Source source(const Bfloat16* from, int height, int width, int channels, int group, int row, int unit, int column) const {
    if (sizes.isFlat) {
      const int64_t pixel = (static_cast<int64_t>(group) * sizes.width + unit) * kImages;
      const int64_t rest = static_cast<int64_t>(s_.images) * height * width - pixel;
      return {from + pixel * channels, channels, kImages * channels, static_cast<int>(std::max<int64_t>(0, std::min<int64_t>(rest, kImages)))};
    }
    const int64_t image = static_cast<int64_t>(height) * width * channels;
    return {from + group * kImages * image + (static_cast<int64_t>(row) * width + column) * channels, image, channels,
            std::min(kImages, s_.images - group * kImages)};
  }

  template <bool isTurned>
  static void layTiles(const Source& source, int channels, int64_t block, Bfloat16* to) {
    int channel = 0;
    for (; channel + 32 <= channels; channel += 32, to += 2 * block) layTwo<isTurned>(source, channel, to, to + block);
    if (channel < channels) layOne<isTurned>(source, channel, to);
  }

  // Thirty-two channels: two tiles.
  template <bool isTurned>
  static void layTwo(const Source& source, int channel, Bfloat16* first, Bfloat16* second) {
    alignas(64) static constexpr uint16_t kLow[32] = {0, 32, 1, 33, 2,  34, 3,  35, 4,  36, 5,  37, 6,  38, 7,  39,
                                                      8, 40, 9, 41, 10, 42, 11, 43, 12, 44, 13, 45, 14, 46, 15, 47};
    alignas(64) static constexpr uint16_t kHigh[32] = {16, 48, 17, 49, 18, 50, 19, 51, 20, 52, 21, 53, 22, 54, 23, 55,
                                                       24, 56, 25, 57, 26, 58, 27, 59, 28, 60, 29, 61, 30, 62, 31, 63};
    const __m512i low = _mm512_load_si512(kLow), high = _mm512_load_si512(kHigh);
    alignas(64) Bfloat16 laid[2][kTile];
    Bfloat16* const to[2] = {isTurned ? laid[0] : first, isTurned ? laid[1] : second};
    const Bfloat16* at = source.first + channel;
    for (int image = 0; image < kImages; image += 2, at += 2 * source.step) {
      const __m512i even = image < source.images ? _mm512_loadu_si512(at) : _mm512_setzero_si512();
      const __m512i odd = image + 1 < source.images ? _mm512_loadu_si512(at + source.step) : _mm512_setzero_si512();
      _mm_prefetch((const char*)(at + source.ahead), _MM_HINT_T0);
      _mm_prefetch((const char*)(at + source.ahead + source.step), _MM_HINT_T0);
      _mm512_store_si512(to[0] + image * 16, _mm512_permutex2var_epi16(even, low, odd));
      _mm512_store_si512(to[1] + image * 16, _mm512_permutex2var_epi16(even, high, odd));
    }
    if (isTurned) {
      turn(laid[0], first);
      turn(laid[1], second);
    }
  }

  template <bool isTurned>
  static void layOne(const Source& source, int channel, Bfloat16* to) {
    alignas(64) Bfloat16 laid[kTile];
    const Bfloat16* at = source.first + channel;
    for (int image = 0; image < kImages; image += 2, at += 2 * source.step) {
      const Bfloat16* const pair[2] = {image < source.images ? at : nullptr,
                                       image + 1 < source.images ? at + source.step : nullptr};
      Products<Bfloat16>::lay(pair, (isTurned ? laid : to) + image * 16);
    }
    if (isTurned) turn(laid, to);
  }

  // [16][16] pairs → their transpose.
  static void turn(const Bfloat16* from, Bfloat16* to) {
    __m512i rows[16], other[16];
#pragma GCC unroll 16
    for (int i = 0; i < 16; i++) rows[i] = _mm512_load_si512(from + i * 32);
#pragma GCC unroll 8
    for (int i = 0; i < 16; i += 2) {
      other[i] = _mm512_unpacklo_epi32(rows[i], rows[i + 1]);
      other[i + 1] = _mm512_unpackhi_epi32(rows[i], rows[i + 1]);
    }
#pragma GCC unroll 4
    for (int i = 0; i < 16; i += 4) {
      rows[i] = _mm512_unpacklo_epi64(other[i], other[i + 2]);
      rows[i + 1] = _mm512_unpackhi_epi64(other[i], other[i + 2]);
      rows[i + 2] = _mm512_unpacklo_epi64(other[i + 1], other[i + 3]);
      rows[i + 3] = _mm512_unpackhi_epi64(other[i + 1], other[i + 3]);
    }
#pragma GCC unroll 2
    for (int i = 0; i < 16; i += 8)
#pragma GCC unroll 4
      for (int k = 0; k < 4; k++) {
        other[i + k] = _mm512_shuffle_i32x4(rows[i + k], rows[i + k + 4], 0x88);
        other[i + k + 4] = _mm512_shuffle_i32x4(rows[i + k], rows[i + k + 4], 0xdd);
      }
#pragma GCC unroll 8
    for (int k = 0; k < 8; k++) {
      _mm512_store_si512(to + k * 32, _mm512_shuffle_i32x4(other[k], other[k + 8], 0x88));
      _mm512_store_si512(to + (k + 8) * 32, _mm512_shuffle_i32x4(other[k], other[k + 8], 0xdd));
    }
  }

  const FilterGradientShape& s_;
  const Bfloat16 *x_, *dy_;
  const int groups_, lineRows_, slopeRows_;
  Bfloat16 *lines_, *slopes_;
};

// Rows of dy of so many groups that are laid out.
struct Band {
  int groups, firstRow, lastRow;
};

// Adds to the sums of `ins` sixteens of input channels, `outs` of output channels, and all taps of a row.
template <int taps, int ins, int outs>
void addTaps(const FilterGradientShape& s, const Laid& laid, const Band& band, int in, int out, int tapRow, float* sums) {
  const Sizes& sizes = laid.sizes;
  const int allTaps = s.side * s.side;
  const auto at = [&](int i, int o, int t) {
    return sums + ((static_cast<int64_t>(in + i) * sizes.outBlocks + out + o) * allTaps + tapRow * taps + t) * kSums;
  };
// A tile has its number in the instruction, so each is written out.
#define MOVE_SUM(move, n, i, o, t) \
  if (i < ins && o < outs && t < taps) move(n, at(i, o, t), 64);
#define MOVE_SUMS(move)                                                                                     \
  if (taps == 3) {                                                                                          \
    MOVE_SUM(move, 0, 0, 0, 0) MOVE_SUM(move, 1, 0, 0, 1) MOVE_SUM(move, 2, 0, 0, 2)                        \
    MOVE_SUM(move, 3, 0, 1, 0) MOVE_SUM(move, 4, 0, 1, 1) MOVE_SUM(move, 5, 0, 1, 2)                        \
  } else {                                                                                                  \
    MOVE_SUM(move, 0, 0, 0, 0) MOVE_SUM(move, 1, 0, 1, 0) MOVE_SUM(move, 2, 1, 0, 0) MOVE_SUM(move, 3, 1, 1, 0) \
  }
  MOVE_SUMS(_tile_loadd)
  for (int group = 0; group < band.groups; group++)
    for (int row = band.firstRow; row < band.lastRow; row++) {
      const int from = row * sizes.stride + tapRow - s.pad;
      if (!sizes.isFlat && (from < 0 || from * sizes.step >= s.height)) continue;
      const Bfloat16* line = laid.lineOf(in, group, from);
      const Bfloat16* nextLine = ins == 2 ? laid.lineOf(in + 1, group, from) : line;
      const Bfloat16* slope = laid.slopeOf(out, group, row);
      const Bfloat16* nextSlope = outs == 2 ? laid.slopeOf(out + 1, group, row) : slope;
      for (int column = 0; column < sizes.width; column++) {
        if (taps == 3) {
          _tile_loadd(6, line, 64);
          _tile_loadd(7, slope, 64);
          _tile_dpbf16ps(0, 6, 7);
          if (outs == 2) {
            _tile_loadd(7, nextSlope, 64);
            _tile_dpbf16ps(3, 6, 7);
            _tile_loadd(6, line + kTile, 64);
            _tile_dpbf16ps(4, 6, 7);
            _tile_loadd(7, slope, 64);
            _tile_dpbf16ps(1, 6, 7);
            _tile_loadd(6, line + 2 * kTile, 64);
            _tile_dpbf16ps(2, 6, 7);
            _tile_loadd(7, nextSlope, 64);
            _tile_dpbf16ps(5, 6, 7);
          } else {
            _tile_loadd(6, line + kTile, 64);
            _tile_dpbf16ps(1, 6, 7);
            _tile_loadd(6, line + 2 * kTile, 64);
            _tile_dpbf16ps(2, 6, 7);
          }
        } else {
          _tile_loadd(4, line, 64);
          _tile_loadd(6, slope, 64);
          _tile_dpbf16ps(0, 4, 6);
          if (outs == 2) {
            _tile_loadd(7, nextSlope, 64);
            _tile_dpbf16ps(1, 4, 7);
          }
          if (ins == 2) {
            _tile_loadd(5, nextLine, 64);
            _tile_dpbf16ps(2, 5, 6);
            if (outs == 2) _tile_dpbf16ps(3, 5, 7);
          }
        }
        line += sizes.stride * kTile;
        nextLine += sizes.stride * kTile;
        slope += kTile;
        nextSlope += kTile;
      }
    }
  MOVE_SUMS(_tile_stored)
#undef MOVE_SUMS
#undef MOVE_SUM
}

// Sixteens of channels that are summed at once.
struct Block {
  explicit Block(const FilterGradientShape& s)
      : ins(s.side == 1 && s.inChannels % 32 == 0 ? 2 : 1), outs(s.outChannels % 32 == 0 ? 2 : 1) {}
  const int ins, outs;
};

void addBlock(const FilterGradientShape& s, const Laid& laid, const Band& band, int in, int out, float* sums) {
  const Block block(s);
  if (s.side == 3) {
    for (int tapRow = 0; tapRow < 3; tapRow++)
      (block.outs == 2 ? addTaps<3, 1, 2> : addTaps<3, 1, 1>)(s, laid, band, in, out, tapRow, sums);
  } else if (block.ins == 2) {
    (block.outs == 2 ? addTaps<1, 2, 2> : addTaps<1, 2, 1>)(s, laid, band, in, out, 0, sums);
  } else {
    (block.outs == 2 ? addTaps<1, 1, 2> : addTaps<1, 1, 1>)(s, laid, band, in, out, 0, sums);
  }
}

int64_t sumsSize(const FilterGradientShape& s) { return static_cast<int64_t>(s.side) * s.side * s.inChannels * s.outChannels; }

// Sums of one part after the other → the kernel.
void join(const FilterGradientShape& s, const float* sums, int parts, float* kernel) {
  const int taps = s.side * s.side, outBlocks = s.outChannels / 16;
  const int64_t size = sumsSize(s);
  shareWork(s.inChannels / 16, [&](int in) {
    for (int out = 0; out < outBlocks; out++)
      for (int tap = 0; tap < taps; tap++) {
        const float* tile = sums + ((static_cast<int64_t>(in) * outBlocks + out) * taps + tap) * kSums;
        for (int i = 0; i < 16; i++) {
          __m512 sum = _mm512_loadu_ps(tile + i * 16);
          for (int part = 1; part < parts; part++) sum = _mm512_add_ps(sum, _mm512_loadu_ps(tile + part * size + i * 16));
          _mm512_storeu_ps(kernel + (static_cast<int64_t>(tap) * s.inChannels + in * 16 + i) * s.outChannels + out * 16, sum);
        }
      }
  });
}

float* keptSums(int64_t size) {
  thread_local std::vector<float> kept;
  if (kept.size() < static_cast<size_t>(size) + 16) kept.resize(size + 16);
  return aligned(kept.data());
}

void sumByImages(const FilterGradientShape& s, const Bfloat16* x, const Bfloat16* dy, float* kernel) {
  const Sizes sizes(s);
  const Block block(s);
  const int64_t size = sumsSize(s);
  const int bands = std::max(1, std::min(kParts / sizes.groups, sizes.height / 4));
  const int units = sizes.groups * bands, parts = std::min(kParts, units);
  float* const sums = keptSums(parts * size);
  const int64_t lineBytes = static_cast<int64_t>(sizes.inBlocks) * sizes.columns * kTile * sizeof(Bfloat16);
  const int64_t slopeBytes = static_cast<int64_t>(sizes.outBlocks) * sizes.width * kTile * sizeof(Bfloat16);
  const int64_t fitting = (kNearBytes - (s.side - sizes.stride) * lineBytes) / (sizes.stride * lineBytes + slopeBytes);
  const int rows = static_cast<int>(std::max<int64_t>(1, std::min<int64_t>(fitting, sizes.height)));
  shareWork(parts, [&](int part) {
    float* const own = sums + part * size;
    std::fill(own, own + size, 0.0f);
    Laid laid(s, x, dy, 1, (rows - 1) * sizes.stride + s.side, rows);
    const TileShapes shapes(32);
    for (int unit = units * part / parts; unit < units * (part + 1) / parts; unit++) {
      const int group = unit / bands, band = unit % bands, end = sizes.height * (band + 1) / bands;
      int laidTo = 0;
      for (int row = sizes.height * band / bands; row < end; row += rows) {
        const int last = std::min(row + rows, end);
        const int first = std::max(0, row * sizes.stride - s.pad);
        const int lines = sizes.isFlat ? 1 : std::min((last - 1) * sizes.stride + s.side - s.pad, (s.height + sizes.step - 1) / sizes.step);
        for (laidTo = std::max(laidTo, first); laidTo < lines; laidTo++) laid.layLine(0, group, laidTo);
        for (int r = row; r < last; r++) laid.laySlope(0, group, r);
        asm volatile("" : : : "memory");
        for (int in = 0; in < sizes.inBlocks; in += block.ins)
          for (int out = 0; out < sizes.outBlocks; out += block.outs) addBlock(s, laid, {1, row, last}, in, out, own);
      }
    }
  });
  join(s, sums, parts, kernel);
}

void sumByBlocks(const FilterGradientShape& s, const Bfloat16* x, const Bfloat16* dy, float* kernel) {
  const Sizes sizes(s);
  const Block block(s);
  const int lineRows = sizes.isFlat ? 1 : (s.height + sizes.step - 1) / sizes.step;
  const int64_t bytes = (static_cast<int64_t>(sizes.inBlocks) * lineRows * sizes.columns + static_cast<int64_t>(sizes.outBlocks) * sizes.height * sizes.width) * kTile * 2;
  const int most = static_cast<int>(std::max<int64_t>(1, std::min<int64_t>(std::max<int64_t>(kManyBytes, 2 * sumsSize(s) * 4) / bytes, sizes.groups)));
  float* const sums = keptSums(sumsSize(s));
  std::fill(sums, sums + sumsSize(s), 0.0f);
  Laid laid(s, x, dy, most, lineRows, sizes.height);
  for (int first = 0; first < sizes.groups; first += most) {
    const int count = std::min(most, sizes.groups - first);
    shareWork(count * (lineRows + sizes.height), [&](int part) {
      const int at = part % count, row = part / count;
      if (row < lineRows) laid.layLine(at, first + at, row);
      else laid.laySlope(at, first + at, row - lineRows);
    });
    const int ins = sizes.inBlocks / block.ins, outs = sizes.outBlocks / block.outs;
    shareWork(ins * outs, [&](int part) {
      const TileShapes shapes(32);
      addBlock(s, laid, {count, 0, sizes.height}, part % ins * block.ins, part / ins * block.outs, sums);
    });
  }
  join(s, sums, 1, kernel);
}

}  // namespace

bool suitsMatrixUnits(const FilterGradientShape& s) {
  return hasMatrixUnits() && (s.side == 1 && s.stride == 1 ? s.images * s.height * s.width : s.images) >= kLeastImages;
}

void filterGradientByMatrixUnits(const FilterGradientShape& s, const Bfloat16* x, const Bfloat16* dy, float* kernel) {
  (sumsSize(s) <= kSmallKernel ? sumByImages : sumByBlocks)(s, x, dy, kernel);
}

KINDRED_MATRIX_UNITS_END
#else

bool suitsMatrixUnits(const FilterGradientShape&) { return false; }
void filterGradientByMatrixUnits(const FilterGradientShape&, const Bfloat16*, const Bfloat16*, float*) {}

#endif

}  // namespace kindred
