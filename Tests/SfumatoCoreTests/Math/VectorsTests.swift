import SfumatoCore
import SfumatoTestSupport
import Testing

@Suite struct VectorsTests {
  @Test func `the cross product is right-handed`() {
    #expect(cross(SIMD3(1.0, 0, 0), SIMD3(0, 1, 0)) == SIMD3(0, 0, 1))
    #expect(cross(SIMD3(0.0, 1, 0), SIMD3(0, 0, 1)) == SIMD3(1, 0, 0))
    #expect(cross(SIMD2(1.0, 0), SIMD2(0, 1)) == 1)
  }

  @Test(arguments: 1...4 as ClosedRange<UInt64>)
  func `normalising has its adjoint`(seed: UInt64) {
    var generator = SeededGenerator(seed: seed)
    let error = adjointError(at: generator.array(3), step: 1e-4, seed: seed) { a in
      let unit = normalize(a.vector3(0))
      return [unit.x, unit.y, unit.z]
    } vjp: { a, bar in
      let aBar = normalizeVJP(a.vector3(0), unitBar: bar.vector3(0))
      return [aBar.x, aBar.y, aBar.z]
    }
    #expect(error < 1e-8)
  }

  @Test func `zero stays zero and passes no gradient`() {
    #expect(normalize(SIMD3<Float>.zero) == .zero)
    #expect(normalizeVJP(SIMD3<Float>.zero, unitBar: SIMD3(1, 2, 3)) == .zero)
  }

  @Test func `packed rows are read, stored and added to`() {
    var rows: [Float] = [1, 2, 3, 4, 5, 6]
    #expect(rows.vector3(1) == SIMD3(4, 5, 6))
    rows.setVector3(0, SIMD3(7, 8, 9))
    rows.addVector3(1, SIMD3(1, 1, 1))
    #expect(rows == [7, 8, 9, 5, 6, 7])
  }
}
