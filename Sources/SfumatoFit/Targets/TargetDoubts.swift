internal import SfumatoCore

/// What is odd about some targets though each can be used: a sentence each, for people.
///
/// - Two views of the same picture whose cameras differ: at most one of the cameras can be right.
/// - A camera that stands where all other masks show the object, so that it would be inside.
public func doubts(about targets: [TargetView]) -> [String] {
  samePictures(targets) + camerasInside(targets)
}

private func samePictures(_ targets: [TargetView]) -> [String] {
  // A few values tell nearly all pictures apart; those that share them are compared whole.
  var alike: [[Float]: [Int]] = [:]
  return targets.indices.compactMap { i in
    let values = targets[i].picture.values
    let some = stride(from: 0, to: values.count, by: max(values.count / 1024, 1)).map { values[$0] }
    let first = alike[some]?.first { targets[$0].picture == targets[i].picture }
    guard let k = first else {
      alike[some, default: []].append(i)
      return nil
    }
    guard targets[k].camera != targets[i].camera else { return nil }
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
    return knownAlpha(Int(place.y) * camera.width + Int(place.x)) > 0.5
  }
}
