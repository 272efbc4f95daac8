// Which faces are drawn on one sheet: neighbours whose normals lie within a cone. Charts grow from seeds, the flattest
// face first; seeds move to the middle of their charts and growth begins anew (Lloyd's iteration), which evens borders out;
// small charts join a neighbour.
internal import SfumatoCore

/// A division of a surface into charts, each of which can be laid flat along its axis.
///
/// Source: Cohen-Steiner, Alliez, Desbrun 2004, "Variational Shape Approximation", section 3, with its L2,1 distance.
/// Departures: a chart takes no face beyond a cone, so that their number follows from the surface.
struct ChartGrowth {
  /// The faces of each chart, ascending.
  private(set) var charts: [[Int32]] = []
  private let topology: MeshTopology
  private let surface: FaceFrames
  /// The chart of each face, -1 for none yet.
  private var owner: [Int32]
  /// The unit direction from which each chart is seen.
  private var axes: [SIMD3<Float>] = []

  /// The cosine of the angle to the axis within which a chart grows: 50 degrees.
  private static let growthCosine: Float = 0.643
  /// The cosine beyond which no face of a chart lies: 70 degrees, where a face keeps a third of its area.
  private static let leastCosine: Float = 0.342
  /// A chart below this share of the mean area joins a neighbour where it can.
  private static let smallShare: Float = 0.25
  private static let iterations = 3
  private static let bucketCount = 64

  init(_ topology: MeshTopology, _ surface: FaceFrames) {
    self.topology = topology
    self.surface = surface
    owner = [Int32](repeating: -1, count: topology.faceCount)
    seedTheRest()
    for _ in 0..<Self.iterations {
      let seeds = middles()
      for i in owner.indices { owner[i] = -1 }
      axes = seeds.map { surface.normals[Int($0)] }
      grow(from: seeds.enumerated().map { (Int($0), $1) })
      seedTheRest()
      turnAxes()
    }
    release()
    joinSmall()
    charts = [[Int32]](repeating: [], count: axes.count)
    for (face, chart) in owner.enumerated() { charts[Int(chart)].append(Int32(face)) }
    charts.removeAll(where: \.isEmpty)
  }

  /// The face behind each side of a face, -1 for none; sides that more than two faces share are borders.
  private func neighbor(_ face: Int, _ side: Int) -> Int32 {
    let edge = topology.faceEdges[3 * face + side]
    guard edge >= 0 else { return -1 }
    let (a, b) = (topology.edgeFaces[2 * Int(edge)], topology.edgeFaces[2 * Int(edge) + 1])
    return Int(a) == face ? b : Int(b) == face ? a : -1
  }

  /// Grows a chart from each face that is in none; those without area, which look any way, come last.
  private mutating func seedTheRest() {
    for hasArea in [true, false] {
      for face in owner.indices where owner[face] < 0 {
        let normal = surface.normals[face]
        guard (normal != .zero) == hasArea else { continue }
        axes.append(hasArea ? normal : SIMD3(0, 0, 1))
        grow(from: [(axes.count - 1, Int32(face))])
      }
    }
  }

  /// Grows charts side by side into faces that are in none, those nearest to the axes first.
  private mutating func grow(from seeds: [(chart: Int, face: Int32)]) {
    typealias Visit = (face: Int32, chart: Int32)
    var buckets = [[Visit]](repeating: [], count: Self.bucketCount)
    var heads = [Int](repeating: 0, count: Self.bucketCount)
    var lowest = 0
    let widest = 1 - Self.growthCosine
    for (chart, face) in seeds { buckets[0].append((face, Int32(chart))) }
    while true {
      while lowest < Self.bucketCount, heads[lowest] == buckets[lowest].count { lowest += 1 }
      guard lowest < Self.bucketCount else { return }
      let (face, chart) = buckets[lowest][heads[lowest]]
      heads[lowest] += 1
      guard owner[Int(face)] < 0 else { continue }
      owner[Int(face)] = chart
      for side in 0..<3 {
        let next = neighbor(Int(face), side)
        guard next >= 0, owner[Int(next)] < 0 else { continue }
        let distance = 1 - surface.cosine(Int(next), axes[Int(chart)])
        guard distance <= widest else { continue }
        let bucket = max(Int(distance / widest * Float(Self.bucketCount - 1)), 0)
        buckets[bucket].append((next, chart))
        lowest = min(lowest, bucket)
      }
    }
  }

  /// Sums over the faces of each chart.
  private func sums(_ value: (Int) -> SIMD3<Float>) -> [SIMD3<Float>] {
    var sums = [SIMD3<Float>](repeating: .zero, count: axes.count)
    for (face, chart) in owner.enumerated() where chart >= 0 { sums[Int(chart)] += value(face) }
    return sums
  }

