internal import SfumatoCore

/// The lines of a text file with their numbers from 1, without the ends of lines.
struct TextLines {
  private let bytes: [UInt8]
  private var at = 0
  /// The number of the line read last.
  private(set) var number = 0

  init(_ bytes: [UInt8]) { self.bytes = bytes }

  /// The next line, or nil at the end.
  mutating func next() -> ArraySlice<UInt8>? {
    guard at < bytes.count else { return nil }
    let end = bytes[at...].firstIndex(of: UInt8(ascii: "\n")) ?? bytes.count
    var line = bytes[at..<end]
    if line.last == UInt8(ascii: "\r") { line.removeLast() }
    at = end + 1
    number += 1
    return line
  }

  /// The words of the next line that is neither empty nor a comment.
  mutating func nextWords() -> [ArraySlice<UInt8>]? {
    while let line = next() {
      let words = words(of: line)
      if let first = words.first, first.first != UInt8(ascii: "#") { return words }
    }
    return nil
  }
}

/// The words of a line, as many as any of the formats looks at: damage may make one line of a whole file.
func words(of line: ArraySlice<UInt8>) -> [ArraySlice<UInt8>] {
  line.split(maxSplits: 255) {
    $0 == UInt8(ascii: " ") || $0 == UInt8(ascii: "\t") || $0 == UInt8(ascii: "\r")
  }
}

extension CameraPlace {
  /// A decimal number; words, hexadecimal numbers, NaN and infinity are errors.
  func number(_ word: ArraySlice<UInt8>, _ key: String) throws(CameraFileError) -> Double {
    let isPlain = word.allSatisfy {
      switch $0 {
      case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "+"), UInt8(ascii: "-"),
        UInt8(ascii: "."), UInt8(ascii: "e"), UInt8(ascii: "E"):
        true
      default: false
      }
    }
    let text = String(decoding: word.prefix(40), as: UTF8.self)
    guard isPlain, let value = Double(String(decoding: word, as: UTF8.self)), value.isFinite
    else { throw failure(key, .wrongValue(found: "'\(text)'", expected: "a finite number")) }
    return value
  }

  /// A whole number that is not negative.
  func count(_ word: ArraySlice<UInt8>, _ key: String) throws(CameraFileError) -> Int {
    let text = String(decoding: word.prefix(40), as: UTF8.self)
    guard let value = Int(text), value >= 0 else {
      throw failure(key, .wrongValue(found: "'\(text)'", expected: "a whole number"))
    }
    return value
  }
}

/// `cameras.txt`: ID MODEL WIDTH HEIGHT PARAMS...
func parseColmapCameras(
  text bytes: [UInt8], path: String
) throws(CameraFileError) -> [Int: ColmapCamera] {
  var cameras: [Int: ColmapCamera] = [:]
  var lines = TextLines(bytes)
  while let words = lines.nextWords() {
    let place = CameraPlace(path: path, line: lines.number)
    guard words.count >= 4 else {
      throw place.failure(
        nil,
        .wrongValue(
          found: "a line of \(words.count) words", expected: "ID MODEL WIDTH HEIGHT PARAMS"))
    }
    let id = try place.count(words[0], "CAMERA_ID")
    let name = String(decoding: words[1].prefix(60), as: UTF8.self)
    guard let model = ColmapCamera.Model.allCases.first(where: { $0.name == name }) else {
      throw place.failure(
        "MODEL", .unsupported(found: "'\(name)'", expected: ColmapCamera.supported))
    }
    guard words.count == 4 + model.parameterCount else {
      throw place.failure(
        "PARAMS",
        .wrongValue(
          found: "\(words.count - 4) numbers",
          expected: "\(model.parameterCount) for \(model.name)"))
    }
    var parameters: [Double] = []
    for word in words[4...] { parameters.append(try place.number(word, "PARAMS")) }
    cameras[id] = ColmapCamera(
      model: model, width: try place.side(try place.number(words[2], "WIDTH"), "WIDTH"),
      height: try place.side(try place.number(words[3], "HEIGHT"), "HEIGHT"),
      parameters: parameters)
  }
  return cameras
}

/// `images.txt`: ID QW QX QY QZ TX TY TZ CAMERA_ID NAME, and after each a line of points, which may be empty.
func parseColmapImages(
  text bytes: [UInt8], path: String
) throws(CameraFileError) -> [ColmapImage] {
  var images: [ColmapImage] = []
  var lines = TextLines(bytes)
  while let words = lines.nextWords() {
    let place = CameraPlace(path: path, frame: images.count, line: lines.number)
    guard words.count >= 10 else {
      throw place.failure(
        nil,
        .wrongValue(
          found: "a line of \(words.count) words",
          expected: "IMAGE_ID QW QX QY QZ TX TY TZ CAMERA_ID NAME"))
    }
    var values: [Double] = []
    for word in words[1...7] { values.append(try place.number(word, "QW QX QY QZ TX TY TZ")) }
    // A name may have blanks: it goes from its first word to the end of the line.
    let name = bytes[words[9].startIndex..<words[words.count - 1].endIndex]
    images.append(
      ColmapImage(
        name: String(decoding: name, as: UTF8.self),
        camera: try place.count(words[8], "CAMERA_ID"),
        rotation: SIMD4(values[0], values[1], values[2], values[3]),
        translation: SIMD3(values[4], values[5], values[6]), place: place))
    _ = lines.next()
  }
  return images
}

/// `points3D.txt`: ID X Y Z and what is not needed here.
func parseColmapPoints(
  text bytes: [UInt8], path: String
) throws(CameraFileError) -> [SIMD3<Double>] {
  var points: [SIMD3<Double>] = []
  var lines = TextLines(bytes)
  while let words = lines.nextWords() {
    let place = CameraPlace(path: path, line: lines.number)
    guard words.count >= 4 else {
      throw place.failure(
        nil, .wrongValue(found: "a line of \(words.count) words", expected: "POINT3D_ID X Y Z"))
    }
    var point = SIMD3<Double>.zero
    for axis in 0..<3 {
      point[axis] = try place.finite(try place.number(words[1 + axis], "XYZ"), "XYZ")
    }
    points.append(point)
  }
  return points
}
