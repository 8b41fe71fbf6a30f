#include "convolution.h"

#include <algorithm>
#include <type_traits>
#include <vector>

#include "fused-norm.h"
#include "matrix-convolution.h"
#include "products.h"
#include "read-ahead.h"
#include "shared-work.h"
#include "winograd.h"

/* A tile is some pixels of an image by some sixteens of channels, summed in registers over all taps and input channels:
 * a pixel's channel (of bfloat16 a pair of them), in all lanes, times its weights for sixteen channels.
 *
 *   image     with zeros around it, so that a tap is a distance in memory for every pixel
 *   weights   [block of output channels][tap][input channel / together][output channel of the block][together], where
 *             `together` is 2 of bfloat16, 1 of float32
 *
 * A gradient by input is the same with the kernel turned round. At stride 2 every other row and column has taps of its
 * own: four phases, each a convolution that writes every other pixel. */
namespace kindred {

namespace {

constexpr int kMostSteps = 2048;

bool isStep(int step) { return step >= 16 && step <= kMostSteps && (step & (step - 1)) == 0; }

// Zeros around what is read: of a gradient, dy.
int padOf(const ConvolutionShape& s) { return s.isGradient ? (s.side == 3 ? 1 : 0) : s.pad; }

int outSize(int size, const ConvolutionShape& s) { return (size + 2 * s.pad - s.side) / s.stride + 1; }

// Of a kernel of one pixel at stride 1, images are one long row.
bool isOneRow(const ConvolutionShape& s) { return s.side == 1 && s.stride == 1; }

bool isKnownPad(const ConvolutionShape& s) {
  return s.side == 1 ? s.pad == 0 : s.pad == 1 || (s.pad == 0 && s.stride == 2);
}

}  // namespace

bool fitsConvolution(const ConvolutionShape& s) {
  if (s.images < 1 || (s.side != 1 && s.side != 3) || (s.stride != 1 && s.stride != 2) || !isKnownPad(s)) return false;
  if (s.outChannels % 16 != 0 || !isStep(s.inChannels * (s.isGradient ? 1 : s.stride))) return false;
  const bool isPhased = s.isGradient && s.stride == 2;
  const bool isWhole = s.isGradient ? s.height == outSize(s.outHeight, s) && s.width == outSize(s.outWidth, s)
                                    : s.outHeight == outSize(s.height, s) && s.outWidth == outSize(s.width, s);
  if (!isWhole) return false;
  const bool isWide = s.outChannels % 32 == 0;
  if (isOneRow(s)) return s.outHeight * s.outWidth >= (isWide ? 8 : 16);
  return std::min(s.outHeight, s.outWidth) / (isPhased ? 2 : 1) >= (isWide ? 3 : 4);
}

#ifdef KINDRED_PRODUCTS
KINDRED_PRODUCTS_BEGIN
namespace {

constexpr int kMostTaps = 9;
// Pixels of a long row, so that what its last tile computes twice is little.
constexpr int kLeastRow = 48;
// Images that are computed together for each block of weights, so that both stay near: bytes.
constexpr int64_t kGroupBytes = 1 << 16;

// One convolution at stride 1 or 2, or one phase of a gradient: distances in numbers, not bytes.
struct Phase {
  int taps = 0;
  int64_t tapAt[kMostTaps];
  // Of the kernel: which of its side × side.
  int kernelTap[kMostTaps];
  int height, width;
  int64_t rowStep;
  int64_t yAt, yRowStep, yColumnStep;
  int inChannels;
};

template <typename T, int step, int rows, int columns, int vectors>
void addTile(const Phase& phase, const T* x, const T* weights, T* y) {
  using P = Products<T>;
  __m512 sums[rows][columns][vectors];
#pragma GCC unroll 4
  for (int r = 0; r < rows; r++)
#pragma GCC unroll 16
    for (int c = 0; c < columns; c++)
#pragma GCC unroll 2
      for (int v = 0; v < vectors; v++) sums[r][c][v] = _mm512_setzero_ps();
  for (int tap = 0; tap < phase.taps; tap++) {
    const T* from = x + phase.tapAt[tap];
    for (int i = 0; i < phase.inChannels; i += P::kTogether) {
      typename P::Vector weight[vectors];
#pragma GCC unroll 2
      for (int v = 0; v < vectors; v++) weight[v] = P::load(weights + v * 16 * P::kTogether);
      weights += vectors * 16 * P::kTogether;
#pragma GCC unroll 4
      for (int r = 0; r < rows; r++)
#pragma GCC unroll 16
        for (int c = 0; c < columns; c++) {
          const typename P::Vector pixel = P::inAllLanes(from + r * phase.rowStep + c * step + i);
#pragma GCC unroll 2
          for (int v = 0; v < vectors; v++) sums[r][c][v] = P::added(sums[r][c][v], pixel, weight[v]);
        }
    }
  }
#pragma GCC unroll 4
  for (int r = 0; r < rows; r++)
#pragma GCC unroll 16
    for (int c = 0; c < columns; c++)
#pragma GCC unroll 2
      for (int v = 0; v < vectors; v++) P::store(y + r * phase.yRowStep + c * phase.yColumnStep + v * 16, sums[r][c][v]);
}

// Sixteen pixels of a row by sixteen channels, 3 × 3 at stride 1: what is read of the image serves all three taps of a row.
template <typename T, int step>
void addRow(const Phase& phase, const T* x, const T* weights, T* y) {
  using P = Products<T>;
  constexpr int pixels = 16, side = 3;
  const int64_t tapSize = static_cast<int64_t>(step) * 16;
  __m512 sums[pixels];
#pragma GCC unroll 16
  for (int c = 0; c < pixels; c++) sums[c] = _mm512_setzero_ps();
  for (int row = 0; row < side; row++) {
    const T* from = x + row * phase.rowStep;
    for (int i = 0; i < step; i += P::kTogether) {
      typename P::Vector weight[side];
#pragma GCC unroll 3
      for (int t = 0; t < side; t++) weight[t] = P::load(weights + t * tapSize + i * 16);
#pragma GCC unroll 18
      for (int c = 0; c < pixels + side - 1; c++) {
        const typename P::Vector pixel = P::inAllLanes(from + c * step + i);
#pragma GCC unroll 3
        for (int t = 0; t < side; t++)
          if (c >= t && c - t < pixels) sums[c - t] = P::added(sums[c - t], pixel, weight[t]);
      }
    }
    weights += side * tapSize;
  }
#pragma GCC unroll 16
  for (int c = 0; c < pixels; c++) P::store(y + c * phase.yColumnStep, sums[c]);
}

// The last tile of a row or column reaches back: what two tiles share is written twice, with the same numbers.
template <typename T, int step, int rows, int columns, int vectors>
void addBlock(const Phase& phase, const T* image, const T* weights, T* y, ReadAhead& ahead) {
  for (int row = 0; row < phase.height; row += rows) {
    const int top = std::min(row, phase.height - rows);
    for (int column = 0; column < phase.width; column += columns) {
      const int left = std::min(column, phase.width - columns);
      const T* x = image + top * phase.rowStep + left * step;
      T* to = y + phase.yAt + top * phase.yRowStep + left * phase.yColumnStep;
      if (columns == 16 && phase.taps == 9 && phase.inChannels == step) addRow<T, step>(phase, x, weights, to);
      else addTile<T, step, rows, columns, vectors>(phase, x, weights, to);
    }
    ahead.step();
  }
}

// What more than a phase's pixels a tiling computes because its last tiles reach back; 1: nothing.
double excessOf(const Phase& phase, int rows, int columns) {
  if (phase.height < rows || phase.width < columns) return 1e9;
  const auto covered = [](int size, int tile) { return static_cast<double>((size + tile - 1) / tile * tile) / size; };
  return covered(phase.height, rows) * covered(phase.width, columns);
}

// The tiling with the least excess; of equals the first, which is the faster.
int pickTiling(const Phase& phase, const int (*tilings)[2], int count) {
  int best = 0;
  for (int i = 1; i < count; i++)
    if (excessOf(phase, tilings[i][0], tilings[i][1]) < excessOf(phase, tilings[best][0], tilings[best][1])) best = i;
  return best;
}

template <typename T, int step>
void addBlock(const Phase& phase, int vectors, const T* image, const T* weights, T* y, ReadAhead& ahead) {
  if (vectors == 2) {
    static constexpr int kTilings[][2] = {{1, 8}, {1, 12}, {2, 6}, {2, 7}, {2, 4}, {3, 3}};
    switch (pickTiling(phase, kTilings, 6)) {
      case 0: return addBlock<T, step, 1, 8, 2>(phase, image, weights, y, ahead);
      case 1: return addBlock<T, step, 1, 12, 2>(phase, image, weights, y, ahead);
      case 2: return addBlock<T, step, 2, 6, 2>(phase, image, weights, y, ahead);
      case 3: return addBlock<T, step, 2, 7, 2>(phase, image, weights, y, ahead);
      case 4: return addBlock<T, step, 2, 4, 2>(phase, image, weights, y, ahead);
      default: return addBlock<T, step, 3, 3, 2>(phase, image, weights, y, ahead);
    }
  }
  static constexpr int kTilings[][2] = {{1, 16}, {2, 8}, {4, 4}};
  switch (pickTiling(phase, kTilings, 3)) {
    case 0: return addBlock<T, step, 1, 16, 1>(phase, image, weights, y, ahead);
    case 1: return addBlock<T, step, 2, 8, 1>(phase, image, weights, y, ahead);
    default: return addBlock<T, step, 4, 4, 1>(phase, image, weights, y, ahead);
  }
}

template <typename T>
void addBlock(const Phase& phase, int step, int vectors, const T* image, const T* weights, T* y, ReadAhead& ahead) {
  switch (step) {
    case 16: return addBlock<T, 16>(phase, vectors, image, weights, y, ahead);
    case 32: return addBlock<T, 32>(phase, vectors, image, weights, y, ahead);
    case 64: return addBlock<T, 64>(phase, vectors, image, weights, y, ahead);
    case 128: return addBlock<T, 128>(phase, vectors, image, weights, y, ahead);
    case 256: return addBlock<T, 256>(phase, vectors, image, weights, y, ahead);
    case 512: return addBlock<T, 512>(phase, vectors, image, weights, y, ahead);
    case 1024: return addBlock<T, 1024>(phase, vectors, image, weights, y, ahead);
    default: return addBlock<T, kMostSteps>(phase, vectors, image, weights, y, ahead);
  }
}

// The weights of one tap for 16 · `vectors` output channels from `out`.
template <typename T>
T* packTap(const ConvolutionShape& s, const T* kernel, int tap, int out, int vectors, T* to) {
  using P = Products<T>;
  const T* from = kernel + static_cast<int64_t>(tap) * s.inChannels * s.outChannels;
  for (int i = 0; i < s.inChannels; i += P::kTogether)
    for (int o = out; o < out + 16 * vectors; o += 16, to += 16 * P::kTogether) {
      if (s.isGradient) {
        P::layColumns(from + static_cast<int64_t>(o) * s.inChannels + i, s.inChannels, to);
      } else {
        const T* rows[P::kTogether];
        for (int k = 0; k < P::kTogether; k++) rows[k] = from + static_cast<int64_t>(i + k) * s.outChannels + o;
        P::lay(rows, to);
      }
    }
  return to;
}

template <typename T>
class Convolution {
 public:
  Convolution(const ConvolutionShape& shape, const T* x, T* y)
      : s_(shape), x_(x), y_(y), vectors_(shape.outChannels % 32 == 0 ? 2 : 1), pad_(padOf(shape)) {
    rowStep_ = static_cast<int64_t>(s_.width + 2 * pad_) * s_.inChannels;
    paddedSize_ = rowStep_ * (s_.height + 2 * pad_);
    if (s_.isGradient && s_.stride == 2) {
      for (int row = 0; row < 2; row++)
        for (int column = 0; column < 2; column++) phases_.push_back(phaseOf(row, column));
    } else {
      phases_.push_back(wholePhase());
    }
  }

