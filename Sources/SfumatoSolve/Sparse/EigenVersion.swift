internal import CEigen

/// The version of the Eigen headers that were compiled in, such as "3.4.0".
package func eigenVersion() -> String {
  let number = Int(ceigen_version())
  return "\(number / 10000).\(number / 100 % 100).\(number % 100)"
}
