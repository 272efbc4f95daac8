import SfumatoCore
import Testing

@Suite struct ImageBufferTests {
  /// How often an array was somewhere else after a write: each copy is.
  private func moves<T>(
    _ value: inout T, _ values: KeyPath<T, [Float]>, write: (inout T) -> Void
  )
    -> Int
  {
    func address() -> Int {
      unsafe value[keyPath: values].withUnsafeBufferPointer { Int(bitPattern: $0.baseAddress) }
    }
    var count = 0
    for _ in 0..<8 {
      let before = address()
      write(&value)
      if address() != before { count += 1 }
    }
    return count
  }

  @Test func `a pixel changes in place, without a copy of the picture`() {
    var image = ImageBuffer<Float>(width: 64, height: 64, channels: 3)
    #expect(moves(&image, \.values) { $0.values[5] += 1 } <= 1)
    #expect(moves(&image, \.values) { $0[1, 1, 0] += 1 } == 0)
    #expect(image.values[5] == 8)
  }

  @Test func `a vertex moves in place, without a copy of the mesh`() {
    var mesh = Mesh<Float>(positions: [Float](repeating: 0, count: 3000), faces: [0, 1, 2])
    #expect(moves(&mesh, \.positions) { $0.positions[3] += 1 } <= 1)
    #expect(moves(&mesh, \.positions) { $0.positions.addVector3(7, SIMD3(1, 2, 3)) } == 0)
    #expect(mesh.position(7) == SIMD3(8, 16, 24))
  }

  @Test func `a picture keeps its size`() async {
    await #expect(processExitsWith: .failure) {
      var image = ImageBuffer<Float>(width: 2, height: 2, channels: 1)
      image.values.append(0)
    }
  }
}
