#include "matrix-convolution.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "matrix-units.h"
#include "shared-work.h"

/* The rows of a tile are the same pixel of sixteen images, so that every tap of every pixel is a tile by itself and those
 * that lie outside of the image need no products. Thirty-two images are multiplied at once with thirty-two output channels:
 * four tiles of sums, for two of pixels and two of weights that are read.
 *
 *   pixels    [row][slice of input channels][column][half of the images][image of the half][depth]
 *   weights   [block of output channels][pass][tap][slice of the pass][sixteen of the block][depth / 2][16][2]
 *   sums      [output row of a strip][column][sixteen of the block + 2 · half][16][16]
 *
 * A slice is of `depth` channels: 32, or all 16. A pass over a strip of output rows takes as many slices as have their
 * weights, of all taps, in the nearest cache, beside the pixels that one output pixel reads; between passes the sums wait.
 * With all slices at once each product reads a tile from the second cache, which brings one in as long as two are
 * multiplied. Rows of pixels are laid out when an output row first needs them, into as many places as are needed at once.
 * Of a kernel of one pixel at stride 1 it is all one which image a pixel is of. */
namespace kindred {

#ifdef KINDRED_MATRIX_UNITS
KINDRED_MATRIX_UNITS_BEGIN
namespace {

constexpr int kHalf = kTileRows;
constexpr int kImages = 2 * kHalf;
constexpr int kMostTaps = 3;
// So many images on, a row of pixels is brought near while another is laid out: each lies somewhere else.
constexpr int kAhead = 2;
// Of a tile, and of the four tiles of a pixel and block.
constexpr int kTile = 16 * 16, kSums = 4 * kTile;
// Of pixels that are laid out at once, so that they stay in a near cache with the weights of a block.
constexpr int64_t kNearBytes = 512 << 10;
// Of the sums of a strip, likewise.
constexpr int64_t kSumBytes = 256 << 10;
// Of the weights of a pass, so that they stay in the nearest cache.
constexpr int64_t kPassBytes = 18 << 10;
// More than threads, so that none waits long for another.
constexpr int kParts = 16;
// Where a pixel stands for itself: units of 32 that are at least computed together, and parts of the work for each thread.
constexpr int kLeastUnits = 4, kPartsOfThread = 4;

bool isFlat(const ConvolutionShape& s) { return s.side == 1 && s.stride == 1; }

// Where the pixels of 32 images lie, in numbers.
struct Grid {
  int64_t image, row, column;
};

// Of one output row or column: which rows or columns of what is read, by which tap of the kernel.
struct Reach {
  int count = 0;
  int tap[kMostTaps], at[kMostTaps];
};

// Per row (column) of what is written.
std::vector<Reach> reachesOf(const ConvolutionShape& s, int size, int outSize) {
  std::vector<Reach> reaches(outSize);
  for (int out = 0; out < outSize; out++)
    for (int tap = 0; tap < s.side; tap++) {
      const int far = s.isGradient ? out + s.pad - tap : out * s.stride + tap - s.pad;
      if (s.isGradient && far % s.stride != 0) continue;
      const int at = s.isGradient ? far / s.stride : far;
      if (far < 0 || at >= size) continue;
      Reach& reach = reaches[out];
      reach.tap[reach.count] = tap;
      reach.at[reach.count++] = at;
    }
  return reaches;
}

// Some rows of what is written, of up to 32 images, and of so many columns.
struct Part {
  const Bfloat16* x;
  // As y; null: nothing is added.
  const Bfloat16* side;
  Bfloat16* y;
  int images, firstRow, lastRow, columns;
};

// Where one pixel of a block of output channels goes: of the part's first image, in numbers.
struct Output {
  const Part& part;
  // Of the pixel and block; between two passes they wait here.
  float* sums;
  int64_t at;
  // Of the block; null: nothing ends it.
  const Bfloat16* bias;
};

class MatrixConvolution {
 public:
  // Of the end only the bias and whether it is rectified: a side comes with each part.
  MatrixConvolution(const ConvolutionShape& shape, Grid from, Grid to, const ConvolutionEnd<Bfloat16>& end)
      : s_(shape), from_(from), to_(to), end_(end), depth_(shape.inChannels % 32 == 0 ? 32 : 16), slices_(shape.inChannels / depth_),
        outputs_(shape.outChannels % 32 == 0 ? 32 : 16), rows_(reachesOf(shape, shape.height, shape.outHeight)),
        columns_(reachesOf(shape, shape.width, shape.outWidth)) {
    rowSize_ = static_cast<int64_t>(s_.width) * kImages * s_.inChannels;
    const int64_t sliceBytes = int64_t{1} * s_.side * s_.side * depth_ * outputs_ * static_cast<int64_t>(sizeof(Bfloat16));
    passSlices_ = static_cast<int>(std::max<int64_t>(1, std::min<int64_t>(kPassBytes / sliceBytes, slices_)));
    int64_t near = kNearBytes / (rowSize_ * static_cast<int64_t>(sizeof(Bfloat16))) / (s_.isGradient ? 1 : s_.stride);
    if (passSlices_ < slices_) near = std::min(near, kSumBytes / (kSums * static_cast<int64_t>(sizeof(float)) * s_.outWidth));
    stripRows_ = static_cast<int>(std::max<int64_t>(1, std::min<int64_t>(near, s_.outHeight)));
    for (int row = 0; row < s_.outHeight; row++) {
      const auto [first, last] = neededBy(row, std::min(row + stripRows_, s_.outHeight));
      places_ = std::max(places_, last - first);
    }
  }

