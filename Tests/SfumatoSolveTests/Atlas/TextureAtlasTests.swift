import SfumatoCore
import SfumatoTestSupport
import Testing

@testable import SfumatoSolve

@Suite struct TextureAtlasTests {
  static let bodies: [(name: String, mesh: Mesh<Float>)] = [
    ("sphere", .icosphere(subdivisions: 3)), ("cube", .cube(side: 2)),
    ("torus", .torus(majorRadius: 1, minorRadius: 0.35, majorSegments: 40, minorSegments: 16)),
    ("knot", .knot(p: 2, q: 3, radius: 1, tubeRadius: 0.25, segments: 120, sides: 12)),
  ]

  /// Where a face's corners lie, texels, y down.
  private func corners(_ atlas: TextureAtlas, _ face: Int) -> [SIMD2<Float>] {
    (0..<3).map { k in
      let t = Int(atlas.texcoords.faces[3 * face + k])
      return SIMD2(
        atlas.texcoords.values[2 * t] * Float(atlas.width),
        (1 - atlas.texcoords.values[2 * t + 1]) * Float(atlas.height))
    }
  }

  /// Which faces cover each texel's centre, not counting borders.
  private func owners(_ atlas: TextureAtlas, faceCount: Int) -> [[Int]] {
    var owners = [[Int]](repeating: [], count: atlas.width * atlas.height)
    for face in 0..<faceCount {
      let p = corners(atlas, face)
      TexelRaster.forEach(p[0], p[1], p[2], width: atlas.width, height: atlas.height) {
        x, y, weights in
        if weights.min() > 1e-3 { owners[y * atlas.width + x].append(face) }
      }
    }
    return owners
  }

