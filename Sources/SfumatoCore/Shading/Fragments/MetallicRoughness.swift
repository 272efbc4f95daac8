internal import RealModule

/// The metallic-roughness surface of glTF 2.0 at one point: GGX with height-correlated shadowing and Schlick's Fresnel term over
/// diffuse light.
///
/// Sources: glTF 2.0 specification, appendix B; Walter et al. 2007, "Microfacet Models for Refraction through Rough Surfaces";
/// Heitz 2014, "Understanding the Masking-Shadowing Function", equation 99. Light from all around meets the mirror's share by Karis
/// 2014, "Physically Based Shading on Mobile" (a fit to the split sum), so that metals are not black under ambient light. All in
/// units of π: multiplied by light of which 1 lights a white diffuse surface to 1.
struct MetallicRoughness<S: RenderScalar> {
  private let p: SurfacePoint<S>
  /// Mirrored at normal incidence.
  private let f0: SIMD3<S>
  private let diffuse: SIMD3<S>
  /// The square of GGX's width, roughness to the fourth.
  private let a2: S
  /// The cosine to the viewer, held away from 0.
  private let nv: S
  private let isGrazing: Bool

  /// Cotangents that the terms share.
  struct Bars {
    var f0 = SIMD3<S>.zero
    var diffuse = SIMD3<S>.zero
    var a2: S = 0
    var nv: S = 0
    var roughness: S = 0
    var normal = SIMD3<S>.zero
    var viewer = SIMD3<S>.zero
  }

  private static var leastCosine: S { 1e-4 }
  /// Below this roughness a highlight is smaller than any light or pixel.
  private static var leastRoughness: S { 0.03 }

  init(_ p: SurfacePoint<S>) {
    self.p = p
    f0 = SIMD3(repeating: 0.04 * (1 - p.metallic)) + p.base * p.metallic
    diffuse = p.base * (1 - p.metallic)
    let r = max(p.roughness, Self.leastRoughness)
    a2 = r * r * r * r
    let cosine = dot(p.normal, p.viewer)
    isGrazing = cosine < Self.leastCosine
    nv = isGrazing ? Self.leastCosine : cosine
  }

  /// The terms of one direction of light.
  private struct Terms {
    var half: SIMD3<S>
    var nl: S
    var nh: S
    var vh: S
    /// `D π = a2 / d²`.
    var d: S
    /// `G / (4 nl nv) = 1 / 2 / (viewSum + lightSum)`.
    var viewRoot: S
    var lightRoot: S
    var visibility: S
    var fresnel: SIMD3<S>
    /// Schlick's fifth power.
    var power: S
  }

  @inline(__always)
  private func terms(_ unit: SIMD3<S>) -> Terms {
    let half = normalize(unit + p.viewer)
    let nl = dot(p.normal, unit)
    let nh = max(dot(p.normal, half), 0)
    let vh = min(max(dot(p.viewer, half), 0), 1)
    let d = nh * nh * (a2 - 1) + 1
    let viewRoot = (nv * nv * (1 - a2) + a2).squareRoot()
    let lightRoot = (nl * nl * (1 - a2) + a2).squareRoot()
    let x = 1 - vh
    let power = x * x * x * x * x
    return Terms(
      half: half, nl: nl, nh: nh, vh: vh, d: d, viewRoot: viewRoot, lightRoot: lightRoot,
      visibility: 1 / 2 / (nl * viewRoot + nv * lightRoot),
      fresnel: f0 + (SIMD3(repeating: 1) - f0) * power, power: power)
  }

  /// What of the light from a direction is sent to the viewer, a colour.
  @inline(__always)
  func share(unit: SIMD3<S>) -> SIMD3<S> {
    let t = terms(unit)
    let mirror = a2 / (t.d * t.d) * t.visibility
    return ((SIMD3(repeating: 1) - t.fresnel) * diffuse + t.fresnel * mirror) * t.nl
  }

