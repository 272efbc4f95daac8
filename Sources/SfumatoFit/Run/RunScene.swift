internal import Foundation
public import SfumatoCore
internal import SfumatoIO

/// The scene that a run recovered: its mesh, with the light that it found.
public func loadRunScene(_ run: String) throws -> Scene<Float> {
  let mesh = try loadMesh(run + "/result/mesh.obj")
  let path = run + "/result/params.json"
  guard FileManager.default.fileExists(atPath: path) else { return Scene(mesh) }
  let parameters: FitParameters
  do {
    parameters = try JSONDecoder().decode(
      FitParameters.self, from: Data(try readBytes(path)))
  } catch {
    throw RunFolderError(
      path: path, kind: .isUnusable, problem: "is not the params.json of a run")
  }
  let lights = parameters.sceneLights
  return Scene(mesh, shading: lights.isEmpty ? .unlit : .lambert, lights: lights)
}
