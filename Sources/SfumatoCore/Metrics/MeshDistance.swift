internal import RealModule

/// How far two surfaces are from each other; lengths in units of the reference's size.
public struct MeshComparison: Equatable, Sendable, Codable {
  /// Mean of the two mean distances.
  public var chamfer: Double
  /// Root of the mean of the two mean squared distances.
  public var chamferRMS: Double
  /// The larger of the two largest distances.
  public var hausdorff: Double
  /// Harmonic mean of the shares of samples within 0.01 of the other surface, in 0...1.
  public var fscore1pct: Double
  /// Mean angle between the normals of a sample and of the nearest face, degrees; 180 where inside out.
  ///
  /// Samples that meet a face without area do not count.
  public var normalDegrees: Double
  /// Mean distance from the mesh to the reference.
  public var accuracy: Double
  /// Mean distance from the reference to the mesh.
  public var completeness: Double

  /// A comparison from its numbers.
  public init(
    chamfer: Double, chamferRMS: Double, hausdorff: Double, fscore1pct: Double,
    normalDegrees: Double, accuracy: Double, completeness: Double
  ) {
    self.chamfer = chamfer
    self.chamferRMS = chamferRMS
    self.hausdorff = hausdorff
    self.fscore1pct = fscore1pct
    self.normalDegrees = normalDegrees
    self.accuracy = accuracy
    self.completeness = completeness
  }
}

/// Distances between the surfaces of two meshes, by samples of each to the other.
public enum MeshDistance {
  /// Compares a mesh with a reference; it has no adjoint.
  ///
  /// Samples are uniform by area, one in each of `samples` equal shares; distances to faces are exact. The
  /// unit is the largest distance of the reference's vertices from the centre of its box (1 where
  /// that is 0). Same numbers on any number of threads.
  /// - Parameters:
  ///   - a: the mesh.
  ///   - b: the reference.
  ///   - samples: points on each surface, at least 1.
  ///   - seed: of the samples.
  ///   - workers: the threads allowed.
  /// - Returns: the comparison; distances infinite, share 0 and angle 180 where only one has faces; zeros
  ///   and share 1 where neither has.
  public static func compare(
    _ a: Mesh<Float>, reference b: Mesh<Float>, samples: Int = 100_000, seed: UInt64 = 0,
    workers: Workers = .all
  ) -> MeshComparison {
    precondition(samples > 0, "\(samples) samples")
    guard a.faceCount > 0, b.faceCount > 0 else {
      let alike = a.faceCount == b.faceCount
      let distance = alike ? 0 : Double.infinity
      return MeshComparison(
        chamfer: distance, chamferRMS: distance, hausdorff: distance,
        fscore1pct: alike ? 1 : 0, normalDegrees: alike ? 0 : 180, accuracy: distance,
        completeness: distance)
    }
    let sphere = Mesh<Double>(b).boundingSphere
    let unit = sphere.radius > 0 ? sphere.radius : 1
    let surfaces = parallelMap(2, workers: workers) { i in
      Surface(i == 0 ? a : b, center: sphere.center, unit: unit)
    }
    let there = tally(
      surfaces[0].samples(samples, seed: seed), on: surfaces[0], to: surfaces[1], workers: workers)
    let back = tally(
      surfaces[1].samples(samples, seed: ~seed), on: surfaces[1], to: surfaces[0], workers: workers)
    let n = Double(samples)
    let precision = Double(there.within) / n
    let recall = Double(back.within) / n
    let angles = there.angleCount + back.angleCount
    return MeshComparison(
      chamfer: (there.sum + back.sum) / (2 * n),
      chamferRMS: ((there.squares + back.squares) / (2 * n)).squareRoot(),
      hausdorff: max(there.largest, back.largest),
      fscore1pct: there.within + back.within > 0
        ? 2 * precision * recall / (precision + recall) : 0,
      normalDegrees: angles > 0
        ? (there.angles + back.angles) / Double(angles) * 180 / .pi : 0,
      accuracy: there.sum / n, completeness: back.sum / n)
  }

