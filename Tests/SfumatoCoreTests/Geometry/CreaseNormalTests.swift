import SfumatoTestSupport
import Testing

@testable import SfumatoCore

@Suite
struct CreaseNormalTests {
  private static func normal(_ mesh: Mesh<Double>, corner: Int) -> SIMD3<Double> {
    guard let normals = mesh.normals, let indices = mesh.normalFaces else { return .zero }
    return normals.vector3(Int(indices[corner]))
  }

  @Test func `a cube's sides stay flat below a right angle and round off above`() {
    let cube = Mesh<Double>.cube(side: 2)
    let flat = FaceNormals.forward(positions: cube.positions, faces: cube.faces).normals
    let creased = CreaseNormals.adding(to: cube, degrees: 40)
    for corner in cube.faces.indices {
      #expect(length(Self.normal(creased, corner: corner) - flat.vector3(corner / 3)) < 1e-12)
    }
    // All around: every corner's normal leans out along the diagonal.
    let round = CreaseNormals.adding(to: cube, degrees: 180)
    for corner in cube.faces.indices {
      let place = normalize(cube.position(Int(cube.faces[corner])))
      #expect(dot(Self.normal(round, corner: corner), place) > 0.9)
    }
  }

  @Test func `a smooth ball has its vertex normals, one a vertex`() {
    let ball = Mesh<Double>.icosphere(subdivisions: 2, radius: 1)
    let smooth = VertexNormals.forward(positions: ball.positions, faces: ball.faces).normals
    let creased = CreaseNormals.adding(to: ball, degrees: 40)
    #expect(creased.normals?.count == smooth.count)
    for corner in ball.faces.indices {
      let own = Self.normal(creased, corner: corner)
      #expect(length(own - smooth.vector3(Int(ball.faces[corner]))) < 1e-9)
    }
  }

  @Test func `vertices at one place count as one, and faces without area change nothing`() {
    // The ball with every corner its own vertex, and a face of one point.
    let ball = Mesh<Double>.icosphere(subdivisions: 1, radius: 1)
    var loose = ball.faces.flatMap { v -> [Double] in
      let p = ball.position(Int(v))
      return [p.x, p.y, p.z]
    }
    loose += [0, 0, 0, 0, 0, 0, 0, 0, 0]
    let soup = Mesh<Double>(positions: loose, faces: (0..<Int32(loose.count / 3)).map { $0 })
    let creased = CreaseNormals.adding(to: soup, degrees: 60)
    let smooth = VertexNormals.forward(positions: ball.positions, faces: ball.faces).normals
    for corner in ball.faces.indices {
      let own = Self.normal(creased, corner: corner)
      #expect(length(own - smooth.vector3(Int(ball.faces[corner]))) < 1e-9)
    }
    #expect(Self.normal(creased, corner: ball.faces.count) == .zero)
  }
}
