internal import Foundation
public import SfumatoCore
internal import SfumatoIO

/// The scene that a run recovered: its mesh or the given scene as it moved, with the light that it found.
public func loadRunScene(_ run: String) throws -> Scene<Float> {
  let lights = try loadRunParameters(run)?.sceneLights ?? []
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

/// What a run found besides the mesh; nil where its folder does not hold it.
public func loadRunParameters(_ run: String) throws -> FitParameters? {
  let path = run + "/result/params.json"
  guard FileManager.default.fileExists(atPath: path) else { return nil }
  do {
    return try JSONDecoder().decode(FitParameters.self, from: Data(try readBytes(path)))
  } catch {
    throw RunFolderError(
      path: path, kind: .isUnusable, problem: "is not the params.json of a run")
  }
}
