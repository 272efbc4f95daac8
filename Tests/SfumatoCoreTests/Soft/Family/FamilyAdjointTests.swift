import Foundation
import SfumatoTestSupport
import Testing

@testable import SfumatoCore

/// One picture of a few faces, and its scalar loss under random cotangents.
private struct FamilyPicture {
  static let (width, height) = (9, 8)
  var faces: [ScreenFace<Double>]
  var settings: SoftSettings<Double>

  init(_ settings: SoftSettings<Double>, seed: UInt64) {
    self.settings = settings
    faces = FamilyMembers.faces(
      count: 5, seed: seed, width: Self.width, height: Self.height,
      isInverse: settings.depth.measure == .inverse)
  }

  private var pass: SoftTilePass<Double> {
    var pass = SoftTilePass(
      faces: faces, width: Self.width, height: Self.height, settings: settings,
      background: SIMD3(0.2, 0.7, 0.4), hasColor: true, usesReference: true,
      hasAffineLogits: settings.depth.measure == .inverse)
    pass.wantsSmoothing = true
    return pass
  }

  private var bars: [Double] {
    var g = SeededGenerator(seed: 77)
    let pass = pass
    var bars = [Double](repeating: 0, count: pass.bins.tileCount * pass.cotangentStride)
    for plane in 0..<5 {
      for y in 0..<Self.height {
        for x in 0..<Self.width {
          bars[pass.cotangentIndex(x, y) + plane * 256] = g.uniform() * (plane == 4 ? 0.1 : 1)
        }
      }
    }
    return bars
  }

  /// Σ cotangent · (alpha, mean colour, mean logit).
  func loss() -> Double {
    let pass = pass
    let bars = bars
    var state = [Double](repeating: 0, count: pass.bins.tileCount * pass.stateStride)
    var span = state.mutableSpan
    pass.clear(&span)
    pass.referenceForward(tile: 0, state: &span)
    var sum = 0.0
    for y in 0..<Self.height {
      for x in 0..<Self.width {
        let i = pass.stateIndex(x, y)
        let j = pass.cotangentIndex(x, y)
        sum += bars[j] * (1 - state[i])
        for k in 0..<4 { sum += bars[j + 256 * (k + 1)] * state[i + 256 * (k + 3)] }
      }
    }
    return sum
  }

  func gradient() -> (faces: [ScreenFaceGradient<Double>], smoothing: SmoothingSums<Double>) {
    let (_, faces, smoothing) = runTilesWithSmoothing(pass, bars: bars)
    return (faces, smoothing)
  }

  /// The faces moved along a direction of each of their lists.
  func moved(_ direction: [ScreenFaceGradient<Double>], by h: Double) -> FamilyPicture {
    var copy = self
    for (i, d) in direction.enumerated() {
      copy.faces[i].x += d.x * h
      copy.faces[i].y += d.y * h
      copy.faces[i].q += d.q * h
      copy.faces[i].logit += d.logit * h
      copy.faces[i].red += d.red * h
      copy.faces[i].green += d.green * h
      copy.faces[i].blue += d.blue * h
    }
    return copy
  }

  /// A random direction in some of the lists: 0 corners, 1 perspective weights, 2 logits, 3 colours.
  func direction(_ kind: Int, seed: UInt64) -> [ScreenFaceGradient<Double>] {
    var g = SeededGenerator(seed: seed)
    func lanes(_ isOn: Bool, _ scale: Double = 1) -> SIMD4<Double> {
      let v = SIMD3(g.uniform(), g.uniform(), g.uniform()) * (isOn ? scale : 0)
      return SIMD4(v.x, v.y, v.z, v.x)
    }
    return faces.map { _ in
      var d = ScreenFaceGradient<Double>()
      d.x = lanes(kind == 0)
      d.y = lanes(kind == 0)
      d.q = lanes(kind == 1, 0.1)
      d.logit = lanes(kind == 2)
      d.red = lanes(kind == 3)
      d.green = lanes(kind == 3)
      d.blue = lanes(kind == 3)
      return d
    }
  }
}

/// Whether the long suites run in full.
private let isLong = ProcessInfo.processInfo.environment["SFUMATO_LONG"] != nil

/// Fourth-order central differences.
private func difference(step h: Double, _ f: (Double) -> Double) -> Double {
  (8 * (f(h) - f(-h)) - (f(2 * h) - f(-2 * h))) / (12 * h)
}

private func inner(
  _ a: [ScreenFaceGradient<Double>], _ b: [ScreenFaceGradient<Double>]
) -> Double {
  zip(a, b).reduce(0) { sum, pair in
    zip(pair.0.lists, pair.1.lists).reduce(sum) { sum, lists in
      (0..<3).reduce(sum) { $0 + lists.0[$1] * lists.1[$1] }
    }
  }
}