  void pack(const Bfloat16* kernel) {
    const int taps = s_.side * s_.side;
    weights_.resize(static_cast<size_t>(taps) * s_.inChannels * s_.outChannels + 32);
    Bfloat16* const weights = aligned(weights_.data());
    blockSize_ = static_cast<int64_t>(taps) * s_.inChannels * outputs_;
    shareWork(s_.outChannels / outputs_, [&](int block) {
      Bfloat16* to = weights + block * blockSize_;
      for (int first = 0; first < slices_; first += passSlices_)
        for (int tap = 0; tap < taps; tap++)
          for (int slice = first; slice < std::min(first + passSlices_, slices_); slice++)
            for (int out = block * outputs_; out < (block + 1) * outputs_; out += 16, to += depth_ * 16)
              packTile(kernel + static_cast<int64_t>(tap) * s_.inChannels * s_.outChannels, slice * depth_, out, to);
    });
  }

  void compute(const Part& part) const {
    thread_local std::vector<Bfloat16> kept;
    thread_local std::vector<float> waiting;
    Bfloat16* const pixels = room(kept, places_ * rowSize_);
    const bool isOnePass = passSlices_ == slices_;
    float* const sums = room(waiting, isOnePass ? kSums : static_cast<int64_t>(stripRows_) * part.columns * kSums);
    const TileShapes shapes(depth_);
    int laid = 0;
    for (int row = part.firstRow; row < part.lastRow; row += stripRows_) {
      const int end = std::min(row + stripRows_, part.lastRow);
      const auto [first, last] = neededBy(row, end);
      for (laid = std::max(laid, first); laid < last; laid++) lay(part, laid, pixels + laid % places_ * rowSize_);
      // GCC does not know that tiles are read from memory.
      asm volatile("" : : : "memory");
      for (int block = 0; block < s_.outChannels / outputs_; block++)
        for (int first = 0; first < slices_; first += passSlices_) {
          float* at = sums;
          for (int r = row; r < end; r++)
            for (int column = 0; column < part.columns; column++, at += isOnePass ? 0 : kSums)
              addPixel(part, pixels, {block, first, std::min(first + passSlices_, slices_)}, r, column, at);
        }
    }
  }

 private:
  // Some slices of a block of output channels.
  struct Pass {
    int block, first, end;
  };

  // Aligned room for `size` numbers.
  template <typename T>
  static T* room(std::vector<T>& kept, int64_t size) {
    const size_t needed = static_cast<size_t>(size) + 64 / sizeof(T);
    if (kept.size() < needed) kept.resize(needed);
    return aligned(kept.data());
  }

  // Rows of what is read, first and end, of some of what is written.
  std::pair<int, int> neededBy(int row, int end) const {
    int first = s_.height, last = 0;
    for (; row < end; row++)
      for (int i = 0; i < rows_[row].count; i++) {
        first = std::min(first, rows_[row].at[i]);
        last = std::max(last, rows_[row].at[i] + 1);
      }
    return {first, std::max(first, last)};
  }