  void pack(const T* kernel) {
    weights_.resize(static_cast<size_t>(s_.side) * s_.side * s_.inChannels * s_.outChannels);
    shareWork(s_.outChannels / blockChannels(), [&](int block) {
      T* to = weights_.data() + block * blockSize();
      for (const Phase& phase : phases_)
        for (int tap = 0; tap < phase.taps; tap++)
          to = packTap<T>(s_, kernel, phase.kernelTap[tap], block * blockChannels(), vectors_, to);
    });
  }

  void compute(int first, int last) const {
    const int group = static_cast<int>(std::max<int64_t>(leastImages(), kGroupBytes / (paddedSize_ * sizeof(T))));
    const int64_t size = static_cast<int64_t>(s_.height) * s_.width * s_.inChannels;
    const int64_t ySize = static_cast<int64_t>(s_.outHeight) * s_.outWidth * s_.outChannels;
    std::vector<T> padded(pad_ > 0 ? paddedSize_ * group : 0, T{});
    ReadAhead ahead;
    for (int image = first; image < last; image += group) {
      const int count = std::min(group, last - image);
      const T* images = x_ + image * size;
      if (pad_ > 0) {
        for (int i = 0; i < count; i++) padInto(images + i * size, padded.data() + i * paddedSize_);
        images = padded.data();
      }
      const int64_t following = std::min(group, last - image - count);
      ahead.plan(x_ + (image + count) * size, following * size * sizeof(T), rowsOf(count));
      const bool isRow = isOneRow(s_);
      for (int block = 0; block < s_.outChannels / blockChannels(); block++)
        for (int i = 0; i < (isRow ? 1 : count); i++)
          computeBlock(images + i * paddedSize_, isRow ? count : 1, block,
                       y_ + (image + i) * ySize + block * blockChannels(), ahead);
    }
  }

