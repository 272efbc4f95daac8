import Foundation
import Testing

@testable import SfumatoCore

/// Where the reference arrays lie; set `SFUMATO_GOLDEN` to run these.
private let goldenFolder = ProcessInfo.processInfo.environment["SFUMATO_GOLDEN"]

/// `soft_coverage.json`: pictures and gradients from the closed formulas, double precision, no cut-off.
private struct GoldenFile: Decodable {
  /// One picture of alpha and its gradient.
  struct Coverage: Decodable {
    var scene: String
    var distribution: String
    var squared: Bool
    var shape: Double
    var shift: Double
    var scale: Double
    var tConorm: String
    var alpha: [[Double]]
    var facesGradientXy: [[[Double]]]
  }

  /// One picture of the depth softmax.
  struct Colour: Decodable {
    var scene: String
    var squared: Bool
    var scale: Double
    var gamma: Double
    var epsilon: Double
    var near: Double
    var far: Double
    var background: [Double]
    var vertexColors: [[[Double]]]
    var rgb: [[[Double]]]
  }

  var imageSize: Int
  var scenes: [String: [[[Double]]]]
  var cotangent: [[Double]]
  var coverage: [Coverage]
  var colour: [Colour]

  init(folder: String) throws {
    let url = URL(fileURLWithPath: folder).appendingPathComponent("soft_coverage.json")
    let decoder = JSONDecoder()
    decoder.keyDecodingStrategy = .convertFromSnakeCase
    self = try decoder.decode(Self.self, from: Data(contentsOf: url))
  }

  /// NDC with y up to pixels with y down.
  func column(_ x: Double) -> Double { (x + 1) * Double(imageSize) / 2 }
  func row(_ y: Double) -> Double { (1 - y) * Double(imageSize) / 2 }

  /// A scale in NDC, or in its square, as a width in pixels.
  func width(_ scale: Double, squared: Bool) -> Double {
    (squared ? scale.squareRoot() : scale) * Double(imageSize) / 2
  }

  /// The scene's faces on the screen; logits by the near plane and the unit `gamma (far - near)`.
  func faces(
    _ scene: String, near: Double = 0, unit: Double = 1, colors: [[[Double]]]? = nil
  ) throws -> [ScreenFace<Double>] {
    try #require(scenes[scene]).enumerated().map { f, corners in
      func lanes(_ value: (Int) -> Double) -> SIMD4<Double> {
        SIMD4(value(0), value(1), value(2), value(0))
      }
      func channel(_ c: Int) -> SIMD4<Double> { lanes { colors?[f][$0][c] ?? 0 } }
      let z = lanes { corners[$0][2] }
      return ScreenFace(
        x: lanes { column(corners[$0][0]) }, y: lanes { row(corners[$0][1]) }, q: 1 / z,
        logit: (near - z) / unit, red: channel(0), green: channel(1), blue: channel(2),
        cornerCount: 3, source: Int32(f), clip: NearPlaneClip.uncut)
    }
  }
}

@Suite(
  .enabled(
    if: goldenFolder != nil, "set SFUMATO_GOLDEN to the folder that holds soft_coverage.json"))
struct GoldenSoftCoverageTests {
  @Test func `golden alpha and its gradient agree for the logistic profile`() throws {
    let golden = try GoldenFile(folder: goldenFolder ?? "")
    let size = golden.imageSize
    let cases = golden.coverage.filter {
      $0.distribution == "logistic" && $0.tConorm == "probabilistic" && $0.shape == 0
        && $0.shift == 0
    }
    #expect(cases.count >= 7)
    #expect(Set(cases.map(\.squared)) == [false, true])
    for example in cases {
      let settings = SoftSettings<Double>(
        profile: .logistic(squared: example.squared),
        edgeWidthPixels: golden.width(example.scale, squared: example.squared), tailBound: 0)
      let pass = SoftTilePass(
        faces: try golden.faces(example.scene), width: size, height: size, settings: settings,
        background: .zero, hasColor: false, usesReference: true)
      var bars = [Double](repeating: 0, count: pass.bins.tileCount * pass.cotangentStride)
      for y in 0..<size {
        for x in 0..<size { bars[pass.cotangentIndex(x, y)] = golden.cotangent[y][x] }
      }
      let (state, gradients) = runTiles(pass, bars: bars)
      var error = 0.0
      for y in 0..<size {
        for x in 0..<size {
          error = max(error, abs(1 - state[pass.stateIndex(x, y)] - example.alpha[y][x]))
        }
      }
      let name = "\(example.scene), squared \(example.squared), scale \(example.scale)"
      #expect(error < 1e-9, "\(name): alpha")

      // ∂/∂x_ndc = N/2 ∂/∂x_px, and y turns over.
      let half = Double(size) / 2
      var scale = 0.0
      var gradientError = 0.0
      for (gradient, wanted) in zip(gradients, example.facesGradientXy) {
        for k in 0..<3 {
          scale = max(scale, abs(wanted[k][0]), abs(wanted[k][1]))
          gradientError = max(
            gradientError, abs(gradient.x[k] * half - wanted[k][0]),
            abs(-gradient.y[k] * half - wanted[k][1]))
        }
      }
      #expect(scale > 0)
      #expect(gradientError < 1e-7 * scale, "\(name): gradient, scale \(scale)")
      print("golden \(name): alpha \(error), gradient \(gradientError / scale)")
    }
  }

  @Test func `golden colours of the depth softmax agree`() throws {
    let golden = try GoldenFile(folder: goldenFolder ?? "")
    let size = golden.imageSize
    #expect(golden.colour.count >= 6)
    for example in golden.colour {
      let settings = SoftSettings<Double>(
        profile: .logistic(squared: example.squared),
        edgeWidthPixels: golden.width(example.scale, squared: example.squared),
        depth: .softmax(gamma: example.gamma), composition: .logit(epsilon: example.epsilon),
        attributeExtension: .clampedAffine, tailBound: 0)
      let faces = try golden.faces(
        example.scene, near: example.near, unit: example.gamma * (example.far - example.near),
        colors: example.vertexColors)
      let background = example.background.vector3(0)
      let pass = SoftTilePass(
        faces: faces, width: size, height: size, settings: settings, background: background,
        hasColor: true, usesReference: true)
      let bars = [Double](repeating: 0, count: pass.bins.tileCount * pass.cotangentStride)
      let (state, _) = runTiles(pass, bars: bars)
      var error = 0.0
      for y in 0..<size {
        for x in 0..<size {
          for c in 0..<3 {
            let value = state[pass.stateIndex(x, y) + (3 + c) * 256]
            error = max(error, abs(value - example.rgb[c][y][x]))
          }
        }
      }
      #expect(error < 1e-9, "\(example.scene), gamma \(example.gamma)")
      print("golden \(example.scene), gamma \(example.gamma): colour \(error)")
    }
  }
}
