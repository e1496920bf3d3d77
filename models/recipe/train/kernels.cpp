// What lies between the matrix products of a training step, each as one pass over memory. One thread; row-major arrays.
// f32 is float, b16 is bfloat16 as its upper half. Built by fast.py: g++ -O3 -march=native -ffast-math -shared -fPIC.
#include <algorithm>
#include <cmath>
#include <cstdint>
#include <cstring>

using i64 = int64_t;
using b16 = uint16_t;

static inline float wide(b16 x) {
  uint32_t u = uint32_t(x) << 16;
  float f;
  std::memcpy(&f, &u, 4);
  return f;
}

static inline b16 narrow(float f) {
  uint32_t u;
  std::memcpy(&u, &f, 4);
  return b16((u + 0x7fff + ((u >> 16) & 1)) >> 16);
}

extern "C" {

// sum = x + add (add may be null), y = sum * scale * w with scale = 1 / rms(sum). Shapes: (n, d), scale (n).
void add_norm(i64 n, i64 d, float eps, const float *x, const b16 *add, const float *w, float *sum, float *scale, b16 *y) {
  for (i64 i = 0; i < n; i++) {
    const float *xi = x + i * d;
    float *si = sum + i * d, squares = 0;
    if (add)
      for (i64 j = 0; j < d; j++) si[j] = xi[j] + wide(add[i * d + j]);
    else if (si != xi)
      std::memcpy(si, xi, d * sizeof(float));
    for (i64 j = 0; j < d; j++) squares += si[j] * si[j];
    float r = scale[i] = 1 / std::sqrt(squares / d + eps);
    for (i64 j = 0; j < d; j++) y[i * d + j] = narrow(si[j] * r * w[j]);
  }
}

// Gradient of add_norm's y, added to gx (that of the sum); gw is added to; out is gx as bfloat16.
void add_norm_back(i64 n, i64 d, const float *sum, const float *scale, const float *w, const b16 *gy, float *gx, float *gw, b16 *out) {
  for (i64 i = 0; i < n; i++) {
    const float *si = sum + i * d, r = scale[i];
    const b16 *gi = gy + i * d;
    float *xi = gx + i * d, dot = 0;
    for (i64 j = 0; j < d; j++) dot += wide(gi[j]) * w[j] * si[j];
    float back = dot * r * r * r / d;
    for (i64 j = 0; j < d; j++) {
      float g = wide(gi[j]);
      gw[j] += g * si[j] * r;
      xi[j] += g * w[j] * r - si[j] * back;
      out[i * d + j] = narrow(xi[j]);
    }
  }
}

// h = silu(g) * u for gu = [g, u] of 2 * f columns.
void gate(i64 n, i64 f, const b16 *gu, b16 *h) {
  for (i64 i = 0; i < n; i++) {
    const b16 *g = gu + i * 2 * f, *u = g + f;
    b16 *hi = h + i * f;
    for (i64 j = 0; j < f; j++) {
      float a = wide(g[j]);
      hi[j] = narrow(a / (1 + std::exp(-a)) * wide(u[j]));
    }
  }
}

void gate_back(i64 n, i64 f, const b16 *gu, const b16 *gh, b16 *ggu) {
  for (i64 i = 0; i < n; i++) {
    const b16 *g = gu + i * 2 * f, *u = g + f, *hi = gh + i * f;
    b16 *gg = ggu + i * 2 * f, *gu_ = gg + f;
    for (i64 j = 0; j < f; j++) {
      float a = wide(g[j]), s = 1 / (1 + std::exp(-a)), b = wide(hi[j]);
      gg[j] = narrow(b * wide(u[j]) * s * (1 + a * (1 - s)));
      gu_[j] = narrow(b * a * s);
    }
  }
}

// Turns neighbouring pairs by the angles of position t: (cos, sin) interleaved, hd numbers a position. sign -1 turns back.
static inline void turn(i64 hd, const b16 *in, const float *angle, float sign, float by, b16 *out) {
  for (i64 j = 0; j < hd; j += 2) {
    float a = wide(in[j]), b = wide(in[j + 1]), c = angle[j] * by, s = angle[j + 1] * by * sign;
    out[j] = narrow(a * c - b * s);
    out[j + 1] = narrow(a * s + b * c);
  }
}

// qkv (B*T, (H + 2K) * hd) into q (B*K, T*r, hd) turned and scaled, k and v (B*K, T, hd), k turned; r = H / K heads share a key.
// at (B*T): the position of each token, a row of angles.
void split_heads(i64 B, i64 T, i64 H, i64 K, i64 hd, const b16 *qkv, const float *angles, const i64 *at, float by, b16 *q, b16 *k, b16 *v) {
  i64 r = H / K, row = (H + 2 * K) * hd;
  for (i64 b = 0; b < B; b++)
    for (i64 t = 0; t < T; t++) {
      const b16 *in = qkv + (b * T + t) * row;
      const float *angle = angles + at[b * T + t] * hd;
      for (i64 h = 0; h < H; h++) turn(hd, in + h * hd, angle, 1, by, q + ((b * K + h / r) * T * r + t * r + h % r) * hd);
      for (i64 h = 0; h < K; h++) {
        i64 to = ((b * K + h) * T + t) * hd;
        turn(hd, in + (H + h) * hd, angle, 1, 1, k + to);
        std::memcpy(v + to, in + (H + K + h) * hd, hd * sizeof(b16));
      }
    }
}

void split_heads_back(i64 B, i64 T, i64 H, i64 K, i64 hd, const b16 *gq, const b16 *gk, const b16 *gv, const float *angles, const i64 *at, float by, b16 *gqkv) {
  i64 r = H / K, row = (H + 2 * K) * hd;
  for (i64 b = 0; b < B; b++)
    for (i64 t = 0; t < T; t++) {
      b16 *out = gqkv + (b * T + t) * row;
      const float *angle = angles + at[b * T + t] * hd;
      for (i64 h = 0; h < H; h++) turn(hd, gq + ((b * K + h / r) * T * r + t * r + h % r) * hd, angle, -1, by, out + h * hd);
      for (i64 h = 0; h < K; h++) {
        i64 from = ((b * K + h) * T + t) * hd;
        turn(hd, gk + from, angle, -1, 1, out + (H + h) * hd);
        std::memcpy(out + (H + K + h) * hd, gv + from, hd * sizeof(b16));
      }
    }
}

// (B*K, T*r, hd) into (B*T, H*hd), or back.
void merge_heads(i64 B, i64 T, i64 H, i64 K, i64 hd, const b16 *a, b16 *out, int back) {
  i64 r = H / K;
  for (i64 b = 0; b < B; b++)
    for (i64 t = 0; t < T; t++)
      for (i64 h = 0; h < H; h++) {
        i64 heads = ((b * K + h / r) * T * r + t * r + h % r) * hd, rows = (b * T + t) * H * hd + h * hd;
        if (back) std::memcpy(out + heads, a + rows, hd * sizeof(b16));
        else std::memcpy(out + rows, a + heads, hd * sizeof(b16));
      }
}

// Scores s (G, m, width) of m = r * times rows into probabilities, in place: row i belongs to time first + i / r and sees columns up to it.
void softmax(i64 G, i64 m, i64 width, i64 first, i64 r, b16 *s) {
  static thread_local float row[1 << 16];
  for (i64 g = 0; g < G; g++)
    for (i64 i = 0; i < m; i++) {
      b16 *si = s + (g * m + i) * width;
      i64 n = first + i / r + 1;
      float top = -1e30f, total = 0;
      for (i64 j = 0; j < n; j++) row[j] = wide(si[j]);
      for (i64 j = 0; j < n; j++) top = std::max(top, row[j]);
      for (i64 j = 0; j < n; j++) row[j] = std::exp(row[j] - top);
      for (i64 j = 0; j < n; j++) total += row[j];
      float by = 1 / total;
      for (i64 j = 0; j < n; j++) si[j] = narrow(row[j] * by);
      std::memset(si + n, 0, (width - n) * sizeof(b16));
    }
}

// Gradient of the probabilities g into that of the scores, in place.
void softmax_back(i64 G, i64 m, i64 width, i64 first, i64 r, const b16 *p, b16 *g) {
  for (i64 k = 0; k < G; k++)
    for (i64 i = 0; i < m; i++) {
      const b16 *pi = p + (k * m + i) * width;
      b16 *gi = g + (k * m + i) * width;
      i64 n = first + i / r + 1;
      float dot = 0;
      for (i64 j = 0; j < n; j++) dot += wide(pi[j]) * wide(gi[j]);
      for (i64 j = 0; j < n; j++) gi[j] = narrow(wide(pi[j]) * (wide(gi[j]) - dot));
      std::memset(gi + n, 0, (width - n) * sizeof(b16));
    }
}

// Cross-entropy of each row of logits (n, v), and the gradient of the sum of weight * loss.
void cross_entropy(i64 n, i64 v, const float *logits, const i64 *target, const float *weight, float *loss, b16 *grad) {
  static thread_local float row[1 << 18];
  for (i64 i = 0; i < n; i++) {
    const float *l = logits + i * v;
    float top = -1e30f, total = 0;
    for (i64 j = 0; j < v; j++) top = std::max(top, l[j]);
    for (i64 j = 0; j < v; j++) row[j] = std::exp(l[j] - top);
    for (i64 j = 0; j < v; j++) total += row[j];
    loss[i] = std::log(total) + top - l[target[i]];
    float by = weight[i] / total;
    row[target[i]] -= total;
    for (i64 j = 0; j < v; j++) grad[i * v + j] = narrow(row[j] * by);
  }
}

double squares(i64 n, const b16 *g) {
  float sum[64] = {};
  double total = 0;
  for (i64 i = 0; i + 64 <= n; i += 64)
    for (int j = 0; j < 64; j++) sum[j] += wide(g[i + j]) * wide(g[i + j]);
  for (int j = 0; j < 64; j++) total += sum[j];
  for (i64 i = n / 64 * 64; i < n; i++) total += wide(g[i]) * wide(g[i]);
  return total;
}

// AdamW on n numbers with a gradient of bfloat16 times `by`; copy receives the new weights as bfloat16.
void adam(i64 n, float rate, float decay, float b1, float b2, float fix1, float fix2, float by, const b16 *g, float *w, float *m, float *v, b16 *copy) {
  for (i64 i = 0; i < n; i++) {
    float a = wide(g[i]) * by;
    m[i] += (1 - b1) * (a - m[i]);
    v[i] += (1 - b2) * (a * a - v[i]);
    w[i] -= rate * (m[i] / fix1 / (std::sqrt(v[i] / fix2) + 1e-8f) + decay * w[i]);
    copy[i] = narrow(w[i]);
  }
}
}
