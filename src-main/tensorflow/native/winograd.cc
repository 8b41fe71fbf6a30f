#include "winograd.h"

#include <algorithm>
#include <vector>

#include "products.h"
#include "shared-work.h"

/* Of one dimension, with a tile's four numbers d, a kernel's three g and two of output y:
 *
 *   y = Aᵀ[(G g) ⊙ (Bᵀ d)]      Bᵀ d = (d0 − d2, d1 + d2, d2 − d1, d1 − d3)
 *                               G g  = (g0, (g0 + g1 + g2) / 2, (g0 − g1 + g2) / 2, g2)
 *                               Aᵀ m = (m0 + m1 + m2, m1 − m2 − m3)
 *
 * and so dg = Gᵀ[(A dy) ⊙ (Bᵀ d)]. Of two dimensions each is done along rows, then along columns; between them are 16 products
 * of matrices, one for each place of a tile:
 *
 *   values    [place][block of channels][tile / together][channel of the block][together]   of what is read, and of dy
 *   weights   [block of output channels][place][input channel][output channel of the block]
 *
 * A convolution sums over channels: all of them are one block, and each tile is by itself. A gradient of a kernel sums over tiles:
 * of bfloat16, which is multiplied in pairs, two neighbours lie together, and a block is what is summed at once, since numbers a
 * power of two apart would share a few sets of a cache.
 *
 * Tiles are numbered over all images, a row of them after the other. */
namespace kindred {

namespace {

constexpr int kPlaces = 16;
// Output channels of a block.
constexpr int kBlock = 32;
// Tiles that are multiplied at once, and the fewest that are transformed together: their last twelve reach back.
constexpr int kTiles = 12;
constexpr int kLeastTiles = 2 * kTiles;
// Of values that are transformed together, so that they stay in a near cache.
constexpr int64_t kNearBytes = 384 << 10;
// More than threads, so that none waits long for another.
constexpr int kParts = 32;
// Of a gradient of a kernel: input channels that are summed at once and that lie together, and tiles whose values then stay near.
constexpr int kInputs = 8, kInputBlock = 16;
constexpr int64_t kTilesTogether = 64;
// Channels of a kernel, in times out, up to which each part of the images has sums of its own; and how many such parts.
constexpr int kSmallKernel = 64 * 128;
constexpr int kSumParts = 16;
// Bytes of values that are transformed at once for a larger one.
constexpr int64_t kManyBytes = 8 << 20;

int64_t half(int size) { return (size + 1) / 2; }

// Rows of tiles that are worth transforming together.
int64_t leastRows(int width) { return (kLeastTiles + half(width) - 1) / half(width); }

// Tiles that reach over the edge compute for nothing.
bool suits(int images, int height, int width, int inChannels, int outChannels) {
  const int64_t rows = half(height), columns = half(width);
  return inChannels % kBlock == 0 && outChannels % kBlock == 0 && 16 * rows * columns <= 6 * height * width &&
         images * rows >= 2 * leastRows(width);
}

}  // namespace

bool suitsWinograd(const ConvolutionShape& s) {
  return s.side == 3 && s.stride == 1 && s.pad == 1 && suits(s.images, s.height, s.width, s.inChannels, s.outChannels);
}

bool suitsWinograd(const FilterGradientShape& s, int together) {
  const bool isEnough = std::min(s.inChannels, s.outChannels) >= kBlock * together;
  return s.side == 3 && s.stride == 1 && s.pad == 1 && isEnough && half(s.width) % together == 0 &&
         suits(s.images, s.height, s.width, s.inChannels, s.outChannels);
}

#ifdef KINDRED_PRODUCTS
KINDRED_PRODUCTS_BEGIN
namespace {

// Images of what is read or written, cut into rows of tiles of 2 × 2 pixels.
struct Tiling {
  Tiling(int height, int width, int channels)
      : height(height), width(width), channels(channels), rows(half(height)), columns(half(width)) {}

  // Row `row` of pixels of an image that a row of tiles belongs to, counted from the tiles' own first; null outside of it.
  template <typename T>
  const T* pixels(const T* images, int64_t tileRow, int row) const {
    const int64_t image = tileRow / rows, at = tileRow % rows * 2 + row;
    return at < 0 || at >= height ? nullptr : images + (image * height + at) * width * channels;
  }