  void packTile(const Bfloat16* tap, int in, int out, Bfloat16* to) const {
    for (int i = in; i < in + depth_; i += 2, to += 32) {
      if (s_.isGradient) {
        Products<Bfloat16>::layColumns(tap + static_cast<int64_t>(out) * s_.inChannels + i, s_.inChannels, to);
      } else {
        const Bfloat16* pair[2] = {tap + static_cast<int64_t>(i) * s_.outChannels + out,
                                   tap + static_cast<int64_t>(i + 1) * s_.outChannels + out};
        Products<Bfloat16>::lay(pair, to);
      }
    }
  }

  void lay(const Part& part, int row, Bfloat16* to) const {
    const int64_t tile = kHalf * depth_;
    const int columns = isFlat(s_) ? part.columns : s_.width;
    // A kernel of one pixel reads no other columns.
    const int step = s_.side == 1 && !s_.isGradient ? s_.stride : 1;
    for (int image = 0; image < kImages; image++) {
      Bfloat16* at = to + image / kHalf * tile + image % kHalf * depth_;
      const Bfloat16* pixel = part.x + image * from_.image + row * from_.row;
      const int64_t ahead = image + kAhead < part.images ? kAhead * from_.image : 0;
      for (int column = 0; column < columns; column += step, pixel += step * from_.column, at += step * 2 * tile)
        for (int slice = 0; slice < slices_; slice++) {
          if (ahead > 0) _mm_prefetch(reinterpret_cast<const char*>(pixel + slice * depth_ + ahead), _MM_HINT_T0);
          store(at + slice * sliceSize(), image < part.images ? load(pixel + slice * depth_) : zeros());
        }
    }
  }

  // Of a row of pixels, in numbers.
  int64_t sliceSize() const { return static_cast<int64_t>(s_.width) * kImages * depth_; }

  static __m512i zeros() { return _mm512_setzero_si512(); }
  __m512i load(const Bfloat16* p) const {
    return depth_ == 32 ? _mm512_loadu_si512(p) : _mm512_castsi256_si512(_mm256_loadu_si256((const __m256i*)p));
  }
  void store(Bfloat16* p, __m512i numbers) const {
    if (depth_ == 32) _mm512_store_si512(p, numbers);
    else _mm256_store_si256((__m256i*)p, _mm512_castsi512_si256(numbers));
  }

  void addPixel(const Part& part, const Bfloat16* pixels, Pass pass, int row, int column, float* sums) const {
    const int block = pass.block;
    const Output to = {part, sums, row * to_.row + column * to_.column + block * outputs_,
                       end_.bias == nullptr ? nullptr : end_.bias + block * outputs_};
    const bool areBoth = part.images > kHalf;
    const auto add = outputs_ == 32 ? (areBoth ? &MatrixConvolution::addPixel<2, 2> : &MatrixConvolution::addPixel<2, 1>)
                                    : (areBoth ? &MatrixConvolution::addPixel<1, 2> : &MatrixConvolution::addPixel<1, 1>);
    (this->*add)(pixels, pass, rows_[row], columns_[column], to);
  }