  // Worth computing at once: of images that are one long row as many as make a row of some tiles.
  int leastImages() const {
    const int pixels = s_.outHeight * s_.outWidth;
    return isOneRow(s_) ? (kLeastRow + pixels - 1) / pixels : 1;
  }

 private:
  // Of output, of so many images, as `addBlock` takes them: not more.
  int64_t rowsOf(int images) const {
    return std::max<int64_t>(1, static_cast<int64_t>(images) * s_.outHeight / 4 * (s_.outChannels / blockChannels()));
  }

  int blockChannels() const { return 16 * vectors_; }
  int64_t blockSize() const { return static_cast<int64_t>(s_.side) * s_.side * s_.inChannels * blockChannels(); }

  // images: so many are one long row; else one.
  void computeBlock(const T* image, int images, int block, T* y, ReadAhead& ahead) const {
    const int step = s_.inChannels * (s_.isGradient ? 1 : s_.stride);
    const T* weights = weights_.data() + block * blockSize();
    for (Phase phase : phases_) {
      phase.width *= images;
      addBlock(phase, step, vectors_, image, weights, y, ahead);
      weights += static_cast<int64_t>(phase.taps) * s_.inChannels * blockChannels();
    }
  }

  void padInto(const T* image, T* to) const {
    const int64_t row = static_cast<int64_t>(s_.width) * s_.inChannels;
    for (int r = 0; r < s_.height; r++)
      std::memcpy(to + (r + pad_) * rowStep_ + pad_ * s_.inChannels, image + r * row, row * sizeof(T));
  }

