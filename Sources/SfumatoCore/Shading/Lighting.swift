/// Diffuse light on a unit normal: ambient plus directional, in linear light.
///
/// Source: Lambert 1760; SoftRas' lighting without its clamp (math.md 2.2).
enum Lighting {
  /// The light that a white surface sends back: `Σ ambient + Σ colour max(0, n · l)`.
  @inline(__always)
  static func irradiance<S: RenderScalar>(
    normal: SIMD3<S>, lights: [Light<S>]
  ) -> SIMD3<S> {
    var sum = SIMD3<S>.zero
    for light in lights {
      switch light {
      case .ambient(let color): sum += color
      case .directional(let direction, let color):
        sum += color * max(dot(normal, normalize(direction)), 0)
      }
    }
    return sum
  }

  /// The adjoint of ``irradiance(normal:lights:)``: adds to the lights' cotangents, returns the normal's.
  ///
  /// At grazing incidence, n · l = 0, the derivative is taken from the dark side.
  @inline(__always)
  static func irradianceVJP<S: RenderScalar>(
    normal: SIMD3<S>, lights: [Light<S>], irradianceBar: SIMD3<S>,
    into gradients: inout [LightGradient<S>]
  ) -> SIMD3<S> {
    var normalBar = SIMD3<S>.zero
    for (i, light) in lights.enumerated() {
      switch light {
      case .ambient: gradients[i].color += irradianceBar
      case .directional(let direction, let color):
        let unit = normalize(direction)
        let cosine = dot(normal, unit)
        guard cosine > 0 else { continue }
        gradients[i].color += irradianceBar * cosine
        let cosineBar = dot(color, irradianceBar)
        normalBar += unit * cosineBar
        gradients[i].direction += normalizeVJP(direction, unitBar: normal * cosineBar)
      }
    }
    return normalBar
  }
}
