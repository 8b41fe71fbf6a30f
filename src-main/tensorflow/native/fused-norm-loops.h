// The loops of fused-norm.cc, included there once for each instruction set, inside a namespace of its own.

inline Lanes load(const float* p) {
  Lanes v;
  std::memcpy(&v, p, sizeof v);
  return v;
}

inline void store(float* p, Lanes v) { std::memcpy(p, &v, sizeof v); }

inline Lanes load(const Bfloat16* p) {
  HalfLanes h;
  std::memcpy(&h, p, sizeof h);
  return (Lanes)(__builtin_convertvector(h, WordLanes) << 16);
}

// Rounded to nearest, ties to even. (A NaN may lose its payload, not its being one: its top bits are kept.)
inline void store(Bfloat16* p, Lanes v) {
  WordLanes w = (WordLanes)v;
  w += 0x7fff + ((w >> 16) & 1);
  HalfLanes h = __builtin_convertvector(w >> 16, HalfLanes);
  std::memcpy(p, &h, sizeof h);
}

// A NaN stays one.
inline Lanes positive(Lanes v) { return v < 0 ? Lanes{} : v; }

// Rounds as writing and reading would.
inline Lanes rounded(Lanes v, const float*) { return v; }
inline Lanes rounded(Lanes v, const Bfloat16*) {
  WordLanes w = (WordLanes)v;
  w += 0x7fff + ((w >> 16) & 1);
  return (Lanes)(w & 0xffff0000u);
}

// Sums of x − shift and of its square over rows [first, last), added to sum[c] and square[c].
template <typename T>
void addMoments(const T* x, int64_t channels, int64_t first, int64_t last, const float* shift, double* sum, double* square) {
  for (int64_t start = first; start < last; start += kBlockRows) {
    const int64_t end = start + kBlockRows < last ? start + kBlockRows : last;
    for (int64_t c = 0; c < channels; c += kLanes) {
      const Lanes k = load(shift + c);
      Lanes s = {}, q = {};
      for (int64_t r = start; r < end; r++) {
        const Lanes v = load(x + r * channels + c) - k;
        s += v;
        q += v * v;
      }
      for (int i = 0; i < kLanes; i++) {
        sum[c + i] += s[i];
        square[c + i] += q[i];
      }
    }
  }
}

template <typename T, bool isRectified, bool hasSide>
void applyNorm(const NormForward<T>& t, int64_t channels, int64_t first, int64_t last, const float* scale, const float* shift) {
  for (int64_t r = first; r < last; r++) {
    for (int64_t c = 0; c < channels; c += kLanes) {
      const int64_t at = r * channels + c;
      Lanes v = load(t.x + at) * load(scale + c) + load(shift + c);
      if (hasSide) v = rounded(v, t.x) + load(t.side + at);
      store(t.y + at, isRectified ? positive(v) : v);
    }
  }
}

// What reaches the normalised value: the gradient of y where the ReLU, if there was one, let it through.
template <typename T, NormEnd after, bool hasMore>
inline Lanes passedOn(const NormBackward<T>& t, int64_t at, Lanes x, Lanes scale, Lanes shift) {
  Lanes g = load(t.dy + at);
  if (hasMore) g = rounded(g + load(t.more + at), t.dy);
  if (after == kNoEnd) return g;
  const Lanes seen = after == kSideAndRelu ? load(t.y + at) : x * scale + shift;
  return seen > 0 ? g : Lanes{};
}

// Σ g and Σ g · (x − mean) over the rows; with a side, g is kept in its gradient.
template <typename T, NormEnd after, bool hasMore>
void addSlopes(const NormBackward<T>& t, int64_t channels, int64_t first, int64_t last, const float* scale, const float* shift,
               double* sum, double* product) {
  for (int64_t start = first; start < last; start += kBlockRows) {
    const int64_t end = start + kBlockRows < last ? start + kBlockRows : last;
    for (int64_t c = 0; c < channels; c += kLanes) {
      const Lanes m = load(t.mean + c), a = load(scale + c), b = load(shift + c);
      Lanes s = {}, p = {};
      for (int64_t r = start; r < end; r++) {
        const int64_t at = r * channels + c;
        const Lanes x = load(t.x + at);
        const Lanes g = passedOn<T, after, hasMore>(t, at, x, a, b);
        if (after == kSideAndRelu) store(t.dside + at, g);
        s += g;
        p += g * (x - m);
      }
      for (int i = 0; i < kLanes; i++) {
        sum[c + i] += s[i];
        product[c + i] += p[i];
      }
    }
  }
}

// Σ g and Σ g · (x − mean) over the rows, and dx = scale · g.
template <typename T, NormEnd after>
void addGivenSlopes(const NormBackward<T>& t, int64_t channels, int64_t first, int64_t last, const float* scale,
                    const float* shift, double* sum, double* product) {
  for (int64_t start = first; start < last; start += kBlockRows) {
    const int64_t end = start + kBlockRows < last ? start + kBlockRows : last;
    for (int64_t c = 0; c < channels; c += kLanes) {
      const Lanes m = load(t.mean + c), a = load(scale + c), b = load(shift + c);
      Lanes s = {}, p = {};
      for (int64_t r = start; r < end; r++) {
        const int64_t at = r * channels + c;
        const Lanes x = load(t.x + at);
        const Lanes g = passedOn<T, after, false>(t, at, x, a, b);
        s += g;
        p += g * (x - m);
        store(t.dx + at, a * g);
      }
      for (int i = 0; i < kLanes; i++) {
        sum[c + i] += s[i];
        product[c + i] += p[i];
      }
    }
  }
}

// dx = slope · g + tilt · x + level.
template <typename T, NormEnd after, bool hasMore>
void applySlopes(const NormBackward<T>& t, int64_t channels, int64_t first, int64_t last, const float* scale, const float* shift,
                 const float* slope, const float* tilt, const float* level) {
  for (int64_t r = first; r < last; r++) {
    for (int64_t c = 0; c < channels; c += kLanes) {
      const int64_t at = r * channels + c;
      const Lanes x = load(t.x + at);
      const Lanes g = after == kSideAndRelu ? load(t.dside + at) : passedOn<T, after, hasMore>(t, at, x, load(scale + c), load(shift + c));
      store(t.dx + at, load(slope + c) * g + load(tilt + c) * x + load(level + c));
    }
  }
}

template <typename T>
const Loops<T>& loops() {
  static const Loops<T> table = {
      addMoments<T>,
      {applyNorm<T, false, false>, applyNorm<T, true, false>, applyNorm<T, true, true>},
      {{addSlopes<T, kNoEnd, false>, addSlopes<T, kNoEnd, true>},
       {addSlopes<T, kRelu, false>, addSlopes<T, kRelu, true>},
       {addSlopes<T, kSideAndRelu, false>, addSlopes<T, kSideAndRelu, true>}},
      {{applySlopes<T, kNoEnd, false>, applySlopes<T, kNoEnd, true>},
       {applySlopes<T, kRelu, false>, applySlopes<T, kRelu, true>},
       {applySlopes<T, kSideAndRelu, false>, applySlopes<T, kSideAndRelu, true>}},
      {addGivenSlopes<T, kNoEnd>, addGivenSlopes<T, kRelu>},
  };
  return table;
}
