import Foundation
import SfumatoCore
import Testing

@testable import SfumatoCLI

@Suite struct GradcheckTests {
  /// Groups of a run on the tetrahedron.
  private func groups(
    _ arguments: String..., exitCode: Int32 = 0, mesh: String = Tetrahedron.obj
  ) throws -> (groups: [[String: Any]], messages: String) {
    let folder = try TemporaryFolder()
    try folder.file("mesh.obj", mesh)
    let run = try CommandRun(["gradcheck", folder.path("mesh.obj"), "--json"] + arguments)
    #expect(run.exitCode == exitCode, "\(run.messages)")
    #expect(run.orderedKeys == ["groups"])
    return (try #require(try run.json()["groups"] as? [[String: Any]]), run.messages)
  }

  @Test func `every group of a mesh agrees`() throws {
    let groups = try groups().groups
    #expect(
      groups.map { $0["name"] as? String } == CheckedParameter.allCases.map(\.rawValue))
    for group in groups {
      #expect(Set(group.keys) == ["name", "max_relative_error", "step", "vacuous"])
      #expect(group["vacuous"] as? Bool == false)
      #expect(try #require(group["max_relative_error"] as? Double) < 1e-6)
      #expect(try #require(group["step"] as? Double) > 0)
    }
  }

  @Test(
    arguments: [
      ["--orbit", "200,-40", "--fov-degrees", "70", "--size", "30x20"],
      ["--edge", "gamma-squared:2", "--edge-width-px", "3", "--coverage", "yager:2"],
      ["--edge", "cauchy", "--coverage", "hamacher:0.5", "--depth", "over"],
      ["--depth", "softmax-inverse", "--edge", "gumbel-min", "--coverage", "frank:3"],
      ["--mode", "crisp"],
    ])
  func `the user's view and smoothing agree`(options: [String]) throws {
    let folder = try TemporaryFolder()
    try folder.file("mesh.obj", Tetrahedron.obj)
    let run = try CommandRun(["gradcheck", folder.path("mesh.obj")] + options)
    #expect(run.exitCode == 0, "\(run.output) \(run.messages)")
    let isCrisp = options.contains("crisp")
    #expect(run.output.contains("smoothing") != isCrisp)
    #expect(run.output.split(separator: "\n").count { $0.contains(" ok") } == (isCrisp ? 7 : 8))
    if options.contains("30x20") { #expect(run.output.contains("30x20")) }
  }

  @Test func `a camera file is looked through, scaled to a small picture`() throws {
    let folder = try TemporaryFolder()
    try folder.file("mesh.obj", Tetrahedron.obj)
    try folder.file(
      "cameras.json",
      """
      {"w": 800, "h": 400, "fl_x": 800, "fl_y": 800, "cx": 400, "cy": 200, "frames": [
        {"file_path": "a.png", "transform_matrix": [[1,0,0,0],[0,1,0,0],[0,0,1,6],[0,0,0,1]]},
        {"file_path": "b.png", "transform_matrix": [[1,0,0,0],[0,1,0,0],[0,0,1,-60],[0,0,0,1]]}]}
      """)
    let mesh = folder.path("mesh.obj")
    let cameras = folder.path("cameras.json")
    let seen = try CommandRun("gradcheck", mesh, "--camera", cameras, "--params", "pose,color")
    #expect(seen.exitCode == 0, "\(seen.messages)")
    #expect(seen.output.contains("48x24"))
    // The second looks away from the mesh.
    let unseen = try CommandRun(
      "gradcheck", mesh, "--camera", cameras + "#1", "--params", "pose,background", "--json")
    #expect(unseen.exitCode == 1)
    #expect(unseen.messages.contains("pose is vacuous: this camera does not see the mesh"))
    #expect(!unseen.messages.contains("background"))
  }

  @Test(arguments: CheckedParameter.allCases)
  func `a gradient that is off by a thousandth is found`(parameter: CheckedParameter) {
    let sphere = Mesh<Float>.icosphere(subdivisions: 1)
    let camera = Camera<Float>(
      fieldOfViewDegrees: 34, axis: .x, width: 32, height: 32,
      worldToCamera: .orbit(azimuthDegrees: 30, elevationDegrees: 20, distance: 4))
    var check = GradientCheck(
      CheckedScene(sphere, camera: camera, mode: .soft(SoftSettings())), seed: 3, workers: .all)
    var gradient = check.gradient(parameter)
    #expect(check.run(parameter, count: 4, against: gradient).verdict == .ok)
    scale(&gradient, by: 1.001)
    let result = check.run(parameter, count: 4, against: gradient)
    #expect(result.maxRelativeError > 1e-5)
    #expect(result.verdict == .failed)
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
    gradient.smoothing.edgeWidthPixels *= factor
    gradient.smoothing.gamma *= factor
    gradient.smoothing.shift *= factor
  }

  @Test func `what changes nothing is vacuous, and no pass`() throws {
    let (groups, messages) = try groups(
      "--params", "pose:2,background", exitCode: 1, mesh: "v 0 0 0\n")
    #expect(groups.map { $0["vacuous"] as? Bool } == [true, false])
    #expect(groups[0]["max_relative_error"] is NSNull)
    #expect(messages.contains("pose is vacuous: the mesh has no faces"))
    // From within: no background shows.
    let (_, filled) = try self.groups(
      "--mode", "crisp", "--distance", "0.4", "--params", "background", exitCode: 1)
    #expect(filled.contains("background is vacuous: the mesh fills the picture"))
    let (_, crisp) = try self.groups("--mode", "crisp", "--params", "smoothing", exitCode: 1)
    #expect(crisp.contains("smoothing is vacuous: the crisp mode has no smoothing"))
  }

  @Test(arguments: ["texture", "shape:0", "shape:x", "", "shape,,pose"])
  func `unknown groups are exit 2`(params: String) throws {
    let folder = try TemporaryFolder()
    try folder.file("mesh.obj", Tetrahedron.obj)
    let run = try CommandRun("gradcheck", folder.path("mesh.obj"), "--params", params)
    #expect(run.exitCode == 2)
    #expect(run.output.isEmpty)
  }

  @Test func `smoothing of a crisp picture is exit 2`() throws {
    let folder = try TemporaryFolder()
    try folder.file("mesh.obj", Tetrahedron.obj)
    let run = try CommandRun(
      "gradcheck", folder.path("mesh.obj"), "--mode", "crisp", "--edge", "cauchy")
    #expect(run.exitCode == 2)
    #expect(run.messages.contains("go with --mode soft"))
  }
}
