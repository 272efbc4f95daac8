internal import RealModule

/// Light on a point with a unit normal, in linear light: diffuse, and mirrored towards the viewer.
///
/// Sources: Lambert 1760; Phong 1975, "Illumination for Computer Generated Pictures"; PyTorch3D's terms without
/// their clamp (math.md 2.2, 3.3). A point light does not weaken with distance, as there.
enum Lighting {
  /// The vector towards a light, any length, and the light's colour; nil for light from everywhere.
  @inline(__always)
  private static func source<S: RenderScalar>(
    _ light: Light<S>, seenFrom position: SIMD3<S>
  ) -> (toward: SIMD3<S>, color: SIMD3<S>)? {
    switch light {
    case .ambient: nil
    case .directional(let direction, let color): (direction, color)
    case .point(let place, let color): (place - position, color)
    }
  }

  /// The adjoint of the vector towards a light: adds to the light's cotangent, returns the position's.
  @inline(__always)
  private static func sourceVJP<S: RenderScalar>(
    _ light: Light<S>, towardBar: SIMD3<S>, into gradient: inout LightGradient<S>
  ) -> SIMD3<S> {
    switch light {
    case .ambient: return .zero
    case .directional:
      gradient.direction += towardBar
      return .zero
    case .point:
      gradient.position += towardBar
      return -towardBar
    }
  }

  /// The light that a white surface sends back: `Σ ambient + Σ colour max(0, n · l)`.
  @inline(__always)
  static func irradiance<S: RenderScalar>(
    position: SIMD3<S>, normal: SIMD3<S>, lights: [Light<S>]
  ) -> SIMD3<S> {
    var sum = SIMD3<S>.zero
    for light in lights {
      if let (toward, color) = source(light, seenFrom: position) {
        sum += color * max(dot(normal, normalize(toward)), 0)
      } else if case .ambient(let color) = light {
        sum += color
      }
    }
    return sum
  }

  /// The adjoint of ``irradiance(position:normal:lights:)``: adds to the lights' cotangents.
  ///
  /// At grazing incidence, n · l = 0, the derivative is taken from the dark side.
  @inline(__always)
  static func irradianceVJP<S: RenderScalar>(
    position: SIMD3<S>, normal: SIMD3<S>, lights: [Light<S>], irradianceBar: SIMD3<S>,
    into gradients: inout [LightGradient<S>]
  ) -> (positionBar: SIMD3<S>, normalBar: SIMD3<S>) {
    var positionBar = SIMD3<S>.zero
    var normalBar = SIMD3<S>.zero
    for (i, light) in lights.enumerated() {
      guard let (toward, color) = source(light, seenFrom: position) else {
        gradients[i].color += irradianceBar
        continue
      }
      let unit = normalize(toward)
      let cosine = dot(normal, unit)
      guard cosine > 0 else { continue }
      gradients[i].color += irradianceBar * cosine
      let cosineBar = dot(color, irradianceBar)
      normalBar += unit * cosineBar
      positionBar += sourceVJP(
        light, towardBar: normalizeVJP(toward, unitBar: normal * cosineBar), into: &gradients[i])
    }
    return (positionBar, normalBar)
  }

  /// The light mirrored towards the viewer: `Σ colour max(0, v · r)^shininess`, r the mirrored direction of the
  /// light; 0 where the light is behind the surface, so that it steps at grazing incidence.
  @inline(__always)
  static func highlight<S: RenderScalar>(
    position: SIMD3<S>, normal: SIMD3<S>, viewer: SIMD3<S>, shininess: S, lights: [Light<S>]
  ) -> SIMD3<S> {
    var sum = SIMD3<S>.zero
    for light in lights {
      guard let (toward, color) = source(light, seenFrom: position) else { continue }
      let unit = normalize(toward)
      let cosine = dot(normal, unit)
      guard cosine > 0 else { continue }
      let mirrored = dot(viewer, normal * (2 * cosine) - unit)
      if mirrored > 0 { sum += color * S.pow(mirrored, shininess) }
    }
    return sum
  }

  /// What the adjoint of a highlight returns.
  struct HighlightBars<S: RenderScalar> {
    var position = SIMD3<S>.zero
    var normal = SIMD3<S>.zero
    var viewer = SIMD3<S>.zero
    var shininess: S = 0
  }

  /// The adjoint of ``highlight(position:normal:viewer:shininess:lights:)``: adds to the lights' cotangents.
  @inline(__always)
  static func highlightVJP<S: RenderScalar>(
    position: SIMD3<S>, normal: SIMD3<S>, viewer: SIMD3<S>, shininess: S, lights: [Light<S>],
    highlightBar: SIMD3<S>, into gradients: inout [LightGradient<S>]
  ) -> HighlightBars<S> {
    var bars = HighlightBars<S>()
    for (i, light) in lights.enumerated() {
      guard let (toward, color) = source(light, seenFrom: position) else { continue }
      let unit = normalize(toward)
      let cosine = dot(normal, unit)
      guard cosine > 0 else { continue }
      let mirror = normal * (2 * cosine) - unit
      let mirrored = dot(viewer, mirror)
      guard mirrored > 0 else { continue }
      let power = S.pow(mirrored, shininess)
      gradients[i].color += highlightBar * power
      let powerBar = dot(color, highlightBar)
      bars.shininess += powerBar * power * S.log(mirrored)
      let mirroredBar = powerBar * shininess * S.pow(mirrored, shininess - 1)
      bars.viewer += mirror * mirroredBar
      let mirrorBar = viewer * mirroredBar
      let cosineBar = 2 * dot(normal, mirrorBar)
      bars.normal += mirrorBar * (2 * cosine) + unit * cosineBar
      bars.position += sourceVJP(
        light, towardBar: normalizeVJP(toward, unitBar: normal * cosineBar - mirrorBar),
        into: &gradients[i])
    }
    return bars
  }
}
