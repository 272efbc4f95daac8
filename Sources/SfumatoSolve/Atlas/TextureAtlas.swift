// A surface cut into charts that lie side by side in one picture. Start reading at `init(_:density:mostTexels:)`.
public import SfumatoCore
internal import RealModule

/// Where on a texture each part of a mesh lies, so that no two parts share a texel.
public struct TextureAtlas: Equatable, Sendable {
  /// Texels across.
  public let width: Int
  /// Texels down.
  public let height: Int
  /// The mesh's texture coordinates.
  public let texcoords: TexcoordSet<Float>
  /// How many charts there are; 0 where the coordinates were given.
  public let chartCount: Int

  /// Texels between a chart and the border of its rectangle.
  ///
  /// Bilinear lookups reach one beyond a chart, and half sizes of the texture two.
  static let padding = 2

  /// Cuts a mesh into charts and lays them side by side; nil where there are more charts than the texture has room for.
  ///
  /// Charts are what lies within a cone of normals, seen along its axis: lengths shrink by up to the cosine of 70 degrees,
  /// of most faces by less than that of 50. Where a chart would lie over itself it is cut.
  ///
  /// - Parameters:
  ///   - mesh: the surface.
  ///   - density: texels a unit of length; less where the texture would be larger than `mostTexels`.
  ///   - mostTexels: the longest side of the texture.
  /// - Precondition: density is positive and finite, `mostTexels` at least 64.
  public init?(_ mesh: Mesh<Float>, density: Float, mostTexels: Int = 2048) {
    precondition(density > 0 && density.isFinite, "a density of \(density) texels a unit")
    precondition(mostTexels >= 64, "a texture of at most \(mostTexels) texels a side")
    let surface = FaceFrames(mesh)
    let topology = MeshTopology(mesh)
    let grown = ChartGrowth(topology, surface).charts
    // What would not fit anyway needs no try: each face takes its area, a rectangle up to half more.
    let area = surface.areas.reduce(0, +)
    let most = Float(mostTexels)
    var density = area > 0 ? min(density, most / area.squareRoot()) : density
    let least = density / 100
    while density > least {
      let charts = Self.flat(grown, surface, topology, density: density)
      let sizes = charts.map { chart in
        SIMD2(Int(chart.size.x.rounded(.up)), Int(chart.size.y.rounded(.up))) &+ 2 * Self.padding
      }
      if let (size, places) = Self.packed(sizes, mostTexels: mostTexels) {
        (width, height) = (size.x, size.y)
        texcoords = Self.texcoords(charts, places, size: size, faceCount: mesh.faceCount)
        chartCount = charts.count
        return
      }
      density *= 0.9
    }
    return nil
  }

  /// Takes the coordinates that a mesh has, on a texture of a size that suits a density; nil where it has none, or some beyond
  /// the texture.
  ///
  /// Parts of the mesh that lie over each other share texels.
  public init?(given mesh: Mesh<Float>, density: Float, mostTexels: Int = 2048) {
    precondition(density > 0 && density.isFinite, "a density of \(density) texels a unit")
    guard let set = mesh.texcoordSets.first,
      set.values.allSatisfy({ $0 >= -1e-4 && $0 <= 1 + 1e-4 })
    else { return nil }
    let surface = FaceFrames(mesh)
    var flat: Float = 0
    for face in 0..<mesh.faceCount {
      let (a, b, c) = Self.corners(set, face, size: SIMD2(1, 1))
      flat += abs(cross(b - a, c - a)) / 2
    }
    let area = surface.areas.reduce(0, +)
    guard flat > 0, area > 0 else { return nil }
    let side = (area / flat).squareRoot() * density
    let texels = min(max(Int(side.rounded(.up)), 4), mostTexels)
    (width, height, texcoords, chartCount) = (texels, texels, set, 0)
  }

  /// An atlas of stated parts, as one was before.
  ///
  /// - Precondition: sides are positive.
  public init(width: Int, height: Int, texcoords: TexcoordSet<Float>, chartCount: Int) {
    precondition(width > 0 && height > 0, "a texture of \(width) x \(height)")
    self.width = width
    self.height = height
    self.texcoords = texcoords
    self.chartCount = chartCount
  }