  /// The adjoint of ``share(unit:)``: adds to the shared cotangents, returns the direction's.
  @inline(__always)
  func shareVJP(unit: SIMD3<S>, shareBar: SIMD3<S>, into bars: inout Bars) -> SIMD3<S> {
    let t = terms(unit)
    let inverse = 1 / (t.d * t.d)
    let mirror = a2 * inverse * t.visibility
    let one = SIMD3<S>(repeating: 1)
    var nlBar = dot(shareBar, (one - t.fresnel) * diffuse + t.fresnel * mirror)
    let scaled = shareBar * t.nl
    bars.diffuse += scaled * (one - t.fresnel)
    let fresnelBar = scaled * (SIMD3(repeating: mirror) - diffuse)
    let mirrorBar = dot(scaled, t.fresnel)
    // mirror = a2 / d² · visibility
    bars.a2 += mirrorBar * inverse * t.visibility
    let dBar = -2 * mirrorBar * mirror / t.d
    let visibilityBar = mirrorBar * a2 * inverse
    var nhBar = dBar * 2 * t.nh * (a2 - 1)
    bars.a2 += dBar * t.nh * t.nh
    // visibility = 1 / 2 / (nl viewRoot + nv lightRoot)
    let sumBar = -2 * visibilityBar * t.visibility * t.visibility
    let viewRootBar = sumBar * t.nl
    let lightRootBar = sumBar * nv
    nlBar += sumBar * t.viewRoot + lightRootBar * t.nl * (1 - a2) / t.lightRoot
    bars.nv += sumBar * t.lightRoot + viewRootBar * nv * (1 - a2) / t.viewRoot
    bars.a2 += viewRootBar * (1 - nv * nv) / (2 * t.viewRoot)
    bars.a2 += lightRootBar * (1 - t.nl * t.nl) / (2 * t.lightRoot)
    // fresnel = f0 + (1 - f0) (1 - vh)^5
    bars.f0 += fresnelBar * (1 - t.power)
    let x = 1 - t.vh
    var vhBar = -5 * x * x * x * x * dot(fresnelBar, one - f0)
    if t.nh <= 0 { nhBar = 0 }
    if t.vh <= 0 || t.vh >= 1 { vhBar = 0 }
    bars.normal += unit * nlBar + t.half * nhBar
    bars.viewer += t.half * vhBar
    let halfBar = p.normal * nhBar + p.viewer * vhBar
    let sumVectorBar = normalizeVJP(unit + p.viewer, unitBar: halfBar)
    bars.viewer += sumVectorBar
    return p.normal * nlBar + sumVectorBar
  }

  /// Karis' fit: what f0 is multiplied with, what is added, and how both change with roughness and the viewer's cosine.
  private var fit: (scale: S, bias: S, byRoughness: SIMD2<S>, byCosine: SIMD2<S>) {
    let r = p.roughness
    let x = 1 - r
    let y = S(0.0425) - S(0.0275) * r
    let z = S(1.04) - S(0.572) * r
    let w = S(0.022) * r - S(0.04)
    let fade = S.exp2(S(-9.28) * nv)
    let isSquare = x * x < fade
    let m = isSquare ? x * x : fade
    let a = m * x + y
    let aByRoughness = (isSquare ? -2 * x * x : 0) - m - S(0.0275)
    let aByCosine = isSquare ? 0 : fade * S(-9.28) * S.log(2) * x
    let scale = S(-1.04) * a + z
    let bias = S(1.04) * a + w
    return (
      scale, bias,
      SIMD2(S(-1.04) * aByRoughness - S(0.572), S(1.04) * aByRoughness + S(0.022)),
      SIMD2(S(-1.04) * aByCosine, S(1.04) * aByCosine)
    )
  }

  /// What of light from all around is sent to the viewer.
  @inline(__always)
  var surroundingShare: SIMD3<S> {
    let fit = fit
    return diffuse + f0 * fit.scale + SIMD3(repeating: fit.bias)
  }

  /// The adjoint of ``surroundingShare``: adds to the shared cotangents.
  @inline(__always)
  func surroundingShareVJP(shareBar: SIMD3<S>, into bars: inout Bars) {
    let fit = fit
    bars.diffuse += shareBar
    bars.f0 += shareBar * fit.scale
    let fitBar = SIMD2(dot(shareBar, f0), shareBar.x + shareBar.y + shareBar.z)
    bars.roughness += dot(fitBar, fit.byRoughness)
    bars.nv += dot(fitBar, fit.byCosine)
  }

  /// From the shared cotangents to the point's.
  func finishVJP(_ bars: Bars, into bar: inout SurfacePoint<S>) {
    bar.normal += bars.normal
    bar.viewer += bars.viewer
    if !isGrazing {
      bar.normal += p.viewer * bars.nv
      bar.viewer += p.normal * bars.nv
    }
    bar.roughness += bars.roughness
    if p.roughness > Self.leastRoughness {
      bar.roughness += bars.a2 * 4 * p.roughness * p.roughness * p.roughness
    }
    bar.base += bars.f0 * p.metallic + bars.diffuse * (1 - p.metallic)
    bar.metallic += dot(bars.f0, p.base - SIMD3(repeating: 0.04)) - dot(bars.diffuse, p.base)
  }
}