  /// Sums over some samples.
  private struct Tally: Sendable {
    var sum = 0.0
    var squares = 0.0
    var largest = 0.0
    var within = 0
    var angles = 0.0
    var angleCount = 0

    static func += (a: inout Tally, b: Tally) {
      a.sum += b.sum
      a.squares += b.squares
      a.largest = max(a.largest, b.largest)
      a.within += b.within
      a.angles += b.angles
      a.angleCount += b.angleCount
    }
  }

  private static func tally(
    _ samples: [SurfaceSample], on source: Surface, to target: Surface, workers: Workers
  ) -> Tally {
    let grain = 1024
    let parts = parallelMap((samples.count + grain - 1) / grain, workers: workers) { chunk in
      var part = Tally()
      var stack: [TriangleTree.Visit] = []
      var guess: Int?
      for sample in samples[chunk * grain..<min((chunk + 1) * grain, samples.count)] {
        // Samples run along the faces, so the last answer is a good guess.
        let nearest = target.tree.nearest(to: sample.point, guess: guess, stack: &stack)
        guess = nearest.face
        let distance = nearest.squaredDistance.squareRoot()
        part.sum += distance
        part.squares += nearest.squaredDistance
        part.largest = max(part.largest, distance)
        if distance <= 0.01 { part.within += 1 }
        let n = source.normals.vector3(sample.face)
        let m = target.normals.vector3(nearest.face)
        if n != .zero, m != .zero {
          part.angles += Double.atan2(y: length(cross(n, m)), x: dot(n, m))
          part.angleCount += 1
        }
      }
      return part
    }
    return parts.reduce(into: Tally()) { $0 += $1 }
  }
}

/// A point on a face.
struct SurfaceSample: Sendable {
  var face: Int
  var point: SIMD3<Double>
}

/// A mesh made ready for samples and distances: moved to a centre, divided by a unit.
private struct Surface: Sendable {
  let positions: [Double]
  let faces: [Int32]
  let normals: [Double]
  let tree: TriangleTree

  init(_ mesh: Mesh<Float>, center: SIMD3<Double>, unit: Double) {
    var positions = mesh.positions.map { Double($0) }
    for v in 0..<mesh.vertexCount {
      positions.setVector3(v, (positions.vector3(v) - center) / unit)
    }
    self.positions = positions
    faces = mesh.faces
    normals = FaceNormals.forward(positions: positions, faces: faces).normals
    tree = TriangleTree(positions: positions, faces: faces)
  }

  func samples(_ count: Int, seed: UInt64) -> [SurfaceSample] {
    surfaceSamples(positions: positions, faces: faces, count: count, seed: seed)
  }
}

/// Points on a mesh uniform by area, in the order of the faces: one in each of `count` equal shares of the area.
///
/// Where no face has area all faces weigh alike. Source of the barycentrics: Osada et al. 2002, "Shape
/// Distributions", eq. 1.
func surfaceSamples(
  positions: [Double], faces: [Int32], count: Int, seed: UInt64
) -> [SurfaceSample] {
  func corners(_ face: Int) -> (SIMD3<Double>, SIMD3<Double>, SIMD3<Double>) {
    let (i, j, k) = faceCorners(faces, face)
    return (positions.vector3(i), positions.vector3(j), positions.vector3(k))
  }
  var weights = (0..<faces.count / 3).map { face in
    let (a, b, c) = corners(face)
    return length(faceCross(a, b, c))
  }
  guard !weights.isEmpty else { return [] }
  if !weights.contains(where: { $0 > 0 }) {
    weights = [Double](repeating: 1, count: weights.count)
  }
  let total = weights.reduce(0, +)
  let last = weights.lastIndex { $0 > 0 } ?? 0
  var generator = SplitMix64(seed: seed)
  var face = 0
  var end = weights[0]
  return (0..<count).map { i in
    let target = (Double(i) + generator.unit()) / Double(count) * total
    while face < last, end <= target {
      face += 1
      end += weights[face]
    }
    let root = generator.unit().squareRoot()
    let v = generator.unit()
    let (a, b, c) = corners(face)
    let point = a * (1 - root) + b * (root * (1 - v)) + c * (root * v)
    return SurfaceSample(face: face, point: point)
  }
}
