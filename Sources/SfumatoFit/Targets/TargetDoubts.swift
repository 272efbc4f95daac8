internal import SfumatoCore

/// What is odd about some targets though each can be used: a sentence each, for people.
///
/// - Two views of the same picture whose cameras differ: at most one of the cameras can be right.
/// - A camera that stands where all other masks show the object, so that it would be inside.
public func doubts(about targets: [TargetView]) -> [String] {
  samePictures(targets) + camerasInside(targets)
}

private func samePictures(_ targets: [TargetView]) -> [String] {
  var first: [UInt64: Int] = [:]
  return targets.indices.compactMap { i in
    var bits: [UInt8] = []
    bits.reserveCapacity(targets[i].picture.values.count)
    for value in targets[i].picture.values { bits.append(UInt8(min(max(value, 0), 1) * 255)) }
    let hash = fnv1a(bits)
    guard let k = first[hash] else {
      first[hash] = i
      return nil
    }
    guard targets[k].picture == targets[i].picture, targets[k].camera != targets[i].camera else {
      return nil
    }
    return
      "\(targets[i].file) (view \(i)) is the same picture as \(targets[k].file) (view \(k)), under another camera"
  }
}

private func camerasInside(_ targets: [TargetView]) -> [String] {
  // Of fewer masks the common body is large enough to reach far.
  guard targets.count >= 4 else { return [] }
  return targets.indices.compactMap { i in
    guard targets[i].camera.projection == .perspective else { return nil }
    let center = targets[i].camera.worldToCamera.inverse.translation
    let isInside = targets.indices.allSatisfy { k in
      k == i || targets[k].masks(center)
    }
    return isInside
      ? "the camera of \(targets[i].file) (view \(i)) stands inside the object, as all other masks show it"
      : nil
  }
}

extension TargetView {
  /// Whether a point of the world lies before the camera and within the mask.
  fileprivate func masks(_ point: SIMD3<Float>) -> Bool {
    let p = camera.worldToCamera * point
    guard p.z > 0 || camera.projection == .orthographic else { return false }
    let depth = camera.projection == .perspective ? p.z : 1
    let place = camera.focal * SIMD2(p.x, p.y) / depth + camera.principal
    guard place.x >= 0, place.y >= 0, place.x < Float(camera.width), place.y < Float(camera.height)
    else { return false }
    return picture[Int(place.x), Int(place.y), 3] > 0.5
  }
}
