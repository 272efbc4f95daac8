// The keys of transforms.json as nerfstudio, instant-ngp and NeRF-synthetic write them. Decoding checks kinds
// only; meaning is checked in LoadTransforms.swift. Other keys are ignored.

/// Intrinsics, at the top level or of one frame.
struct TransformsIntrinsics: Decodable {
  var cameraModel: String?
  var isFisheye: Bool?
  var focalX: Double?
  var focalY: Double?
  var principalX: Double?
  var principalY: Double?
  var width: Double?
  var height: Double?
  /// Full angles, radians.
  var angleX: Double?
  var angleY: Double?
  /// Distortion coefficients that are there, by key.
  var distortion: [String: Double]

  private enum Key: String, CodingKey, CaseIterable {
    case camera_model, is_fisheye, fl_x, fl_y, cx, cy, w, h, camera_angle_x, camera_angle_y
    case k1, k2, k3, k4, k5, k6, p1, p2
  }

  init(from decoder: any Decoder) throws {
    let values = try decoder.container(keyedBy: Key.self)
    cameraModel = try values.decodeIfPresent(String.self, forKey: .camera_model)
    isFisheye = try values.decodeIfPresent(Bool.self, forKey: .is_fisheye)
    focalX = try values.decodeIfPresent(Double.self, forKey: .fl_x)
    focalY = try values.decodeIfPresent(Double.self, forKey: .fl_y)
    principalX = try values.decodeIfPresent(Double.self, forKey: .cx)
    principalY = try values.decodeIfPresent(Double.self, forKey: .cy)
    width = try values.decodeIfPresent(Double.self, forKey: .w)
    height = try values.decodeIfPresent(Double.self, forKey: .h)
    angleX = try values.decodeIfPresent(Double.self, forKey: .camera_angle_x)
    angleY = try values.decodeIfPresent(Double.self, forKey: .camera_angle_y)
    distortion = [:]
    for key in [Key.k1, .k2, .k3, .k4, .k5, .k6, .p1, .p2] {
      distortion[key.rawValue] = try values.decodeIfPresent(Double.self, forKey: key)
    }
  }
}

/// One element of `frames`.
struct TransformsFrame: Decodable {
  var filePath: String?
  var maskPath: String?
  var ignoreMaskPath: String?
  var depthPath: String?
  var normalPath: String?
  var matrix: [[Double]]?
  var intrinsics: TransformsIntrinsics

  private enum Key: String, CodingKey {
    case file_path, mask_path, ignore_mask_path, depth_file_path, normal_file_path, transform_matrix
  }

  init(from decoder: any Decoder) throws {
    let values = try decoder.container(keyedBy: Key.self)
    filePath = try values.decodeIfPresent(String.self, forKey: .file_path)
    maskPath = try values.decodeIfPresent(String.self, forKey: .mask_path)
    ignoreMaskPath = try values.decodeIfPresent(String.self, forKey: .ignore_mask_path)
    depthPath = try values.decodeIfPresent(String.self, forKey: .depth_file_path)
    normalPath = try values.decodeIfPresent(String.self, forKey: .normal_file_path)
    matrix = try values.decodeIfPresent([[Double]].self, forKey: .transform_matrix)
    intrinsics = try TransformsIntrinsics(from: decoder)
  }
}

/// The whole file.
struct TransformsFile: Decodable {
  var intrinsics: TransformsIntrinsics
  var bounds: [[Double]]?
  var appliedTransform: [[Double]]?
  var splits: [CameraSplit: [String]]
  var frames: [TransformsFrame]?

  private enum Key: String, CodingKey {
    case aabb, applied_transform, frames, train_filenames, val_filenames, test_filenames
  }

  init(from decoder: any Decoder) throws {
    let values = try decoder.container(keyedBy: Key.self)
    intrinsics = try TransformsIntrinsics(from: decoder)
    bounds = try values.decodeIfPresent([[Double]].self, forKey: .aabb)
    appliedTransform = try values.decodeIfPresent([[Double]].self, forKey: .applied_transform)
    splits = [:]
    for (split, key) in [
      (CameraSplit.train, Key.train_filenames), (.val, .val_filenames), (.test, .test_filenames),
    ] {
      splits[split] = try values.decodeIfPresent([String].self, forKey: key)
    }
    frames = try values.decodeIfPresent([TransformsFrame].self, forKey: .frames)
  }
}