  // MARK: - Layout

  /// Charts laid flat, those that lie over themselves cut until none does.
  private static func flat(
    _ grown: [[Int32]], _ surface: FaceFrames, _ topology: MeshTopology, density: Float
  ) -> [FlatChart] {
    var local = [Int32](repeating: -1, count: surface.positions.count)
    var isLeft = [Bool](repeating: false, count: topology.faceCount)
    var pending = Array(grown.reversed())
    var result: [FlatChart] = []
    while let faces = pending.popLast() {
      let chart = FlatChart(faces, surface, density: density, local: &local)
      let over = faces.count > 1 ? chart.overlaps() : []
      guard !over.isEmpty else {
        result.append(chart)
        continue
      }
      pending += pieces(over, topology, &isLeft).reversed()
      let cut = Set(over)
      pending += pieces(faces.filter { !cut.contains($0) }, topology, &isLeft).reversed()
    }
    return result
  }

  /// The parts of some faces that hang together by sides; `isLeft` is scratch, false throughout before and after.
  private static func pieces(
    _ faces: [Int32], _ topology: MeshTopology, _ isLeft: inout [Bool]
  ) -> [[Int32]] {
    for face in faces { isLeft[Int(face)] = true }
    var result: [[Int32]] = []
    for first in faces where isLeft[Int(first)] {
      isLeft[Int(first)] = false
      var piece = [first]
      var next = 0
      while next < piece.count {
        for side in 0..<3 {
          let edge = Int(topology.faceEdges[3 * Int(piece[next]) + side])
          guard edge >= 0 else { continue }
          for other in topology.edgeFaces[2 * edge...2 * edge + 1]
          where other >= 0 && isLeft[Int(other)] {
            isLeft[Int(other)] = false
            piece.append(other)
          }
        }
        next += 1
      }
      result.append(piece.sorted())
    }
    return result
  }

  /// Rectangles in the smallest of some nearly square textures; nil where none of them is small enough.
  private static func packed(
    _ sizes: [SIMD2<Int>], mostTexels: Int
  ) -> (size: SIMD2<Int>, places: [SIMD2<Int>])? {
    guard !sizes.isEmpty else { return (SIMD2(4, 4), []) }
    let order = sizes.indices.sorted {
      (sizes[$0].y, sizes[$0].x, -$0) > (sizes[$1].y, sizes[$1].x, -$1)
    }
    let area = sizes.reduce(0) { $0 + $1.x * $1.y }
    let widest = sizes.reduce(0) { max($0, $1.x) }
    var best: (size: SIMD2<Int>, places: [SIMD2<Int>])?
    for percent in stride(from: 90, through: 130, by: 5) {
      let side = Int((Double(area) * Double(percent) / 100).squareRoot().rounded(.up))
      let width = (max(side, widest) + 3) / 4 * 4
      guard width <= mostTexels else { continue }
      let (places, height) = SkylinePacking.pack(order.map { sizes[$0] }, width: width)
      let size = SIMD2(width, (height + 3) / 4 * 4)
      guard size.y <= mostTexels, size.x * size.y < best.map({ $0.size.x * $0.size.y }) ?? .max
      else { continue }
      var own = [SIMD2<Int>](repeating: .zero, count: sizes.count)
      for (place, chart) in zip(places, order) { own[chart] = place }
      best = (size, own)
    }
    return best
  }

  private static func texcoords(
    _ charts: [FlatChart], _ places: [SIMD2<Int>], size: SIMD2<Int>, faceCount: Int
  ) -> TexcoordSet<Float> {
    var values: [Float] = []
    var faces = [Int32](repeating: 0, count: 3 * faceCount)
    for (chart, place) in zip(charts, places) {
      let first = Int32(values.count / 2)
      for p in chart.places {
        values.append((Float(place.x + padding) + p.x) / Float(size.x))
        values.append((Float(place.y + padding) + p.y) / Float(size.y))
      }
      for (k, face) in chart.faces.enumerated() {
        for corner in 0..<3 {
          faces[3 * Int(face) + corner] = first + chart.corners[3 * k + corner]
        }
      }
    }
    return TexcoordSet(values: values, faces: faces)
  }

