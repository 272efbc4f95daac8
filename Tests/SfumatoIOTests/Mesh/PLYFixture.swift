import SfumatoIO

/// A PLY file made by hand: any elements, written in any of the three encodings.
struct PLYFixture {
  enum Encoding: String, CaseIterable {
    case ascii = "ascii"
    case little = "binary_little_endian"
    case big = "binary_big_endian"
  }

  /// A column: its type, or the types of a list's length and entries, and its name.
  struct Column {
    var type: String
    var countType: String?
    var name: String

    init(_ type: String, _ name: String) { (self.type, self.name) = (type, name) }
    init(list count: String, _ type: String, _ name: String) {
      (countType, self.type, self.name) = (count, type, name)
    }
  }

  /// A table; each cell is a list, of one number where the column is no list.
  struct Element {
    var name: String
    var columns: [Column]
    var rows: [[[Double]]]
  }

  var encoding: Encoding
  var comments: [String] = []
  var elements: [Element]
  var lineEnd = "\n"

  var bytes: [UInt8] {
    var header = ["ply", "format \(encoding.rawValue) 1.0"] + comments.map { "comment \($0)" }
    for element in elements {
      header.append("element \(element.name) \(element.rows.count)")
      for column in element.columns {
        header.append(
          column.countType.map { "property list \($0) \(column.type) \(column.name)" }
            ?? "property \(column.type) \(column.name)")
      }
    }
    header.append("end_header")
    var result = Array((header.joined(separator: lineEnd) + lineEnd).utf8)
    for element in elements {
      for row in element.rows {
        var words: [String] = []
        for (column, cell) in zip(element.columns, row) {
          if let countType = column.countType {
            write(Double(cell.count), countType, &result, &words)
          }
          for value in cell { write(value, column.type, &result, &words) }
        }
        if encoding == .ascii { result += Array((words.joined(separator: " ") + lineEnd).utf8) }
      }
    }
    return result
  }

  private func write(
    _ value: Double, _ type: String, _ bytes: inout [UInt8], _ words: inout [String]
  ) {
    guard encoding != .ascii else {
      words.append(value == value.rounded() ? "\(Int(value))" : "\(value)")
      return
    }
    let (bits, size): (UInt64, Int) =
      switch type {
      case "char", "int8": (UInt64(UInt8(bitPattern: Int8(value))), 1)
      case "uchar", "uint8": (UInt64(value), 1)
      case "short", "int16": (UInt64(UInt16(bitPattern: Int16(value))), 2)
      case "ushort", "uint16": (UInt64(value), 2)
      case "int", "int32": (UInt64(UInt32(bitPattern: Int32(value))), 4)
      case "uint", "uint32": (UInt64(value), 4)
      case "float", "float32": (UInt64(Float(value).bitPattern), 4)
      default: (value.bitPattern, 8)
      }
    for i in 0..<size {
      let shift = UInt64(8 * (encoding == .little ? i : size - 1 - i))
      bytes.append(UInt8(bits >> shift & 255))
    }
  }

  /// A square of four vertices with an unknown element before, and colours, normals, uv and a double.
  static func everything(_ encoding: Encoding) -> PLYFixture {
    let corners: [[Double]] = [[0, 0, 0], [1, 0, 0], [1, 1, 0], [0, 1, 0.5]]
    return PLYFixture(
      encoding: encoding, comments: ["made by hand", "TextureFile a b.png"],
      elements: [
        Element(
          name: "material",
          columns: [Column("uint16", "id"), Column(list: "uchar", "double", "x")],
          rows: [[[7], [1, 2, 3]], [[8], []]]),
        Element(
          name: "vertex",
          columns: [
            Column("double", "x"), Column("float", "y"), Column("float32", "z"),
            Column("float", "nx"), Column("float", "ny"), Column("float", "nz"),
            Column("uchar", "red"), Column("uint8", "green"), Column("uchar", "blue"),
            Column("uchar", "alpha"), Column("float", "s"), Column("float", "t"),
            Column("int", "extra"), Column(list: "uint", "short", "more"),
          ],
          rows: corners.map { p in
            [
              [p[0]], [p[1]], [p[2]], [0], [0], [1], [255], [0], [51], [9], [p[0] / 2], [p[1]],
              [-5], [1, -2],
            ]
          }),
        Element(
          name: "face", columns: [Column(list: "uchar", "uint", "vertex_index")],
          rows: [[[0, 1, 2, 3]], [[0, 2, 3]]]),
      ])
  }

  /// Two strips, of which the second begins after -1, over five vertices.
  static func strips(_ encoding: Encoding) -> PLYFixture {
    PLYFixture(
      encoding: encoding,
      elements: [
        Element(
          name: "vertex",
          columns: [Column("float", "x"), Column("float", "y"), Column("float", "z")],
          rows: [
            [[0], [0], [0]], [[1], [0], [0]], [[0], [1], [0]], [[1], [1], [0]], [[0], [2], [0]],
          ]),
        Element(
          name: "tristrips", columns: [Column(list: "int", "int", "vertex_indices")],
          rows: [[[0, 1, 2, 3, -1, 2, 3, 4]]]),
      ])
  }
}
