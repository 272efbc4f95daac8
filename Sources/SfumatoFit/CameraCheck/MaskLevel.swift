internal import SfumatoCore

/// The masks at one resolution, and how well a reading of the cameras agrees with them there.
struct MaskLevel: Sendable {
  /// The places of the views among all targets.
  private let views: [Int]
  /// Intrinsics at this resolution, without extrinsics, a view each.
  private var cameras: [Camera<Float>] = []
  private var masks: [ScaledMask] = []
  private var maps: [DistanceMap] = []
  private var silhouettes: [SphereStart.Silhouette] = []
  /// Pixels here for a pixel of the picture.
  private var scales: [Float] = []
  /// Samples a pixel along a side when rendering.
  private let samples: Int
  /// Nodes along the longest side of a hull.
  private let nodes: Float

  /// The masks, no side longer than some pixels, of so many views at most, spread over all; every view shows the object.
  ///
  /// Without a wish to carve there are no distance maps.
  init(
    _ targets: [TargetView], mostPixels: Int, mostViews: Int = .max, samples: Int, nodes: Float,
    carves: Bool, workers: Workers
  ) {
    let count = min(targets.count, mostViews)
    let chosen = (0..<count).map { $0 * targets.count / count }
    views = chosen
    self.samples = samples
    self.nodes = nodes
    let masks = parallelMap(count, workers: workers) { i in
      let target = targets[chosen[i]]
      let side = max(target.picture.width, target.picture.height)
      let small = TargetPyramid.alpha(of: target, scale: min(1, Double(mostPixels) / Double(side)))
      let map =
        carves
        ? DistanceMap(
          alpha: small.possible, width: small.camera.width, height: small.camera.height) : nil
      return (small, map, carves ? SphereStart.Silhouette(target) : nil)
    }
    for (k, mask) in masks.enumerated() {
      let (small, map, silhouette) = mask
      cameras.append(small.camera)
      self.masks.append(small)
      if let map, let silhouette {
        maps.append(map)
        silhouettes.append(silhouette)
      }
      scales.append(Float(small.camera.width) / Float(targets[chosen[k]].picture.width))
    }
  }

  /// Cameras of a reading at this resolution.
  func cameras(
    _ reading: CameraHypothesis, _ matrices: [[[Double]]], factors: [Double]
  ) -> [Camera<Float>] {
    cameras.indices.map { i in
      reading.camera(
        cameras[i], matrices[views[i]], factor: factors[views[i]], scale: scales[i])
    }
  }

  /// The hull of the masks as these cameras see them; nil where they have no body in common.
  func hull(_ cameras: [Camera<Float>], workers: Workers) -> Mesh<Float>? {
    precondition(maps.count == cameras.count, "\(maps.count) maps, \(cameras.count) cameras")
    var seen = silhouettes
    for i in seen.indices {
      let whole = seen[i].camera
      seen[i].camera = cameras[i].resized(width: whole.width, height: whole.height)
    }
    let center = SphereStart.nearestPoint(seen)
    let views = cameras.indices.map {
      CarvingView(
        camera: cameras[$0], map: maps[$0], isCertain: masks[$0].isCertain, showsObject: true)
    }
    let reach = views.map { $0.reach(from: center) }.max() ?? 0
    guard reach > 0, reach.isFinite else { return nil }
    let (mesh, _) = VisualHull.carve(
      (center - reach, center + reach), views, forgiven: 0, mostNodes: nodes, workers: workers)
    return mesh.faceCount > 0 ? mesh : nil
  }

  /// Intersection over union of the masks and a mesh's coverage, mean over views.
  ///
  /// Of coverages between 0 and 1 the intersection is the lesser and the union the greater, so that a fraction of a pixel counts.
  func iou(_ mesh: Mesh<Float>, _ cameras: [Camera<Float>], workers: Workers) -> Double {
    let renderer = Renderer<Float>(
      settings: RenderSettings(mode: .hard(samples: samples), workers: workers))
    let pictures = renderer.render(Scene(mesh), cameras, outputs: .alpha)
    let shares = zip(masks, pictures).map { mask, picture in
      var (both, either) = (0.0, 0.0)
      for p in mask.alpha.indices {
        let (a, b) = (mask.alpha[p], picture.alpha.values[p])
        let weight = Double(mask.weights?[p] ?? 1)
        both += weight * Double(min(a, b))
        either += weight * Double(max(a, b))
      }
      return either > 0 ? both / either : 1
    }
    return shares.isEmpty ? 0 : shares.reduce(0, +) / Double(shares.count)
  }
}

extension CameraHypothesis {
  /// A camera as this reading has it; a mirrored one sees the world mirrored in z, so that it is a rotation.
  ///
  /// - Parameters:
  ///   - intrinsics: the camera as it was read, perhaps at another size.
  ///   - matrix: the file's matrix.
  ///   - factor: on the focal length.
  ///   - scale: pixels of the camera's size for one of the picture.
  /// - Returns: the camera.
  func camera(
    _ intrinsics: Camera<Float>, _ matrix: [[Double]], factor: Double, scale: Float = 1
  ) -> Camera<Float> {
    var camera = intrinsics
    let (m, t) = pose.extrinsics(matrix)
    let sign = SIMD3(1, 1, m.determinant < 0 ? -1.0 : 1)
    let rotation = Quaternion(Matrix3(rows: m.row0 * sign, m.row1 * sign, m.row2 * sign))
    camera.worldToCamera = RigidTransform(RigidTransform(rotation: rotation, translation: t))
    camera.focal *= Float(factor)
    camera.principal += Float(shift) * scale
    return camera
  }
}
