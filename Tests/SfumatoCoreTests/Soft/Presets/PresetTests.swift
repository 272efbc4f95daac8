import Foundation
import Testing

@testable import SfumatoCore

/// Coverage at a signed distance in NDC of an image 64 pixels wide.
private func coverage(_ settings: SoftSettings<Double>, _ ndc: Double) -> Double {
  EdgeCoverage(settings).sample(signedDistance: ndc * 32)?.coverage ?? 0
}

@Suite
struct PresetTests {
  @Test func `SoftRas coverage is its sigmoid of the squared distance, to its cut-off`() {
    let sigma = 1e-4
    let settings = SoftSettings<Double>.softRas(sigma: sigma, distEps: 1e-3, imageSide: 64)
    for d in [-0.02, -0.01, 0, 0.01, 0.05] {
      let own = 1 / (1 + exp(-d * abs(d) / sigma))
      #expect(abs(coverage(settings, d) - (own - 1e-3) / (1 - 1e-3)) < 1e-12, "at \(d)")
    }
    // sigma ln(1 / distEps - 1), the squared distance at which their kernel stops.
    let cut = (sigma * log(1 / 1e-3 - 1)).squareRoot()
    #expect(abs(EdgeCoverage(settings).reach - cut * 32) < 1e-9)
    #expect(coverage(settings, -cut * 1.0001) == 0)
  }

  @Test func `SoftRas barycentric sigma is a fraction of the face at every image size`() {
    for side in [32, 256] {
      let settings = SoftSettings<Double>.softRas(
        sigma: 0.04, distFunc: .barycentric, imageSide: side)
      #expect(settings.profile.distance == .barycentric && settings.profile.squared)
      // The smallest barycentric coordinate 0.2 is one sigma: sigmoid(1).
      let sample = EdgeCoverage(settings).sample(signedDistance: 0.2)
      #expect(abs((sample?.coverage ?? 0) - 1 / (1 + exp(-1))) < 1e-4)
    }
  }

