// The largest body whose outlines lie inside all masks. Its boundary is where the least of the views' signed distances to the
// outlines, carried from pixels into the world, passes zero: sampled on a grid, it becomes a surface by marching tetrahedra.
public import SfumatoCore
internal import SfumatoSolve

/// A visual hull as a start.
public struct HullStart: Equatable, Sendable {
  /// Its surface.
  public var mesh: Mesh<Float>
  /// How far its outlines lie within those of the masks, pixels, mean over outlines and views: near 0 where cameras and masks agree, but for
  /// what pixels and the grid round off.
  public var outlineGap: Double

  /// Whether the masks disagree by more than they do under exact cameras, so that a shift that all cameras share is worth looking for.
  ///
  /// Of path-traced pictures with exact cameras the gap is 0.01 to 0.04 pixels; of photographs whose principal points were 1.5 pixels off 0.5 to
  /// 0.6, and 0.25 with that put right.
  public var disagrees: Bool { outlineGap > 0.4 }
}

/// The visual hull of masks and cameras as a mesh to start from: closed, manifold, of even faces.
///
/// - Parameters:
///   - targets: masks and cameras.
///   - bounds: the object's box, where it is known.
///   - workers: how many threads may work; the result does not depend on it.
/// - Returns: the hull, or nil where the masks have no body in common.
public func visualHull(
  of targets: [TargetView], bounds: (lower: SIMD3<Float>, upper: SIMD3<Float>)? = nil,
  workers: Workers = .all
) -> HullStart? {
  let hull = VisualHull(targets: targets, bounds: bounds, workers: workers)
  guard hull.mesh.faceCount > 0 else { return nil }
  let lengths = [Float](repeating: 2.5 * hull.spacing, count: hull.mesh.vertexCount)
  guard let even = Remesher().remesh(hull.mesh, lengths: lengths, workers: workers) else {
    return HullStart(mesh: hull.mesh, outlineGap: hull.outlineGap)
  }
  return HullStart(
    mesh: Mesh(positions: even.positions, faces: even.faces), outlineGap: hull.outlineGap)
}

/// The visual hull of masks and cameras.
///
/// Source: Laurentini 1994, "The Visual Hull Concept for Silhouette-Based Image Understanding".
struct VisualHull: Sendable {
  /// The hull's surface, closed and manifold; empty where the masks have no body in common.
  let mesh: Mesh<Float>
  /// The distance of the grid's nodes, world units; 0 where the mesh is empty.
  let spacing: Float
  /// See ``HullStart/outlineGap``.
  let outlineGap: Double
  /// How many views may call a point outside that belongs to the hull all the same.
  let forgiven: Int

  /// Nodes along the longest side of the grid that carves the surface.
  static let mostNodes: Float = 128
  /// The share of the masks that a hull covers where cameras and masks agree; more forgiveness is tried below.
  private static let leastCoverage = 0.9

  /// Carves the hull.
  ///
  /// One view that disagrees with the others, by its camera or its mask, would carve away what they see. So where the outlines of the hull
  /// fill less than 0.9 of the masks, more and more views are forgiven, up to a quarter of them.
  ///
  /// - Parameters:
  ///   - targets: masks and cameras.
  ///   - bounds: the object's box, where it is known.
  ///   - workers: how many threads may work.
  init(
    targets: [TargetView], bounds: (lower: SIMD3<Float>, upper: SIMD3<Float>)?, workers: Workers
  ) {
    let views = parallelMap(targets.count, workers: workers) { CarvingView(targets[$0]) }
      .filter(\.showsObject)
    guard let box = Self.box(targets, views, bounds) else {
      mesh = Mesh(positions: [], faces: [])
      spacing = 0
      outlineGap = 0
      forgiven = 0
      return
    }
    var best = (
      mesh: Mesh<Float>(positions: [], faces: []), spacing: Float(0), forgiven: 0, coverage: -1.0
    )
    for forgiven in stride(from: 0, through: views.count / 4, by: max(1, views.count / 12)) {
      let (mesh, spacing) = Self.carve(box, views, forgiven: forgiven, workers: workers)
      guard mesh.faceCount > 0 else { continue }
      let coverage = Self.coverage(of: mesh, views, workers: workers)
      if coverage > best.coverage { best = (mesh, spacing, forgiven, coverage) }
      if coverage >= Self.leastCoverage { break }
    }
    mesh = best.mesh
    spacing = best.spacing
    // What a view lacks, as a band along its outline.
    let widths = views.map { view in
      view.areaOverOutline * Double(targets[0].picture.width) / Double(view.map.width)
    }
    outlineGap = (1 - best.coverage) * widths.reduce(0, +) / Double(max(widths.count, 1))
    forgiven = best.forgiven
  }