  template <int sixteens, int halves>
  void addPixel(const Bfloat16* pixels, Pass pass, const Reach& rows, const Reach& columns, const Output& to) const {
    const int64_t tile = kHalf * depth_, rowBytes = 2 * depth_;
    const int slices = pass.end - pass.first;
    const int64_t taps = s_.side * s_.side, tapSize = static_cast<int64_t>(slices) * sixteens * 16 * depth_;
    const Bfloat16* const weights = aligned(weights_.data()) + pass.block * blockSize_ + taps * pass.first * sixteens * 16 * depth_;
    if (pass.first == 0) {
      _tile_zero(0);
      _tile_zero(1);
      _tile_zero(2);
      _tile_zero(3);
    } else {
      _tile_loadd(0, to.sums, 64);
      if (sixteens == 2) _tile_loadd(1, to.sums + kTile, 64);
      if (halves == 2) _tile_loadd(2, to.sums + 2 * kTile, 64);
      if (halves == 2 && sixteens == 2) _tile_loadd(3, to.sums + 3 * kTile, 64);
    }
    const bool isLast = pass.end == slices_;
    if (isLast && to.part.side != nullptr)
      for (int image = 0; image < to.part.images; image++)
        _mm_prefetch(reinterpret_cast<const char*>(to.part.side + to.at + image * to_.image), _MM_HINT_T0);
    for (int r = 0; r < rows.count; r++) {
      const Bfloat16* const line = pixels + rows.at[r] % places_ * rowSize_ + pass.first * sliceSize();
      for (int c = 0; c < columns.count; c++) {
        const Bfloat16* a = line + columns.at[c] * 2 * tile;
        const Bfloat16* b = weights + (rows.tap[r] * s_.side + columns.tap[c]) * tapSize;
        for (int slice = 0; slice < slices; slice++, a += sliceSize(), b += sixteens * 16 * depth_) {
          _tile_loadd(4, a, rowBytes);
          _tile_loadd(6, b, 64);
          _tile_dpbf16ps(0, 4, 6);
          if (halves == 2) {
            _tile_loadd(5, a + tile, rowBytes);
            _tile_dpbf16ps(2, 5, 6);
          }
          if (sixteens == 2) {
            _tile_loadd(7, b + 16 * depth_, 64);
            _tile_dpbf16ps(1, 4, 7);
            if (halves == 2) _tile_dpbf16ps(3, 5, 7);
          }
        }
      }
    }
    _tile_stored(0, to.sums, 64);
    if (sixteens == 2) _tile_stored(1, to.sums + kTile, 64);
    if (halves == 2) _tile_stored(2, to.sums + 2 * kTile, 64);
    if (halves == 2 && sixteens == 2) _tile_stored(3, to.sums + 3 * kTile, 64);
    if (isLast) write<sixteens>(to);
  }

  template <int sixteens>
  void write(const Output& to) const {
    for (int image = 0; image < to.part.images; image++) {
      const float* first = to.sums + image / kHalf * 2 * kTile + image % kHalf * 16;
      const int64_t at = to.at + image * to_.image;
      if (sixteens == 2) {
        const __m512i both = (__m512i)_mm512_cvtne2ps_pbh(_mm512_load_ps(first + kTile), _mm512_load_ps(first));
        _mm512_storeu_si512(to.part.y + at, to.bias == nullptr ? both : ended(both, to, at));
      } else {
        const __m256i one = (__m256i)_mm512_cvtneps_pbh(_mm512_load_ps(first));
        _mm256_storeu_si256((__m256i*)(to.part.y + at), to.bias == nullptr ? one : ended(one, to, at, 0));
      }
    }
  }

  __m512i ended(__m512i both, const Output& to, int64_t at) const {
    const __m256i low = ended(_mm512_castsi512_si256(both), to, at, 0);
    return _mm512_inserti64x4(_mm512_castsi256_si512(low), ended(_mm512_extracti64x4_epi64(both, 1), to, at, 16), 1);
  }

  // Sixteen channels from `channel` of the block, rounded after each of the three.
  __m256i ended(__m256i sixteen, const Output& to, int64_t at, int channel) const {
    __m512 value = _mm512_add_ps(widened(sixteen), widened(loadSixteen(to.bias + channel)));
    if (to.part.side != nullptr) value = _mm512_add_ps(widened(rounded(value)), widened(loadSixteen(to.part.side + at + channel)));
    // A NaN stays one.
    return rounded(end_.isRectified ? _mm512_max_ps(_mm512_setzero_ps(), value) : value);
  }

  static __m256i loadSixteen(const Bfloat16* p) { return _mm256_loadu_si256((const __m256i*)p); }
  static __m512 widened(__m256i sixteen) { return _mm512_castsi512_ps(_mm512_slli_epi32(_mm512_cvtepu16_epi32(sixteen), 16)); }
  static __m256i rounded(__m512 values) { return (__m256i)_mm512_cvtneps_pbh(values); }

