#include "filter-gradient.h"

#include <algorithm>
#include <vector>

#include "bfloat16-products.h"
#include "shared-work.h"

/* An image's rows are laid out anew so that two neighbouring pixels of a row stand beside each other, as the products of
 * pairs want them, and used for all nine taps:
 *
 *   lines   [row][input channel][kLine]      a channel's pixels side by side, zeros around them
 *   pairs   [row][pixel / 2][output channel][2]
 *
 * A tap is then the sum over rows and pairs of (two pixels of a line, at the tap's offset) × (the pair of dy). Small
 * images share a line: `segments` of them, each with its own zeros. At stride 2 a line holds even columns first, then odd
 * ones, so neighbours of a tap stay neighbours in memory. */
namespace kindred {

bool hasFilterGradient() { return hasBfloat16Products(); }

namespace {

constexpr int kLine = 40;
constexpr int kHalfLine = 20;
// Each part sums into a kernel of its own; fixed, so that the order of summing is.
constexpr int kMostParts = 16;

int evenWidth(const FilterGradientShape& s) { return (s.outWidth + 1) / 2 * 2; }
// Columns of a line that one image takes (of a half line at stride 2).
int segmentWidth(const FilterGradientShape& s) { return s.stride == 1 ? evenWidth(s) + 2 : evenWidth(s) + 1; }
int segmentsOf(const FilterGradientShape& s) { return (s.stride == 1 ? kLine : kHalfLine) / segmentWidth(s); }
int linesOf(const FilterGradientShape& s) { return s.height + 2 * s.pad; }

}  // namespace

bool fitsFilterGradient(const FilterGradientShape& s) {
  const bool isWhole = s.outHeight == (linesOf(s) - 3) / s.stride + 1 && s.outWidth == (s.width + 2 * s.pad - 3) / s.stride + 1;
  const bool isKnown = (s.stride == 1 && s.pad == 1) || (s.stride == 2 && s.pad == 0);
  return isWhole && isKnown && s.images > 0 && segmentsOf(s) > 0 && s.inChannels % 16 == 0 && s.outChannels % 16 == 0;
}

#ifdef KINDRED_BFLOAT16_PRODUCTS

KINDRED_PRODUCTS_BEGIN
namespace {

// Offsets of the three taps of a row within a line.
template <int stride>
constexpr int tapOffset(int tap) {
  return stride == 1 ? tap : tap == 1 ? kHalfLine : tap / 2;
}

struct Band {
  const Bfloat16* lines;
  const Bfloat16* pairs;
  int64_t lineStep, pairStep;
  int rows, segments, segmentWidth, pairCount, outChannels;
};

// Adds one row of taps (three) of `inputs` input channels and 16 · `vectors` output channels to the kernel.
template <int stride, int inputs, int vectors>
void addTaps(const Band& band, float* kernel, int64_t tapStep) {
  __m512 sums[inputs][3][vectors];
  for (int i = 0; i < inputs; i++)
    for (int t = 0; t < 3; t++)
      for (int v = 0; v < vectors; v++)
        sums[i][t][v] = _mm512_loadu_ps(kernel + i * static_cast<int64_t>(band.outChannels) + t * tapStep + v * 16);
  for (int row = 0; row < band.rows; row++) {
    const Bfloat16* pair = band.pairs + row * band.pairStep;
    for (int segment = 0; segment < band.segments; segment++) {
      const Bfloat16* pixel = band.lines + row * band.lineStep + segment * band.segmentWidth;
      for (int p = 0; p < band.pairCount; p++) {
        __m512bh gradient[vectors];
        for (int v = 0; v < vectors; v++) gradient[v] = (__m512bh)_mm512_loadu_si512(pair + v * 32);
        pair += 2 * band.outChannels;
#pragma GCC unroll 8
        for (int i = 0; i < inputs; i++)
#pragma GCC unroll 3
          for (int t = 0; t < 3; t++) {
            const __m512bh pixels = pairInAllLanes(pixel + i * kLine + tapOffset<stride>(t));
#pragma GCC unroll 4
            for (int v = 0; v < vectors; v++) sums[i][t][v] = _mm512_dpbf16_ps(sums[i][t][v], pixels, gradient[v]);
          }
        pixel += 2;
      }
    }
  }
  for (int i = 0; i < inputs; i++)
    for (int t = 0; t < 3; t++)
      for (int v = 0; v < vectors; v++)
        _mm512_storeu_ps(kernel + i * static_cast<int64_t>(band.outChannels) + t * tapStep + v * 16, sums[i][t][v]);
}

// 16 pixels, `step` apart, of 16 channels → 16 lines' 16 pixels.
void transposeBlock(const Bfloat16* from, int64_t step, Bfloat16* to) {
  __m256i a[16], b[16];
  for (int i = 0; i < 16; i++) a[i] = _mm256_loadu_si256((const __m256i*)(from + i * step));
  for (int i = 0; i < 8; i++) {
    b[2 * i] = _mm256_unpacklo_epi16(a[2 * i], a[2 * i + 1]);
    b[2 * i + 1] = _mm256_unpackhi_epi16(a[2 * i], a[2 * i + 1]);
  }
  for (int i = 0; i < 4; i++)
    for (int j = 0; j < 2; j++) {
      a[4 * i + 2 * j] = _mm256_unpacklo_epi32(b[4 * i + j], b[4 * i + 2 + j]);
      a[4 * i + 2 * j + 1] = _mm256_unpackhi_epi32(b[4 * i + j], b[4 * i + 2 + j]);
    }
  for (int i = 0; i < 2; i++)
    for (int j = 0; j < 4; j++) {
      b[8 * i + 2 * j] = _mm256_unpacklo_epi64(a[8 * i + j], a[8 * i + 4 + j]);
      b[8 * i + 2 * j + 1] = _mm256_unpackhi_epi64(a[8 * i + j], a[8 * i + 4 + j]);
    }
  for (int j = 0; j < 8; j++) {
    _mm256_storeu_si256((__m256i*)(to + j * kLine), _mm256_permute2x128_si256(b[j], b[8 + j], 0x20));
    _mm256_storeu_si256((__m256i*)(to + (j + 8) * kLine), _mm256_permute2x128_si256(b[j], b[8 + j], 0x31));
  }
}

// `count` pixels, `step` apart, of all channels → the channels' lines.
void layLines(const Bfloat16* from, int count, int64_t step, int channels, Bfloat16* to) {
  for (int c = 0; c < channels; c += 16) {
    int p = 0;
    for (; p + 16 <= count; p += 16) transposeBlock(from + p * step + c, step, to + static_cast<int64_t>(c) * kLine + p);
    for (; p < count; p++)
      for (int j = 0; j < 16; j++) to[static_cast<int64_t>(c + j) * kLine + p] = from[p * step + c + j];
  }
}

void layPairs(const Bfloat16* from, int width, int channels, Bfloat16* to) {
  for (int p = 0; p < width; p += 2) {
    const Bfloat16* left = from + static_cast<int64_t>(p) * channels;
    for (int c = 0; c < channels; c += 16) {
      const __m256i first = _mm256_loadu_si256((const __m256i*)(left + c));
      const __m256i second =
          p + 1 < width ? _mm256_loadu_si256((const __m256i*)(left + channels + c)) : _mm256_setzero_si256();
      _mm512_storeu_si512(to + static_cast<int64_t>(p) * channels + 2 * c, pairedRows(first, second));
    }
  }
}

void layImage(const FilterGradientShape& s, const Bfloat16* x, const Bfloat16* dy, int segment, Bfloat16* lines,
              Bfloat16* pairs, int segments) {
  const int64_t lineStep = static_cast<int64_t>(s.inChannels) * kLine;
  const int column = segment * segmentWidth(s);
  for (int row = 0; row < s.height; row++) {
    const Bfloat16* from = x + static_cast<int64_t>(row) * s.width * s.inChannels;
    Bfloat16* to = lines + (row + s.pad) * lineStep + column;
    if (s.stride == 1) {
      layLines(from, s.width, s.inChannels, s.inChannels, to + s.pad);
    } else {
      layLines(from, (s.width + 1) / 2, 2 * s.inChannels, s.inChannels, to);
      layLines(from + s.inChannels, s.width / 2, 2 * s.inChannels, s.inChannels, to + kHalfLine);
    }
  }
  const int64_t width = evenWidth(s);
  for (int row = 0; row < s.outHeight; row++) {
    layPairs(dy + static_cast<int64_t>(row) * s.outWidth * s.outChannels, s.outWidth, s.outChannels,
             pairs + (row * segments + segment) * width * s.outChannels);
  }
}

template <int stride>
void addBand(const FilterGradientShape& s, const Bfloat16* lines, const Bfloat16* pairs, int segments, int used, float* kernel) {
  const int64_t lineStep = static_cast<int64_t>(s.inChannels) * kLine;
  const int64_t tapStep = static_cast<int64_t>(s.inChannels) * s.outChannels;
  const int inputs = s.outChannels % 32 == 0 ? 4 : 8;
  const int outputs = s.outChannels % 32 == 0 ? 32 : 16;
  for (int tapRow = 0; tapRow < 3; tapRow++)
    for (int in = 0; in < s.inChannels; in += inputs)
      for (int out = 0; out < s.outChannels; out += outputs) {
        const Band band = {lines + tapRow * lineStep + static_cast<int64_t>(in) * kLine,
                           pairs + 2 * out,
                           stride * lineStep,
                           static_cast<int64_t>(segments) * evenWidth(s) * s.outChannels,
                           s.outHeight,
                           used,
                           segmentWidth(s),
                           evenWidth(s) / 2,
                           s.outChannels};
        float* taps = kernel + 3 * tapRow * tapStep + static_cast<int64_t>(in) * s.outChannels + out;
        if (outputs == 32) addTaps<stride, 4, 2>(band, taps, tapStep);
        else addTaps<stride, 8, 1>(band, taps, tapStep);
      }
}

void addImages(const FilterGradientShape& s, const Bfloat16* x, const Bfloat16* dy, int first, int last, float* kernel) {
  const int segments = segmentsOf(s);
  const int64_t imageSize = static_cast<int64_t>(s.height) * s.width * s.inChannels;
  const int64_t gradientSize = static_cast<int64_t>(s.outHeight) * s.outWidth * s.outChannels;
  // Zeros where no image writes; a little more, since a transposed block may be read past its end.
  std::vector<Bfloat16> lines(static_cast<size_t>(linesOf(s)) * s.inChannels * kLine + 64);
  std::vector<Bfloat16> pairs(static_cast<size_t>(s.outHeight) * segments * evenWidth(s) * s.outChannels + 64);
  for (int image = first; image < last; image += segments) {
    const int used = std::min(segments, last - image);
    for (int i = 0; i < used; i++) {
      layImage(s, x + (image + i) * imageSize, dy + (image + i) * gradientSize, i, lines.data(), pairs.data(), segments);
    }
    if (s.stride == 1) addBand<1>(s, lines.data(), pairs.data(), segments, used, kernel);
    else addBand<2>(s, lines.data(), pairs.data(), segments, used, kernel);
  }
}

}  // namespace
KINDRED_PRODUCTS_END

void filterGradient(const FilterGradientShape& s, const Bfloat16* x, const Bfloat16* dy, float* kernel) {
  const int64_t size = 9LL * s.inChannels * s.outChannels;
  const int parts = std::min(kMostParts, s.images);
  std::vector<float> sums(static_cast<size_t>(parts) * size, 0.0f);
  shareWork(parts, [&](int part) {
    const int first = static_cast<int>(static_cast<int64_t>(s.images) * part / parts);
    const int last = static_cast<int>(static_cast<int64_t>(s.images) * (part + 1) / parts);
    addImages(s, x, dy, first, last, sums.data() + part * size);
  });
  std::copy(sums.begin(), sums.begin() + size, kernel);
  for (int part = 1; part < parts; part++)
    for (int64_t i = 0; i < size; i++) kernel[i] += sums[part * size + i];
}

#else

void filterGradient(const FilterGradientShape&, const Bfloat16*, const Bfloat16*, float*) {}

#endif

}  // namespace kindred