  @Test(arguments: bodies.indices)
  func `no two faces share a texel, and faces keep their sense and most of their area`(
    body: Int
  ) throws {
    let mesh = Self.bodies[body].mesh
    let density: Float = 40
    let atlas = try #require(TextureAtlas(mesh, density: density))
    for owner in owners(atlas, faceCount: mesh.faceCount) { #expect(owner.count <= 1) }
    let surface = FaceFrames(mesh)
    for face in 0..<mesh.faceCount {
      let p = corners(atlas, face)
      // Rows count downwards: counter-clockwise on the surface is clockwise here.
      let area = -cross(p[1] - p[0], p[2] - p[0]) / 2
      let own = surface.areas[face] * density * density
      #expect(area > 0.33 * own && area < 1.001 * own, "face \(face): \(area) of \(own)")
      for q in p {
        #expect(q.x >= 1 && q.y >= 1)
        #expect(q.x <= Float(atlas.width) - 1 && q.y <= Float(atlas.height) - 1)
      }
    }
  }

  @Test func `a cube has six charts, a sphere few, and most of the texture is used`() throws {
    let cube = try #require(TextureAtlas(.cube(side: 2), density: 50))
    #expect(cube.chartCount == 6)
    let mesh = Mesh<Float>.icosphere(subdivisions: 4)
    let sphere = try #require(TextureAtlas(mesh, density: 60))
    #expect((6...16).contains(sphere.chartCount), "\(sphere.chartCount)")
    let used = owners(sphere, faceCount: mesh.faceCount).count { !$0.isEmpty }
    #expect(Double(used) > 0.5 * Double(sphere.width * sphere.height))
  }

  @Test func `texels of different charts are apart by more than a lookup reaches`() throws {
    let mesh = Mesh<Float>.cube(side: 2)
    let atlas = try #require(TextureAtlas(mesh, density: 20))
    let owners = owners(atlas, faceCount: mesh.faceCount)
    // The faces of a cube's side are one chart: of the same normal.
    let normals = FaceFrames(mesh).normals
    let reach = 2 * TextureAtlas.padding - 1
    for y in 0..<atlas.height {
      for x in 0..<atlas.width {
        guard let own = owners[y * atlas.width + x].first else { continue }
        for j in max(y - reach, 0)...min(y + reach, atlas.height - 1) {
          for i in max(x - reach, 0)...min(x + reach, atlas.width - 1) {
            guard let other = owners[j * atlas.width + i].first else { continue }
            #expect(normals[own] == normals[other])
          }
        }
      }
    }
  }

  @Test func `a screw, whose floors lie over each other, is cut`() throws {
    // A ramp that turns twice: seen from above it covers itself.
    var positions: [Float] = []
    var faces: [Int32] = []
    let steps = 96
    for k in 0...steps {
      let angle = 4 * Float.pi * Float(k) / Float(steps)
      for radius in [Float(0.5), 1] {
        positions += [
          radius * unit(angle).x, radius * unit(angle).y, 0.5 * Float(k) / Float(steps),
        ]
      }
    }
    for k in 0..<Int32(steps) {
      faces += [2 * k, 2 * k + 1, 2 * k + 3, 2 * k, 2 * k + 3, 2 * k + 2]
    }
    let mesh = Mesh(positions: positions, faces: faces)
    let atlas = try #require(TextureAtlas(mesh, density: 40))
    #expect(atlas.chartCount > 1)
    for owner in owners(atlas, faceCount: mesh.faceCount) { #expect(owner.count <= 1) }
  }

  private func unit(_ angle: Float) -> SIMD2<Float> {
    let turn = Quaternion<Float>(rotationVector: SIMD3(0, 0, angle)).matrix * SIMD3(1, 0, 0)
    return SIMD2(turn.x, turn.y)
  }

  @Test func `drawn colours come back at the vertices, and reach beyond the charts`() throws {
    let mesh = Mesh<Float>.icosphere(subdivisions: 3)
    let colors = mesh.positions.map { 0.5 + 0.4 * $0 }
    let atlas = try #require(TextureAtlas(mesh, density: 60))
    let (texels, isNear) = atlas.drawn(colors, faces: mesh.faces, channels: 3)
    let owners = owners(atlas, faceCount: mesh.faceCount)
    #expect(owners.indices.allSatisfy { owners[$0].isEmpty || isNear[$0] })
    #expect(isNear.count(where: { $0 }) > owners.count { !$0.isEmpty })
    for corner in mesh.faces.indices {
      let p = corners(atlas, corner / 3)[corner % 3]
      let texel = Int(p.y) * atlas.width + Int(p.x)
      let v = Int(mesh.faces[corner])
      for c in 0..<3 { #expect(abs(texels[3 * texel + c] - colors[3 * v + c]) < 0.03) }
    }
    let mean = (0..<3).map { c in
      texels.indices.reduce(Float(0)) { $1 % 3 == c ? $0 + texels[$1] : $0 }
    }
    for c in mean { #expect(abs(c / Float(atlas.width * atlas.height) - 0.5) < 0.1) }
  }

  @Test func `a large surface gets a texture of the largest size, and too many pieces none`() throws
  {
    let mesh = Mesh<Float>.icosphere(subdivisions: 3)
    let atlas = try #require(TextureAtlas(mesh, density: 1e4, mostTexels: 256))
    #expect(max(atlas.width, atlas.height) <= 256)
    #expect(atlas.width > 200)
    // A triangle for itself takes five texels a side at least.
    let soup = Mesh<Float>(
      positions: (0..<9000).map { Float(($0 * 7919) % 1000) / 1000 }, faces: (0..<3000).map { $0 })
    #expect(TextureAtlas(soup, density: 1, mostTexels: 64) == nil)
  }

  @Test func `coordinates that a mesh has are kept where they lie on the texture`() throws {
    let plain = Mesh<Float>(
      positions: [0, 0, 0, 1, 0, 0, 1, 1, 0, 0, 1, 0], faces: [0, 1, 2, 0, 2, 3],
      texcoords: [0, 0, 0.5, 0, 0.5, 0.5, 0, 0.5], texcoordFaces: [0, 1, 2, 0, 2, 3])
    let atlas = try #require(TextureAtlas(given: plain, density: 100))
    #expect(atlas.texcoords == plain.texcoordSets[0])
    // A unit square on a quarter of the texture, 100 texels a unit.
    #expect(atlas.width == 200 && atlas.height == 200 && atlas.chartCount == 0)
    #expect(TextureAtlas(given: .cube(side: 1), density: 100) == nil)
    let beyond = Mesh<Float>(
      positions: plain.positions, faces: plain.faces, texcoords: [0, 0, 2, 0, 2, 2, 0, 2],
      texcoordFaces: [0, 1, 2, 0, 2, 3])
    #expect(TextureAtlas(given: beyond, density: 100) == nil)
  }
}
