import Foundation
import SfumatoIO
import SfumatoTestSupport

/// A PNG made by hand: any colour type and depth, stored without compression, plain or interlaced.
struct PNGFixture {
  var width: Int
  var height: Int
  var bitDepth = 8
  var colorType = 2
  var interlaced = false
  /// Samples, `[H, W, C]`.
  var samples: [Int]
  /// Chunks between header and image data.
  var extra: [UInt8] = []

  var channels: Int { [0: 1, 2: 3, 3: 1, 4: 2, 6: 4][colorType] ?? 1 }

  var headerBytes: [UInt8] {
    bigEndianBytes(UInt32(width)) + bigEndianBytes(UInt32(height))
      + [UInt8(bitDepth), UInt8(colorType), 0, 0, interlaced ? 1 : 0]
  }

  var bytes: [UInt8] {
    // Adam7: first column, first row, column step, row step.
    let passes =
      interlaced
      ? [
        (0, 0, 8, 8), (4, 0, 8, 8), (0, 4, 4, 8), (2, 0, 4, 4), (0, 2, 2, 4), (1, 0, 2, 2),
        (0, 1, 1, 2),
      ] : [(0, 0, 1, 1)]
    var raw: [UInt8] = []
    for (x0, y0, dx, dy) in passes where x0 < width {
      for y in stride(from: y0, to: height, by: dy) {
        raw.append(0)
        raw += packedRow(y, stride(from: x0, to: width, by: dx))
      }
    }
    return pngSignature + pngChunk("IHDR", headerBytes) + extra + pngChunk("IDAT", stored(raw))
      + pngChunk("IEND", [])
  }

  private func packedRow(_ y: Int, _ columns: StrideTo<Int>) -> [UInt8] {
    var bits: [UInt8] = []
    for x in columns {
      for c in 0..<channels {
        let sample = samples[(y * width + x) * channels + c]
        for bit in (0..<bitDepth).reversed() { bits.append(UInt8(sample >> bit & 1)) }
      }
    }
    while bits.count % 8 != 0 { bits.append(0) }
    return stride(from: 0, to: bits.count, by: 8).map { i in
      bits[i..<i + 8].reduce(0) { $0 << 1 | $1 }
    }
  }
}

/// A zlib stream of one stored block.
private func stored(_ raw: [UInt8]) -> [UInt8] {
  precondition(raw.count < 65536, "\(raw.count) bytes do not fit one block")
  var (a, b) = (1, 0)
  for byte in raw {
    a = (a + Int(byte)) % 65521
    b = (b + a) % 65521
  }
  let length = [UInt8(raw.count & 255), UInt8(raw.count >> 8)]
  return [0x78, 0x01, 0x01] + length + length.map { ~$0 } + raw
    + bigEndianBytes(UInt32(b << 16 | a))
}

/// A folder of its own under the temporary one, removed after.
func withTemporaryFolder<T>(_ body: (String) throws -> T) throws -> T {
  let folder = NSTemporaryDirectory() + "/sfumato-io-\(UUID().uuidString)"
  try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
  defer { try? FileManager.default.removeItem(atPath: folder) }
  return try body(folder)
}

/// The description of the error that a body throws, or nil.
func message(_ body: () throws -> some Any) -> String? {
  do {
    _ = try body()
    return nil
  } catch {
    return "\(error)"
  }
}

extension SeededGenerator {
  /// A damaged copy: bits flipped, bytes cut off, pieces moved, numbers swapped for nasty ones.
  mutating func mutate(_ bytes: [UInt8]) -> [UInt8] {
    var result = bytes
    for _ in 0...Int.random(in: 0...3, using: &self) where !result.isEmpty {
      let at = Int.random(in: 0..<result.count, using: &self)
      switch Int.random(in: 0..<6, using: &self) {
      case 0: result[at] ^= 1 << UInt8.random(in: 0..<8, using: &self)
      case 1: result[at] = UInt8.random(in: 0...255, using: &self)
      case 2: result.removeLast(result.count - at)
      case 3:
        let end = min(result.count, at + Int.random(in: 1...40, using: &self))
        let piece = Array(result[at..<end])
        result.insert(contentsOf: piece, at: Int.random(in: 0...result.count, using: &self))
      case 4:
        let end = min(result.count, at + Int.random(in: 1...40, using: &self))
        result.removeSubrange(at..<end)
      default: swapNumber(in: &result, from: at)
      }
    }
    return result
  }

  private mutating func swapNumber(in bytes: inout [UInt8], from at: Int) {
    let digits = UInt8(ascii: "0")...UInt8(ascii: "9")
    guard let start = bytes[at...].firstIndex(where: digits.contains) else { return }
    let end = bytes[start...].firstIndex { !digits.contains($0) } ?? bytes.count
    let nasty = [
      "0", "-1", "1e999", "1e-999", "nan", "inf", "99999999999999999999", "2147483648", "-0", "1.5",
      "1e38", "null", "[]", "true", "1000000", "0x1p3", "1/2/3",
    ]
    let number = nasty.randomElement(using: &self) ?? ""
    bytes.replaceSubrange(start..<end, with: Array(number.utf8))
  }
}

/// The peak resident memory of this process so far, MiB.
func peakMemoryMiB() -> Int {
  let status = (try? String(contentsOfFile: "/proc/self/status", encoding: .utf8)) ?? ""
  let line = status.split(separator: "\n").first { $0.hasPrefix("VmHWM:") } ?? ""
  return (Int(line.filter(\.isNumber)) ?? 0) / 1024
}
