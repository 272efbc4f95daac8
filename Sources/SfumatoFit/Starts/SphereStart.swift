internal import RealModule
internal import SfumatoCore

/// Where and how large an unknown object is, from cameras and masks.
enum SphereStart {
  /// An icosphere of 642 vertices in the place of the object.
  ///
  /// Stated bounds are filled with an ellipsoid. Else the centre is the point nearest to the rays through the masks'
  /// centroids, the radius the median over views of that of a disc with the mask's area.
  static func mesh(
    targets: [TargetView], bounds: (lower: SIMD3<Float>, upper: SIMD3<Float>)?
  ) -> Mesh<Float> {
    let center: SIMD3<Float>
    let radii: SIMD3<Float>
    if let bounds {
      center = (bounds.lower + bounds.upper) / 2
      radii = (bounds.upper - bounds.lower) * 0.4
    } else {
      let place = place(of: targets)
      center = place.center
      radii = SIMD3(repeating: place.radius * 0.9)
    }
    var mesh = Mesh<Float>.icosphere(subdivisions: 3, radius: 1)
    for v in 0..<mesh.vertexCount {
      mesh.positions.setVector3(v, center + mesh.positions.vector3(v) * radii)
    }
    return mesh
  }

  /// The point nearest to the rays through the masks' centroids, and the median radius of discs with the masks' areas.
  static func place(of targets: [TargetView]) -> (center: SIMD3<Float>, radius: Float) {
    let seen = targets.compactMap(Silhouette.init)
    let center = nearestPoint(seen)
    let sizes = seen.map { $0.radius(at: center) }.filter { $0 > 0 }.sorted()
    return (center, sizes.isEmpty ? 1 / 0.9 : sizes[sizes.count / 2])
  }

  /// A mask's centroid and area, with its camera.
  struct Silhouette: Sendable {
    var camera: Camera<Float>
    var centroid: SIMD2<Float>
    var area: Float

    /// Nil where the mask is empty.
    init?(_ target: TargetView) {
      var sum = SIMD2<Double>.zero
      var area = 0.0
      let picture = target.picture
      for y in 0..<picture.height {
        for x in 0..<picture.width {
          let alpha = Double(target.knownAlpha(y * picture.width + x))
          area += alpha
          sum += SIMD2(Double(x) + 0.5, Double(y) + 0.5) * alpha
        }
      }
      guard area > 0 else { return nil }
      camera = target.camera
      centroid = SIMD2(Float(sum.x / area), Float(sum.y / area))
      self.area = Float(area)
    }

    /// The ray through the centroid, world space.
    var ray: (origin: SIMD3<Float>, direction: SIMD3<Float>) {
      let offset = (centroid - camera.principal) / camera.focal
      let back = camera.worldToCamera.inverse
      switch camera.projection {
      case .perspective:
        return (
          back.translation, normalize(back.rotation.matrix * SIMD3(offset.x, offset.y, 1))
        )
      case .orthographic:
        return (back * SIMD3(offset.x, offset.y, 0), back.rotation.matrix * SIMD3(0, 0, 1))
      }
    }

    /// The radius in world units that a disc of this area has at a point's depth.
    func radius(at point: SIMD3<Float>) -> Float {
      let depth = camera.projection == .perspective ? camera.cameraPoint(point).z : 1
      let focal = (camera.focal.x * camera.focal.y).squareRoot()
      return (area / .pi).squareRoot() * depth / focal
    }
  }

  /// The point with the least sum of squared distances to the rays; with one ray, as far along it as the world's origin.
  static func nearestPoint(_ seen: [Silhouette]) -> SIMD3<Float> {
    guard let first = seen.first else { return .zero }
    /// For one view, or where the views' rays fix no point before the cameras.
    var alongFirst: SIMD3<Float> {
      let ray = first.ray
      let distance = length(ray.origin)
      return ray.origin + ray.direction * (distance > 0 ? distance : 1)
    }
    guard seen.count > 1 else { return alongFirst }
    // Normal equations of Σ (I - d dᵀ)(x - o) = 0, solved by Cramer's rule in Double.
    var rows = [SIMD3<Double>](repeating: .zero, count: 3)
    var right = SIMD3<Double>.zero
    for silhouette in seen {
      let ray = silhouette.ray
      // Normalised again: the rounding of Float would make parallel rays meet somewhere.
      let d = normalize(SIMD3<Double>(ray.direction))
      let o = SIMD3<Double>(ray.origin)
      for i in 0..<3 {
        var row = -d * d[i]
        row[i] += 1
        rows[i] += row
        right[i] += dot(row, o)
      }
    }
    let m = Matrix3(rows: rows[0], rows[1], rows[2])
    let determinant = m.determinant
    let count = Double(seen.count)
    guard determinant > 1e-9 * count * count * count else { return alongFirst }
    let t = m.transpose
    let x =
      SIMD3(
        dot(right, cross(t.row1, t.row2)), dot(t.row0, cross(right, t.row2)),
        dot(t.row0, cross(t.row1, right))) / determinant
    let point = SIMD3<Float>(x)
    // Rays that diverge meet behind the cameras.
    let inFront = seen.count { $0.camera.cameraPoint(point).z > 0 }
    return 2 * inFront > seen.count ? point : alongFirst
  }
}
