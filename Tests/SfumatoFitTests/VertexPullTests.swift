import Foundation
import SfumatoCore
import SfumatoIO
import Testing

@testable import SfumatoFit

@Suite struct VertexPullTests {
  /// A ball with another inside it that no camera sees.
  private var nested: Mesh<Float> {
    let ball = Mesh<Float>.icosphere(subdivisions: 2)
    let count = Int32(ball.vertexCount)
    return FitFixtures.colored(
      Mesh(
        positions: ball.positions + ball.positions.map { $0 * 0.4 },
        faces: ball.faces + ball.faces.map { $0 + count }))
  }

  private func fit(_ mesh: Mesh<Float>, views: Int) -> SceneRegression {
    var stage = FitFixtures.stage("crisp", steps: 4, width: [0.3, 0.3])
    stage.mode = .crisp
    stage.viewsPerStep = views
    let problem = FitProblem(
      targets: FitFixtures.targets(Scene(FitFixtures.box), FitFixtures.cameras(6, side: 48)),
      mesh: mesh)
    return SceneRegression(problem, config: FitFixtures.config([.shape, .color], [stage]))
  }

  @Test func `what stands behind a surface has no gradient, and the front has one`() throws {
    let pull = try #require(fit(nested, views: 0).vertexPull)
    let half = pull.lengths.count / 2
    #expect(pull.lengths[half...].allSatisfy { $0 == 0 })
    #expect(pull.lengths[..<half].contains { $0 > 0 })
    #expect(pull.unseenCount >= half)
    let colored = pull.colored(nested)
    let grey = SIMD3<Float>(repeating: ColorRamp.grey)
    #expect(colored.vertexColors?.vector3(half) == grey)
    #expect(colored.faces == nested.faces && colored.positions == nested.positions)
  }

  @Test func `a few views at a time sum up to all at once`() throws {
    let whole = try #require(fit(nested, views: 0).vertexPull)
    let parts = try #require(fit(nested, views: 4).vertexPull)
    let largest = try #require(whole.lengths.max())
    for (a, b) in zip(whole.lengths, parts.lengths) { #expect(abs(a - b) < 1e-4 * largest) }
  }

  @Test func `colours show the pull for the area, from dark to bright`() throws {
    // Two pairs of faces alike but for their size, with as much pull for the area.
    let positions: [Float] = [
      0, 0, 0, 1, 0, 0, 0, 1, 0,
      5, 0, 0, 7, 0, 0, 5, 2, 0,
      9, 0, 0, 10, 0, 0, 9, 1, 0,
    ]
    let mesh = Mesh(positions: positions, faces: [0, 1, 2, 3, 4, 5, 6, 7, 8])
    let pull = VertexPull(lengths: [1, 1, 1, 4, 4, 4, 100, 100, 0])
    let colors = try #require(pull.colored(mesh).vertexColors)
    #expect(length(colors.vector3(0) - colors.vector3(3)) < 1e-4)
    #expect(luminance(colors.vector3(6)) > luminance(colors.vector3(0)) + 0.3)
    #expect(colors.vector3(8) == SIMD3(repeating: ColorRamp.grey))
    #expect(pull.unseenCount == 1)
  }

  @Test func `a gradient that is the same everywhere, or nowhere, has colours`() throws {
    let mesh = Mesh<Float>.icosphere(subdivisions: 0)
    for lengths in [[Float](repeating: 0, count: 12), [Float](repeating: 2, count: 12)] {
      let colors = try #require(VertexPull(lengths: lengths).colored(mesh).vertexColors)
      #expect(colors.allSatisfy { $0.isFinite && (0...1).contains($0) })
    }
  }

  @Test func `a run of an unknown shape leaves it as PLY and counts it, another does not`() throws {
    let folder = try TemporaryFolder()
    let problem = FitProblem(
      targets: FitFixtures.targets(Scene(FitFixtures.box), FitFixtures.cameras(3, side: 24)),
      mesh: FitFixtures.colored(.icosphere(subdivisions: 1)))
    for (name, unknowns) in [("shape", [Unknown.shape, .color]), ("pose", [.pose])] {
      let config = FitFixtures.config(unknowns, [FitFixtures.stage("one", steps: 3)])
      var run = try FitRun(problem, config: config, folder: folder.path(name), force: false)
      _ = try run.run()
    }
    let path = folder.path("shape/result/gradient.ply")
    let mesh = try loadPLY(path)
    #expect(mesh.vertexCount == 42 && mesh.vertexColors != nil)
    let head = try Data(contentsOf: URL(fileURLWithPath: path)).prefix(400)
    #expect(String(decoding: head, as: UTF8.self).contains("property float gradient\n"))
    let metrics = try String(
      contentsOfFile: folder.path("shape/result/metrics.json"), encoding: .utf8)
    #expect(metrics.contains("\"unseen_vertices\"") && metrics.contains("\"vertices\" : 42"))
    #expect(!FileManager.default.fileExists(atPath: folder.path("pose/result/gradient.ply")))
    let page = try String(contentsOfFile: folder.path("shape/report.html"), encoding: .utf8)
    #expect(page.contains("of 42 vertices"))
    let other = try String(contentsOfFile: folder.path("pose/report.html"), encoding: .utf8)
    #expect(!other.contains("Where the pictures still pull"))
  }

  private func luminance(_ color: SIMD3<Float>) -> Float {
    dot(color, SIMD3(0.2126, 0.7152, 0.0722))
  }
}
