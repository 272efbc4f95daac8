import SfumatoTestSupport
import Testing

@testable import SfumatoCore
@testable import SfumatoFit

@Suite struct NormalColorsTests {
  @Test(arguments: 1...3 as ClosedRange<UInt64>)
  func `colours of normals have their adjoint`(seed: UInt64) {
    var generator = SeededGenerator(seed: seed)
    let mesh = Mesh<Double>.icosphere(subdivisions: 1)
    let turn = Quaternion(rotationVector: generator.vector()).matrix
    let error = adjointError(at: mesh.positions, step: 1e-4, seed: seed) { x in
      NormalColors.forward(positions: x, faces: mesh.faces, turn: turn).colors
    } vjp: { x, bar in
      let (_, residual) = NormalColors.forward(positions: x, faces: mesh.faces, turn: turn)
      var positionsBar = [Double](repeating: 0, count: x.count)
      NormalColors.backward(residual, turn: turn, colorsBar: bar, into: &positionsBar)
      return positionsBar
    }
    #expect(error < 1e-8, "\(error)")
    let colors = NormalColors.forward(positions: mesh.positions, faces: mesh.faces, turn: turn)
      .colors
    #expect(length(2 * colors.vector3(4) - SIMD3(repeating: 1) - turn * mesh.position(4)) < 1e-2)
  }
}
