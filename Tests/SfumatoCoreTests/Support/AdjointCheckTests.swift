import SfumatoTestSupport
import Testing

@Suite struct AdjointCheckTests {
  @Test func `neighbouring seeds have nothing in common`() {
    var first = SeededGenerator(seed: 1)
    var second = SeededGenerator(seed: 2)
    let a = Set((0..<100).map { _ in first.next() })
    let b = Set((0..<100).map { _ in second.next() })
    #expect(a.count == 100 && b.count == 100 && a.isDisjoint(with: b))
  }

  @Test func `a right adjoint passes and wrong ones are rejected`() {
    func error(_ vjp: ([Double], [Double]) -> [Double]) -> Double {
      adjointError(
        at: [0.3, -0.7], step: 1e-3, forward: { [$0[0] * $0[1], $0[0] * $0[0]] }, vjp: vjp)
    }
    #expect(error { x, bar in [bar[0] * x[1] + 2 * bar[1] * x[0], bar[0] * x[0]] } < 1e-10)
    #expect(error { x, bar in [bar[0] * x[1] + bar[1] * x[0], bar[0] * x[0]] } > 0.01)
    #expect(error { x, bar in [bar[0] * x[1] + 2 * bar[1] * x[0], 0] } > 0.01)
    #expect(error { x, bar in [.nan, bar[0] * x[0]] } == .infinity)
  }

  @Test func `a check of nothing fails`() {
    #expect(adjointError(at: [1], forward: { _ in [2] }, vjp: { _, _ in [0] }) == .infinity)
  }
}
