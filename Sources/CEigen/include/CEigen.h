#ifndef CEIGEN_H
#define CEIGEN_H

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/// A sparse Cholesky factor (Eigen::SimplicialLDLT of a symmetric positive definite matrix).
typedef struct CEigenFactor CEigenFactor;

/// Factors the symmetric n x n matrix whose lower triangle is given as triplets; duplicates add up.
/// Returns NULL where the matrix is not positive definite or memory is short.
CEigenFactor *_Nullable ceigen_ldlt_create(int32_t n, int64_t count, const int32_t *_Nonnull rows,
                                           const int32_t *_Nonnull columns,
                                           const double *_Nonnull values);

/// Solves A X = B in place; `values` holds k right-hand sides interleaved: entry (row, column) at
/// row * k + column. Returns 0 on success.
int32_t ceigen_ldlt_solve(const CEigenFactor *_Nonnull factor, int32_t k, double *_Nonnull values);

/// Releases the factor.
void ceigen_ldlt_destroy(CEigenFactor *_Nullable factor);

/// Solves A x = b in place for a symmetric positive definite n x n matrix, by Eigen::LDLT. Returns 0 on success, 1 where the
/// matrix is not positive definite.
int32_t ceigen_dense_solve(int32_t n, const double *_Nonnull matrix, double *_Nonnull vector);

/// The eigenvalues of a symmetric n x n matrix, ascending, and unit eigenvectors, one after another, by
/// Eigen::SelfAdjointEigenSolver. Returns 0 on success.
int32_t ceigen_symmetric_eigen(int32_t n, const double *_Nonnull matrix, double *_Nonnull values,
                               double *_Nonnull vectors);

/// The version of the Eigen headers that were compiled in, major * 10000 + minor * 100 + patch.
int32_t ceigen_version(void);

#ifdef __cplusplus
}
#endif
#endif
