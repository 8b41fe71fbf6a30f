// The loops of draw-views.cc, included there once for each instruction set, inside a namespace of its own.

// Sums apart, so that they need not be added up in one order only.
constexpr int kApart = 16;

// Adds weight · from[i] to sums[i].
template <typename T>
void addRow(float weight, const T* from, int count, float* sums) {
  for (int i = 0; i < count; i++) sums[i] += weight * static_cast<float>(from[i]);
}

// to[x] = Σ weights[t · side + x] · from[first[x] + t], over `taps` of them.
inline void resizeRow(const float* from, const int32_t* first, const float* weights, int taps, int side, float* to) {
  for (int x = 0; x < side; x++) to[x] = 0;
  for (int t = 0; t < taps; t++, weights += side)
    for (int x = 0; x < side; x++) to[x] += weights[x] * from[first[x] + t];
}

inline float greyOf(float red, float green, float blue) { return 0.2989f * red + 0.587f * green + 0.114f * blue; }

inline float meanGrey(const float* red, const float* green, const float* blue, int pixels) {
  float apart[kApart] = {};
  int p = 0;
  for (; p + kApart <= pixels; p += kApart)
    for (int i = 0; i < kApart; i++) apart[i] += greyOf(red[p + i], green[p + i], blue[p + i]);
  float sum = 0;
  for (; p < pixels; p++) sum += greyOf(red[p], green[p], blue[p]);
  for (const float part : apart) sum += part;
  return sum / static_cast<float>(pixels);
}

inline float clipped(float value) {
  const float positive = value > 0 ? value : 0;
  return positive < 1 ? positive : 1;
}

// own · colour + grey · the pixel's grey + shift, clipped to [0, 1].
inline void mixColours(float* red, float* green, float* blue, int pixels, float own, float grey, float shift) {
  for (int p = 0; p < pixels; p++) {
    const float more = grey * greyOf(red[p], green[p], blue[p]) + shift;
    red[p] = clipped(own * red[p] + more);
    green[p] = clipped(own * green[p] + more);
    blue[p] = clipped(own * blue[p] + more);
  }
}

inline float larger(float a, float b) { return a > b ? a : b; }
inline float smaller(float a, float b) { return a < b ? a : b; }
inline float magnitude(float a) { return a < 0 ? -a : a; }

// As simclr/views/turn-hue.ts explains it; `sixths` of a turn.
inline void turnHue(float* reds, float* greens, float* blues, int pixels, float sixths) {
  for (int p = 0; p < pixels; p++) {
    const float red = reds[p], green = greens[p], blue = blues[p];
    const float value = larger(larger(red, green), blue), least = smaller(smaller(red, green), blue);
    const float chroma = value - least, twice = 2 * chroma, thrice = 3 * chroma;
    const float bend = twice + ((green + blue - red) - value);
    const float turned = (green >= blue ? bend : -bend) + chroma * sixths;
    const float base = value - twice;
    const auto channel = [&](float distance) {
      const float folded = magnitude(magnitude(distance) - 2 * thrice);
      return smaller(larger(base + magnitude(folded - thrice), least), value);
    };
    reds[p] = channel(turned);
    greens[p] = channel(turned - twice);
    blues[p] = channel(turned + twice);
  }
}

// to[i] = Σ weights[|d|] · from[i + radius + d]
inline void blurLine(const float* from, const float* weights, int radius, int count, float* to) {
  for (int i = 0; i < count; i++) to[i] = weights[0] * from[i + radius];
  for (int d = 1; d <= radius; d++)
    for (int i = 0; i < count; i++) to[i] += weights[d] * (from[i + radius - d] + from[i + radius + d]);
}

// Puts the colours of each pixel side by side; grey: 1 where they become the pixel's grey.
inline void interleave(const float* red, const float* green, const float* blue, int pixels, float grey, float* to) {
  const float own = 1 - grey;
  for (int p = 0; p < pixels; p++, to += 3) {
    const float more = grey * greyOf(red[p], green[p], blue[p]);
    to[0] = own * red[p] + more;
    to[1] = own * green[p] + more;
    to[2] = own * blue[p] + more;
  }
}

inline const Loops& loops() {
  static const Loops all = {{addRow<uint8_t>, addRow<int32_t>, addRow<float>}, resizeRow, meanGrey, mixColours, turnHue, blurLine,
                            interleave};
  return all;
}
