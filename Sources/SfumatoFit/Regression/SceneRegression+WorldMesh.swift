public import SfumatoCore
internal import SfumatoIO

extension SceneRegression {
  /// The mesh of the present state in the world: pose and colours applied.
  public var worldMesh: Mesh<Float> {
    let scene = scene
    guard known == nil else { return SceneFile(scene).worldMesh() }
    var mesh = scene.meshes[0]
    if let texture = state.texture {
      mesh.vertexColors = texture.vertexColors(faces: mesh.faces, vertexCount: mesh.vertexCount)
        .map { sRGBDecode($0) }
    }
    let pose = scene.instances[0].transform
    let rotation = pose.rotation.matrix
    for v in 0..<mesh.vertexCount {
      mesh.positions.setVector3(v, pose * mesh.positions.vector3(v))
    }
    if config.unknowns.contains(.shape) {
      mesh.normals = nil
    } else if var normals = mesh.normals {
      for v in 0..<mesh.vertexCount { normals.setVector3(v, rotation * normals.vector3(v)) }
      mesh.normals = normals
    }
    return mesh
  }
}