  /// Where the hull can be: the stated box with a margin, or around where the masks' centroids meet as far as the widest mask reaches.
  private static func box(
    _ targets: [TargetView], _ views: [CarvingView],
    _ bounds: (lower: SIMD3<Float>, upper: SIMD3<Float>)?
  ) -> (lower: SIMD3<Float>, upper: SIMD3<Float>)? {
    guard !views.isEmpty else { return nil }
    if let bounds {
      let margin = (bounds.upper - bounds.lower) * 0.02
      return (bounds.lower - margin, bounds.upper + margin)
    }
    let center = SphereStart.place(of: targets).center
    let reach = views.map { $0.reach(from: center) }.max() ?? 0
    guard reach > 0, reach.isFinite else { return nil }
    return (center - reach, center + reach)
  }

  /// The surface at the full resolution, within what a coarse look leaves of a box.
  static func carve(
    _ box: (lower: SIMD3<Float>, upper: SIMD3<Float>), _ views: [CarvingView], forgiven: Int,
    mostNodes: Float = mostNodes, workers: Workers
  ) -> (mesh: Mesh<Float>, spacing: Float) {
    let extent = box.upper - box.lower
    let coarse = CarvingGrid(lower: box.lower, upper: box.upper, spacing: extent.max() / 40)
    let look = coarse.values(views, forgiven: forgiven, workers: workers)
    // A body between nodes is nowhere further from one than half the diagonal.
    guard let inside = coarse.bounds(of: look, above: -0.87 * coarse.spacing) else {
      return (Mesh(positions: [], faces: []), 0)
    }
    let lower = pointwiseMax(inside.lower - coarse.spacing, box.lower)
    let upper = pointwiseMin(inside.upper + coarse.spacing, box.upper)
    let center = (lower + upper) / 2
    let pixel = views.map(\.camera).medianFootprint(at: center)
    let fine = CarvingGrid(
      lower: lower, upper: upper,
      spacing: max((upper - lower).max() / mostNodes, pixel * 0.75, extent.max() * 1e-4))
    let field = fine.values(views, forgiven: forgiven, workers: workers)
    let surface = Mesh.isosurface(
      field: field, size: fine.size, origin: fine.lower, spacing: fine.spacing)
    return (surface.withoutDebris(), fine.spacing)
  }

  /// The share of the masks that a mesh's outlines cover, mean over views.
  private static func coverage(
    of mesh: Mesh<Float>, _ views: [CarvingView], workers: Workers
  ) -> Double {
    let renderer = Renderer<Float>(
      settings: RenderSettings(mode: .hard(samples: 1), workers: workers))
    let cameras = views.map { $0.camera.resized(width: 96, height: 96) }
    let pictures = renderer.render(Scene(mesh), cameras, outputs: .alpha)
    let shares = zip(views, pictures).map { view, picture in
      var (both, all) = (0.0, 0.0)
      for p in 0..<96 * 96 {
        let place = SIMD2(Float(p % 96) + 0.5, Float(p / 96) + 0.5) / 96
        let size = SIMD2(Float(view.map.width), Float(view.map.height))
        guard view.shows(at: place * size) else { continue }
        all += 1
        if picture.alpha.values[p] > 0 { both += 1 }
      }
      return all > 0 ? both / all : 1
    }
    return shares.reduce(0, +) / Double(max(shares.count, 1))
  }
}

