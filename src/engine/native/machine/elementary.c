#include "elementary.h"

#include <stdint.h>
#include <string.h>

/* ln 2 and pi / 2 in parts of 33 bits, so that a product with a whole number below 2^20 is exact. */
static const double LN2_HIGH = 0x1.62e42feep-1, LN2_LOW = 0x1.a39ef35793c76p-33;
static const double HALF_PI[3] = {0x1.921fb544p0, 0x1.0b4611a6p-34, 0x1.3198a2e037073p-69};

/* 1.5 * 2^52: adding and taking it away rounds to a whole number. */
static const double SHIFT = 6755399441055744.0;

static double nearest(double x) { return (x + SHIFT) - SHIFT; }

/* x 2^n for n from -2044 to 2046, by two factors, so that numbers beyond either end are reached. */
static double scaled(double x, int n) {
  const int half = n / 2;
  const uint64_t bits[2] = {(uint64_t)(half + 1023) << 52, (uint64_t)(n - half + 1023) << 52};
  double factor[2];
  memcpy(factor, bits, sizeof factor);
  return x * factor[0] * factor[1];
}

/* e^r - 1 = r + r^2 (1/2! + r/3! + ... + r^12/14!) for |r| <= 0.35. */
static double near_zero(double r) {
  double p = 1.0 / 87178291200.0;
  p = p * r + 1.0 / 6227020800.0;
  p = p * r + 1.0 / 479001600.0;
  p = p * r + 1.0 / 39916800.0;
  p = p * r + 1.0 / 3628800.0;
  p = p * r + 1.0 / 362880.0;
  p = p * r + 1.0 / 40320.0;
  p = p * r + 1.0 / 5040.0;
  p = p * r + 1.0 / 720.0;
  p = p * r + 1.0 / 120.0;
  p = p * r + 1.0 / 24.0;
  p = p * r + 1.0 / 6.0;
  p = p * r + 0.5;
  return r + r * r * p;
}

double exponential_of(double x) {
  if (x != x) return x;
  if (x > 709.9) return 1.0 / 0.0;
  if (x < -746.0) return 0;
  const double n = nearest(x * 1.4426950408889634);
  const double r = (x - n * LN2_HIGH) - n * LN2_LOW;
  return scaled(1.0 + near_zero(r), (int)n);
}

double exponential_minus_one_of(double x) { return x > -0.35 && x < 0.35 ? near_zero(x) : exponential_of(x) - 1.0; }

/* ln x = e ln 2 + ln m for x = m 2^e, m from sqrt(1/2) to sqrt(2); ln m = 2 (s + s^3/3 + ... + s^23/23), s = (m - 1)/(m + 1). */
double logarithm_of(double x) {
  if (x != x || x < 0) return 0.0 / 0.0;
  if (x == 0) return -1.0 / 0.0;
  if (x > 1.7976931348623157e308) return x;
  int exponent = 0;
  if (x < 2.2250738585072014e-308) {
    x *= 18014398509481984.0; /* 2^54 */
    exponent = -54;
  }
  uint64_t bits;
  memcpy(&bits, &x, sizeof bits);
  exponent += (int)(bits >> 52) - 1023;
  bits = (bits & 0xfffffffffffffu) | 0x3ff0000000000000u;
  double m;
  memcpy(&m, &bits, sizeof m);
  if (m > 1.4142135623730951) {
    m *= 0.5;
    exponent++;
  }
  const double s = (m - 1.0) / (m + 1.0), z = s * s;
  double p = 1.0 / 23.0;
  for (double k = 21.0; k >= 3.0; k -= 2.0) p = p * z + 1.0 / k;
  const double e = (double)exponent;
  return e * LN2_HIGH + (2.0 * s + (2.0 * s * z * p + e * LN2_LOW));
}

/* sin r = r - r^3/3! + ... - r^19/19! and cos r = 1 - r^2/2! + ... - r^18/18! for |r| <= pi / 4. */
static double sine_near_zero(double r) {
  const double z = r * r;
  double p = -1.0 / 121645100408832000.0;
  p = p * z + 1.0 / 355687428096000.0;
  p = p * z - 1.0 / 1307674368000.0;
  p = p * z + 1.0 / 6227020800.0;
  p = p * z - 1.0 / 39916800.0;
  p = p * z + 1.0 / 362880.0;
  p = p * z - 1.0 / 5040.0;
  p = p * z + 1.0 / 120.0;
  p = p * z - 1.0 / 6.0;
  return r + r * z * p;
}

static double cosine_near_zero(double r) {
  const double z = r * r;
  double p = -1.0 / 6402373705728000.0;
  p = p * z + 1.0 / 20922789888000.0;
  p = p * z - 1.0 / 87178291200.0;
  p = p * z + 1.0 / 479001600.0;
  p = p * z - 1.0 / 3628800.0;
  p = p * z + 1.0 / 40320.0;
  p = p * z - 1.0 / 720.0;
  p = p * z + 1.0 / 24.0;
  return 1.0 - (0.5 * z - z * z * p);
}

/* The sine of x + turns pi / 2. */
static double turned(double x, int turns) {
  const double n = nearest(x * 0.6366197723675814);
  const double r = ((x - n * HALF_PI[0]) - n * HALF_PI[1]) - n * HALF_PI[2];
  const int quarter = ((int)n + turns) & 3;
  const double size = (quarter & 1) ? cosine_near_zero(r) : sine_near_zero(r);
  return (quarter & 2) ? -size : size;
}

double sine_of(double x) { return turned(x, 0); }
double cosine_of(double x) { return turned(x, 1); }

double whole_power_of(double x, double n) {
  double result = 1;
  for (; n >= 1; x *= x) {
    const double half = nearest(n * 0.5 - 0.25);
    if (n - 2 * half >= 1) result *= x;
    n = half;
  }
  return result;
}
