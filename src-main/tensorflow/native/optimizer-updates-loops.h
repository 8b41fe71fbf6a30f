// The loops of optimizer-updates.cc, included there once for each instruction set, inside a namespace of its own.

// Sums apart, so that they need not be added up in one order only.
constexpr int kApart = 16;

// Of (x + decay · w)².
inline double sumOfSquares(const float* x, const float* w, float decay, int64_t count) {
  float apart[kApart] = {};
  int64_t i = 0;
  for (; i + kApart <= count; i += kApart)
    for (int lane = 0; lane < kApart; lane++) {
      const float value = x[i + lane] + decay * w[i + lane];
      apart[lane] += value * value;
    }
  double sum = 0;
  for (; i < count; i++) sum += (x[i] + decay * w[i]) * (x[i] + decay * w[i]);
  for (const float part : apart) sum += part;
  return sum;
}

inline void updateSgd(const UpdateSettings& s, float rate, const UpdatedTensor& t, int64_t first, int64_t last) {
  for (int64_t i = first; i < last; i++) {
    const float decayed = t.gradient[i] + s.weightDecay * t.weight[i];
    const float velocity = s.momentum * t.slots[0][i] + decayed;
    const float direction = s.isNesterov ? decayed + s.momentum * velocity : velocity;
    t.nextSlots[0][i] = velocity;
    t.nextWeight[i] = t.weight[i] - direction * rate;
  }
}

// rate: with the trust ratio in it.
inline void updateLars(const UpdateSettings& s, float rate, const UpdatedTensor& t, int64_t first, int64_t last) {
  const float decay = s.isAdapted ? s.weightDecay : 0;
  for (int64_t i = first; i < last; i++) {
    const float velocity = s.momentum * t.slots[0][i] + (t.gradient[i] + decay * t.weight[i]) * rate;
    t.nextSlots[0][i] = velocity;
    t.nextWeight[i] = t.weight[i] - velocity;
  }
}

// corrections: 1 − βᵗ of both.
inline void updateAdamw(const UpdateSettings& s, float rate, const float* corrections, const UpdatedTensor& t, int64_t first,
                        int64_t last) {
  for (int64_t i = first; i < last; i++) {
    const float gradient = t.gradient[i];
    const float mean = s.beta1 * t.slots[0][i] + (1 - s.beta1) * gradient;
    const float square = s.beta2 * t.slots[1][i] + (1 - s.beta2) * (gradient * gradient);
    const float deviation = std::sqrt(square / corrections[1]) + s.epsilon;
    const float kept = t.weight[i] - t.weight[i] * (rate * s.weightDecay);
    t.nextSlots[0][i] = mean;
    t.nextSlots[1][i] = square;
    t.nextWeight[i] = kept - (mean / corrections[0]) / deviation * rate;
  }
}

inline const Loops& loops() {
  static const Loops all = {sumOfSquares, updateSgd, updateLars, updateAdamw};
  return all;
}
