#ifndef CLANES_H
#define CLANES_H

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

/// The square root of each lane, correctly rounded.
CLANES_INLINE CLanes16 clanes_sqrt(CLanes16 a) { return __builtin_elementwise_sqrt(a); }

/// The smaller of each lane.
CLANES_INLINE CLanes16 clanes_min(CLanes16 a, CLanes16 b) { return a < b ? a : b; }

/// The larger of each lane.
CLANES_INLINE CLanes16 clanes_max(CLanes16 a, CLanes16 b) { return a > b ? a : b; }

#ifdef __cplusplus
}
#endif
#endif
