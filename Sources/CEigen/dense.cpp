// A C face on Eigen's small dense decompositions: LDLT and the symmetric eigenvalue problem.
#define EIGEN_MPL2_ONLY
#define EIGEN_DONT_PARALLELIZE
#include <Eigen/Cholesky>
#include <Eigen/Eigenvalues>
#include <exception>

#include "CEigen.h"

extern "C" int32_t ceigen_dense_solve(int32_t n, const double *matrix, double *vector) {
  try {
    const Eigen::Map<const Eigen::MatrixXd> a(matrix, n, n);
    Eigen::Map<Eigen::VectorXd> b(vector, n);
    const Eigen::LDLT<Eigen::MatrixXd> factor(a);
    if (factor.info() != Eigen::Success || !(factor.vectorD().array() > 0).all()) return 1;
    const Eigen::VectorXd x = factor.solve(b);
    if (!x.allFinite()) return 1;
    b = x;
    return 0;
  } catch (const std::exception &) {
    return 2;
  }
}

extern "C" int32_t ceigen_symmetric_eigen(int32_t n, const double *matrix, double *values,
                                          double *vectors) {
  try {
    const Eigen::Map<const Eigen::MatrixXd> a(matrix, n, n);
    const Eigen::SelfAdjointEigenSolver<Eigen::MatrixXd> solver(a);
    if (solver.info() != Eigen::Success) return 1;
    Eigen::Map<Eigen::VectorXd>(values, n) = solver.eigenvalues();
    Eigen::Map<Eigen::MatrixXd>(vectors, n, n) = solver.eigenvectors();
    return 0;
  } catch (const std::exception &) {
    return 2;
  }
}