  @Test func `SoftRas options map to their aggregations`() {
    let choices: [(SoftRasAlpha, CoverageAggregation<Float>)] = [
      (.hard, .hard), (.sum, .sum), (.prod, .probabilistic),
    ]
    for (name, wanted) in choices {
      #expect(SoftSettings<Float>.softRas(aggrFuncAlpha: name, imageSide: 64).coverage == wanted)
    }
    let soft = SoftSettings<Float>.softRas(gamma: 0.02, eps: 0.1, near: 2, far: 9, imageSide: 64)
    #expect(soft.depth == .softmax(gamma: 0.02) && soft.composition == .logit(epsilon: 0.1))
    #expect(soft.depthRange == .planes(near: 2, far: 9))
    #expect(
      SoftSettings<Float>.softRas(aggrFuncRGB: .hard, imageSide: 64).depth
        == .nearest(within: .face))
    #expect(
      SoftSettings<Float>.softRas(distFunc: .hard, imageSide: 64).profile.distribution == .hard)
  }

  @Test func `a SoftRas picture of one face is the closed form of its softmax`() {
    let (gamma, eps, near, far) = (0.5, 0.4, 1.0, 3.0)
    let settings = SoftSettings<Double>.softRas(
      sigma: 1e-2, gamma: gamma, distEps: 1e-12, eps: eps, near: near, far: far, imageSide: 16)
    // Half a plane at depth 2, its edge through the image's middle; 90 degrees across: 1 world unit is 4 px at depth 2.
    let scene = Scene<Double>(
      Mesh(
        positions: [0, -500, 2, 0, 500, 2, -500, 0, 2], faces: [0, 1, 2],
        vertexColors: [1, 0.5, 0, 1, 0.5, 0, 1, 0.5, 0]), background: SIMD3(0, 0, 1))
    let camera = Camera<Double>(
      focal: SIMD2(8, 8), principal: SIMD2(8, 8), width: 16, height: 16)
    let picture = Renderer(settings: RenderSettings(mode: .soft(settings)))
      .render(scene, [camera], outputs: [.color, .alpha])[0]
    for x in 0..<16 {
      let d = (8 - Double(x) - 0.5) / 8  // NDC
      let own = 1 / (1 + exp(-d * abs(d) / 1e-2))
      #expect(abs(picture.alpha[x, 7, 0] - own) < 1e-9)
      let face = own * exp((far - 2) / (far - near) / gamma)
      let behind = exp(eps / gamma)
      let color = picture.color?[x, 7, 0] ?? .nan
      #expect(abs(color - face / (face + behind)) < 1e-9, "column \(x)")
    }
  }

  @Test func `PyTorch3D and SoftRas agree where their units are the same`() {
    let sigma: Double = 3e-4
    let softRas = SoftSettings<Double>.softRas(
      sigma: sigma, gamma: 1e-4, distEps: 1e-4, eps: 1e-10, imageSide: 100)
    let torch = SoftSettings<Double>.pytorch3d(sigma: sigma, gamma: 1e-4, imageSide: 100)
    #expect(torch == softRas)
    // Its documented radius for that cut-off.
    let stated = SoftSettings<Double>.pytorch3d(
      sigma: sigma, blurRadius: log(1 / 1e-4 - 1) * sigma, imageSide: 100)
    #expect(abs(stated.tailBound - 1e-4) < 1e-12)
    #expect(
      abs(EdgeCoverage(stated).reach - (log(1 / 1e-4 - 1) * sigma).squareRoot() * 50) < 1e-9)
  }

  @Test func `PyTorch3D blends choose their colour and alpha`() {
    func settings(_ blend: PyTorch3DBlend) -> SoftSettings<Float> {
      .pytorch3d(sigma: 1e-3, gamma: 0.1, imageSide: 32, blend: blend)
    }
    #expect(settings(.softmax).depth == .softmax(gamma: 0.1))
    #expect(settings(.sigmoidAlpha).depth == .nearest(within: .reach))
    #expect(settings(.sigmoidAlpha).profile == .logistic(squared: true))
    #expect(settings(.hard).depth == .nearest(within: .face))
    #expect(settings(.hard).profile.distribution == .hard)
    // A radius far out in Float still ends somewhere.
    let wide = SoftSettings<Float>.pytorch3d(sigma: 1e-6, blurRadius: 1, imageSide: 32)
    #expect(wide.tailBound > 0 && EdgeCoverage(wide).reach.isFinite)
  }

  @Test(arguments: [false, true])
  func `GenDR coverage ends where its code cuts d squared`(squared: Bool) {
    let (scale, distEps) = (1e-2, 100.0)
    let settings = SoftSettings<Double>.genDR(
      distFunc: .cauchy, distScale: scale, distSquared: squared, distEps: distEps, imageSide: 64)
    let cut = (distEps * scale).squareRoot()
    let u = (squared ? -cut * cut : -cut) / scale
    let bound = 0.5 + atan(u) / .pi
    #expect(abs(settings.tailBound - bound) < 1e-12)
    #expect(abs(EdgeCoverage(settings).reach - cut * 32) < 1e-6)
    let d = 0.003
    let own = 0.5 + atan((squared ? d * d : d) / scale) / .pi
    #expect(abs(coverage(settings, d) - (own - bound) / (1 - bound)) < 1e-12)
  }

  @Test func `GenDR defaults and its raw shift`() {
    let plain = SoftSettings<Double>.genDR(imageSide: 64)
    #expect(plain.profile.distribution == .uniform && plain.tailBound == 1e-6)
    #expect(abs(coverage(plain, 0.005) - 0.75) < 1e-5)
    #expect(plain.depth == .softmax(gamma: 1e-3) && plain.composition == .logit(epsilon: 1e-3))
    // Unshifted, the exponential law is 0 on the edge; by ln 2 it is 1/2 there.
    let unshifted = SoftSettings<Double>.genDR(distFunc: .exponential, imageSide: 64)
    #expect(coverage(unshifted, -1e-9) == 0)
    let shifted = SoftSettings<Double>.genDR(
      distFunc: .exponential, distShift: log(2), imageSide: 64)
    #expect(abs(coverage(shifted, 0) - 0.5) < 1e-5)
    for law in EdgeDistribution.allCases {
      for squared in [false, true] {
        for (scale, eps) in [(1e-1, 100.0), (1e-7, 100), (1e-2, 1e4), (1e-2, 1e-3)] {
          let settings = SoftSettings<Float>.genDR(
            distFunc: law, distScale: Float(scale), distSquared: squared, distEps: Float(eps),
            aggrAlphaFunc: .yager(2), imageSide: 64)
          #expect(settings.tailBound >= 1e-6 && settings.tailBound <= 0.25, "\(law)")
          #expect(EdgeCoverage(settings).reach.isFinite, "\(law)")
        }
      }
    }
  }

  @Test func `DIB-R is 1 inside and falls off with the squared distance outside`() {
    let settings = SoftSettings<Double>.dibR(sigmainv: 7000, boxlen: 0.05, imageSide: 64)
    let bound = exp(-0.05 * 0.05 * 7000)
    #expect(abs(settings.tailBound - bound) < 1e-15)
    #expect(coverage(settings, 0.001) == 1)
    for d in [0.005, 0.01, 0.02] {
      let own = exp(-d * d * 7000)
      #expect(abs(coverage(settings, -d) - (own - bound) / (1 - bound)) < 1e-12)
    }
    #expect(coverage(settings, -0.0501) == 0)
    #expect(SoftSettings<Float>.dibR(sigmainv: 3333, boxlen: 0.02, imageSide: 64).tailBound == 0.25)
  }

  @Test func `presets refuse scales without meaning`() async {
    await #expect(processExitsWith: .failure) {
      _ = SoftSettings<Float>.softRas(sigma: 0, imageSide: 64)
    }
    await #expect(processExitsWith: .failure) {
      _ = SoftSettings<Float>.softRas(distEps: 0.5, imageSide: 64)
    }
    await #expect(processExitsWith: .failure) {
      _ = SoftSettings<Float>.pytorch3d(blurRadius: 0, imageSide: 64)
    }
    await #expect(processExitsWith: .failure) { _ = SoftSettings<Float>.genDR(imageSide: 0) }
    await #expect(processExitsWith: .failure) {
      _ = SoftSettings<Float>.genDR(aggrAlphaFunc: .yager(-1), imageSide: 64)
    }
    await #expect(processExitsWith: .failure) {
      _ = SoftSettings<Float>.dibR(sigmainv: -1, imageSide: 64)
    }
  }
}
