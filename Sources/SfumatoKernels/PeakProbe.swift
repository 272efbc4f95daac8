internal import SfumatoKernelTypes

// What the processor's multiply-add units can do: the roof under which the other kernels stand. No picture needs it.

/// Runs independent chains of multiply-adds, as many as hide their latency in the registers there are.
///
/// - Parameters:
///   - rounds: how often.
///   - sink: receives a sum, so that nothing is left out.
/// - Returns: the floating-point operations done, two a multiply-add.
public func runMultiplyAdds(_ rounds: Int, _ sink: UnsafeMutablePointer<Float>) -> Double {
  let (m, c) = (splat(0.999_9), splat(1e-4))
  var (a0, a1, a2, a3, a4) = (splat(1), splat(2), splat(3), splat(4), splat(5))
  #if SFUMATO_V4
  // Thirty-two registers of sixteen lanes.
  var (b0, b1, b2, b3, b4) = (splat(6), splat(7), splat(8), splat(9), splat(10))
  #endif
  for _ in 0..<rounds {
    a0 = multiplyAdd(a0, m, c)
    a1 = multiplyAdd(a1, m, c)
    a2 = multiplyAdd(a2, m, c)
    a3 = multiplyAdd(a3, m, c)
    a4 = multiplyAdd(a4, m, c)
    #if SFUMATO_V4
    b0 = multiplyAdd(b0, m, c)
    b1 = multiplyAdd(b1, m, c)
    b2 = multiplyAdd(b2, m, c)
    b3 = multiplyAdd(b3, m, c)
    b4 = multiplyAdd(b4, m, c)
    #endif
  }
  var sum = a0 + a1 + a2 + a3 + a4
  var chains = 5
  #if SFUMATO_V4
  sum += b0 + b1 + b2 + b3 + b4
  chains = 10
  #endif
  unsafe sink.pointee = horizontalSum(sum)
  return Double(rounds * chains * 2 * 16)
}
