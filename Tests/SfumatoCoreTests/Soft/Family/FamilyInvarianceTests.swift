import SfumatoTestSupport
import Testing

@testable import SfumatoCore

/// Alpha, colour and mean logit of a pass over a 9 x 8 picture, as composited.
private func picture<S: RenderScalar>(
  _ faces: [ScreenFace<S>], _ settings: SoftSettings<S>, usesReference: Bool
) -> [S] {
  let pass = SoftTilePass(
    faces: faces, width: 9, height: 8, settings: settings, background: SIMD3(S(0.2), S(0.7), 0),
    hasColor: true, usesReference: usesReference,
    hasAffineLogits: settings.depth.measure == .inverse)
  let bars = [S](repeating: 0, count: pass.bins.tileCount * pass.cotangentStride)
  let (state, _) = runTiles(pass, bars: bars)
  return (0..<72).flatMap { p -> [S] in
    let i = pass.stateIndex(p % 9, p / 9)
    let alpha = 1 - state[i]
    return [alpha] + (3..<7).map { state[i + $0 * 256] * alpha }
  }
}

/// Two faces on either side of an edge through the centre of pixel (4, 4), which is a point of no face's other edges.
private func neighbours<S: RenderScalar>(_: S.Type) -> [ScreenFace<S>] {
  let a = SIMD2<S>(4.5 - 6, 4.5 - 3)
  let b = SIMD2<S>(4.5 + 4, 4.5 + 2)
  return [SIMD2<S>(0, 11), SIMD2(9, -2)].enumerated().map { i, apex in
    ScreenFace(
      x: SIMD4(a.x, b.x, apex.x, a.x), y: SIMD4(a.y, b.y, apex.y, a.y), q: SIMD4(repeating: 1),
      logit: SIMD4(repeating: -S(i)), red: SIMD4(1, 0, 1, 1), green: SIMD4(0, 1, 0, 0),
      blue: SIMD4(repeating: S(i)), cornerCount: 3, source: Int32(i), clip: NearPlaneClip.uncut)
  }
}

@Suite
struct FamilyInvarianceTests {
  @Test(arguments: FamilyMembers.aggregations(Double.self))
  func `a picture does not depend on the order of its faces`(
    coverage: CoverageAggregation<Double>
  ) {
    var g = SeededGenerator(seed: 6)
    for profile in FamilyMembers.profiles(Double.self) {
      for depth in FamilyMembers.depths(Double.self) {
        let settings = SoftSettings<Double>(
          profile: profile, edgeWidthPixels: 0.9, coverage: coverage, depth: depth)
        let faces = FamilyMembers.faces(
          count: 6, seed: 12, width: 9, height: 8, isInverse: depth.measure == .inverse)
        let first = picture(faces, settings, usesReference: true)
        #expect(first.contains { $0 != 0 } || coverage == .hard)
        let again = picture(faces.shuffled(using: &g), settings, usesReference: true)
        let error = zip(first, again).reduce(0.0) { max($0, abs($1.0 - $1.1)) }
        #expect(error < 1e-12, "\(profile) \(depth): \(error)")
        let product = SoftSettings<Float>(
          profile: EdgeProfile<Float>(
            profile.distribution, squared: profile.squared, shape: Float(profile.shape)),
          edgeWidthPixels: 0.9, coverage: narrowed(coverage), depth: .softmax(gamma: 0.1))
        guard depth == .softmax(gamma: 0.1), product.hasKernel(hasColor: true) else { continue }
        let lanes = faces.map(shortened)
        let one = picture(lanes, product, usesReference: false)
        let other = picture(lanes.shuffled(using: &g), product, usesReference: false)
        let rounding = zip(one, other).reduce(Float(0)) { max($0, abs($1.0 - $1.1)) }
        // The mean logit is up to 7.
        #expect(rounding < 2e-5, "\(profile) in Float: \(rounding)")
      }
    }
  }

  @Test(arguments: [Float.self, Double.self] as [any RenderScalar.Type])
  func `a hard pixel on a shared edge belongs to one face`(scalar: any RenderScalar.Type) {
    func check<S: RenderScalar>(_: S.Type) {
      // The mean of both coverages at the pixel on the edge: one of two.
      let settings = SoftSettings<S>(profile: EdgeProfile(.hard), coverage: .sum)
      let alpha = picture(neighbours(S.self), settings, usesReference: true)[(4 * 9 + 4) * 5]
      #expect(alpha == S(0.5))
    }
    check(scalar)
  }

  @Test(arguments: FamilyMembers.profiles(Double.self))
  func `a soft pixel on a shared edge has the gradient of a motion across it`(
    profile: EdgeProfile<Double>
  ) {
    guard profile.distribution != .hard else { return }
    for coverage in FamilyMembers.aggregations(Double.self) {
      let settings = SoftSettings<Double>(
        profile: profile, edgeWidthPixels: 0.9, coverage: coverage, depth: .softmax(gamma: 0.1))
      func pass(_ faces: [ScreenFace<Double>]) -> SoftTilePass<Double> {
        SoftTilePass(
          faces: faces, width: 9, height: 8, settings: settings, background: .zero, hasColor: true,
          usesReference: true)
      }
      let faces = neighbours(Double.self)
      let plan = pass(faces)
      var bars = [Double](repeating: 0, count: plan.bins.tileCount * plan.cotangentStride)
      bars[plan.cotangentIndex(4, 4)] = 1
      bars[plan.cotangentIndex(4, 4) + 256] = 0.3
      let (_, gradients) = runTiles(plan, bars: bars)
      #expect(gradients.allSatisfy { $0.lists.allSatisfy { $0.allSatisfy { $0.isFinite } } })
      // The signed distance has no kink on the edge; the first face's corner moves across it.
      func alpha(_ h: Double) -> Double {
        var moved = faces
        moved[0].y[0] += h
        moved[0].y[3] += h
        let numbers = picture(moved, settings, usesReference: true)
        return numbers[(4 * 9 + 4) * 5]
      }
      var alone = bars
      alone[plan.cotangentIndex(4, 4) + 256] = 0
      let found = runTiles(plan, bars: alone).gradients[0].y[0]
      let wanted = (alpha(1e-6) - alpha(-1e-6)) / 2e-6
      // Max of two equal coverages has a kink, drastic and hard a step.
      if coverage != .max && coverage != .drastic && coverage != .hard {
        #expect(abs(found - wanted) < 1e-5, "\(coverage): \(found) for \(wanted)")
      }
      if !profile.squared && coverage == .probabilistic {
        #expect(abs(found) > 1e-3, "\(found)")
      }

      let product = SoftSettings<Float>(
        profile: EdgeProfile<Float>(
          profile.distribution, squared: profile.squared, shape: Float(profile.shape)),
        edgeWidthPixels: 0.9, coverage: narrowed(coverage), depth: .softmax(gamma: 0.1))
      guard product.hasKernel(hasColor: true) else { continue }
      let kernels = SoftTilePass(
        faces: neighbours(Float.self), width: 9, height: 8, settings: product, background: .zero,
        hasColor: true, usesReference: false)
      let (_, lanes) = runTiles(kernels, bars: bars.map { Float($0) })
      #expect(
        lanes.allSatisfy { $0.lists.allSatisfy { $0.allSatisfy { $0.isFinite } } }, "\(coverage)")
    }
  }
}
