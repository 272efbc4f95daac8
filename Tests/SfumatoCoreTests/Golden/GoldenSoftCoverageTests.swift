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
    var p: Double
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

extension GoldenFile {
  /// What an example is, for messages.
  func name(_ example: Coverage) -> String {
    """
    \(example.distribution) squared \(example.squared) shape \(example.shape) shift \(example.shift) scale \
    \(example.scale) of \(example.scene) by \(example.tConorm) \(example.p)
    """
  }

  /// Alpha of an example's pixel: the file's, but for the few of ``ExactAlpha`` the exact one.
  func alpha(_ example: Coverage, _ column: Int, _ row: Int) -> Double {
    let ofFile = example.alpha[row][column]
    guard example.tConorm == "aczel_alsina", example.p == 0.5, example.distribution == "gaussian"
    else { return ofFile }
    let place = ExactAlpha.Place(scene: example.scene, row: row, column: column)
    return ExactAlpha.gaussianRooted[place] ?? ofFile
  }

  /// An example's smoothing, without a cut-off.
  func settings<S: RenderScalar>(_ example: Coverage) throws -> SoftSettings<S> {
    let name = example.distribution.replacing("_rev", with: "_reversed").replacing("_", with: "-")
    let distribution = try #require(EdgeDistribution(rawValue: name), "\(name)")
    let profile = EdgeProfile<S>(
      distribution, squared: example.squared, shape: example.shape > 0 ? S(example.shape) : 1,
      shift: .raw(S(example.shift)))
    let p = S(example.p)
    let coverage: CoverageAggregation<S> =
      switch example.tConorm {
      case "probabilistic": .probabilistic
      case "max": .max
      case "einstein": .einstein
      case "hamacher": .hamacher(p)
      case "frank": .frank(p)
      case "yager": .yager(p)
      case "aczel_alsina": .aczelAlsina(p)
      case "dombi": .dombi(p)
      case "schweizer_sklar": .schweizerSklar(p)
      default: try #require(nil, "\(example.tConorm)")
      }
    return SoftSettings<S>(
      profile: profile, edgeWidthPixels: S(width(example.scale, squared: example.squared)),
      coverage: coverage, tailBound: 0)
  }
}

@Suite(
  .enabled(
    if: goldenFolder != nil, "set SFUMATO_GOLDEN to the folder that holds soft_coverage.json"))
struct GoldenSoftCoverageTests {
  @Test func `golden alpha and its gradient agree for every profile and aggregation`() throws {
    let golden = try GoldenFile(folder: goldenFolder ?? "")
    let size = golden.imageSize
    #expect(golden.coverage.count >= 164)
    #expect(Set(golden.coverage.map(\.distribution)).count == 17)
    #expect(Set(golden.coverage.map(\.tConorm)).count == 9)
    for example in golden.coverage {
      let settings: SoftSettings<Double> = try golden.settings(example)
      let pass = SoftTilePass(
        faces: try golden.faces(example.scene), width: size, height: size, settings: settings,
        background: .zero, hasColor: false, usesReference: true)
      let (alpha, gradient, scale) = try errors(golden, example, pass)
      let name = golden.name(example)
      #expect(alpha < 1e-9, "\(name): alpha")
      #expect(scale > 0, "\(name)")
      #expect(gradient < 1e-7 * scale, "\(name): gradient, scale \(scale)")
    }
  }

  @Test func `exact alphas that stand for the file's differ from it by what rounds there`() throws {
    let golden = try GoldenFile(folder: goldenFolder ?? "")
    var corrected = 0
    for example in golden.coverage {
      for row in 0..<golden.imageSize {
        for column in 0..<golden.imageSize {
          let error = abs(golden.alpha(example, column, row) - example.alpha[row][column])
          #expect(error == 0 || (error > 1e-9 && error < 5e-9), "\(golden.name(example)): \(error)")
          corrected += error == 0 ? 0 : 1
        }
      }
    }
    #expect(corrected == ExactAlpha.gaussianRooted.count && corrected == 33)
  }

  /// The Float kernels on the same faces; where a law is infinitely steep at the end of its support, or a conorm at no
  /// coverage, rounding of the distance moves alpha by more.
  @Test func `Float kernels agree with golden alpha`() throws {
    let golden = try GoldenFile(folder: goldenFolder ?? "")
    let size = golden.imageSize
    for example in golden.coverage {
      let settings: SoftSettings<Float> = try golden.settings(example)
      #expect(settings.hasKernel(hasColor: false))
      let faces = try golden.faces(example.scene).map(shortened)
      let pass = SoftTilePass(
        faces: faces, width: size, height: size, settings: settings, background: .zero,
        hasColor: false, usesReference: false)
      let wide = SoftTilePass(
        faces: faces.map(widened), width: size, height: size,
        settings: try golden.settings(example), background: .zero, hasColor: false,
        usesReference: true)
      let zeros = [Float](repeating: 0, count: pass.bins.tileCount * pass.cotangentStride)
      let wideZeros = [Double](repeating: 0, count: zeros.count)
      let (product, _) = runTiles(pass, bars: zeros)
      let (reference, _) = runTiles(wide, bars: wideZeros)
      var error = 0.0
      for y in 0..<size {
        for x in 0..<size {
          let wanted = reference[wide.stateIndex(x, y)]
          error = max(error, abs(Double(product[pass.stateIndex(x, y)]) - wanted))
        }
      }
      #expect(error < 2e-5, "\(golden.name(example)): \(error)")
    }
  }

  /// The largest errors of alpha and of the gradient, in NDC, and the gradient's scale.
  private func errors(
    _ golden: GoldenFile, _ example: GoldenFile.Coverage, _ pass: SoftTilePass<Double>
  ) throws -> (alpha: Double, gradient: Double, scale: Double) {
    let size = golden.imageSize
    var bars = [Double](repeating: 0, count: pass.bins.tileCount * pass.cotangentStride)
    for y in 0..<size {
      for x in 0..<size { bars[pass.cotangentIndex(x, y)] = golden.cotangent[y][x] }
    }
    let (state, gradients) = runTiles(pass, bars: bars)
    var alphaError = 0.0
    for y in 0..<size {
      for x in 0..<size {
        let error = abs(1 - state[pass.stateIndex(x, y)] - golden.alpha(example, x, y))
        alphaError = error.isNaN ? .infinity : max(alphaError, error)
      }
    }
    // ∂/∂x_ndc = N/2 ∂/∂x_px, and y turns over.
    let half = Double(size) / 2
    var scale = 0.0
    var gradientError = 0.0
    for (gradient, wanted) in zip(gradients, example.facesGradientXy) {
      for k in 0..<3 {
        scale = max(scale, abs(wanted[k][0]), abs(wanted[k][1]))
        let error = SIMD2(
          gradient.x[k] * half - wanted[k][0], -gradient.y[k] * half - wanted[k][1])
        gradientError =
          length(error).isNaN ? .infinity : max(gradientError, abs(error.x), abs(error.y))
      }
    }
    return (alphaError, gradientError, scale)
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