  private mutating func turnAxes() {
    let means = sums { surface.normals[$0] * surface.areas[$0] }
    for (chart, mean) in means.enumerated() where dot(mean, mean) > 0 {
      axes[chart] = normalize(mean)
    }
  }

  /// The face of each chart that is nearest to its middle, of those near its axis.
  private mutating func middles() -> [Int32] {
    turnAxes()
    let weighted = sums { surface.centers[$0] * surface.areas[$0] }
    let areas = sums { SIMD3(repeating: surface.areas[$0]) }
    var best = [(distance: Float, face: Int32)](repeating: (.infinity, -1), count: axes.count)
    for (face, owner) in owner.enumerated() {
      let chart = Int(owner)
      guard surface.normals[face] != .zero else { continue }
      let d = surface.centers[face] - weighted[chart] / areas[chart].x
      // A face that is turned away counts as farther.
      let turned = 1 - surface.cosine(face, axes[chart])
      let distance = dot(d, d) + turned * areas[chart].x
      if distance < best[chart].distance { best[chart] = (distance, Int32(face)) }
    }
    return best.map(\.face).filter { $0 >= 0 }
  }

  /// Gives faces too far from the axes of their charts new ones.
  private mutating func release() {
    for face in owner.indices
    where surface.cosine(face, axes[Int(owner[face])]) < Self.leastCosine {
      owner[face] = -1
    }
    seedTheRest()
  }

  /// Joins small charts, the smallest first, with the neighbour of the longest common border that can take them.
  private mutating func joinSmall() {
    var members = [[Int32]](repeating: [], count: axes.count)
    for (face, chart) in owner.enumerated() { members[Int(chart)].append(Int32(face)) }
    var areas = members.map { $0.reduce(Float(0)) { $0 + surface.areas[Int($1)] } }
    let small = Self.smallShare * areas.reduce(0, +) / Float(max(areas.count, 1))
    let order = areas.indices.filter { areas[$0] < small }
      .sorted { (areas[$0], $0) < (areas[$1], $1) }
    for chart in order {
      var borders: [Int32: Float] = [:]
      for face in members[chart] {
        for side in 0..<3 {
          let other = neighbor(Int(face), side)
          guard other >= 0, owner[Int(other)] != Int32(chart) else { continue }
          borders[owner[Int(other)], default: 0] += surface.side(Int(face), side)
        }
      }
      let candidates = borders.sorted { ($0.value, -$0.key) > ($1.value, -$1.key) }
      let fitting = candidates.first { candidate in
        members[chart].allSatisfy {
          surface.cosine(Int($0), axes[Int(candidate.key)]) >= Self.leastCosine
        }
      }
      guard let target = fitting.map({ Int($0.key) }) else { continue }
      for face in members[chart] { owner[Int(face)] = Int32(target) }
      members[target] += members[chart]
      areas[target] += areas[chart]
      (members[chart], areas[chart]) = ([], 0)
    }
  }
}

/// Where the faces of a surface are, and which way they look.
struct FaceFrames {
  let positions: [SIMD3<Float>]
  let faces: [Int32]
  /// Unit normals; zero for a face without area.
  private(set) var normals: [SIMD3<Float>] = []
  private(set) var areas: [Float] = []
  private(set) var centers: [SIMD3<Float>] = []

  init(_ mesh: Mesh<Float>) {
    let scalars = mesh.positions
    positions = (0..<mesh.vertexCount).map {
      SIMD3(scalars[3 * $0], scalars[3 * $0 + 1], scalars[3 * $0 + 2])
    }
    faces = mesh.faces
    for face in 0..<mesh.faceCount {
      let (a, b, c) = corners(face)
      let n = cross(b - a, c - a)
      let size = dot(n, n).squareRoot()
      areas.append(size / 2)
      normals.append(size > 0 ? n / size : .zero)
      centers.append((a + b + c) / 3)
    }
  }

  func corners(_ face: Int) -> (SIMD3<Float>, SIMD3<Float>, SIMD3<Float>) {
    (
      positions[Int(faces[3 * face])], positions[Int(faces[3 * face + 1])],
      positions[Int(faces[3 * face + 2])]
    )
  }

  /// The cosine between a face's normal and a unit axis; 1 for a face without area, which looks any way.
  func cosine(_ face: Int, _ axis: SIMD3<Float>) -> Float {
    normals[face] == .zero ? 1 : dot(normals[face], axis)
  }

  /// The length of a face's side, from a corner to the next.
  func side(_ face: Int, _ side: Int) -> Float {
    let a = positions[Int(faces[3 * face + side])]
    let b = positions[Int(faces[3 * face + (side + 1) % 3])]
    return dot(b - a, b - a).squareRoot()
  }
}