@Suite
struct FamilyAdjointTests {
  @Test(arguments: FamilyMembers.profiles(Double.self))
  func `gradients of every aggregation and depth agree with differences`(
    profile: EdgeProfile<Double>
  ) {
    let profileNumber = FamilyMembers.profiles(Double.self).firstIndex(of: profile) ?? 0
    for (k, coverage) in FamilyMembers.aggregations(Double.self).enumerated() {
      for (j, depth) in FamilyMembers.depths(Double.self).enumerated() {
        // All 4,000 combinations on request; else each aggregation with one way of choosing colours.
        guard isLong || j == (k + profileNumber) % 5 else { continue }
        let composition: ColorComposition<Double> =
          (k + j) % 2 == 0 ? .underneath : .logit(epsilon: 0.3)
        let picture = FamilyPicture(
          SoftSettings(
            profile: profile, edgeWidthPixels: 0.9, coverage: coverage, depth: depth,
            composition: composition), seed: 12)
        let gradient = picture.gradient().faces
        for kind in 0..<4 {
          let direction = picture.direction(kind, seed: UInt64(100 + kind))
          let found = inner(gradient, direction)
          let wanted = difference(step: 1e-6) { picture.moved(direction, by: $0).loss() }
          let scale = max(abs(wanted), 1)
          #expect(
            abs(found - wanted) < 1e-6 * scale,
            "\(profile) \(coverage) \(depth) kind \(kind): \(found) for \(wanted)")
        }
      }
    }
  }

  @Test(arguments: FamilyMembers.profiles(Double.self))
  func `gradients of width, shift and shape agree with differences`(
    profile: EdgeProfile<Double>
  ) {
    for depth in FamilyMembers.depths(Double.self) {
      for isCentered in [true, false] {
        var profile = profile
        if !isCentered { profile.shift = .raw(0.3) }
        let picture = FamilyPicture(
          SoftSettings(profile: profile, edgeWidthPixels: 0.9, depth: depth), seed: 12)
        let sums = picture.gradient().smoothing
        let coverage = EdgeCoverage(picture.settings)
        func check(_ name: String, _ found: Double, _ move: (inout FamilyPicture, Double) -> Void) {
          let wanted = difference(step: 1e-6) {
            var copy = picture
            move(&copy, $0)
            return copy.loss()
          }
          #expect(
            abs(found - wanted) < 1e-6 * max(abs(wanted), 1),
            "\(name) of \(profile), \(depth): \(found) for \(wanted)")
        }
        check("width", coverage.widthSlope(standardized: sums.scale)) {
          $0.settings.edgeWidthPixels += $1
        }
        check("shape", sums.shape) { $0.settings.profile.shape += $1 }
        guard !isCentered else { continue }
        check("shift", coverage.shiftSlope * sums.shift) {
          $0.settings.profile.shift = .raw(0.3 + $1)
        }
      }
    }
  }

  @Test func `gradients of the conorm parameter agree with differences`() {
    let members: [(Double) -> CoverageAggregation<Double>] = [
      { .hamacher($0) }, { .frank($0) }, { .yager($0) }, { .aczelAlsina($0) }, { .dombi($0) },
      { .schweizerSklar($0) }, { .schweizerSklar(-$0) },
    ]
    var moving = 0
    for member in members {
      for p in [0.3, 0.8, 1.7, 4.0] {
        for profile in [EdgeProfile<Double>.logistic(), EdgeProfile(.gaussian, squared: true)] {
          let picture = FamilyPicture(
            SoftSettings(profile: profile, edgeWidthPixels: 0.9, coverage: member(p)), seed: 12)
          let found = picture.gradient().smoothing.conormParameter
          let wanted = difference(step: 1e-6) {
            var copy = picture
            copy.settings.coverage = member(p + $0)
            return copy.loss()
          }
          // The last member turns the parameter over.
          let sign: Double = member(1) == .schweizerSklar(-1) ? -1 : 1
          #expect(
            abs(sign * found - wanted) < 1e-6 * max(abs(wanted), 1),
            "\(member(p)): \(found) for \(wanted)")
          if wanted != 0 { moving += 1 }
        }
      }
    }
    // Members that saturate everywhere in so small a picture stand still.
    #expect(moving >= 50)
  }

  @Test func `a cotangent of gamma agrees with differences`() {
    for composition in [ColorComposition<Double>.underneath, .logit(epsilon: 0.3)] {
      for measure in [DepthMeasure.linear, .inverse] {
        var example = AdjointScene(seed: 3, composition: composition)
        func run(_ gamma: Double) -> ([Rendering<Double>], RenderPullback<Double>) {
          example.settings.depth = .softmax(gamma: gamma, over: measure)
          return Renderer(settings: RenderSettings(mode: .soft(example.settings)))
            .renderWithPullback(
              example.scene, example.cameras, wrt: .smoothing,
              outputs: [.color, .alpha, .depth])
        }
        let (pictures, pullback) = run(0.15)
        var cotangents = randomCotangents(pictures)
        for (i, picture) in pictures.enumerated() {
          guard let depth = picture.depth else { continue }
          for (k, z) in depth.values.enumerated() where !z.isFinite {
            cotangents[i].depth?.values[k] = 0
          }
        }
        let found = pullback(cotangents).smoothing
        func loss(_ pictures: [Rendering<Double>]) -> Double {
          zip(pictures, cotangents).reduce(0) { sum, pair in
            func dot(_ a: ImageBuffer<Double>?, _ b: ImageBuffer<Double>?) -> Double {
              guard let a, let b else { return 0 }
              return zip(a.values, b.values).reduce(0) { $1.1 == 0 ? $0 : $0 + $1.0 * $1.1 }
            }
            return sum + dot(pair.0.color, pair.1.color) + dot(pair.0.alpha, pair.1.alpha)
              + dot(pair.0.depth, pair.1.depth)
          }
        }
        let gammaBar = difference(step: 1e-5) { loss(run(0.15 + $0).0) }
        #expect(abs(found.gamma - gammaBar) < 1e-6 * abs(gammaBar), "\(composition) \(measure)")
        #expect(abs(gammaBar) > 1e-3)
        let widthBar = difference(step: 1e-6) {
          var wide = example.settings
          wide.depth = .softmax(gamma: 0.15, over: measure)
          wide.edgeWidthPixels += $0
          return loss(
            Renderer(settings: RenderSettings(mode: .soft(wide))).render(
              example.scene, example.cameras, outputs: [.color, .alpha, .depth]))
        }
        #expect(abs(found.edgeWidthPixels - widthBar) < 1e-6 * abs(widthBar))
      }
    }
  }
}