/// What carving reads of a view.
struct CarvingView: Sendable {
  /// The camera, at the size of the map.
  let camera: Camera<Float>
  /// Of where the object may be: within the mask, or behind what is ignored.
  let map: DistanceMap
  /// Whether pixels of the map show the object, and not only may, `[H, W]`; nil where all within its outline do.
  private let isCertain: [Bool]?
  let showsObject: Bool
  // The camera's parts: generic functions of another module are slow, and carving asks millions of times.
  private let rows: Matrix3<Float>
  private let translation: SIMD3<Float>

  /// Masks are carved at no more pixels than this along a side: finer ones are averaged.
  private static let mostPixels = 512.0

  init(_ target: TargetView) {
    let side = Double(max(target.picture.width, target.picture.height))
    let small = TargetPyramid.alpha(of: target, scale: min(1, Self.mostPixels / side))
    camera = small.camera
    let map = DistanceMap(
      alpha: small.possible, width: small.camera.width, height: small.camera.height)
    let isCertain = small.isCertain
    (self.map, self.isCertain) = (map, isCertain)
    showsObject = isCertain?.contains(true) ?? map.values.contains { $0 > 0 }
    rows = camera.worldToCamera.rotation.matrix
    translation = camera.worldToCamera.translation
  }

  /// The same mask seen by a camera of the map's size.
  init(camera: Camera<Float>, map: DistanceMap, isCertain: [Bool]?, showsObject: Bool) {
    self.camera = camera
    self.map = map
    self.isCertain = isCertain
    self.showsObject = showsObject
    rows = camera.worldToCamera.rotation.matrix
    translation = camera.worldToCamera.translation
  }

  /// Whether a pixel of the map shows the object.
  func shows(_ pixel: Int) -> Bool { isCertain?[pixel] ?? (map.values[pixel] > 0) }

  /// The mask's area over the length of its outline, pixels of the map.
  var areaOverOutline: Double {
    // Those on both sides of the outline, up to a pixel from it, are twice its length.
    let area = map.values.indices.count { shows($0) }
    let outline = Double(map.values.count { abs($0) < 1 }) / 2
    return Double(area) / max(outline, 1)
  }

  /// The largest distance of a point of the mask from a point's picture, world units at its depth.
  func reach(from center: SIMD3<Float>) -> Float {
    let place = camera.pixel(camera.cameraPoint(center))
    var largest: Float = 0
    for p in map.values.indices where shows(p) {
      let d = SIMD2(Float(p % map.width) + 0.5, Float(p / map.width) + 0.5) - place
      largest = max(largest, dot(d, d))
    }
    // A point nearer to the camera spans more pixels: hence the margin.
    return (largest.squareRoot() + 2) * camera.footprint(at: center) * 1.5
  }

  /// Whether the map's outline around a place in pixels is that of the object, and not of what may hide more of it.
  func shows(at place: SIMD2<Float>) -> Bool {
    guard map.value(at: place) > 0 else { return false }
    return isCertain?[Int(place.y) * map.width + Int(place.x)] ?? true
  }

  /// The signed distance of a point to the cone of the mask, about, world units; infinity where the view does not tell.
  func value(_ point: SIMD3<Float>) -> Float {
    let local =
      SIMD3(dot(rows.row0, point), dot(rows.row1, point), dot(rows.row2, point)) + translation
    let isFlat = camera.projection == .orthographic
    let depth = isFlat ? 1 : local.z
    guard depth > 0 else { return map.touchesEdge ? .infinity : -.infinity }
    let place = SIMD2(local.x, local.y) * camera.focal / depth + camera.principal
    let isSeen =
      place.x >= 0 && place.y >= 0 && place.x <= Float(map.width) && place.y <= Float(map.height)
    if !isSeen && map.touchesEdge { return .infinity }
    let nearest = SIMD2(
      min(max(place.x, 0), Float(map.width)), min(max(place.y, 0), Float(map.height)))
    let pixels = map.value(at: nearest) - length(place - nearest)
    return pixels * depth * 2 / (camera.focal.x + camera.focal.y)
  }
}