  Phase wholePhase() const {
    Phase phase;
    for (int row = 0; row < s_.side; row++)
      for (int column = 0; column < s_.side; column++) {
        const int tap = row * s_.side + column;
        phase.tapAt[tap] = row * rowStep_ + static_cast<int64_t>(column) * s_.inChannels;
        phase.kernelTap[tap] = s_.isGradient ? s_.side * s_.side - 1 - tap : tap;
      }
    phase.taps = s_.side * s_.side;
    phase.height = isOneRow(s_) ? 1 : s_.outHeight;
    phase.width = isOneRow(s_) ? s_.outHeight * s_.outWidth : s_.outWidth;
    phase.rowStep = rowStep_ * (s_.isGradient ? 1 : s_.stride);
    phase.yAt = 0;
    phase.yRowStep = static_cast<int64_t>(s_.outWidth) * s_.outChannels;
    phase.yColumnStep = s_.outChannels;
    phase.inChannels = s_.inChannels;
    return phase;
  }

  // Of dx, the rows and columns with these remainders: pixel p of them takes tap t from pixel p + (remainder + pad − t) / 2
  // of dy.
  Phase phaseOf(int rowRemainder, int columnRemainder) const {
    Phase phase;
    const int firstRow = (rowRemainder + s_.pad) % 2, firstColumn = (columnRemainder + s_.pad) % 2;
    for (int row = firstRow; row < s_.side; row += 2)
      for (int column = firstColumn; column < s_.side; column += 2) {
        const int down = (rowRemainder + s_.pad - row) / 2, along = (columnRemainder + s_.pad - column) / 2;
        phase.tapAt[phase.taps] = (pad_ + down) * rowStep_ + static_cast<int64_t>(pad_ + along) * s_.inChannels;
        phase.kernelTap[phase.taps++] = row * s_.side + column;
      }
    phase.height = (s_.outHeight + 1 - rowRemainder) / 2;
    phase.width = (s_.outWidth + 1 - columnRemainder) / 2;
    phase.rowStep = rowStep_;
    const int64_t yRow = static_cast<int64_t>(s_.outWidth) * s_.outChannels;
    phase.yAt = rowRemainder * yRow + static_cast<int64_t>(columnRemainder) * s_.outChannels;
    phase.yRowStep = 2 * yRow;
    phase.yColumnStep = 2 * s_.outChannels;
    phase.inChannels = s_.inChannels;
    return phase;
  }

