// A C face on Eigen's SimplicialLDLT; MPL-2 parts of Eigen only, here and in dense.cpp, which nothing else sees.
#define EIGEN_MPL2_ONLY
#define EIGEN_DONT_PARALLELIZE
#include <Eigen/SparseCholesky>
#include <exception>
#include <memory>
#include <vector>

#include "CEigen.h"

struct CEigenFactor {
  Eigen::SimplicialLDLT<Eigen::SparseMatrix<double>, Eigen::Lower> solver;
  Eigen::Index size = 0;
};

extern "C" CEigenFactor *ceigen_ldlt_create(int32_t n, int64_t count, const int32_t *rows,
                                            const int32_t *columns, const double *values) {
  try {
    std::vector<Eigen::Triplet<double>> triplets;
    triplets.reserve(static_cast<size_t>(count));
    for (int64_t i = 0; i < count; ++i) triplets.emplace_back(rows[i], columns[i], values[i]);
    Eigen::SparseMatrix<double> matrix(n, n);
    matrix.setFromTriplets(triplets.begin(), triplets.end());
    auto factor = std::make_unique<CEigenFactor>();
    factor->size = n;
    factor->solver.compute(matrix);
    // LDLT goes through for indefinite matrices too; the sign of D tells, and NaN fails the comparison.
    const bool succeeded = factor->solver.info() == Eigen::Success &&
                           (n == 0 || (factor->solver.vectorD().array() > 0).all());
    return succeeded ? factor.release() : nullptr;
  } catch (const std::exception &) {
    return nullptr;
  }
}

extern "C" int32_t ceigen_ldlt_solve(const CEigenFactor *factor, int32_t k, double *values) {
  using RowMajor = Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;
  try {
    Eigen::Map<RowMajor> b(values, factor->size, k);
    const Eigen::MatrixXd x = factor->solver.solve(b);
    if (factor->solver.info() != Eigen::Success) return 1;
    b = x;
    return 0;
  } catch (const std::exception &) {
    return 2;
  }
}

extern "C" void ceigen_ldlt_destroy(CEigenFactor *factor) { delete factor; }

extern "C" int32_t ceigen_version(void) {
  return EIGEN_WORLD_VERSION * 10000 + EIGEN_MAJOR_VERSION * 100 + EIGEN_MINOR_VERSION;
}