/// Nodes of equal distances in a box.
private struct CarvingGrid: Sendable {
  let lower: SIMD3<Float>
  let spacing: Float
  let size: SIMD3<Int>

  init(lower: SIMD3<Float>, upper: SIMD3<Float>, spacing: Float) {
    self.lower = lower
    self.spacing = spacing
    let steps = ((upper - lower) / spacing).rounded(.up)
    size = SIMD3(Int(steps.x), Int(steps.y), Int(steps.z)) &+ 1
  }

  func node(_ x: Int, _ y: Int, _ z: Int) -> SIMD3<Float> {
    lower + SIMD3(Float(x), Float(y), Float(z)) * spacing
  }

  /// The signed distance to the hull, about, at each node; the least of the views' but for those forgiven.
  func values(_ views: [CarvingView], forgiven: Int, workers: Workers) -> [Float] {
    let columns = size.x
    let far = spacing * Float(size.x + size.y + size.z)
    var field = [Float](repeating: -far, count: size.x * size.y * size.z)
    field.forEachChunk(grain: columns, workers: workers) { start, row in
      let (y, z) = (start / columns % size.y, start / columns / size.y)
      for x in 0..<columns {
        let point = node(x, y, z)
        // The least values so far, ascending: one more than are forgiven.
        var least = [Float](repeating: .infinity, count: forgiven + 1)
        var seen = 0
        for view in views {
          let value = view.value(point)
          guard value < .infinity else { continue }
          seen += 1
          guard value < least[forgiven] else { continue }
          var k = forgiven
          while k > 0, least[k - 1] > value {
            least[k] = least[k - 1]
            k -= 1
          }
          least[k] = value
          // Far outside already.
          if least[forgiven] < -4 * spacing { break }
        }
        let value = least[min(forgiven, max(seen - 1, 0))]
        // Where no view tells there is nothing.
        row[x] = seen > 0 ? min(max(value, -far), far) : -far
      }
    }
    return field
  }

  /// The box of the nodes whose value is above a bound.
  func bounds(
    of values: [Float], above bound: Float
  ) -> (lower: SIMD3<Float>, upper: SIMD3<Float>)? {
    var low = SIMD3(repeating: Int.max)
    var high = SIMD3(repeating: Int.min)
    for i in values.indices where values[i] > bound {
      let place = SIMD3(i % size.x, i / size.x % size.y, i / size.x / size.y)
      low = pointwiseMin(low, place)
      high = pointwiseMax(high, place)
    }
    guard low.x <= high.x else { return nil }
    return (node(low.x, low.y, low.z), node(high.x, high.y, high.z))
  }
}

extension Mesh<Float> {
  /// The mesh without parts of less than a hundredth of the largest part's faces.
  fileprivate func withoutDebris() -> Mesh {
    let parts = MeshTopology(self).parts()
    var sizes: [Int32: Int] = [:]
    for face in 0..<faceCount { sizes[parts[corners(face).0], default: 0] += 1 }
    let least = (sizes.values.max() ?? 0) / 100
    var numbers = [Int32](repeating: -1, count: vertexCount)
    var kept: [Float] = []
    var keptFaces: [Int32] = []
    for face in 0..<faceCount where sizes[parts[corners(face).0], default: 0] > least {
      for corner in 3 * face..<3 * face + 3 {
        let vertex = Int(faces[corner])
        if numbers[vertex] < 0 {
          numbers[vertex] = Int32(kept.count / 3)
          kept += positions[3 * vertex..<3 * vertex + 3]
        }
        keptFaces.append(numbers[vertex])
      }
    }
    return Mesh(positions: kept, faces: keptFaces)
  }
}
