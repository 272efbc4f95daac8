// The keys of the JSON camera lists, one list for all conventions. Decoding checks kinds only; meaning is checked in CameraList.swift.

/// As much of a JSON file as tells what it is.
struct CameraListProbe: Decodable {
  var convention: CameraFormat?
  var cameras: Bool
  var frames: Bool

  private enum Key: String, CodingKey {
    case convention, cameras, frames
  }

  init(from decoder: any Decoder) throws {
    let values = try decoder.container(keyedBy: Key.self)
    let word = try? values.decode(String.self, forKey: .convention)
    convention = word.flatMap(CameraFormat.init(convention:))
    cameras = values.contains(.cameras)
    frames = values.contains(.frames)
  }
}

extension CameraFormat {
  /// The format of a JSON list by its `convention`.
  init?(convention: String) {
    switch CameraFormat(rawValue: convention) {
    case .opencv: self = .opencv
    case .pytorch3d: self = .pytorch3d
    case .mitsuba: self = .mitsuba
    case .opengl: self = .opengl
    case .transforms, .nerf, .colmapText, .colmapBinary, .middlebury, nil: return nil
    }
  }
}

/// A number, or numbers in brackets of any shape: a matrix by its rows.
struct NumberList: Decodable {
  var values: [Double]

  init(from decoder: any Decoder) throws {
    if var list = try? decoder.unkeyedContainer() {
      values = []
      while !list.isAtEnd { values += try list.decode(NumberList.self).values }
    } else {
      values = [try decoder.singleValueContainer().decode(Double.self)]
    }
  }
}

/// One element of `cameras`, or what holds for all of them.
struct CameraListEntry: Decodable {
  var file, mask, ignoreMask, depth, normal: String?
  var width, height: Double?
  var imageSize, filmSize: NumberList?
  /// OpenCV: K, R, t; PyTorch3D has its own T.
  var intrinsics, rotation, translation, rowTranslation, distortion, fisheye: NumberList?
  var focalLength, principalPoint: NumberList?
  var isNDC: Bool?
  var toWorld: NumberList?
  var fov, offsetX, offsetY: Double?
  var fovAxis: String?
  var view, projection: NumberList?

  private enum Key: String, CodingKey {
    case file, mask, ignore_mask, depth, normal, width, height, image_size, film_size
    case K, R, t, T, dist, fisheye
    case focal_length, principal_point, in_ndc, to_world, fov, fov_axis
    case principal_point_offset_x, principal_point_offset_y, view, projection
  }

  init(from decoder: any Decoder) throws {
    let values = try decoder.container(keyedBy: Key.self)
    func text(_ key: Key) throws -> String? { try values.decodeIfPresent(String.self, forKey: key) }
    func number(_ key: Key) throws -> Double? {
      try values.decodeIfPresent(Double.self, forKey: key)
    }
    func list(_ key: Key) throws -> NumberList? {
      try values.decodeIfPresent(NumberList.self, forKey: key)
    }
    (file, mask) = (try text(.file), try text(.mask))
    ignoreMask = try text(.ignore_mask)
    (depth, normal) = (try text(.depth), try text(.normal))
    (width, height) = (try number(.width), try number(.height))
    (imageSize, filmSize) = (try list(.image_size), try list(.film_size))
    (intrinsics, rotation) = (try list(.K), try list(.R))
    (translation, rowTranslation) = (try list(.t), try list(.T))
    (distortion, fisheye) = (try list(.dist), try list(.fisheye))
    (focalLength, principalPoint) = (try list(.focal_length), try list(.principal_point))
    isNDC = try values.decodeIfPresent(Bool.self, forKey: .in_ndc)
    toWorld = try list(.to_world)
    (fov, fovAxis) = (try number(.fov), try text(.fov_axis))
    offsetX = try number(.principal_point_offset_x)
    offsetY = try number(.principal_point_offset_y)
    (view, projection) = (try list(.view), try list(.projection))
  }
}

/// The whole file.
struct CameraListFile: Decodable {
  var convention: String?
  var pixelCenter: Double?
  var bounds: [[Double]]?
  var shared: CameraListEntry
  var cameras: [CameraListEntry]?
  /// Whether the cameras are a table of orbits, as GenDR's experiments have it.
  var isTable: Bool

  private enum Key: String, CodingKey {
    case convention, pixel_center, aabb, cameras, columns
  }

  init(from decoder: any Decoder) throws {
    let values = try decoder.container(keyedBy: Key.self)
    convention = try values.decodeIfPresent(String.self, forKey: .convention)
    pixelCenter = try values.decodeIfPresent(Double.self, forKey: .pixel_center)
    bounds = try values.decodeIfPresent([[Double]].self, forKey: .aabb)
    shared = try CameraListEntry(from: decoder)
    isTable = values.contains(.columns)
    cameras =
      isTable ? nil : try values.decodeIfPresent([CameraListEntry].self, forKey: .cameras)
  }
}