  const ConvolutionShape s_;
  const Grid from_, to_;
  const ConvolutionEnd<Bfloat16> end_;
  const int depth_, slices_, outputs_;
  const std::vector<Reach> rows_, columns_;
  int stripRows_, passSlices_, places_ = 1;
  int64_t rowSize_, blockSize_ = 0;
  std::vector<Bfloat16> weights_;
};

// Pixels in units of 32: a unit is a column, and image i has the i-th pixel of each.
void convolvePixels(const ConvolutionShape& s, const Bfloat16* x, const Bfloat16* kernel, const ConvolutionEnd<Bfloat16>& end,
                    Bfloat16* y) {
  const int64_t pixels = static_cast<int64_t>(s.images) * s.height * s.width;
  const int64_t near = kNearBytes / (static_cast<int64_t>(kImages) * s.inChannels * static_cast<int64_t>(sizeof(Bfloat16)));
  const int64_t share = pixels / kImages / (kPartsOfThread * threadCount());
  ConvolutionShape row = s;
  row.images = kImages;
  row.height = row.outHeight = 1;
  row.width = row.outWidth = static_cast<int>(std::max<int64_t>(kLeastUnits, std::min(near, share)));
  const auto gridOf = [](int channels) { return Grid{channels, 0, static_cast<int64_t>(kImages) * channels}; };
  MatrixConvolution convolution(row, gridOf(s.inChannels), gridOf(s.outChannels), end);
  convolution.pack(kernel);
  const int64_t rowPixels = static_cast<int64_t>(kImages) * row.width;
  shareWork(static_cast<int>((pixels + rowPixels - 1) / rowPixels), [&](int i) {
    const int64_t at = i * rowPixels, count = std::min(rowPixels, pixels - at);
    const int units = static_cast<int>(count / kImages), rest = static_cast<int>(count % kImages);
    const auto partAt = [&](int64_t pixel, int images, int columns) {
      const int64_t to = pixel * s.outChannels;
      return Part{x + pixel * s.inChannels, end.side == nullptr ? nullptr : end.side + to, y + to, images, 0, 1, columns};
    };
    if (units > 0) convolution.compute(partAt(at, kImages, units));
    if (rest > 0) convolution.compute(partAt(at + units * kImages, rest, 1));
  });
}

void convolveImages(const ConvolutionShape& s, const Bfloat16* x, const Bfloat16* kernel, const ConvolutionEnd<Bfloat16>& end,
                    Bfloat16* y) {
  const auto gridOf = [](int height, int width, int channels) {
    const int64_t row = static_cast<int64_t>(width) * channels;
    return Grid{row * height, row, channels};
  };
  MatrixConvolution convolution(s, gridOf(s.height, s.width, s.inChannels), gridOf(s.outHeight, s.outWidth, s.outChannels), end);
  convolution.pack(kernel);
  const int groups = (s.images + kImages - 1) / kImages;
  const int bands = std::max(1, std::min(kParts / groups, s.outHeight / 4));
  shareWork(groups * bands, [&](int part) {
    const int group = part / bands, band = part % bands, image = group * kImages;
    const int64_t to = static_cast<int64_t>(image) * s.outHeight * s.outWidth * s.outChannels;
    convolution.compute({x + static_cast<int64_t>(image) * s.height * s.width * s.inChannels,
                         end.side == nullptr ? nullptr : end.side + to, y + to, std::min(kImages, s.images - image),
                         s.outHeight * band / bands, s.outHeight * (band + 1) / bands, s.outWidth});
  });
}

}  // namespace

bool suitsMatrixUnits(const ConvolutionShape& s) {
  const bool areSixteens = s.inChannels % 16 == 0 && s.outChannels % 16 == 0;
  return hasMatrixUnits() && areSixteens && (isFlat(s) ? s.images * s.height * s.width : s.images) >= kLeastImages;
}

void convolveByMatrixUnits(const ConvolutionShape& s, const Bfloat16* x, const Bfloat16* kernel,
                           const ConvolutionEnd<Bfloat16>& end, Bfloat16* y) {
  (isFlat(s) ? convolvePixels : convolveImages)(s, x, kernel, end, y);
}

KINDRED_MATRIX_UNITS_END
#else

bool suitsMatrixUnits(const ConvolutionShape&) { return false; }
void convolveByMatrixUnits(const ConvolutionShape&, const Bfloat16*, const Bfloat16*, const ConvolutionEnd<Bfloat16>&,
                           Bfloat16*) {}

#endif

}  // namespace kindred
