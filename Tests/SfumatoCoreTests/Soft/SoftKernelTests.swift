import SfumatoTestSupport
import Testing

@testable import SfumatoCore

@Suite
struct SoftKernelTests {
  @Test(arguments: [false, true], [false, true])
  func `kernel agrees with the Double reference on the same screen faces`(
    squared: Bool, quadrilaterals: Bool
  ) {
    for (hasColor, composition) in [
      (true, ColorComposition<Double>.underneath), (true, .logit(epsilon: 0.3)),
      (false, .underneath),
    ] {
      let (width, height) = (77, 50)
      let faces = soup(
        60, seed: squared ? 3 : 4, width: width, height: height, quadrilaterals: quadrilaterals)
      let wide = faces.map(widened)
      var reference = SoftSettings<Double>(
        profile: .logistic(squared: squared), edgeWidthPixels: 1.25, depth: .softmax(gamma: 0.1))
      var product = SoftSettings<Float>(
        profile: .logistic(squared: squared), edgeWidthPixels: 1.25, depth: .softmax(gamma: 0.1))
      reference.composition = composition
      if case .logit = composition { product.composition = .logit(epsilon: 0.3) }
      let background = SIMD3<Double>(0.2, 0.5, 0.7)
      let wanted = SoftTilePass(
        faces: wide, width: width, height: height, settings: reference, background: background,
        hasColor: hasColor, usesReference: true)
      let pass = SoftTilePass(
        faces: faces, width: width, height: height, settings: product,
        background: SIMD3<Float>(background), hasColor: hasColor, usesReference: false)
      var g = SeededGenerator(seed: 9)
      var bars = g.array(pass.bins.tileCount * pass.cotangentStride)
      // Tiles reach past the image; the renderer's cotangents are zero there.
      let isPicture = (0..<pass.bins.tileCount).map { tile in
        let origin = pass.origin(ofTile: tile)
        var lanes = [Bool](repeating: false, count: 256)
        for y in 0..<min(16, height - origin.y) {
          for x in 0..<min(16, width - origin.x) { lanes[SoftTilePass<Float>.lane(x, y)] = true }
        }
        return lanes
      }
      for i in bars.indices {
        let (tile, rest) = i.quotientAndRemainder(dividingBy: pass.cotangentStride)
        if !isPicture[tile][rest % 256] { bars[i] = 0 }
      }
      let (a, aBar) = runTiles(wanted, bars: bars)
      let (b, bBar) = runTiles(pass, bars: bars.map { Float($0) })

      // Survival, colour and mean logit; the scale of weights is each implementation's own.
      for tile in 0..<pass.bins.tileCount {
        for lane in 0..<256 where isPicture[tile][lane] {
          let i = tile * pass.stateStride + lane
          #expect(abs(a[i] - Double(b[i])) < 2e-5)
          guard hasColor, a[i] < 1 - 1e-6 else { continue }
          for plane in 3..<6 {
            // Compared as composited: under alpha.
            let alpha = composition == .underneath ? 1 - a[i] : 1
            #expect(abs(a[i + plane * 256] - Double(b[i + plane * 256])) * alpha < 2e-5)
          }
        }
      }
      for k in 0..<7 where hasColor || k < 2 {
        let scale = aBar.map { $0.lists[k].map { abs($0) }.max() ?? 0 }.max() ?? 0
        #expect(scale > 0)
        for (x, y) in zip(aBar, bBar) {
          for (u, v) in zip(x.lists[k], y.lists[k]) {
            #expect(abs(u - Double(v)) < 1e-4 * scale, "quantity \(k): \(u) \(v) of \(scale)")
          }
        }
      }
    }
  }

  @Test
  func `state and gradient are the same bits on one thread and on all`() {
    let faces = soup(200, seed: 5, width: 128, height: 96, quadrilaterals: true)
    let pass = SoftTilePass(
      faces: faces, width: 128, height: 96, settings: SoftSettings<Float>(), background: .zero,
      hasColor: true, usesReference: false)
    var g = SeededGenerator(seed: 1)
    let bars = g.array(pass.bins.tileCount * pass.cotangentStride).map { Float($0) }
    let first = runTiles(pass, bars: bars, workers: .serial)
    for _ in 0..<3 {
      let again = runTiles(pass, bars: bars, workers: .all)
      #expect(first.state == again.state)
      #expect(first.gradients == again.gradients)
    }
  }

  @Test
  func `two hundred faces of coverage a tenth leave the exact survival in Float`() {
    // u = logit(0.1), squared off by a plain profile of width 1 without a cut-off: 0.9^200 = 7.055e-10.
    let distance = Float(2.197_224_577)
    let face = ScreenFace<Float>(
      x: SIMD4(-50, -50, 200, -50), y: SIMD4(-200, 8.5 - distance, 8.5 - distance, -200),
      q: SIMD4(repeating: 1), logit: .zero, red: .zero, green: .zero, blue: .zero, cornerCount: 3,
      source: 0, clip: NearPlaneClip.uncut)
    let pass = SoftTilePass(
      faces: [ScreenFace<Float>](repeating: face, count: 200), width: 16, height: 16,
      settings: SoftSettings<Float>(edgeWidthPixels: 1, tailBound: 0), background: .zero,
      hasColor: false, usesReference: false)
    let (state, _) = runTiles(pass, bars: [Float](repeating: 0, count: 256))
    let survival = Double(state[SoftTilePass<Float>.lane(8, 8)])
    #expect(abs(survival / 7.055e-10 - 1) < 1e-3, "\(survival)")
  }
}