  const ConvolutionShape s_;
  const T* x_;
  T* y_;
  const int vectors_, pad_;
  int64_t rowStep_, paddedSize_;
  std::vector<Phase> phases_;
  std::vector<T> weights_;
};

// More than threads, so that none waits long for another.
constexpr int kParts = 32;

template <typename T>
void convolveDirectly(const ConvolutionShape& s, const T* x, const T* kernel, T* y) {
  Convolution<T> convolution(s, x, y);
  convolution.pack(kernel);
  const int parts = std::min(kParts, std::max(1, s.images / convolution.leastImages()));
  shareWork(parts, [&](int part) {
    convolution.compute(static_cast<int>(static_cast<int64_t>(s.images) * part / parts),
                        static_cast<int>(static_cast<int64_t>(s.images) * (part + 1) / parts));
  });
}

template <typename T>
void convolveAndEnd(const ConvolutionShape& s, const T* x, const T* kernel, const ConvolutionEnd<T>& end, T* y) {
  if constexpr (std::is_same_v<T, Bfloat16>)
    if (suitsMatrixUnits(s)) return convolveByMatrixUnits(s, x, kernel, end, y);
  (suitsWinograd(s) ? convolveByTiles<T> : convolveDirectly<T>)(s, x, kernel, y);
  const NormShape rows = {static_cast<int64_t>(s.images) * s.outHeight * s.outWidth, s.outChannels};
  if (end.bias != nullptr) addBias(rows, end.isRectified, y, end.bias, end.side, y);
}

}  // namespace

template <>
void convolve(const ConvolutionShape& s, const float* x, const float* kernel, const ConvolutionEnd<float>& end, float* y) {
  convolveAndEnd(s, x, kernel, end, y);
}

template <>
void convolve(const ConvolutionShape& s, const Bfloat16* x, const Bfloat16* kernel, const ConvolutionEnd<Bfloat16>& end,
              Bfloat16* y) {
  convolveAndEnd(s, x, kernel, end, y);
}

KINDRED_PRODUCTS_END
#else

template <>
void convolve(const ConvolutionShape&, const float*, const float*, const ConvolutionEnd<float>&, float*) {}
template <>
void convolve(const ConvolutionShape&, const Bfloat16*, const Bfloat16*, const ConvolutionEnd<Bfloat16>&, Bfloat16*) {}


#endif

}  // namespace kindred
