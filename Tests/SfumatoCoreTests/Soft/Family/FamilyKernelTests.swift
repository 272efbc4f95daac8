import RealModule
import SfumatoTestSupport
import Testing

@testable import SfumatoCore

@Suite
struct FamilyKernelTests {
  /// Every profile under every aggregation.
  static let members: [(EdgeProfile<Double>, CoverageAggregation<Double>)] =
    FamilyMembers.profiles(Double.self).flatMap { profile in
      FamilyMembers.aggregations(Double.self).map { (profile, $0) }
    }

  @Test func `kernels agree with the Double reference for every member`() {
    var covered = 0
    for (profile, coverage) in Self.members {
      let narrow = EdgeProfile<Float>(
        profile.distribution, squared: profile.squared, shape: Float(profile.shape))
      let product = SoftSettings<Float>(
        profile: narrow, edgeWidthPixels: 1.25, coverage: narrowed(coverage),
        depth: .softmax(gamma: 0.1))
      guard product.hasKernel(hasColor: true) else {
        #expect(profile.distribution == .hard || coverage == .hard)
        continue
      }
      covered += 1
      let reference = SoftSettings<Double>(
        profile: profile, edgeWidthPixels: 1.25, coverage: coverage, depth: .softmax(gamma: 0.1))
      compare(product, reference, name: "\(profile.distribution) \(profile.squared) \(coverage)")
    }
    // All but the hard step and the hard aggregation.
    #expect(covered == 34 * 21)
  }

  /// How far 1 - alpha is off.
  ///
  /// Schweizer's and Sklar's members above 1 reach alpha = 1 with an infinite slope: 1 - alpha is the root of what coverages leave of
  /// 1, and their own rounding in Float, 1e-7, moves it by up to 3e-4 there. What is under the root is held instead.
  private func survivalError(
    _ wanted: Double, _ found: Double, _ coverage: CoverageAggregation<Double>
  ) -> Double {
    guard case .schweizerSklar(let p) = coverage, p > 1 else { return abs(wanted - found) }
    return min(abs(wanted - found), 20 * abs(Double.pow(wanted, p) - Double.pow(found, p)))
  }

  private func compare(
    _ product: SoftSettings<Float>, _ reference: SoftSettings<Double>, name: String
  ) {
    let (width, height) = (30, 20)
    let faces = soup(14, seed: 8, width: width, height: height, quadrilaterals: false)
    let pass = SoftTilePass(
      faces: faces, width: width, height: height, settings: product,
      background: SIMD3(0.2, 0.5, 0.7), hasColor: true, usesReference: false)
    let wanted = SoftTilePass(
      faces: faces.map(widened), width: width, height: height, settings: reference,
      background: SIMD3(0.2, 0.5, 0.7), hasColor: true, usesReference: true)
    var g = SeededGenerator(seed: 9)
    var bars = [Double](repeating: 0, count: pass.bins.tileCount * pass.cotangentStride)
    for plane in 0..<5 {
      for y in 0..<height {
        for x in 0..<width { bars[pass.cotangentIndex(x, y) + plane * 256] = g.uniform() }
      }
    }
    let a = runTilesWithSmoothing(wanted, bars: bars)
    let b = runTilesWithSmoothing(pass, bars: bars.map { Float($0) })
    var error = 0.0
    for y in 0..<height {
      for x in 0..<width {
        let i = wanted.stateIndex(x, y)
        let j = pass.stateIndex(x, y)
        error = max(error, survivalError(a.state[i], Double(b.state[j]), reference.coverage))
        let alpha = 1 - a.state[i]
        for plane in 3..<6 {
          let difference = a.state[i + plane * 256] - Double(b.state[j + plane * 256])
          error = max(error, abs(difference) * alpha)
        }
      }
    }
    #expect(error < 2e-5, "\(name): picture \(error)")
    for k in 0..<7 {
      let scale = a.gradients.map { $0.lists[k].map { abs($0) }.max() ?? 0 }.max() ?? 0
      var error = 0.0
      for (x, y) in zip(a.gradients, b.gradients) {
        for (u, v) in zip(x.lists[k], y.lists[k]) { error = max(error, abs(u - Double(v))) }
      }
      #expect(error < 2e-4 * scale, "\(name): quantity \(k) off by \(error) of \(scale)")
    }
    let scale = abs(a.smoothing.scale) + abs(a.smoothing.shift) + 1
    #expect(abs(a.smoothing.scale - Double(b.smoothing.scale)) < 1e-3 * scale, "\(name)")
    #expect(abs(a.smoothing.shift - Double(b.smoothing.shift)) < 1e-3 * scale, "\(name)")
  }
}
