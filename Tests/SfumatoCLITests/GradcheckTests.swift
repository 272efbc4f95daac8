import SfumatoCore
import Testing

@testable import SfumatoCLI

@Suite struct GradcheckTests {
  private static let tetrahedron = """
    v 1 1 1 1 0 0
    v -1 -1 1 0 1 0
    v -1 1 -1 0 0 1
    v 1 -1 -1 1 1 0
    f 1 3 2
    f 1 2 4
    f 1 4 3
    f 2 3 4
    """

  @Test func `every group of a mesh agrees`() throws {
    let folder = try TemporaryFolder()
    try folder.file("mesh.obj", Self.tetrahedron)
    let run = try CommandRun("gradcheck", folder.path("mesh.obj"), "--json")
    #expect(run.exitCode == 0, "\(run.messages)")
    #expect(run.orderedKeys == ["groups"])
    let groups = try #require(try run.json()["groups"] as? [[String: Any]])
    #expect(
      groups.map { $0["name"] as? String } == CheckedParameter.allCases.map(\.rawValue))
    for group in groups {
      #expect(Set(group.keys) == ["name", "max_relative_error", "step", "vacuous"])
      #expect(group["vacuous"] as? Bool == false)
      #expect(try #require(group["max_relative_error"] as? Double) < 1e-6)
    }
  }

  @Test(arguments: CheckedParameter.allCases)
  func `a gradient that is off by a thousandth is found`(parameter: CheckedParameter) {
    let sphere = Mesh<Float>.icosphere(subdivisions: 1)
    var check = GradientCheck(sphere, seed: 3, workers: .all)
    var gradient = check.gradient(parameter)
    #expect(check.run(parameter, count: 4, against: gradient).maxRelativeError < 1e-6)
    scale(&gradient, by: 1.001)
    let result = check.run(parameter, count: 4, against: gradient)
    #expect(result.maxRelativeError > 1e-5)
    #expect(!result.isVacuous)
  }

  private func scale(_ gradient: inout SceneGradient<Double>, by factor: Double) {
    gradient.meshes[0].positions = gradient.meshes[0].positions.map { $0 * factor }
    gradient.materials[0].color *= factor
    for i in gradient.lights.indices {
      gradient.lights[i].color *= factor
      gradient.lights[i].direction *= factor
    }
    gradient.background *= factor
    for twist in [\SceneGradient<Double>.instances[0], \.cameras[0].twist] {
      gradient[keyPath: twist].angular *= factor
      gradient[keyPath: twist].linear *= factor
    }
    gradient.cameras[0].focal *= factor
    gradient.cameras[0].principal *= factor
  }

  @Test func `what changes nothing is vacuous`() throws {
    let folder = try TemporaryFolder()
    try folder.file("empty.obj", "v 0 0 0\n")
    let run = try CommandRun(
      "gradcheck", folder.path("empty.obj"), "--params", "pose:2,background", "--json")
    #expect(run.exitCode == 0, "\(run.messages)")
    let groups = try #require(try run.json()["groups"] as? [[String: Any]])
    #expect(groups.map { $0["vacuous"] as? Bool } == [true, false])
  }

  @Test(arguments: ["texture", "shape:0", "shape:x", "", "shape,,pose"])
  func `unknown groups are exit 2`(params: String) throws {
    let folder = try TemporaryFolder()
    try folder.file("mesh.obj", Self.tetrahedron)
    let run = try CommandRun("gradcheck", folder.path("mesh.obj"), "--params", params)
    #expect(run.exitCode == 2)
    #expect(run.output.isEmpty)
  }
}
