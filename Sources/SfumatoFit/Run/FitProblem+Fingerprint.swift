// What a checkpoint belongs to besides its configuration.
internal import SfumatoCore

extension FitProblem {
  /// A hash of everything in it.
  var fingerprint: UInt64 {
    var hash: UInt64 = 0xCBF2_9CE4_8422_2325
    func add(_ word: UInt32) { hash = (hash ^ UInt64(word)) &* 0x100_0000_01B3 }
    func add(_ values: [Float]) {
      add(UInt32(truncatingIfNeeded: values.count))
      for value in values { add(value.bitPattern) }
    }
    for target in targets {
      let camera = target.camera
      let motion = camera.worldToCamera
      add(UInt32(truncatingIfNeeded: camera.width))
      add(UInt32(truncatingIfNeeded: camera.height))
      add(camera.projection == .perspective ? 0 : 1)
      add([
        camera.focal.x, camera.focal.y, camera.principal.x, camera.principal.y, motion.rotation.w,
        motion.rotation.vector.x, motion.rotation.vector.y, motion.rotation.vector.z,
        motion.translation.x, motion.translation.y, motion.translation.z,
      ])
      add(target.picture.values)
      add(target.ignored?.values ?? [])
      add(target.geometry.normals?.values ?? [])
      add(target.geometry.depth?.values ?? [])
    }
    if let bounds { for c in 0..<3 { add([bounds.lower[c], bounds.upper[c]]) } }
    if let mesh {
      add(mesh.positions)
      for corner in mesh.faces { add(UInt32(bitPattern: corner)) }
      add(mesh.vertexColors ?? [])
      add(mesh.faceColors ?? [])
      add(mesh.normals ?? [])
      for set in mesh.texcoordSets { add(set.values) }
    }
    if let scene {
      for mesh in scene.meshes {
        add(mesh.positions)
        for set in mesh.texcoordSets { add(set.values) }
      }
      for texture in scene.textures { add(texture.texels) }
      add(Array("\(scene.instances) \(scene.materials) \(scene.lights)".utf8.map(Float.init)))
    }
    if !lights.isEmpty { add(Array("\(lights) \(material)".utf8.map(Float.init))) }
    return hash
  }
}
