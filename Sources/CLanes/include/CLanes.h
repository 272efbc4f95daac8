#ifndef CLANES_H
#define CLANES_H

#include <stdbool.h>
#include <stdint.h>

// Vector operations that Swift's SIMD types have only lane by lane: clang turns each into one instruction of the
// instruction set that the importing Swift module is compiled for. Always inlined; there is nothing to link.

#ifdef __cplusplus
extern "C" {
#endif

/// Sixteen floats; Swift's SIMD16<Float>.
typedef float CLanes16 __attribute__((ext_vector_type(16)));

#define CLANES_INLINE static inline __attribute__((always_inline))

#ifdef __FMA__
/// a b + c with one rounding.
CLANES_INLINE CLanes16 clanes_fma(CLanes16 a, CLanes16 b, CLanes16 c) {
  return __builtin_elementwise_fma(a, b, c);
}
#elif defined(__ARM_FEATURE_FMA)
/// a b + c with one rounding.
CLANES_INLINE CLanes16 clanes_fma(CLanes16 a, CLanes16 b, CLanes16 c) {
  return __builtin_elementwise_fma(a, b, c);
}
#else
/// a b + c with two roundings: this instruction set has no fused form.
CLANES_INLINE CLanes16 clanes_fma(CLanes16 a, CLanes16 b, CLanes16 c) { return a * b + c; }
#endif

/// Sixteen floats from anywhere.
CLANES_INLINE CLanes16 clanes_load(const float *from) {
  CLanes16 value;
  __builtin_memcpy(&value, from, sizeof value);
  return value;
}

/// Sixteen floats to anywhere.
CLANES_INLINE void clanes_store(CLanes16 value, float *to) {
  __builtin_memcpy(to, &value, sizeof value);
}

/// The square root of each lane, correctly rounded.
CLANES_INLINE CLanes16 clanes_sqrt(CLanes16 a) { return __builtin_elementwise_sqrt(a); }

/// The smaller of each lane.
CLANES_INLINE CLanes16 clanes_min(CLanes16 a, CLanes16 b) { return a < b ? a : b; }

/// The larger of each lane.
CLANES_INLINE CLanes16 clanes_max(CLanes16 a, CLanes16 b) { return a > b ? a : b; }

/// A choice a lane, as bits.
typedef bool CLanesChoice __attribute__((ext_vector_type(16)));

/// Where a < b, a bit a lane, lane 0 lowest.
CLANES_INLINE uint32_t clanes_less_bits(CLanes16 a, CLanes16 b) {
  CLanesChoice choice = __builtin_convertvector(a < b, CLanesChoice);
  uint16_t bits;
  __builtin_memcpy(&bits, &choice, sizeof bits);
  return bits;
}

/// Asks for two lines of memory that are read soon.
CLANES_INLINE void clanes_prefetch(const void *address) {
  __builtin_prefetch(address);
  __builtin_prefetch((const char *)address + 64);
}

#ifdef __cplusplus
}
#endif
#endif
