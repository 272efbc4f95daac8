internal import Foundation
public import SfumatoCore
internal import SfumatoIO

/// The scene that a run recovered: its mesh or the given scene as it moved, with the light that it found.
public func loadRunScene(_ run: String) throws -> Scene<Float> {
  let lights = try loadRunLights(run)
  let known = "\(run)/result/\(RunFolder.sceneName)"
  if FileManager.default.fileExists(atPath: known) {
    return try loadScene(known).scene.shown(under: lights)
  }
  let path = run + "/result/mesh.obj"
  if FileManager.default.fileExists(atPath: run + "/result/mesh.mtl") {
    return try loadScene(path).scene.shown(under: lights)
  }
  return Scene(try loadMesh(path), shading: lights.isEmpty ? .unlit : .lambert, lights: lights)
}

/// The lights that a run found; none where it looked for none.
private func loadRunLights(_ run: String) throws -> [Light<Float>] {
  let path = run + "/result/params.json"
  guard FileManager.default.fileExists(atPath: path) else { return [] }
  do {
    return try JSONDecoder().decode(FitParameters.self, from: Data(try readBytes(path))).sceneLights
  } catch {
    throw RunFolderError(
      path: path, kind: .isUnusable, problem: "is not the params.json of a run")
  }
}