  const int height, width, channels;
  const int64_t rows, columns;
};

// Where the values of so many tiles lie, `together` of them side by side.
template <int together>
struct Values {
  Values(int64_t tiles, int channels, int block)
      : block(block), blockSize(tiles * block), placeSize(tiles * channels + kLine), size(kPlaces * placeSize) {}

  // Of a tile that is the first of those together.
  template <typename T>
  T* at(T* values, int64_t tile) const {
    return values + tile * block;
  }

  // From a tile's values, those of sixteen channels.
  int64_t channelAt(int64_t channel) const { return channel / block * blockSize + channel % block * together; }

  // A line more from one place to the next than there is: the sixteen are written in turn.
  static constexpr int kLine = 16;
  const int block;
  const int64_t blockSize, placeSize, size;
};

// Memory that a thread keeps for the next time; what was in it stays.
template <typename T>
T* keptBy(std::vector<T>& kept, int64_t size) {
  if (kept.size() < static_cast<size_t>(size)) kept.resize(size);
  return kept.data();
}

__m512 widened(const float* p) { return _mm512_loadu_ps(p); }

__m512 widened(const Bfloat16* p) {
  return _mm512_castsi512_ps(_mm512_slli_epi32(_mm512_cvtepu16_epi32(_mm256_loadu_si256((const __m256i*)p)), 16));
}

template <typename T>
__m512 loadOrZero(const T* row, int64_t at) {
  return row == nullptr ? _mm512_setzero_ps() : widened(row + at);
}

// Sixteen channels of tiles that lie together.
template <typename T>
void storeTogether(T* to, const __m512 (&tile)[1]) {
  Products<T>::store(to, tile[0]);
}

void storeTogether(Bfloat16* to, const __m512 (&tiles)[2]) {
  Bfloat16 stored[2][16];
  for (int i = 0; i < 2; i++) Products<Bfloat16>::store(stored[i], tiles[i]);
  Products<Bfloat16>::lay({stored[0], stored[1]}, to);
}

// Bᵀ along rows, then columns, of some rows of tiles. @param values of the first of them.
template <typename T, int together>
void transformInput(const Tiling& t, const T* images, int64_t first, int64_t count, const Values<together>& layout, T* values) {
  const int64_t lineSize = (2 * t.columns + 2) * t.channels, size = static_cast<int64_t>(t.width) * t.channels;
  thread_local std::vector<float> kept;
  float* const lines = keptBy(kept, 4 * lineSize);
  const int64_t place = layout.placeSize;
  for (int i = 0; i < 4; i++) {
    std::fill_n(lines + i * lineSize, t.channels, 0.0f);
    std::fill(lines + i * lineSize + t.channels + size, lines + (i + 1) * lineSize, 0.0f);
  }
  for (int64_t r = 0; r < count; r++) {
    const T* rows[4];
    for (int i = 0; i < 4; i++) rows[i] = t.pixels(images, first + r, i - 1);
    float* to = lines + t.channels;
    for (int64_t at = 0; at < size; at += 16) {
      const __m512 d0 = loadOrZero(rows[0], at), d1 = loadOrZero(rows[1], at), d2 = loadOrZero(rows[2], at),
                   d3 = loadOrZero(rows[3], at);
      _mm512_storeu_ps(to + at, _mm512_sub_ps(d0, d2));
      _mm512_storeu_ps(to + at + lineSize, _mm512_add_ps(d1, d2));
      _mm512_storeu_ps(to + at + 2 * lineSize, _mm512_sub_ps(d2, d1));
      _mm512_storeu_ps(to + at + 3 * lineSize, _mm512_sub_ps(d1, d3));
    }
    for (int64_t column = 0; column < t.columns; column += together) {
      T* const value = layout.at(values, r * t.columns + column);
      for (int i = 0; i < 4; i++) {
        const float* line = lines + i * lineSize + 2 * column * t.channels;
        for (int64_t c = 0; c < t.channels; c += 16) {
          __m512 v[4][together];
#pragma GCC unroll 2
          for (int k = 0; k < together; k++) {
            const float* d = line + 2 * k * t.channels + c;
            const __m512 d0 = _mm512_loadu_ps(d), d1 = _mm512_loadu_ps(d + t.channels), d2 = _mm512_loadu_ps(d + 2 * t.channels),
                         d3 = _mm512_loadu_ps(d + 3 * t.channels);
            v[0][k] = _mm512_sub_ps(d0, d2);
            v[1][k] = _mm512_add_ps(d1, d2);
            v[2][k] = _mm512_sub_ps(d2, d1);
            v[3][k] = _mm512_sub_ps(d1, d3);
          }
          T* at = value + 4 * i * place + layout.channelAt(c);
#pragma GCC unroll 4
          for (int j = 0; j < 4; j++) storeTogether(at + j * place, v[j]);
        }
      }
    }
  }
}

// A along rows, then columns, of dy; as `transformInput`.
template <typename T, int together>
void transformSlopes(const Tiling& t, const T* images, int64_t first, int64_t count, const Values<together>& layout, T* values) {
  const int64_t lineSize = 2 * t.columns * t.channels, size = static_cast<int64_t>(t.width) * t.channels;
  thread_local std::vector<float> kept;
  float* const lines = keptBy(kept, 4 * lineSize);
  const int64_t place = layout.placeSize;
  for (int i = 0; i < 4; i++) std::fill(lines + i * lineSize + size, lines + (i + 1) * lineSize, 0.0f);
  for (int64_t r = 0; r < count; r++) {
    const T *upper = t.pixels(images, first + r, 0), *lower = t.pixels(images, first + r, 1);
    for (int64_t at = 0; at < size; at += 16) {
      const __m512 y0 = loadOrZero(upper, at), y1 = loadOrZero(lower, at);
      _mm512_storeu_ps(lines + at, y0);
      _mm512_storeu_ps(lines + at + lineSize, _mm512_add_ps(y0, y1));
      _mm512_storeu_ps(lines + at + 2 * lineSize, _mm512_sub_ps(y0, y1));
      _mm512_storeu_ps(lines + at + 3 * lineSize, _mm512_sub_ps(_mm512_setzero_ps(), y1));
    }
    for (int64_t column = 0; column < t.columns; column += together) {
      T* const value = layout.at(values, r * t.columns + column);
      for (int i = 0; i < 4; i++) {
        const float* line = lines + i * lineSize + 2 * column * t.channels;
        for (int64_t c = 0; c < t.channels; c += 16) {
          __m512 v[4][together];
#pragma GCC unroll 2
          for (int k = 0; k < together; k++) {
            const float* y = line + 2 * k * t.channels + c;
            const __m512 y0 = _mm512_loadu_ps(y), y1 = _mm512_loadu_ps(y + t.channels);
            v[0][k] = y0;
            v[1][k] = _mm512_add_ps(y0, y1);
            v[2][k] = _mm512_sub_ps(y0, y1);
            v[3][k] = _mm512_sub_ps(_mm512_setzero_ps(), y1);
          }
          T* at = value + 4 * i * place + layout.channelAt(c);
#pragma GCC unroll 4
          for (int j = 0; j < 4; j++) storeTogether(at + j * place, v[j]);
        }
      }
    }
  }
}

// The first and the second of Aᵀ m.
__m512 firstOf(const __m512 (&m)[4]) { return _mm512_add_ps(_mm512_add_ps(m[0], m[1]), m[2]); }
__m512 secondOf(const __m512 (&m)[4]) { return _mm512_sub_ps(_mm512_sub_ps(m[1], m[2]), m[3]); }

// Aᵀ along rows, then columns: of a block of channels into y.
template <typename T>
void transformOutput(const Tiling& t, const Values<1>& layout, const float* products, int64_t first, int64_t count, T* y) {
  const int64_t place = layout.placeSize;
  for (int64_t tile = 0; tile < count * t.columns; tile++) {
    const int64_t row = first + tile / t.columns, column = tile % t.columns;
    const int64_t image = row / t.rows, top = row % t.rows * 2, left = column * 2;
    const bool hasLower = top + 1 < t.height, hasRight = left + 1 < t.width;
    T* to = y + ((image * t.height + top) * t.width + left) * t.channels;
    for (int v = 0; v < kBlock; v += 16) {
      const float* from = products + tile * kBlock + v;
      __m512 upper[4], lower[4];
#pragma GCC unroll 4
      for (int i = 0; i < 4; i++) {
        const __m512 m[4] = {_mm512_loadu_ps(from + i * place), _mm512_loadu_ps(from + (4 + i) * place),
                             _mm512_loadu_ps(from + (8 + i) * place), _mm512_loadu_ps(from + (12 + i) * place)};
        upper[i] = firstOf(m);
        lower[i] = secondOf(m);
      }
      T* low = to + static_cast<int64_t>(t.width) * t.channels + v;
      Products<T>::store(to + v, firstOf(upper));
      if (hasRight) Products<T>::store(to + t.channels + v, secondOf(upper));
      if (hasLower) Products<T>::store(low, firstOf(lower));
      if (hasLower && hasRight) Products<T>::store(low + t.channels, secondOf(lower));
    }
  }
}

// Some tiles by a block of output channels, of one place. @param products to the first tile, kBlock apart.
template <typename T, int step>
void multiply(const T* values, int channels, const T* weights, float* products) {
  using P = Products<T>;
  __m512 sums[kTiles][2];
  const int64_t apart = step > 0 ? step : channels;
#pragma GCC unroll 12
  for (int t = 0; t < kTiles; t++) sums[t][0] = sums[t][1] = _mm512_setzero_ps();
  for (int c = 0; c < channels; c += P::kTogether, weights += kBlock * P::kTogether) {
    const typename P::Vector w0 = P::load(weights), w1 = P::load(weights + 16 * P::kTogether);
#pragma GCC unroll 12
    for (int t = 0; t < kTiles; t++) {
      const typename P::Vector value = P::inAllLanes(values + t * apart + c);
      sums[t][0] = P::added(sums[t][0], value, w0);
      sums[t][1] = P::added(sums[t][1], value, w1);
    }
  }
#pragma GCC unroll 12
  for (int t = 0; t < kTiles; t++) {
    _mm512_storeu_ps(products + t * kBlock, sums[t][0]);
    _mm512_storeu_ps(products + t * kBlock + 16, sums[t][1]);
  }
}

template <typename T>
void multiplyAny(const T* values, int channels, const T* weights, float* products) {
  switch (channels) {
    case 32: return multiply<T, 32>(values, channels, weights, products);
    case 64: return multiply<T, 64>(values, channels, weights, products);
    case 128: return multiply<T, 128>(values, channels, weights, products);
    case 256: return multiply<T, 256>(values, channels, weights, products);
    case 512: return multiply<T, 512>(values, channels, weights, products);
    default: return multiply<T, 0>(values, channels, weights, products);
  }
}

// G along one dimension.
void transformTaps(const __m512 (&g)[3], __m512 (&u)[4]) {
  const __m512 two = _mm512_set1_ps(0.5f), sum = _mm512_add_ps(g[0], g[2]);
  u[0] = g[0];
  u[1] = _mm512_mul_ps(two, _mm512_add_ps(sum, g[1]));
  u[2] = _mm512_mul_ps(two, _mm512_sub_ps(sum, g[1]));
  u[3] = g[2];
}

// Sixteen numbers of the kernel's tap for input channel `in` and the output channels from `out`, of a gradient turned round.
template <typename T>
__m512 kernelAt(const ConvolutionShape& s, const T* kernel, int tap, int in, int out) {
  const int64_t tapSize = static_cast<int64_t>(s.inChannels) * s.outChannels;
  if (!s.isGradient) return widened(kernel + tap * tapSize + static_cast<int64_t>(in) * s.outChannels + out);
  const T* from = kernel + (8 - tap) * tapSize + static_cast<int64_t>(out) * s.inChannels + in;
  alignas(64) T column[16];
  for (int i = 0; i < 16; i++) column[i] = from[static_cast<int64_t>(i) * s.inChannels];
  return widened(column);
}

// G along rows, then columns: sixteen places of sixteen weights.
template <typename T>
void transformKernel(const ConvolutionShape& s, const T* kernel, int in, int out, T (&to)[kPlaces][16]) {
  __m512 half[4][3];
  for (int column = 0; column < 3; column++) {
    __m512 g[3], u[4];
    for (int row = 0; row < 3; row++) g[row] = kernelAt(s, kernel, 3 * row + column, in, out);
    transformTaps(g, u);
    for (int row = 0; row < 4; row++) half[row][column] = u[row];
  }
  for (int row = 0; row < 4; row++) {
    __m512 u[4];
    transformTaps(half[row], u);
    for (int column = 0; column < 4; column++) Products<T>::store(to[4 * row + column], u[column]);
  }
}

// The weights of a block of output channels from `out`; input channels that are multiplied together lie together.
template <typename T>
void packBlock(const ConvolutionShape& s, const T* kernel, int out, T* to) {
  constexpr int together = Products<T>::kTogether;
  const int64_t place = static_cast<int64_t>(s.inChannels) * kBlock;
  for (int i = 0; i < s.inChannels; i += together)
    for (int v = 0; v < kBlock; v += 16) {
      T weights[together][kPlaces][16];
      for (int k = 0; k < together; k++) transformKernel(s, kernel, i + k, out + v, weights[k]);
      for (int p = 0; p < kPlaces; p++) {
        const T* rows[together];
        for (int k = 0; k < together; k++) rows[k] = weights[k][p];
        Products<T>::lay(rows, to + p * place + static_cast<int64_t>(i) * kBlock + v * together);
      }
    }
}

// Rows of tiles that are transformed together.
int64_t rowsTogether(int width, int channels) {
  const int64_t bytes = kPlaces * half(width) * channels * static_cast<int64_t>(sizeof(float));
  return std::max(leastRows(width), kNearBytes / bytes);
}

// Calls `compute(first, count)` for all rows of tiles, not fewer than `leastRows` at once.
template <typename Compute>
void shareRows(int64_t rows, int width, int64_t together, const Compute& compute) {
  const int64_t parts = std::min<int64_t>(kParts, rows / leastRows(width));
  shareWork(static_cast<int>(parts), [&](int part) {
    const int64_t first = rows * part / parts, own = rows * (part + 1) / parts - first;
    const int64_t groups = std::max<int64_t>(1, own / together);
    for (int64_t group = 0; group < groups; group++) {
      const int64_t from = own * group / groups;
      compute(first + from, own * (group + 1) / groups - from);
    }
  });
}

// Adds the products of eight input channels with a block of output channels, summed over tiles.
template <typename T>
void addOuter(const T* values, const T* slopes, int64_t tiles, float* sums, int64_t sumStep) {
  using P = Products<T>;
  constexpr int together = P::kTogether;
  __m512 sum[kInputs][2];
#pragma GCC unroll 8
  for (int i = 0; i < kInputs; i++) {
    sum[i][0] = _mm512_loadu_ps(sums + i * sumStep);
    sum[i][1] = _mm512_loadu_ps(sums + i * sumStep + 16);
  }
  for (int64_t tile = 0; tile < tiles; tile += together, values += kInputBlock * together, slopes += kBlock * together) {
    const typename P::Vector s0 = P::load(slopes), s1 = P::load(slopes + 16 * together);
#pragma GCC unroll 8
    for (int i = 0; i < kInputs; i++) {
      const typename P::Vector value = P::inAllLanes(values + i * together);
      sum[i][0] = P::added(sum[i][0], value, s0);
      sum[i][1] = P::added(sum[i][1], value, s1);
    }
  }
#pragma GCC unroll 8
  for (int i = 0; i < kInputs; i++) {
    _mm512_storeu_ps(sums + i * sumStep, sum[i][0]);
    _mm512_storeu_ps(sums + i * sumStep + 16, sum[i][1]);
  }
}

// Of one place, whose values and slopes are given: sums [in][out] of the output channels from `out` to `last`.
template <typename T>
void addPlace(const FilterGradientShape& s, const T* values, const T* slopes, int64_t tiles, int out, int last, float* sums) {
  for (int64_t tile = 0; tile < tiles; tile += kTilesTogether) {
    const int64_t count = std::min(kTilesTogether, tiles - tile);
    for (int o = out; o < last; o += kBlock)
      for (int i = 0; i < s.inChannels; i += kInputBlock)
        for (int k = 0; k < kInputBlock; k += kInputs)
          addOuter(values + i * tiles + tile * kInputBlock + k * Products<T>::kTogether, slopes + o * tiles + tile * kBlock, count,
                   sums + static_cast<int64_t>(i + k) * s.outChannels + o, s.outChannels);
  }
}

// Gᵀ along one dimension.
void joinTaps(const __m512 (&u)[4], __m512 (&g)[3]) {
  const __m512 two = _mm512_set1_ps(0.5f);
  const __m512 sum = _mm512_mul_ps(two, _mm512_add_ps(u[1], u[2]));
  g[0] = _mm512_add_ps(u[0], sum);
  g[1] = _mm512_mul_ps(two, _mm512_sub_ps(u[1], u[2]));
  g[2] = _mm512_add_ps(sum, u[3]);
}

// Gᵀ along rows, then columns: sums [16][in][out], of `parts` one after the other, → the kernel.
void joinKernel(const FilterGradientShape& s, const float* sums, int64_t parts, float* kernel) {
  const int64_t size = static_cast<int64_t>(s.inChannels) * s.outChannels;
  shareWork(s.inChannels / kInputs, [&](int slice) {
    const int64_t numbers = static_cast<int64_t>(kInputs) * s.outChannels;
    for (int64_t at = slice * numbers; at < (slice + 1) * numbers; at += 16) {
      __m512 half[4][3], g[3];
      for (int column = 0; column < 4; column++) {
        __m512 u[4];
        for (int row = 0; row < 4; row++) {
          const float* from = sums + (4 * row + column) * size + at;
          u[row] = _mm512_loadu_ps(from);
          for (int64_t part = 1; part < parts; part++)
            u[row] = _mm512_add_ps(u[row], _mm512_loadu_ps(from + part * kPlaces * size));
        }
        joinTaps(u, half[column]);
      }
      for (int row = 0; row < 3; row++) {
        const __m512 u[4] = {half[0][row], half[1][row], half[2][row], half[3][row]};
        joinTaps(u, g);
        for (int column = 0; column < 3; column++) _mm512_storeu_ps(kernel + (3 * row + column) * size + at, g[column]);
      }
    }
  });
}

// Each part of the images into sums of its own.
template <typename T>
void sumByRows(const FilterGradientShape& s, const T* x, const T* dy, float* kernel) {
  using Layout = Values<Products<T>::kTogether>;
  const Tiling in(s.height, s.width, s.inChannels), out(s.height, s.width, s.outChannels);
  const int64_t rows = s.images * in.rows, size = static_cast<int64_t>(s.inChannels) * s.outChannels;
  const int64_t parts = std::min<int64_t>(kSumParts, rows / leastRows(s.width));
  const int64_t together = rowsTogether(s.width, s.inChannels + s.outChannels);
  thread_local std::vector<float> keptSums;
  float* const sums = keptBy(keptSums, parts * kPlaces * size);
  shareWork(static_cast<int>(parts), [&](int part) {
    float* const own = sums + part * kPlaces * size;
    std::fill_n(own, kPlaces * size, 0.0f);
    const int64_t last = rows * (part + 1) / parts;
    for (int64_t first = rows * part / parts; first < last; first += together) {
      const int64_t count = std::min(together, last - first), tiles = count * in.columns;
      thread_local std::vector<T> keptValues, keptSlopes;
      const Layout inLayout(tiles, s.inChannels, kInputBlock), outLayout(tiles, s.outChannels, kBlock);
      T* const values = keptBy(keptValues, inLayout.size);
      T* const slopes = keptBy(keptSlopes, outLayout.size);
      transformInput(in, x, first, count, inLayout, values);
      transformSlopes(out, dy, first, count, outLayout, slopes);
      for (int place = 0; place < kPlaces; place++)
        addPlace(s, values + place * inLayout.placeSize, slopes + place * outLayout.placeSize, tiles, 0, s.outChannels,
                 own + place * size);
    }
  });
  joinKernel(s, sums, parts, kernel);
}

// All that fits is transformed, then each place summed by itself.
template <typename T>
void sumByPlaces(const FilterGradientShape& s, const T* x, const T* dy, float* kernel) {
  using Layout = Values<Products<T>::kTogether>;
  const Tiling in(s.height, s.width, s.inChannels), out(s.height, s.width, s.outChannels);
  const int64_t rows = s.images * in.rows, size = static_cast<int64_t>(s.inChannels) * s.outChannels;
  const int64_t rowBytes = kPlaces * in.columns * (s.inChannels + s.outChannels) * static_cast<int64_t>(sizeof(T));
  const int64_t most = std::max<int64_t>(1, std::min(rows, kManyBytes / rowBytes));
  thread_local std::vector<float> keptSums;
  thread_local std::vector<T> keptValues, keptSlopes;
  float* const sums = keptBy(keptSums, kPlaces * size);
  T* const values = keptBy(keptValues, Layout(most * in.columns, s.inChannels, kInputBlock).size);
  T* const slopes = keptBy(keptSlopes, Layout(most * in.columns, s.outChannels, kBlock).size);
  std::fill_n(sums, kPlaces * size, 0.0f);
  for (int64_t first = 0; first < rows; first += most) {
    const int64_t count = std::min(most, rows - first), tiles = count * in.columns;
    const Layout inLayout(tiles, s.inChannels, kInputBlock), outLayout(tiles, s.outChannels, kBlock);
    shareWork(static_cast<int>(count), [&](int row) {
      transformInput(in, x, first + row, 1, inLayout, inLayout.at(values, row * in.columns));
      transformSlopes(out, dy, first + row, 1, outLayout, outLayout.at(slopes, row * in.columns));
    });
    shareWork(2 * kPlaces, [&](int part) {
      const int place = part / 2, blocks = s.outChannels / kBlock;
      addPlace(s, values + place * inLayout.placeSize, slopes + place * outLayout.placeSize, tiles,
               blocks * (part % 2) / 2 * kBlock, blocks * (part % 2 + 1) / 2 * kBlock, sums + place * size);
    });
  }
  joinKernel(s, sums, 1, kernel);
}

}  // namespace

template <typename T>
void convolveByTiles(const ConvolutionShape& s, const T* x, const T* kernel, T* y) {
  const Tiling in(s.height, s.width, s.inChannels), out(s.height, s.width, s.outChannels);
  const int64_t blockSize = static_cast<int64_t>(kPlaces) * s.inChannels * kBlock;
  const int blocks = s.outChannels / kBlock;
  thread_local std::vector<T> keptWeights;
  T* const weights = keptBy(keptWeights, blockSize * blocks);
  shareWork(blocks, [&](int block) { packBlock(s, kernel, block * kBlock, weights + block * blockSize); });
  shareRows(s.images * in.rows, s.width, rowsTogether(s.width, s.inChannels), [&](int64_t first, int64_t count) {
    const int64_t tiles = count * in.columns;
    thread_local std::vector<T> keptValues;
    thread_local std::vector<float> keptProducts;
    const Values<1> inLayout(tiles, s.inChannels, s.inChannels), blockLayout(tiles, kBlock, kBlock);
    T* const values = keptBy(keptValues, inLayout.size);
    float* const products = keptBy(keptProducts, blockLayout.size);
    transformInput(in, x, first, count, inLayout, values);
    for (int block = 0; block < blocks; block++) {
      for (int place = 0; place < kPlaces; place++) {
        const T* from = values + place * inLayout.placeSize;
        const T* by = weights + block * blockSize + place * static_cast<int64_t>(s.inChannels) * kBlock;
        float* to = products + place * blockLayout.placeSize;
        for (int64_t tile = 0; tile < tiles; tile += kTiles) {
          const int64_t at = std::min(tile, tiles - kTiles);
          multiplyAny(from + at * s.inChannels, s.inChannels, by, to + at * kBlock);
        }
      }
      transformOutput(out, blockLayout, products, first, count, y + block * kBlock);
    }
  });
}

template <typename T>
void filterGradientByTiles(const FilterGradientShape& s, const T* x, const T* dy, float* kernel) {
  (s.inChannels * s.outChannels <= kSmallKernel ? sumByRows<T> : sumByPlaces<T>)(s, x, dy, kernel);
}
KINDRED_PRODUCTS_END
#else

template <typename T>
void convolveByTiles(const ConvolutionShape&, const T*, const T*, T*) {}
template <typename T>
void filterGradientByTiles(const FilterGradientShape&, const T*, const T*, float*) {}

#endif

template void convolveByTiles<float>(const ConvolutionShape&, const float*, const float*, float*);
template void convolveByTiles<Bfloat16>(const ConvolutionShape&, const Bfloat16*, const Bfloat16*, Bfloat16*);
template void filterGradientByTiles<float>(const FilterGradientShape&, const float*, const float*, float*);
template void filterGradientByTiles<Bfloat16>(const FilterGradientShape&, const Bfloat16*, const Bfloat16*, float*);

}  // namespace kindred
