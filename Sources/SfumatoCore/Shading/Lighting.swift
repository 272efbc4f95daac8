internal import RealModule

/// Light on a point with a unit normal, in linear light: diffuse, and mirrored towards the viewer.
///
/// Sources: Lambert 1760; Phong 1975, "Illumination for Computer Generated Pictures"; PyTorch3D's terms without
/// their clamp (math.md 2.2, 3.3). A point light does not weaken with distance, as there.
enum Lighting {
  /// Light that arrives at a point from one direction.
  struct Ray<S: RenderScalar> {
    /// Unit, towards the light.
    var unit: SIMD3<S>
    /// As it arrives.
    var color: SIMD3<S>
  }

  /// What arrives from a light at a point; nil for light from all around.
  @inline(__always)
  static func ray<S: RenderScalar>(_ light: Light<S>, at position: SIMD3<S>) -> Ray<S>? {
    RaySource(light)?.ray(at: position)
  }

  /// The adjoint of ``ray(_:at:)``: adds to the light's cotangent, returns the position's.
  @inline(__always)
  static func rayVJP<S: RenderScalar>(
    _ light: Light<S>, at position: SIMD3<S>, unitBar: SIMD3<S>, colorBar: SIMD3<S>,
    into gradient: inout LightGradient<S>
  ) -> SIMD3<S> {
    switch light {
    case .ambient, .sphericalHarmonics: return .zero
    case .directional(let direction, _):
      gradient.color += colorBar
      gradient.direction += normalizeVJP(direction, unitBar: unitBar)
      return .zero
    case .point(let place, _):
      gradient.color += colorBar
      let bar = normalizeVJP(place - position, unitBar: unitBar)
      gradient.position += bar
      return -bar
    case .inverseSquare(let place, let color):
      let way = place - position
      let weak = RaySource<S>.weakened(dot(way, way))
      gradient.color += colorBar * weak
      let bar =
        normalizeVJP(way, unitBar: unitBar) - way * (2 * weak * weak * dot(color, colorBar))
      gradient.position += bar
      return -bar
    case .spot(let place, let direction, let color, let inner, let outer):
      let way = place - position
      let unit = normalize(way)
      let axis = normalize(direction)
      let weak = RaySource<S>.weakened(dot(way, way))
      let cone = SpotCone(innerDegrees: inner, outerDegrees: outer)
      let cosine = -dot(unit, axis)
      let share = cone.share(cosine: cosine)
      gradient.color += colorBar * (weak * share * share)
      let amount = dot(color, colorBar)
      let slopes = cone.slopes(cosine: cosine, shareBar: 2 * amount * weak * share)
      gradient.coneDegrees += slopes.degreesBar
      gradient.direction += normalizeVJP(direction, unitBar: -unit * slopes.cosineBar)
      let bar =
        normalizeVJP(way, unitBar: unitBar - axis * slopes.cosineBar)
        - way * (2 * weak * weak * share * share * amount)
      gradient.position += bar
      return -bar
    }
  }

  /// The light from all around that a white diffuse surface sends back.
  @inline(__always)
  static func surrounding<S: RenderScalar>(normal: SIMD3<S>, lights: [Light<S>]) -> SIMD3<S> {
    var sum = SIMD3<S>.zero
    for light in lights {
      switch light {
      case .ambient(let color): sum += color
      case .sphericalHarmonics(let own):
        sum += SphericalHarmonics.irradiance(own, normal: normal)
      case .directional, .point, .inverseSquare, .spot: break
      }
    }
    return sum
  }

  /// The adjoint of ``surrounding(normal:lights:)``: adds to the lights' cotangents, returns the normal's.
  @inline(__always)
  static func surroundingVJP<S: RenderScalar>(
    normal: SIMD3<S>, lights: [Light<S>], surroundingBar: SIMD3<S>,
    into gradients: inout [LightGradient<S>]
  ) -> SIMD3<S> {
    var normalBar = SIMD3<S>.zero
    for (i, light) in lights.enumerated() {
      switch light {
      case .ambient: gradients[i].color += surroundingBar
      case .sphericalHarmonics(let own):
        normalBar += SphericalHarmonics.irradianceVJP(
          own, normal: normal, irradianceBar: surroundingBar, into: &gradients[i].coefficients)
      case .directional, .point, .inverseSquare, .spot: break
      }
    }
    return normalBar
  }

  /// The light that a white surface sends back: that from all around, and `Σ colour max(0, n · l)`.
  @inline(__always)
  static func irradiance<S: RenderScalar>(
    position: SIMD3<S>, normal: SIMD3<S>, lights: [Light<S>]
  ) -> SIMD3<S> {
    var sum = surrounding(normal: normal, lights: lights)
    for light in lights {
      guard let ray = ray(light, at: position) else { continue }
      sum += ray.color * max(dot(normal, ray.unit), 0)
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
    var normalBar = surroundingVJP(
      normal: normal, lights: lights, surroundingBar: irradianceBar, into: &gradients)
    for (i, light) in lights.enumerated() {
      guard let ray = ray(light, at: position) else { continue }
      let cosine = dot(normal, ray.unit)
      guard cosine > 0 else { continue }
      let cosineBar = dot(ray.color, irradianceBar)
      normalBar += ray.unit * cosineBar
      positionBar += rayVJP(
        light, at: position, unitBar: normal * cosineBar, colorBar: irradianceBar * cosine,
        into: &gradients[i])
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
      guard let ray = ray(light, at: position) else { continue }
      let cosine = dot(normal, ray.unit)
      guard cosine > 0 else { continue }
      let mirrored = dot(viewer, normal * (2 * cosine) - ray.unit)
      if mirrored > 0 { sum += ray.color * S.pow(mirrored, shininess) }
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
      guard let ray = ray(light, at: position) else { continue }
      let cosine = dot(normal, ray.unit)
      guard cosine > 0 else { continue }
      let mirror = normal * (2 * cosine) - ray.unit
      let mirrored = dot(viewer, mirror)
      guard mirrored > 0 else { continue }
      let power = S.pow(mirrored, shininess)
      let powerBar = dot(ray.color, highlightBar)
      bars.shininess += powerBar * power * S.log(mirrored)
      let mirroredBar = powerBar * shininess * S.pow(mirrored, shininess - 1)
      bars.viewer += mirror * mirroredBar
      let mirrorBar = viewer * mirroredBar
      let cosineBar = 2 * dot(normal, mirrorBar)
      bars.normal += mirrorBar * (2 * cosine) + ray.unit * cosineBar
      bars.position += rayVJP(
        light, at: position, unitBar: normal * cosineBar - mirrorBar,
        colorBar: highlightBar * power, into: &gradients[i])
    }
    return bars
  }
}
