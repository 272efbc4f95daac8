// The light that leaves a point towards the viewer, by the models of `Shading`, and its adjoint.
internal import RealModule

/// The models of `Shading` at one point, in units where 1 lights a white diffuse surface to 1.
enum Reflectance {
  /// The colour of a point, linear light.
  ///
  /// *Differentiable in* the point and the lights; at grazing incidence derivatives are taken from the dark side.
  @inline(__always)
  static func color<S: RenderScalar>(
    _ p: SurfacePoint<S>, _ shading: Shading, lights: FragmentLights<S>
  ) -> SIMD3<S> {
    switch shading {
    case .unlit: return p.base + p.emissive
    case .lambert, .lambertFlat, .phong, .blinnPhong:
      let around = lights.surrounding(normal: p.normal) * p.occlusion
      var color = p.emissive + p.base * around
      for source in lights.sources {
        let ray = source.ray(at: p.position)
        let cosine = dot(p.normal, ray.unit)
        guard cosine > 0 else { continue }
        color += p.base * ray.color * cosine
        if p.specular != .zero {
          color += p.specular * ray.color * Lobe(p, ray.unit, cosine, shading).value
        }
      }
      return color
    case .metallicRoughness:
      let model = MetallicRoughness(p)
      let around = lights.surrounding(normal: p.normal) * p.occlusion
      var color = p.emissive + around * model.surroundingShare
      for source in lights.sources {
        let ray = source.ray(at: p.position)
        guard dot(p.normal, ray.unit) > 0 else { continue }
        color += ray.color * model.share(unit: ray.unit)
      }
      return color
    }
  }

  /// The adjoint of ``color(_:_:lights:)``: adds to the lights' cotangents, returns the point's.
  @inline(__always)
  static func colorVJP<S: RenderScalar>(
    _ p: SurfacePoint<S>, _ shading: Shading, lights: [Light<S>], colorBar: SIMD3<S>,
    into gradients: inout [LightGradient<S>]
  ) -> SurfacePoint<S> {
    var bar = SurfacePoint<S>.zero
    bar.emissive = colorBar
    switch shading {
    case .unlit:
      bar.base = colorBar
    case .lambert, .lambertFlat, .phong, .blinnPhong:
      let around = Lighting.surrounding(normal: p.normal, lights: lights)
      bar.base += colorBar * around * p.occlusion
      bar.occlusion += dot(colorBar * p.base, around)
      bar.normal += Lighting.surroundingVJP(
        normal: p.normal, lights: lights, surroundingBar: colorBar * p.base * p.occlusion,
        into: &gradients)
      for (i, light) in lights.enumerated() {
        guard let ray = Lighting.ray(light, at: p.position) else { continue }
        let cosine = dot(p.normal, ray.unit)
        guard cosine > 0 else { continue }
        bar.base += colorBar * ray.color * cosine
        var rayColorBar = colorBar * p.base * cosine
        var cosineBar = dot(colorBar * p.base, ray.color)
        var unitBar = SIMD3<S>.zero
        if p.specular != .zero {
          let lobe = Lobe(p, ray.unit, cosine, shading)
          bar.specular += colorBar * ray.color * lobe.value
          rayColorBar += colorBar * p.specular * lobe.value
          lobe.add(
            p, ray.unit, cosine, valueBar: dot(colorBar * p.specular, ray.color), to: &bar,
            unitBar: &unitBar, cosineBar: &cosineBar)
        }
        bar.normal += ray.unit * cosineBar
        unitBar += p.normal * cosineBar
        bar.position += Lighting.rayVJP(
          light, at: p.position, unitBar: unitBar, colorBar: rayColorBar, into: &gradients[i])
      }
    case .metallicRoughness:
      let model = MetallicRoughness(p)
      let around = Lighting.surrounding(normal: p.normal, lights: lights)
      let share = model.surroundingShare
      bar.occlusion += dot(colorBar * share, around)
      bar.normal += Lighting.surroundingVJP(
        normal: p.normal, lights: lights, surroundingBar: colorBar * share * p.occlusion,
        into: &gradients)
      var sums = MetallicRoughness<S>.Bars()
      model.surroundingShareVJP(shareBar: colorBar * around * p.occlusion, into: &sums)
      for (i, light) in lights.enumerated() {
        guard let ray = Lighting.ray(light, at: p.position) else { continue }
        guard dot(p.normal, ray.unit) > 0 else { continue }
        let share = model.share(unit: ray.unit)
        let unitBar = model.shareVJP(
          unit: ray.unit, shareBar: colorBar * ray.color, into: &sums)
        bar.position += Lighting.rayVJP(
          light, at: p.position, unitBar: unitBar, colorBar: colorBar * share,
          into: &gradients[i])
      }
      model.finishVJP(sums, into: &bar)
    }
    return bar
  }

  /// The mirrored share of Phong's and Blinn's models.
  private struct Lobe<S: RenderScalar> {
    let value: S
    private let base: S
    private let axis: SIMD3<S>
    private let isHalfway: Bool

    @inline(__always)
    init(_ p: SurfacePoint<S>, _ unit: SIMD3<S>, _ cosine: S, _ shading: Shading) {
      isHalfway = shading == .blinnPhong
      axis = isHalfway ? normalize(unit + p.viewer) : p.normal * (2 * cosine) - unit
      base = isHalfway ? dot(p.normal, axis) : dot(p.viewer, axis)
      value = base > 0 ? S.pow(base, p.shininess) : 0
    }

    @inline(__always)
    func add(
      _ p: SurfacePoint<S>, _ unit: SIMD3<S>, _ cosine: S, valueBar: S,
      to bar: inout SurfacePoint<S>, unitBar: inout SIMD3<S>, cosineBar: inout S
    ) {
      guard base > 0 else { return }
      bar.shininess += valueBar * value * S.log(base)
      let baseBar = valueBar * p.shininess * S.pow(base, p.shininess - 1)
      if isHalfway {
        bar.normal += axis * baseBar
        let sumBar = normalizeVJP(unit + p.viewer, unitBar: p.normal * baseBar)
        unitBar += sumBar
        bar.viewer += sumBar
      } else {
        bar.viewer += axis * baseBar
        let axisBar = p.viewer * baseBar
        cosineBar += 2 * dot(p.normal, axisBar)
        bar.normal += axisBar * (2 * cosine)
        unitBar -= axisBar
      }
    }
  }
}
