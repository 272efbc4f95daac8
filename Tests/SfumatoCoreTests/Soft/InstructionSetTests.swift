import SfumatoKernelTypes
import SfumatoTestSupport
import Testing

@testable import SfumatoCore

/// State and gradients of one pass under each instruction set of this processor.
private func results(
  squared: Bool, hasColor: Bool, tailBound: Float
) -> [(name: String, state: [Float], gradients: [ScreenFaceGradient<Float>])] {
  let (width, height) = (61, 47)
  let settings = SoftSettings<Float>(
    profile: .logistic(squared: squared), edgeWidthPixels: 1.5, depth: .softmax(gamma: 0.1),
    composition: squared ? .logit(epsilon: 0.3) : .underneath, tailBound: tailBound)
  var pass = SoftTilePass(
    faces: soup(80, seed: 12, width: width, height: height, quadrilaterals: true), width: width,
    height: height, settings: settings, background: SIMD3(0.2, 0.5, 0.7), hasColor: hasColor,
    usesReference: false)
  var g = SeededGenerator(seed: 3)
  let random = g.array(pass.bins.tileCount * pass.cotangentStride).map { Float($0) }
  // Tiles reach past the image; the renderer's cotangents are zero there.
  var bars = [Float](repeating: 0, count: random.count)
  for y in 0..<height {
    for x in 0..<width {
      for plane in 0..<pass.cotangentPlaneCount {
        let i = pass.cotangentIndex(x, y) + plane * 256
        bars[i] = random[i]
      }
    }
  }
  return InstructionSet.tables().map { table in
    pass.kernels = table
    let (state, gradients) = runTiles(pass, bars: bars)
    return (table.instructionSet, state, gradients)
  }
}

@Suite
struct InstructionSetTests {
  @Test func `the tables are those that the processor can run, the widest in use`() {
    let names = InstructionSet.tables().map(\.instructionSet)
    #expect(names == InstructionSet.available)
    #expect(names.first == "baseline")
    #expect(names.contains(InstructionSet.name))
    print("instruction sets: \(names), in use \(InstructionSet.name)")
  }

  @Test(arguments: [false, true], [false, true])
  func `every instruction set draws and differentiates the same`(squared: Bool, hasColor: Bool) {
    for tailBound: Float in [1e-4, 0] {
      compare(squared: squared, hasColor: hasColor, tailBound: tailBound)
    }
  }

  private func compare(squared: Bool, hasColor: Bool, tailBound: Float) {
    let all = results(squared: squared, hasColor: hasColor, tailBound: tailBound)
    let widest = all[all.count - 1]
    for other in all.dropLast() {
      // Survival and colours; logits and weights are of another scale.
      for plane in hasColor ? [0, 3, 4, 5] : [0] {
        let stride = hasColor ? 7 * 256 : 256
        var error: Float = 0
        for tile in 0..<widest.state.count / stride {
          for lane in 0..<256 {
            let i = tile * stride + lane
            // Colour counts under alpha: where nothing is, it is noise over noise.
            let alpha = plane == 0 || squared ? 1 : 1 - widest.state[i]
            error = max(
              error, abs(other.state[i + plane * 256] - widest.state[i + plane * 256]) * alpha)
          }
        }
        #expect(error < 1e-5, "\(other.name), plane \(plane)")
      }
      for k in 0..<(hasColor ? 7 : 2) {
        let scale = widest.gradients.flatMap { $0.lists[k].map { abs($0) } }.max() ?? 0
        #expect(scale > 0)
        let error =
          zip(other.gradients, widest.gradients).flatMap { a, b in
            zip(a.lists[k], b.lists[k]).map { abs($0 - $1) }
          }.max() ?? 0
        #expect(error < 1e-5 * scale, "\(other.name), quantity \(k): \(error) of \(scale)")
      }
    }
  }

  @Test(arguments: [false, true], [false, true])
  func `instruction sets with fused multiply-add agree to the last bit`(
    squared: Bool, hasColor: Bool
  ) {
    let fused = results(squared: squared, hasColor: hasColor, tailBound: 1e-4).filter {
      $0.name != "baseline"
    }
    for other in fused.dropLast() {
      #expect(other.state == fused[fused.count - 1].state)
      #expect(other.gradients == fused[fused.count - 1].gradients)
    }
  }
}