  // MARK: - Texels

  /// Where a face's corners lie, texels of a texture, x to the right and y down.
  private static func corners(
    _ set: TexcoordSet<Float>, _ face: Int, size: SIMD2<Float>
  ) -> (SIMD2<Float>, SIMD2<Float>, SIMD2<Float>) {
    func corner(_ k: Int) -> SIMD2<Float> {
      let t = Int(set.faces[3 * face + k])
      return SIMD2(set.values[2 * t], 1 - set.values[2 * t + 1]) * size
    }
    return (corner(0), corner(1), corner(2))
  }

  /// The values of a mesh's vertices, drawn on the texture.
  ///
  /// Within faces they are interpolated; rings of texels around charts take the mean of their neighbours, so that lookups at
  /// seams stay within; what is further away has the mean of all.
  ///
  /// - Parameters:
  ///   - values: `[V, channels]`.
  ///   - faces: the mesh's corner indices, `[F, 3]`.
  ///   - channels: values a vertex.
  /// - Returns: texels, `[H, W, channels]`, row 0 on top, and which are covered by a face or in the first ring around one, `[H, W]`.
  public func drawn(
    _ values: [Float], faces: [Int32], channels: Int
  ) -> (texels: [Float], isNear: [Bool]) {
    var texels = [Float](repeating: 0, count: width * height * channels)
    var isSet = [Bool](repeating: false, count: width * height)
    let size = SIMD2(Float(width), Float(height))
    for face in 0..<faces.count / 3 {
      let (a, b, c) = Self.corners(texcoords, face, size: size)
      let (i, j, k) = (
        channels * Int(faces[3 * face]), channels * Int(faces[3 * face + 1]),
        channels * Int(faces[3 * face + 2])
      )
      TexelRaster.forEach(a, b, c, width: width, height: height) { x, y, weights in
        let texel = y * width + x
        isSet[texel] = true
        for channel in 0..<channels {
          texels[texel * channels + channel] =
            (values[i + channel] * weights.x + values[j + channel] * weights.y)
            + values[k + channel] * weights.z
        }
      }
    }
    spread(&texels, channels: channels, isSet: &isSet, rings: 1)
    let isNear = isSet
    spread(&texels, channels: channels, isSet: &isSet, rings: Self.padding)
    fill(&texels, channels: channels, isSet: isSet)
    return (texels, isNear)
  }

  /// Gives unset texels beside set ones the mean of these, ring after ring.
  func spread(_ texels: inout [Float], channels: Int, isSet: inout [Bool], rings: Int) {
    for _ in 0..<rings {
      var ring: [(texel: Int, values: SIMD4<Float>)] = []
      for y in 0..<height {
        for x in 0..<width where !isSet[y * width + x] {
          var sum = SIMD4<Float>.zero
          var count: Float = 0
          for j in max(y - 1, 0)...min(y + 1, height - 1) {
            for i in max(x - 1, 0)...min(x + 1, width - 1) where isSet[j * width + i] {
              for c in 0..<channels { sum[c] += texels[(j * width + i) * channels + c] }
              count += 1
            }
          }
          if count > 0 { ring.append((y * width + x, sum / count)) }
        }
      }
      for (texel, values) in ring {
        isSet[texel] = true
        for c in 0..<channels { texels[texel * channels + c] = values[c] }
      }
    }
  }

  /// Gives unset texels the mean of the set ones.
  private func fill(_ texels: inout [Float], channels: Int, isSet: [Bool]) {
    for c in 0..<channels {
      var sum = 0.0
      var count = 0
      for (texel, set) in isSet.enumerated() where set {
        sum += Double(texels[texel * channels + c])
        count += 1
      }
      let mean = count > 0 ? Float(sum / Double(count)) : 0
      for (texel, set) in isSet.enumerated() where !set { texels[texel * channels + c] = mean }
    }
  }
}
