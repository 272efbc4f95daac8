import Testing

@testable import SfumatoIO

@Suite struct TextureBudgetTests {
  /// The start of a PNG that says how large it is.
  private func header(_ width: UInt32, _ height: UInt32) -> [UInt8] {
    pngSignature
      + pngChunk("IHDR", bigEndianBytes(width) + bigEndianBytes(height) + [8, 2, 0, 0, 0])
  }

  @Test func `many short files of large pictures are refused together`() throws {
    var budget = TextureBudget()
    // 256 MiB as floats each.
    try budget.take(header(4096, 4096), path: "a.png")
    try budget.take(header(4096, 4096), path: "b.png")
    #expect(
      throws: ImageFileError(path: "c.png", reason: .texturesExceedFiles(floatBytes: 768 << 20))
    ) {
      try budget.take(header(4096, 4096), path: "c.png")
    }
  }

  @Test func `files long enough for their pictures are not`() throws {
    var budget = TextureBudget()
    let long = header(4096, 4096) + [UInt8](repeating: 0, count: 300_000)
    for k in 0..<20 { try budget.take(long, path: "\(k).png") }
  }
}
