// What is wrong with a mesh as the surface of a body: faces that are folded over, that have no area, that pass through others.

/// Counts of a mesh's bad faces.
public struct MeshHealth: Equatable, Sendable, Codable {
  /// Faces, F.
  public var faces: Int
  /// Faces that look away from the mean direction at their corners, where the surface is folded.
  public var flipped: Int
  /// Faces whose height is below 1e-5 of their longest side.
  public var degenerate: Int
  /// Faces that another face passes through; faces that share an edge are not compared.
  public var selfIntersecting: Int

  enum CodingKeys: String, CodingKey {
    case faces, flipped, degenerate
    case selfIntersecting = "self_intersecting"
  }

  /// Examines a mesh; it has no adjoint.
  ///
  /// Positions are finite. Signs are those of `Double` without exact predicates: faces that barely touch may
  /// or may not count.
  ///
  /// - Complexity: F log F for a surface of faces of like size.
  public init(_ mesh: Mesh<Float>, workers: Workers = .all) {
    let positions = mesh.positions.map(Double.init)
    let triangles = (0..<mesh.faceCount).map { face in
      let (i, j, k) = mesh.corners(face)
      return HealthFace(
        corners: (Int32(i), Int32(j), Int32(k)), a: positions.vector3(i), b: positions.vector3(j),
        c: positions.vector3(k))
    }
    faces = triangles.count
    degenerate = triangles.count(where: \.isDegenerate)
    var normals = [SIMD3<Double>](repeating: .zero, count: mesh.vertexCount)
    for face in triangles {
      let unit = normalize(face.areaVector)
      normals[Int(face.corners.0)] += unit
      normals[Int(face.corners.1)] += unit
      normals[Int(face.corners.2)] += unit
    }
    flipped = triangles.count { face in
      let around =
        normals[Int(face.corners.0)] + normals[Int(face.corners.1)] + normals[Int(face.corners.2)]
      return dot(around, face.areaVector) < 0
    }
    let tree = TriangleTree(positions: positions, faces: mesh.faces)
    let grain = 256
    selfIntersecting = parallelMap((triangles.count + grain - 1) / grain, workers: workers) {
      chunk in
      var stack: [TriangleTree.Visit] = []
      var count = 0
      for face in triangles[chunk * grain..<min((chunk + 1) * grain, triangles.count)] {
        let lower = pointwiseMin(pointwiseMin(face.a, face.b), face.c)
        let upper = pointwiseMax(pointwiseMax(face.a, face.b), face.c)
        var isPierced = false
        tree.forEachFace(lower: lower, upper: upper, stack: &stack) { other in
          if !isPierced, face.meets(triangles[other]) { isPierced = true }
        }
        count += isPierced ? 1 : 0
      }
      return count
    }.reduce(0, +)
  }
}

/// A face with its corners' numbers.
private struct HealthFace: Sendable {
  var corners: (Int32, Int32, Int32)
  var a: SIMD3<Double>
  var b: SIMD3<Double>
  var c: SIMD3<Double>

  /// Twice the area along the normal.
  var areaVector: SIMD3<Double> { faceCross(a, b, c) }

  var isDegenerate: Bool {
    let longest = max(dot(b - a, b - a), dot(c - b, c - b), dot(a - c, a - c))
    let area = areaVector
    return dot(area, area) <= 1e-10 * longest * longest
  }

  private func holds(_ vertex: Int32) -> Bool {
    corners.0 == vertex || corners.1 == vertex || corners.2 == vertex
  }

  /// Whether two faces pass through each other.
  func meets(_ other: HealthFace) -> Bool {
    let shared = [other.corners.0, other.corners.1, other.corners.2].count(where: holds)
    guard shared < 2 else { return false }
    return pierces(other) || other.pierces(self)
  }

  /// Whether a side of this face, but for those at a vertex of the other, passes through the other's inside.
  private func pierces(_ other: HealthFace) -> Bool {
    let sides = [
      (corners.0, corners.1, a, b), (corners.1, corners.2, b, c), (corners.2, corners.0, c, a),
    ]
    return sides.contains { i, j, p, q in
      !other.holds(i) && !other.holds(j) && other.isPierced(by: p, q)
    }
  }

  private func isPierced(by p: SIMD3<Double>, _ q: SIMD3<Double>) -> Bool {
    let normal = areaVector
    let (before, after) = (dot(normal, p - a), dot(normal, q - a))
    guard before * after < 0 else { return false }
    let way = q - p
    let x = dot(way, cross(a - p, b - p))
    let y = dot(way, cross(b - p, c - p))
    let z = dot(way, cross(c - p, a - p))
    return (x > 0 && y > 0 && z > 0) || (x < 0 && y < 0 && z < 0)
  }
}
