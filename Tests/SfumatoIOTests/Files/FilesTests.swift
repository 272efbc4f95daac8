import Foundation
import SfumatoIO
import Testing

@Suite struct FilesTests {
  @Test func `a file is replaced whole and nothing else stays`() throws {
    try withTemporaryFolder { folder in
      try writeAtomically([1, 2, 3], to: folder + "/a.bin")
      try writeAtomically([4], to: folder + "/a.bin")
      #expect(try readBytes(folder + "/a.bin") == [4])
      #expect(try FileManager.default.contentsOfDirectory(atPath: folder) == ["a.bin"])
    }
  }

  @Test func `a failed write leaves the folder as it was`() throws {
    try withTemporaryFolder { folder in
      try FileManager.default.createDirectory(
        atPath: folder + "/a.bin/inside", withIntermediateDirectories: true)
      #expect(throws: FileAccessError.self) { try writeAtomically([1], to: folder + "/a.bin") }
      #expect(try FileManager.default.contentsOfDirectory(atPath: folder) == ["a.bin"])
      #expect(try FileManager.default.contentsOfDirectory(atPath: folder + "/a.bin") == ["inside"])
    }
  }

  @Test func `a missing folder is named`() {
    do {
      try writeAtomically([1], to: "/nowhere/a")
      Issue.record("a file in a folder that does not exist")
    } catch {
      #expect(error.path == "/nowhere/a")
      #expect(error.problem == "the folder /nowhere does not exist")
    }
  }

  @Test func `only the first bytes are read where asked`() throws {
    try withTemporaryFolder { folder in
      try writeAtomically([1, 2, 3, 4], to: folder + "/a.bin")
      #expect(try readBytes(folder + "/a.bin", first: 2) == [1, 2])
      #expect(try readBytes(folder + "/a.bin", first: 9) == [1, 2, 3, 4])
    }
  }
}
